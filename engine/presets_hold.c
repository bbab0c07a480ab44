/* Built-in strategies: what every other one has to beat. */
#include "engine/presets.h"

static const struct param dca_params[] = {
    {.name = "days",
     .type = PARAM_INT,
     .def = 7,
     .min = 1,
     .max = 366,
     .step = 1,
     .help = "Days from one purchase to the next."},
    NUMBER("amount", 100, 1, 1e9, 1, "Money of each purchase."),
};

static const struct define dca_defines[] = {{"step", "days * 86400000"},
                                            {"began", "time - time % step"}};

const struct strategy presets_hold[] = {
    {.name = "buyhold",
     .title = "Buy and hold",
     .help =
         "Buys at the first chance and holds to the end: what every other strategy has to beat, "
         "with the same costs.",
     .rules = {[RULE_LONG_ENTRY] = "true"}},
    {.name = "dca",
     .title = "Purchases at regular times",
     .help =
         "Buys for the same money every `days` days, counted from 1970, and never sells: dollar "
         "cost averaging, as Benjamin Graham advises the defensive investor (The Intelligent "
         "Investor, 1949). Each purchase is an entry, so the request has to allow them: pyramiding "
         "100 for a hundred purchases.",
     PARAMS(dca_params),
     DEFINES(dca_defines),
     .rules = {[RULE_LONG_ENTRY] = "began > began[1]", [RULE_SIZE] = "amount"},
     .size_type = SIZE_CASH},
    {.name = NULL},
};
