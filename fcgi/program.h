/* The steps that every FastCGI program's main() consists of. */
#ifndef FCGI_PROGRAM_H
#define FCGI_PROGRAM_H

#include "fcgi/router.h"

/* name: "algo.fcgi"; routes: lists, NULL at the end. Returns the exit status. */
int program_run(int argc, char **argv, const char *name, const struct route *const *routes);

#endif
