/* Buffers, time, ids, hashes, configuration: the small things everything stands on. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/id.h"
#include "tests/suite.h"

START_TEST(a_buffer_never_passes_its_maximum) {
    struct buf b;
    buf_init(&b, 10);
    buf_str(&b, "12345");
    buf_fmt(&b, "%d", 67890);
    ck_assert_uint_eq(b.len, 10);
    ck_assert(!b.failed);
    buf_drop(&b, 3);
    ck_assert_str_eq(b.data, "4567890");
    buf_str(&b, "abcd");
    ck_assert(b.failed);
    buf_str(&b, "x");
    ck_assert_uint_eq(b.len, 7);
    ck_assert_ptr_null(buf_detach(&b));
    buf_str(&b, "again");
    char *s = buf_detach(&b);
    ck_assert_str_eq(s, "again");
    free(s);
}
END_TEST

START_TEST(reads_stamps_with_and_without_zone) {
    const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"1970-01-01", 0},
        {"2024-12-09T15:30:00Z", 1733758200000},
        {"2024-12-09T17:30:00+02:00", 1733758200000},
        {"2024-12-09 15:30", 1733758200000},
        {"2021-12-31 23:01:00.000000", 1640991660000},
        {"2024-12-09T15:30:00.250Z", 1733758200250},
        {"2024-02-29", 1709164800000},
        {"2023-02-29", -1},
        {"2024-13-01", -1},
        {"2024-1-1", -1},
        {"2024-01-01T24:00:00Z", -1},
        {"2024-01-01x", -1},
        {"2024-01-01T10:00:00+99:00", -1},
        {"2024-01-01T10:00:00Z ", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        bool ok = time_parse(cases[i].text, &ms);
        ck_assert_msg(ok == (cases[i].ms >= 0), "row %zu: %s", i, cases[i].text);
        ck_assert_msg(ms == cases[i].ms, "row %zu: %lld", i, (long long)ms);
    }
    char text[TIME_TEXT_MAX];
    ck_assert_str_eq(time_format(1733758200250, text), "2024-12-09T15:30:00.250Z");
    ck_assert_str_eq(time_format(-1000, text), "1969-12-31T23:59:59Z");
    ck_assert_str_eq(date_format(1733758200250, text), "2024-12-09");
}
END_TEST

START_TEST(ids_are_unique_also_after_a_fork) {
    char a[ID_MAX], b[ID_MAX] = "", res[ID_MAX];
    int pipes[2];
    id_new(a);
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        id_new(b);
        _exit(write(pipes[1], b, sizeof b) == sizeof b ? 0 : 1);
    }
    ck_assert_int_eq(read(pipes[0], b, sizeof b), sizeof b);
    waitpid(child, NULL, 0);
    ck_assert_str_ne(a, b);
    ck_assert(memcmp(a + 11, b + 11, 10) != 0); /* the random part is another */
    ck_assert(id_valid(a) && strlen(a) == 27);
    id_result(a, res);
    ck_assert_str_eq(res + 4, a + 3);
    ck_assert(!id_valid("") && !id_valid("a b") && !id_valid("a/b"));
    ck_assert(user_valid("a.b@c-d_e") && !user_valid("a:b"));
    ck_assert(!user_valid("12345678901234567890123456789012345678901234567890123456789012345"));
}
END_TEST

START_TEST(hashes_do_not_see_how_bytes_were_cut) {
    unsigned char data[257];
    char whole[HASH_HEX_MAX], cut[HASH_HEX_MAX], other[HASH_HEX_MAX];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 37);
    struct hash h;
    hash_init(&h);
    hash_add(&h, data, sizeof data);
    hash_hex(&h, whole);
    for (size_t n = 1; n < 70; n += 3) {
        hash_init(&h);
        for (size_t i = 0; i < sizeof data; i += n)
            hash_add(&h, data + i, sizeof data - i < n ? sizeof data - i : n);
        hash_hex(&h, cut);
        ck_assert_str_eq(whole, cut);
    }
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] ^= 1;
        hash_init(&h);
        hash_add(&h, data, sizeof data);
        hash_hex(&h, other);
        ck_assert_str_ne(whole, other);
        data[i] ^= 1;
    }
}
END_TEST

START_TEST(configuration_names_the_key_and_the_line) {
    char path[] = "/tmp/candlemill-conf-XXXXXX";
    int fd = mkstemp(path);
    const char text[] =
        "# a comment\n\nstore.uri = sqlite:/x y.db\nworker.runners=3\nrelay.tasks = off\n";
    struct conf c;
    struct err e;
    ck_assert_int_eq(write(fd, text, sizeof text - 1), sizeof text - 1);
    ck_assert_int_eq(conf_load(&c, path, &e), ERR_NONE);
    ck_assert_str_eq(c.store_uri, "sqlite:/x y.db");
    ck_assert_int_eq(c.worker_runners, 3);
    ck_assert(!c.relay_tasks && c.relay_events && c.store_sync_full);
    ck_assert_int_eq(conf_set(&c, "store.sync=normal", &e), ERR_NONE);
    ck_assert(!c.store_sync_full);
    ck_assert_int_eq(conf_set(&c, "worker.runners=1000", &e), ERR_INVALID);
    ck_assert_str_eq(e.pointer, "worker.runners");
    ck_assert_int_eq(conf_set(&c, "worker.runner=1", &e), ERR_INVALID);
    ck_assert_str_eq(e.word, "unknown_key");
    ck_assert_int_eq(write(fd, "auth.mode = open\n", 17), 17);
    ck_assert_int_eq(conf_load(&c, path, &e), ERR_INVALID);
    ck_assert_int_eq(e.line, 6);
    setenv("CANDLEMILL_BUS_URI", "none", 1);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(conf_load(&c, path, &e), ERR_NONE);
    ck_assert_str_eq(c.bus_uri, "none");
    close(fd);
    unlink(path);
    ck_assert_int_eq(conf_load(&c, path, &e), ERR_INVALID);
}
END_TEST

START_TEST(the_example_file_is_the_table) {
    char path[PATH_MAX];
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/candlemill.conf.example", srcdir ? srcdir : ".");
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s is missing", path);
    struct buf file, table;
    buf_init(&file, 1 << 20);
    buf_init(&table, 1 << 20);
    for (int c = fgetc(f); c != EOF; c = fgetc(f))
        buf_char(&file, (char)c);
    fclose(f);
    unsetenv("CANDLEMILL_BUS_URI");
    struct conf c;
    struct err e;
    ck_assert_int_eq(conf_load(&c, path, &e), ERR_NONE);
    conf_print(&c, &table);
    const char *body = strstr(file.data, "\n\n");
    ck_assert_ptr_nonnull(body);
    ck_assert_str_eq(body + 2, table.data);
    buf_release(&file);
    buf_release(&table);
}
END_TEST

SUITE_MAIN("base", a_buffer_never_passes_its_maximum, reads_stamps_with_and_without_zone,
           ids_are_unique_also_after_a_fork, hashes_do_not_see_how_bytes_were_cut,
           configuration_names_the_key_and_the_line, the_example_file_is_the_table)
