/* The history file: every process appends each start and end of an attempt, so that a checker can
 * prove the promise of DESIGN 4 from what really happened. */
#ifndef WORKER_HISTORY_H
#define WORKER_HISTORY_H

/* -1 when path is empty, or when it cannot be opened (logged). */
int history_open(const char *path);

/* "<id> <attempt> <word> <monotonic ms>\n" in one write, so lines of many processes never mix.
 * Nothing when fd is -1. */
void history_add(int fd, const char *id, int attempt, const char *word);

#endif
