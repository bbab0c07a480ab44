/* Progress on stderr: a bar with rate and time left on a terminal, else a line for every 10 %.
 * Nothing at all for what is done before anybody could read it. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool terminal, color, quiet;
    int64_t began_ms, shown_ms, after_ms;
    int tenth;  /* last line written when not on a terminal */
    bool drawn; /* a bar stands on the line */
};

/* after_ms: silent so long. */
void progress_init(struct progress *p, bool quiet, int64_t after_ms);

/* fraction 0-1; rate: units a second, 0 for unknown; text: what is being done. Cheap when called
 * often. */
void progress_show(struct progress *p, double fraction, double rate, const char *unit,
                   const char *text);

/* Takes the bar from the line. */
void progress_clear(struct progress *p);

#endif
