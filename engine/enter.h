/* Entries: how many units an order is, and the fill. */
#ifndef ENGINE_ENTER_H
#define ENGINE_ENTER_H

#include "engine/path.h"

/* Opens what the order asks for at fill price `price`, raw price `raw`; maker: a limit's fill.
 * Refused: w->refused says why. */
void walk_enter(struct walk *w, const struct order *o, double raw, double price, bool maker);

/* The same at market. */
void walk_enter_market(struct walk *w, const struct order *o, double raw);

#endif
