#include "tests/store_world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <mongoc/mongoc.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/json.h"

struct err world_err;

static char folder[128], base_uri[256];
static struct mongo_server server;
static bool own_server;
static pid_t world_pid;

/* --- folder ---------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

const char *world_folder(void) {
    return folder;
}

static void make_folder_of_world(void) {
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/candlemill-store.XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(99);
    }
}

/* --- the MongoDB-compatible server ----------------------------------------------------------- */

/* One line "URI PID" from the script once the server answers; false: it gave none. */
static bool read_ready(int fd, struct mongo_server *m) {
    char line[256];
    size_t n = 0;
    ssize_t got_now;
    while (n < sizeof line - 1 && (got_now = read(fd, line + n, sizeof line - 1 - n)) > 0) {
        n += (size_t)got_now;
        if (line[n - 1] == '\n')
            break;
    }
    line[n] = 0;
    char *space = strchr(line, ' ');
    int64_t pid;
    if (!space)
        return false;
    *space = 0;
    space[1 + strcspn(space + 1, "\n")] = 0;
    if (!parse_i64(space + 1, 1, INT32_MAX, &pid))
        return false;
    snprintf(m->uri, sizeof m->uri, "%s", line);
    m->server = (pid_t)pid;
    const char *colon = strrchr(m->uri, ':');
    int64_t port;
    if (colon && parse_i64(colon + 1, 1, 65535, &port))
        m->port = (int)port;
    return true;
}

