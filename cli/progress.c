#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/table.h"
#include "lib/clock.h"

#define REDRAW_MS 80 /* faster than the eye asks for */
#define CELLS     28

void progress_init(struct progress *p, bool quiet, int64_t after_ms) {
    *p = (struct progress){.terminal = isatty(STDERR_FILENO) == 1,
                           .color = may_color(stderr),
                           .quiet = quiet,
                           .began_ms = clock_mono_ms(),
                           .after_ms = after_ms};
}

/* 20100 -> "20.1k" */
static const char *rate_text(double rate, char ret[static NUMBER_TEXT_MAX]) {
    static const char suffixes[] = " kMG";
    size_t i = 0;
    for (; rate >= 1000 && i < 3; i++)
        rate /= 1000;
    if (i == 0)
        snprintf(ret, NUMBER_TEXT_MAX, "%.0f", rate);
    else
        snprintf(ret, NUMBER_TEXT_MAX, "%.1f%c", rate, suffixes[i]);
    return ret;
}

static void draw(struct progress *p, double fraction, double rate, const char *unit,
                 const char *text, double elapsed) {
    char bar[CELLS * 3 + 1] = "", rest[120] = "", number[NUMBER_TEXT_MAX], left[NUMBER_TEXT_MAX];
    int full = (int)(fraction * CELLS + 0.5);
    for (int i = 0; i < CELLS; i++)
        strncat(bar, i < full ? "█" : "░", sizeof bar - strlen(bar) - 1);
    size_t n = 0;
    if (rate > 0)
        n += (size_t)snprintf(rest, sizeof rest, "  %s %s/s", rate_text(rate, number), unit);
    if (fraction > 0 && fraction < 1)
        n += (size_t)snprintf(rest + n, sizeof rest - n, "  %s left",
                              duration_text(elapsed * (1 - fraction) / fraction, left));
    fprintf(stderr, "\r\033[K%s%s%s %3.0f %%%s%s%s", p->color ? "\033[36m" : "", bar,
            p->color ? "\033[0m" : "", fraction * 100, rest, *text ? "  " : "", text);
    fflush(stderr);
    p->drawn = true;
}

void progress_show(struct progress *p, double fraction, double rate, const char *unit,
                   const char *text) {
    int64_t now = clock_mono_ms();
    if (p->quiet || now - p->began_ms < p->after_ms)
        return;
    if (p->terminal) {
        if (now - p->shown_ms < REDRAW_MS)
            return;
        p->shown_ms = now;
        draw(p, fraction, rate, unit, text, (double)(now - p->began_ms) / 1000);
        return;
    }
    int tenth = (int)(fraction * 10);
    if (tenth <= p->tenth)
        return;
    p->tenth = tenth;
    char number[NUMBER_TEXT_MAX];
    fprintf(stderr, "%d %%%s%s", tenth * 10, *text ? "  " : "", text);
    if (rate > 0)
        fprintf(stderr, "  %s %s/s", rate_text(rate, number), unit);
    fputc('\n', stderr);
}

void progress_clear(struct progress *p) {
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}
