/* Answers the questions of programs that have no store (lib/ask.h). */
#ifndef WORKER_ASK_H
#define WORKER_ASK_H

#include <stddef.h>

struct supervisor;

void ask_heard(struct supervisor *s, const char *text, size_t len);

#endif
