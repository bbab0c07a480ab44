/* What only the SQLite store can meet: the file and where it lies. */
#include "tests/store_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/store_ops.h"

static void refused(const char *uri, enum err_code code, const char *word) {
    struct store_options opt = {.sync_full = true, .timeout_ms = 300};
    ck_assert_ptr_null(store_open(uri, &opt, &world_err));
    ck_assert_msg(world_err.code == code, "%s: %s", uri, world_err.message);
    ck_assert_msg(strcmp(world_err.word, word) == 0, "%s: %s", uri, world_err.word);
}

static const char *path_of_case(void) {
    return world_uri(OVER_SQLITE) + strlen("sqlite:");
}

static void run_sql(const char *sql) {
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path_of_case(), &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int64_t number(const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *stmt;
    ck_assert_int_eq(sqlite3_open(path_of_case(), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return v;
}

START_TEST(uris_are_checked) {
    char uri[400];
    refused("redis://x", ERR_INVALID, "store_uri");
    refused("/tmp/x.db", ERR_INVALID, "store_uri");
    refused("sqlite:", ERR_INVALID, "store_uri");
    refused("sqlite::memory:", ERR_INVALID, "store_uri");
    snprintf(uri, sizeof uri, "sqlite:%s/no/such/folder/s.db", world_folder());
    refused(uri, ERR_INVALID, "");
    snprintf(uri, sizeof uri, "sqlite:%s", world_folder()); /* a folder */
    refused(uri, ERR_INVALID, "");
}
END_TEST

START_TEST(network_filesystems_are_known) {
    struct statfs fs;
    ck_assert(store_network_fs(0x6969));      /* NFS */
    ck_assert(store_network_fs(0xff534d42));  /* CIFS */
    ck_assert(store_network_fs(0x0bd00bd0));  /* Lustre */
    ck_assert(!store_network_fs(0xef53));     /* ext4 */
    ck_assert(!store_network_fs(0x01021994)); /* tmpfs */
    ck_assert(!store_network_fs(0x58465342)); /* XFS */
    /* f_type is signed on some machines */
    ck_assert(store_network_fs((unsigned long)(long)(int)0xff534d42U));
    ck_assert_int_eq(statfs(world_folder(), &fs), 0);
    ck_assert(!store_network_fs((unsigned long)fs.f_type));
}
END_TEST

START_TEST(file_is_wal_for_its_owner_alone) {
    struct store *s = world_open(OVER_SQLITE);
    ended_backtest(s, "j", "u");
    char path[400];
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        struct stat st;
        snprintf(path, sizeof path, "%s%s", path_of_case(), suffixes[i]);
        ck_assert_msg(stat(path, &st) == 0, "%s", path);
        ck_assert_uint_eq(st.st_mode & 0777, 0600);
    }
    store_close(s);
    ck_assert_int_eq(number("PRAGMA user_version"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM backtests"), 1);
}
END_TEST

START_TEST(foreign_and_newer_files_are_left_alone) {
    run_sql("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7)");
    refused(world_uri(OVER_SQLITE), ERR_INVALID, "store_foreign");
    ck_assert_int_eq(number("SELECT x FROM theirs"), 7);
    ck_assert_int_eq(number("SELECT count(*) FROM sqlite_schema"), 1);

    ck_assert_int_eq(unlink(path_of_case()), 0);
    store_close(world_open(OVER_SQLITE));
    run_sql("PRAGMA user_version = 99");
    refused(world_uri(OVER_SQLITE), ERR_INVALID, "store_newer");

    FILE *f = fopen(path_of_case(), "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs("this is no database at all, but longer than a header of one; "
                           "the quick brown fox jumps over the lazy dog, twice at least",
                           f),
                     0);
    ck_assert_int_eq(fclose(f), 0);
    refused(world_uri(OVER_SQLITE), ERR_INTERNAL, "");
}
END_TEST

/* The scan's queries use the indexes that were made for them: a queue of a million is no slower. */
static void plan_uses(const char *sql, const char *index) {
    sqlite3 *db;
    sqlite3_stmt *stmt;
    char explain[600];
    bool found = false, scans = false;
    snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
    ck_assert_int_eq(sqlite3_open(path_of_case(), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(stmt, 3);
        found |= strstr(detail, index) != NULL;
        scans |= strncmp(detail, "SCAN", 4) == 0 && !strstr(detail, "INDEX");
        scans |= strstr(detail, "TEMP B-TREE") != NULL;
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    ck_assert_msg(found && !scans, "%s", sql);
}

START_TEST(lists_and_scans_use_their_indexes) {
    store_close(world_open(OVER_SQLITE));
    plan_uses("SELECT id, user_id, priority, created_ms FROM backtests WHERE open = 1"
              " ORDER BY created_ms, id LIMIT 64",
              "COVERING INDEX backtests_open");
    plan_uses("SELECT * FROM backtests WHERE 1 AND (created_ms, id) < (5, 'x')"
              " ORDER BY created_ms DESC, id DESC LIMIT 51",
              "INDEX backtests_newest");
    plan_uses("SELECT * FROM backtests WHERE 1 AND user_id = 'u' AND (created_ms, id) < (5, 'x')"
              " ORDER BY created_ms DESC, id DESC LIMIT 51",
              "INDEX backtests_owner");
}
END_TEST

void store_cases_sqlite(TCase *tcase) {
    const TTest *tests[] = {uris_are_checked, network_filesystems_are_known,
                            file_is_wal_for_its_owner_alone, foreign_and_newer_files_are_left_alone,
                            lists_and_scans_use_their_indexes};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
}
