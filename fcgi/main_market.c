/* market.fcgi: Candles. */
#include <stddef.h>

#include "fcgi/program.h"
#include "fcgi/res.h"

int main(int argc, char **argv) {
    static const struct route *const routes[] = {symbol_routes, candle_routes, NULL};
    return program_run(argc, argv, "market.fcgi", routes);
}
