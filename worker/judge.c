/* scan_judge: what is to be done about one open record. */
#include <string.h>

#include "worker/scan.h"

#define BACKOFF_MS     1000
#define BACKOFF_MAX_MS 30000

int64_t scan_backoff_ms(int retries) {
    int64_t ms = BACKOFF_MS;
    for (int i = 1; i < retries && ms < BACKOFF_MAX_MS; i++)
        ms *= 2;
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

static bool ours(const struct attempt *a, const char *nonce) {
    const char *slash = strrchr(a->owner, '/');
    return slash && strcmp(slash + 1, nonce) == 0;
}

/* The highest attempt lives. */
static enum verdict judge_live(struct job *j, const struct attempt *a, int handed,
                               const struct lease_clock *clock, const struct scan_rules *rules,
                               int64_t now_ms) {
    bool foreign = strcmp(a->owner, ATTEMPT_FOREIGN) == 0;
    j->idle_since_ms = now_ms;
    lease_see(&j->watch, a->n, a->beat, now_ms);
    if (ours(a, rules->nonce) && handed != a->n)
        return VERDICT_OWED;
    if (lease_over(&j->watch, clock, foreign ? rules->silence_ms : rules->lease_ms))
        return VERDICT_LOST;
    return handed == a->n ? VERDICT_OURS : VERDICT_ELSEWHERE;
}

/* The highest attempt is over without an end of the backtest. */
static enum verdict judge_over(struct job *j, const struct open_job *seen,
                               const struct scan_rules *rules, int64_t now_ms) {
    if (seen->lost >= LOST_MAX || seen->retry >= RETRY_MAX || seen->released >= RELEASED_MAX)
        return VERDICT_WORN_OUT;
    if (seen->last.end == ATTEMPT_RETRY && j->backed_off != seen->retry) {
        j->backed_off = seen->retry;
        j->not_before_ms = now_ms + scan_backoff_ms(seen->retry);
    }
    if (rules->patience_ms > 0 && now_ms - j->idle_since_ms >= rules->patience_ms)
        return VERDICT_NOBODY;
    return VERDICT_WAITING;
}

enum verdict scan_judge(struct job *j, const struct open_job *seen, int handed,
                        const struct lease_clock *clock, const struct scan_rules *rules,
                        int64_t now_ms) {
    const struct attempt *last = &seen->last;
    j->priority = seen->priority;
    j->created_ms = seen->created_ms;
    j->attempts = seen->attempts;
    j->lost = seen->lost;
    j->retry = seen->retry;
    j->released = seen->released;
    j->progress = seen->attempts > 0 ? last->progress : 0;

    if (seen->ended)
        return VERDICT_ENDED;
    if (handed > seen->attempts)
        return VERDICT_OURS; /* our runner is about to claim */
    if (seen->attempts == 0)
        return judge_over(j, seen, rules, now_ms);
    if (last->end == ATTEMPT_LIVE)
        return judge_live(j, last, handed, clock, rules, now_ms);
    if (last->end == ATTEMPT_DONE) {
        /* its end was written between the two reads; the next scan has it. If it never comes, the
         * attempt counts for nothing */
        lease_see(&j->watch, last->n, -1, now_ms);
        if (!lease_over(&j->watch, clock, rules->lease_ms))
            return VERDICT_ELSEWHERE;
    }
    return judge_over(j, seen, rules, now_ms);
}
