/* Leases by the observer's own clock, and what is made of an open record: time is passed in. */
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"
#include "worker/scan.h"
#include "worker/scheduler.h"

#define LEASE 15000

static const struct scan_rules rules = {
    .lease_ms = LEASE, .silence_ms = 60000, .nonce = "aabbccdd11223344"};

/* Reads that begin every second and take 5 ms, the last one at `to`. */
static void reads(struct lease_clock *c, int64_t from, int64_t to) {
    for (int64_t t = from; t <= to; t += SCAN_MS)
        ck_assert(lease_clock_read(c, t, t, t + 5));
}

START_TEST(a_still_beat_is_over_after_a_lease) {
    struct lease_clock c;
    struct lease_watch w = {0};
    lease_clock_init(&c);
    reads(&c, 1000, 1000);
    lease_see(&w, 1, 7, 1005);
    reads(&c, 2000, 16000);
    lease_see(&w, 1, 7, 16005);
    ck_assert(!lease_over(&w, &c, LEASE));
    ck_assert_int_eq(lease_due(&w, &c, LEASE), 16005);
    reads(&c, 16005, 16005);
    ck_assert(lease_over(&w, &c, LEASE));
}
END_TEST

START_TEST(a_beat_that_moves_keeps_it) {
    struct lease_clock c;
    struct lease_watch w = {0};
    lease_clock_init(&c);
    for (int64_t t = 1000; t < 100000; t += 1000) {
        reads(&c, t, t);
        lease_see(&w, 1, t / 2000, t + 5);
        ck_assert(!lease_over(&w, &c, LEASE));
    }
}
END_TEST

START_TEST(a_new_attempt_starts_the_watch_anew) {
    struct lease_clock c;
    struct lease_watch w = {0};
    lease_clock_init(&c);
    reads(&c, 1000, 1000);
    lease_see(&w, 1, 0, 1005);
    reads(&c, 2000, 14000);
    lease_see(&w, 2, 0, 14005);
    reads(&c, 15000, 28000);
    ck_assert(!lease_over(&w, &c, LEASE));
    reads(&c, 29005, 29005);
    ck_assert(lease_over(&w, &c, LEASE));
}
END_TEST

START_TEST(only_clean_time_counts) {
    struct lease_clock c;
    struct lease_watch w = {0};
    lease_clock_init(&c);
    reads(&c, 1000, 1000);
    lease_see(&w, 1, 0, 1005);
    reads(&c, 2000, 10000);
    lease_clock_failed(&c, 14000); /* the store was away: nothing is known of that time */
    reads(&c, 15000, 28000);
    ck_assert(!lease_over(&w, &c, LEASE));
    reads(&c, 29000, 29000);
    ck_assert(lease_over(&w, &c, LEASE));
}
END_TEST

START_TEST(a_late_read_proves_nothing) {
    struct lease_clock c;
    struct lease_watch w = {0};
    lease_clock_init(&c);
    reads(&c, 1000, 1000);
    lease_see(&w, 1, 0, 1005);
    /* we were stopped for 20 s ourselves, and perhaps the owner was, too */
    ck_assert(!lease_clock_read(&c, 2000, 22000, 22005));
    ck_assert(!lease_over(&w, &c, LEASE));
    reads(&c, 23000, 37000);
    ck_assert(!lease_over(&w, &c, LEASE));
    reads(&c, 37005, 37005);
    ck_assert(lease_over(&w, &c, LEASE));
    /* a read that took too long */
    ck_assert(!lease_clock_read(&c, 38000, 38000, 38000 + LATE_MS + 1));
    ck_assert(!lease_over(&w, &c, LEASE));
}
END_TEST

/* --- what is made of an open record ----------------------------------------------------------- */

struct world {
    struct jobs jobs;
    struct job *j;
    struct lease_clock clock;
    struct open_job seen;
};

static void world_init(struct world *w) {
    memset(w, 0, sizeof *w);
    jobs_init(&w->jobs);
    w->j = jobs_put(&w->jobs, "bt_1", "u", 0);
    lease_clock_init(&w->clock);
    snprintf(w->seen.id, sizeof w->seen.id, "%s", "bt_1");
}

static enum verdict judge(struct world *w, int handed, int64_t now) {
    ck_assert(lease_clock_read(&w->clock, now, now, now));
    return scan_judge(w->j, &w->seen, handed, &w->clock, &rules, now);
}

static void live(struct world *w, int n, const char *owner) {
    w->seen.attempts = w->seen.last.n = n;
    w->seen.last.end = ATTEMPT_LIVE;
    snprintf(w->seen.last.owner, sizeof w->seen.last.owner, "%s", owner);
}

START_TEST(pending_then_claimed_then_ended) {
    struct world w;
    world_init(&w);
    ck_assert_int_eq(judge(&w, 0, 1000), VERDICT_WAITING);
    ck_assert_int_eq(judge(&w, 1, 1100), VERDICT_OURS); /* handed, not claimed yet */
    live(&w, 1, "host:7/aabbccdd11223344");
    ck_assert_int_eq(judge(&w, 1, 1200), VERDICT_OURS);
    live(&w, 1, "other:7/0000000000000000");
    ck_assert_int_eq(judge(&w, 0, 1300), VERDICT_ELSEWHERE);
    w.seen.ended = true;
    ck_assert_int_eq(judge(&w, 0, 1400), VERDICT_ENDED);
    jobs_release(&w.jobs);
}
END_TEST