bool mongo_server_start(struct mongo_server *m, const char *data, int port, const char *option) {
    *m = (struct mongo_server){.port = port};
    char script[512], port_text[8];
    const char *srcdir = getenv("srcdir");
    snprintf(script, sizeof script, "%s/tests/mongo_server.sh", srcdir ? srcdir : ".");
    snprintf(port_text, sizeof port_text, "%d", port);
    if (data)
        snprintf(m->folder, sizeof m->folder, "%s", data);
    else
        snprintf(m->folder, sizeof m->folder, "%s/mongo-%d-%lld", folder, (int)getpid(),
                 (long long)clock_mono_us());
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return false;
    pid_t parent = getpid();
    m->script = fork();
    if (m->script == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* a failed test leaves no server behind */
        if (getppid() != parent || dup2(out[1], STDOUT_FILENO) < 0)
            _exit(126);
        execl("/bin/sh", "sh", script, m->folder, port_text, option, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    bool ready = m->script > 0 && read_ready(out[0], m);
    close(out[0]);
    if (!ready && m->script > 0) {
        int status;
        waitpid(m->script, &status, 0);
        m->script = 0;
        m->absent = WIFEXITED(status) && WEXITSTATUS(status) == 77;
    }
    return ready;
}

void mongo_server_kill(struct mongo_server *m) {
    if (m->script <= 0)
        return;
    kill(m->server, SIGKILL);
    waitpid(m->script, NULL, 0);
    m->script = 0;
}

/* Every thread of it is stopped: a signal is sent faster than it works. */
static bool stopped(pid_t pid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    ck_assert_ptr_nonnull(tasks);
    bool all = true;
    for (struct dirent *d; (d = readdir(tasks));) {
        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%.16s/stat", (int)pid, d->d_name);
        FILE *f = fopen(path, "r");
        if (!f)
            continue; /* a thread that has ended */
        const char *line = fgets(text, sizeof text, f);
        const char *name_end = line ? strrchr(line, ')') : NULL;
        all = all && name_end && name_end[1] == ' ' && name_end[2] == 'T';
        fclose(f);
    }
    closedir(tasks);
    return all;
}

void mongo_server_freeze(struct mongo_server *m) {
    int64_t deadline = clock_mono_ms() + 10000;
    ck_assert_int_eq(kill(m->server, SIGSTOP), 0);
    while (!stopped(m->server))
        ck_assert_int_lt(clock_mono_ms(), deadline);
}

void mongo_server_stop(struct mongo_server *m) {
    if (m->script <= 0)
        return;
    kill(m->script, SIGTERM);
    waitpid(m->script, NULL, 0);
    m->script = 0;
}

/* --- the world ------------------------------------------------------------------------------- */

void world_begin(void) {
    world_pid = getpid();
    make_folder_of_world();
    signal(SIGPIPE, SIG_IGN);
    const char *given = getenv("CANDLEMILL_TEST_MONGO");
    if (given && given[0]) {
        snprintf(base_uri, sizeof base_uri, "%s", given);
    } else if (mongo_server_start(&server, NULL, 0, NULL)) {
        own_server = true;
        snprintf(base_uri, sizeof base_uri, "%s", server.uri);
    } else if (server.absent) {
        printf("skipped: no MongoDB server\n");
    } else {
        fprintf(stderr, "tests/mongo_server.sh broke (srcdir is set?)\n");
        world_end();
        exit(99);
    }
}

bool world_has_mongo(void) {
    return base_uri[0] != 0;
}

/* A server that was given is left as it was found. */
static void drop_databases(void) {
    char prefix[64], **names;
    bson_error_t error;
    snprintf(prefix, sizeof prefix, "candlemill_test_%d_", (int)world_pid);
    mongoc_client_t *client = mongoc_client_new(base_uri);
    names = client ? mongoc_client_get_database_names_with_opts(client, NULL, &error) : NULL;
    for (char **name = names; name && *name; name++) {
        if (strncmp(*name, prefix, strlen(prefix)) != 0)
            continue;
        mongoc_database_t *db = mongoc_client_get_database(client, *name);
        if (!mongoc_database_drop(db, &error))
            fprintf(stderr, "%s: %s\n", *name, error.message);
        mongoc_database_destroy(db);
    }
    bson_strfreev(names);
    mongoc_client_destroy(client);
}

void world_end(void) {
    if (own_server)
        mongo_server_stop(&server);
    else if (base_uri[0])
        drop_databases();
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *world_uri(int kind) {
    static char uris[OVER_COUNT][512];
    char *uri = uris[kind];
    if (uri[0])
        return uri;
    if (kind == OVER_SQLITE) {
        snprintf(uri, sizeof uris[kind], "sqlite:%s/%d.db", folder, (int)getpid());
        return uri;
    }
    /* mongodb://host:port[/…][?options] -> a database of this process */
    size_t host = strcspn(base_uri + strlen("mongodb://"), "/?") + strlen("mongodb://");
    const char *options = strchr(base_uri, '?');
    snprintf(uri, sizeof uris[kind], "%.*s/candlemill_test_%d_%d%s", (int)host, base_uri,
             (int)world_pid, (int)getpid(), options ? options : "");
    return uri;
}

struct store *world_open_uri(const char *uri, int timeout_ms) {
    struct store_options opt = {
        .sync_full = true, .timeout_ms = timeout_ms, .program = "check_store"};
    struct store *s = store_open(uri, &opt, &world_err);
    ck_assert_msg(s, "%s: %s", uri, world_err.message);
    return s;
}

struct store *world_open(int kind) {
    return world_open_uri(world_uri(kind), WORLD_TIMEOUT_MS);
}

/* --- records --------------------------------------------------------------------------------- */

static void name(char *ret, size_t size, const char *text) {
    snprintf(ret, size, "%s", text);
}

struct backtest a_backtest(const char *id, const char *user, int64_t created_ms) {
    static char params[] = "{\"symbol\":\"BTCUSDT\",\"interval\":\"1h\",\"strategies\":[\"sma\"]}";
    static char tags[] = "[\"first\",\"second\"]";
    struct backtest b = {
        .status = RUN_PENDING,
        .open = true,
        .params = params,
        .tags = tags,
        .created_ms = created_ms,
        .updated_ms = created_ms,
    };
    name(b.id, sizeof b.id, id);
    name(b.user_id, sizeof b.user_id, user);
    name(b.kind, sizeof b.kind, "backtest");
    name(b.symbol, sizeof b.symbol, "BTCUSDT");
    return b;
}

struct attempt an_attempt(const char *id, int n, const char *token) {
    struct attempt a = {.n = n, .started_ms = 1000 + n};
    name(a.id, sizeof a.id, id);
    name(a.token, sizeof a.token, token);
    name(a.owner, sizeof a.owner, "host:1");
    return a;
}

struct result an_end(const char *id, const char *user, int attempt, const char *token) {
    static char summary[] = "{\"totalReturn\":12.5,\"tradeCount\":3}";
    static char body[] = "{\"status\":\"completed\",\"metrics\":{\"sharpeRatio\":null}}";
    struct result r = {
        .attempt = attempt,
        .status = RUN_COMPLETED,
        .summary = summary,
        .body = body,
        .completed_ms = 5000,
    };
    name(r.id, sizeof r.id, id);
    name(r.user_id, sizeof r.user_id, user);
    name(r.token, sizeof r.token, token);
    name(r.data_hash, sizeof r.data_hash, "00112233445566778899aabbccddeeff");
    name(r.engine, sizeof r.engine, "0.1.0");
    return r;
}

struct backtest got(struct store *s, const char *id) {
    struct backtest b;
    ok(store_backtest_get(s, NULL, id, &b, &world_err));
    return b;
}

void ended_backtest(struct store *s, const char *id, const char *user) {
    struct backtest b = a_backtest(id, user, 1000);
    struct attempt a = an_attempt(id, 1, "token");
    struct result r = an_end(id, user, 1, "token");
    struct part part = {.name = "trades", .data = "bytes", .len = 5};
    ok(store_backtest_insert(s, &b, &world_err));
    ok(store_attempt_insert(s, &a, &world_err));
    ok(store_result_insert(s, &r, &part, 1, &world_err));
}

pid_t world_hold_lock(const char *path) {
    int held[2];
    char byte;
    ck_assert_int_eq(pipe2(held, O_CLOEXEC), 0);
    pid_t parent = getpid(), pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        sqlite3 *db;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || sqlite3_open(path, &db) != SQLITE_OK ||
            sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
            write(held[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(held[1]);
    ck_assert_int_eq(read(held[0], &byte, 1), 1);
    close(held[0]);
    return pid;
}

int in_processes(int n, int (*job)(int i, void *arg), void *arg) {
    int start[2];
    pid_t pids[64];
    ck_assert_int_le(n, 64);
    ck_assert_int_eq(pipe2(start, O_CLOEXEC), 0);
    for (int i = 0; i < n; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            char go;
            close(start[1]);
            /* end of file is the starting gun */
            while (read(start[0], &go, 1) < 0 && errno == EINTR)
                ;
            _exit(job(i, arg));
        }
    }
    close(start[0]);
    close(start[1]);
    int sum = 0;
    for (int i = 0; i < n; i++) {
        int status;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_msg(WIFEXITED(status), "process %d ended by signal %d", i, WTERMSIG(status));
        ck_assert_msg(WEXITSTATUS(status) <= 100, "process %d failed", i);
        sum += WEXITSTATUS(status);
    }
    return sum;
}
