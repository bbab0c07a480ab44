/* system.fcgi: Health, readiness, version. */
#include <stddef.h>

#include "fcgi/program.h"
#include "fcgi/res.h"

int main(int argc, char **argv) {
    static const struct route *const routes[] = {system_routes, NULL};
    return program_run(argc, argv, "system.fcgi", routes);
}
