/* Fair order over users, and the table of jobs that it orders. */
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"
#include "worker/jobs.h"

static struct job *add(struct jobs *t, const char *id, const char *user, int64_t created,
                       int priority) {
    struct job *j = jobs_put(t, id, user, 0);
    j->created_ms = created;
    j->priority = priority;
    scheduler_queue(j);
    return j;
}

/* Picks, marks as running, and names the job; "" when there is none. */
static const char *run_next(struct jobs *t, int64_t limit) {
    struct job *j = scheduler_pick(&t->sched, limit);
    if (!j)
        return "";
    jobs_move(t, j, JOB_OURS);
    return j->id;
}

START_TEST(age_then_priority_inside_a_user) {
    struct jobs t;
    jobs_init(&t);
    add(&t, "old", "a", 1000, 0);
    add(&t, "new", "a", 2000, 0);
    add(&t, "urgent", "a", 3000, 1);
    add(&t, "late", "a", 3000 + AGE_STEP_MS, 1); /* a step of priority is worth a minute */
    ck_assert_str_eq(run_next(&t, 99), "urgent");
    ck_assert_str_eq(run_next(&t, 99), "old");
    ck_assert_str_eq(run_next(&t, 99), "new");
    ck_assert_str_eq(run_next(&t, 99), "late");
    ck_assert_str_eq(run_next(&t, 99), "");
    jobs_release(&t);
}
END_TEST

START_TEST(one_user_cannot_starve_another) {
    struct jobs t;
    char id[16];
    jobs_init(&t);
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof id, "a%d", i);
        add(&t, id, "a", i, 9);
    }
    for (int i = 0; i < 5; i++) {
        snprintf(id, sizeof id, "b%d", i);
        add(&t, id, "b", 100000 + i, 0);
    }
    /* two runners: each job that ends makes room for the next */
    const char *running[2] = {run_next(&t, 99), run_next(&t, 99)};
    int b = 0, turns = 0;
    for (; b < 5 && turns < 100; turns++) {
        struct job *done = jobs_find(&t, running[turns % 2]);
        b += done->id[0] == 'b';
        jobs_drop(&t, done);
        running[turns % 2] = run_next(&t, 99);
    }
    ck_assert_int_eq(b, 5);
    ck_assert_int_le(turns, 11); /* every other job is b's */
    jobs_release(&t);
}
END_TEST

START_TEST(the_limit_of_a_user_holds) {
    struct jobs t;
    jobs_init(&t);
    add(&t, "a1", "a", 1, 0);
    add(&t, "a2", "a", 2, 0);
    struct job *elsewhere = add(&t, "a0", "a", 0, 0);
    jobs_move(&t, elsewhere, JOB_ELSEWHERE); /* on another host: counts as well */
    ck_assert_str_eq(run_next(&t, 2), "a1");
    ck_assert_str_eq(run_next(&t, 2), "");
    jobs_drop(&t, elsewhere);
    ck_assert_str_eq(run_next(&t, 2), "a2");
    jobs_release(&t);
}
END_TEST

START_TEST(a_heap_keeps_its_order_under_removal) {
    struct jobs t;
    char id[16];
    jobs_init(&t);
    for (int i = 0; i < 500; i++) {
        snprintf(id, sizeof id, "j%d", i);
        add(&t, id, "u", (i * 7919) % 501, i % 3);
    }
    for (int i = 0; i < 500; i += 3) {
        snprintf(id, sizeof id, "j%d", i);
        jobs_drop(&t, jobs_find(&t, id));
    }
    int64_t last = INT64_MIN;
    int n = 0;
    for (struct job *j; (j = scheduler_pick(&t.sched, 9)); n++) {
        int64_t key = j->created_ms - j->priority * AGE_STEP_MS;
        ck_assert_int_ge(key, last);
        last = key;
    }
    ck_assert_int_eq(n, 333);
    jobs_release(&t);
}
END_TEST

START_TEST(a_sweep_forgets_what_a_scan_did_not_have) {
    struct jobs t;
    jobs_init(&t);
    for (int i = 0; i < 3000; i++) { /* the table grows */
        char id[16];
        snprintf(id, sizeof id, "j%d", i);
        add(&t, id, "u", i, 0);
    }
    ck_assert_uint_eq(t.n, 3000);
    t.scan++;
    jobs_find(&t, "j17")->scan = t.scan;
    jobs_move(&t, jobs_find(&t, "j18"), JOB_OURS); /* a runner has it: it says how it ended */
    jobs_sweep(&t, 2000);                          /* the scan was cut off at 2000 */
    ck_assert_uint_eq(t.n, 1000 + 2);
    ck_assert_ptr_nonnull(jobs_find(&t, "j17"));
    ck_assert_ptr_nonnull(jobs_find(&t, "j18"));
    ck_assert_ptr_nonnull(jobs_find(&t, "j2000"));
    ck_assert_ptr_null(jobs_find(&t, "j1999"));
    add(&t, "hinted", "v", 5, 0); /* came while the scan ran: stays */
    jobs_sweep(&t, INT64_MAX);
    ck_assert_ptr_nonnull(jobs_find(&t, "hinted"));
    ck_assert_uint_eq(t.n, 3);
    jobs_release(&t);
}
END_TEST

SUITE_MAIN("scheduler", age_then_priority_inside_a_user, one_user_cannot_starve_another,
           the_limit_of_a_user_holds, a_heap_keeps_its_order_under_removal,
           a_sweep_forgets_what_a_scan_did_not_have)
