/* The store's contract: every case runs over SQLite and over a MongoDB-compatible server.
 * CK_RUN_CASE=races picks a group; CANDLEMILL_TEST_MONGO=URI another server. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/store_world.h"
#include "tests/suite.h"

static void add(Suite *suite, const char *name, void (*cases)(TCase *)) {
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, SUITE_TIMEOUT_S);
    cases(tcase);
    suite_add_tcase(suite, tcase);
}

int main(void) {
    world_begin();
    Suite *suite = suite_create("store");
    add(suite, "backtests", store_cases_backtests);
    add(suite, "jobs", store_cases_jobs);
    add(suite, "results", store_cases_results);
    add(suite, "candles", store_cases_candles);
    add(suite, "races", store_cases_races);
    add(suite, "faults", store_cases_faults);
    add(suite, "sqlite", store_cases_sqlite);
    add(suite, "mongo", store_cases_mongo);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    world_end();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