START_TEST(an_attempt_of_ours_without_runner_is_owed_its_end) {
    struct world w;
    world_init(&w);
    live(&w, 2, "host:7/aabbccdd11223344");
    ck_assert_int_eq(judge(&w, 0, 1000), VERDICT_OWED);
    ck_assert_int_eq(judge(&w, 1, 1100), VERDICT_OWED); /* the runner is at an older one */
    jobs_release(&w.jobs);
}
END_TEST

START_TEST(leases_end_for_strangers_and_for_our_own_runner) {
    struct world w;
    const char *owners[] = {"other:7/0000000000000000", "host:7/aabbccdd11223344", ATTEMPT_FOREIGN};
    const int64_t leases[] = {LEASE, LEASE, 60000};
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        world_init(&w);
        live(&w, 1, owners[i]);
        int handed = i == 1;
        int64_t t = 1000;
        for (; t < 1000 + leases[i]; t += 1000)
            ck_assert_int_ne(judge(&w, handed, t), VERDICT_LOST);
        ck_assert_int_eq(judge(&w, handed, t), VERDICT_LOST);
        jobs_release(&w.jobs);
    }
}
END_TEST

START_TEST(three_kinds_of_lost_attempts_have_their_limits) {
    const struct {
        enum attempt_end end;
        int lost, retry, released;
        enum verdict want;
    } cases[] = {
        {ATTEMPT_LOST, LOST_MAX - 1, 0, 0, VERDICT_WAITING},
        {ATTEMPT_LOST, LOST_MAX, 0, 0, VERDICT_WORN_OUT},
        {ATTEMPT_RETRY, 0, RETRY_MAX - 1, 0, VERDICT_WAITING},
        {ATTEMPT_RETRY, 0, RETRY_MAX, 0, VERDICT_WORN_OUT},
        {ATTEMPT_RELEASED, 2, 4, RELEASED_MAX - 1, VERDICT_WAITING},
        {ATTEMPT_RELEASED, 0, 0, RELEASED_MAX, VERDICT_WORN_OUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w);
        live(&w, cases[i].lost + cases[i].retry + cases[i].released, "x");
        w.seen.last.end = cases[i].end;
        w.seen.lost = cases[i].lost;
        w.seen.retry = cases[i].retry;
        w.seen.released = cases[i].released;
        ck_assert_msg(judge(&w, 0, 1000) == cases[i].want, "row %zu", i);
        jobs_release(&w.jobs);
    }
}
END_TEST

START_TEST(only_retries_wait) {
    struct world w;
    world_init(&w);
    live(&w, 1, "x");
    w.seen.last.end = ATTEMPT_LOST;
    w.seen.lost = 1;
    ck_assert_int_eq(judge(&w, 0, 1000), VERDICT_WAITING);
    ck_assert_int_eq(w.j->not_before_ms, 0);
    w.seen.last.end = ATTEMPT_RETRY;
    w.seen.retry = 3;
    ck_assert_int_eq(judge(&w, 0, 2000), VERDICT_WAITING);
    ck_assert_int_eq(w.j->not_before_ms, 2000 + scan_backoff_ms(3));
    ck_assert_int_eq(judge(&w, 0, 3000), VERDICT_WAITING);
    ck_assert_int_eq(w.j->not_before_ms, 2000 + scan_backoff_ms(3)); /* from when it was seen */
    ck_assert_int_eq(scan_backoff_ms(1), 1000);
    ck_assert_int_eq(scan_backoff_ms(3), 4000);
    ck_assert_int_eq(scan_backoff_ms(60), 30000);
    jobs_release(&w.jobs);
}
END_TEST

START_TEST(without_runners_patience_ends) {
    struct world w;
    struct scan_rules patient = rules;
    patient.patience_ms = 5000;
    world_init(&w);
    for (int64_t t = 1000; t < 5000; t += 1000) {
        lease_clock_read(&w.clock, t, t, t);
        ck_assert_int_eq(scan_judge(w.j, &w.seen, 0, &w.clock, &patient, t), VERDICT_WAITING);
    }
    live(&w, 1, ATTEMPT_FOREIGN); /* a start: patience begins again */
    ck_assert_int_eq(scan_judge(w.j, &w.seen, 0, &w.clock, &patient, 4500), VERDICT_ELSEWHERE);
    w.seen.last.end = ATTEMPT_LOST;
    ck_assert_int_eq(scan_judge(w.j, &w.seen, 0, &w.clock, &patient, 9000), VERDICT_WAITING);
    ck_assert_int_eq(scan_judge(w.j, &w.seen, 0, &w.clock, &patient, 9500), VERDICT_NOBODY);
    jobs_release(&w.jobs);
}
END_TEST

SUITE_MAIN("lease", a_still_beat_is_over_after_a_lease, a_beat_that_moves_keeps_it,
           a_new_attempt_starts_the_watch_anew, only_clean_time_counts, a_late_read_proves_nothing,
           pending_then_claimed_then_ended, an_attempt_of_ours_without_runner_is_owed_its_end,
           leases_end_for_strangers_and_for_our_own_runner,
           three_kinds_of_lost_attempts_have_their_limits, only_retries_wait,
           without_runners_patience_ends)
