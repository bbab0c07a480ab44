#include "lib/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"

enum type { TEXT, INTEGER, CHOICE }; /* CHOICE: the index of the word; two choices fill a bool */

struct key {
    const char *name;
    enum type type;
    size_t offset, size;
    const char *def;
    int64_t min, max;
    const char *choices; /* "off|on" */
    const char *unit, *help;
};

#define FIELD(f) offsetof(struct conf, f), sizeof(((struct conf *)0)->f)

static const struct key keys[] = {
    {"store.uri", TEXT, FIELD(store_uri), "sqlite:/var/lib/candlemill/candlemill.db", 0, 0, NULL,
     NULL, "sqlite:PATH, or mongodb://host/database"},
    {"store.sync", CHOICE, FIELD(store_sync_full), "full", 0, 0, "normal|full", NULL,
     "full: what was answered for survives power loss; normal: for slow disks"},
    {"bus.uri", TEXT, FIELD(bus_uri), "redis://127.0.0.1:6379", 0, 0, NULL, NULL,
     "redis://host:port, unix:/path, or none (no live events, the page polls)"},
    {"bus.user", TEXT, FIELD(bus_user), "", 0, 0, NULL, NULL, "Redis ACL user; empty: the default"},
    {"bus.password_file", TEXT, FIELD(bus_password_file), "", 0, 0, NULL, NULL,
     "file whose first line is the Redis password; empty: none"},
    {"auth.mode", TEXT, FIELD(auth_mode), "trusted", 0, 0, "trusted", NULL,
     "trusted: one person on one machine, loopback only, no login"},
    {"log.level", CHOICE, FIELD(log_level), "info", 0, 0, "error|warning|info|debug", NULL,
     "what is written to stderr"},
    {"worker.runners", INTEGER, FIELD(worker_runners), "-1", -1, 256, NULL, "processes",
     "backtests run at once on this host; -1: one a core, 0: other programs do the work"},
    {"worker.lease", INTEGER, FIELD(worker_lease), "15", 6, 600, NULL, "s",
     "a worker whose beat stands still this long has lost its job"},
    {"worker.drain", INTEGER, FIELD(worker_drain), "20", 0, 3600, NULL, "s",
     "after SIGTERM a running job gets this long before it is handed over"},
    {"worker.memory", INTEGER, FIELD(worker_memory), "2048", 64, 1048576, NULL, "MB",
     "memory that one backtest may use"},
    {"worker.cpu", INTEGER, FIELD(worker_cpu), "3600", 1, 604800, NULL, "s",
     "processor time that one backtest may use"},
    {"worker.slots", TEXT, FIELD(worker_slots), "/run/candlemill/slots", 0, 0, NULL, NULL,
     "folder of the locks that bound the runners of a host"},
    {"worker.cache", TEXT, FIELD(worker_cache), "/var/cache/candlemill", 0, 0, NULL, NULL,
     "folder of decoded candles; empty: no cache"},
    {"worker.history", TEXT, FIELD(worker_history), "", 0, 0, NULL, NULL,
     "file that gets a line for every start and end of an attempt; empty: none"},
    {"relay.tasks", CHOICE, FIELD(relay_tasks), "on", 0, 0, "off|on", NULL,
     "tasks that other programs publish become records"},
    {"relay.events", CHOICE, FIELD(relay_events), "on", 0, 0, "off|on", NULL,
     "events that other workers publish count"},
    {"relay.silence", INTEGER, FIELD(relay_silence), "60", 1, 86400, NULL, "s",
     "a foreign worker that says nothing this long has lost its job"},
    {"relay.patience", INTEGER, FIELD(relay_patience), "86400", 1, 2592000, NULL, "s",
     "without runners: a job that no foreign worker takes fails after this"},
    {"user.running", INTEGER, FIELD(user_running), "64", 1, 100000, NULL, "jobs",
     "backtests of one user that run at once"},
    {"user.queued", INTEGER, FIELD(user_queued), "10000", 1, 1000000, NULL, "jobs",
     "open backtests of one user; more are answered 429"},
};
#define N_KEYS (sizeof keys / sizeof *keys)

const char *conf_key_at(int i) {
    return i >= 0 && (size_t)i < N_KEYS ? keys[i].name : NULL;
}

/* Index of word among "a|b|c", or -1. */
static int choice(const char *choices, const char *word) {
    size_t len = strlen(word);
    for (int i = 0;; i++) {
        size_t n = strcspn(choices, "|");
        if (n == len && memcmp(choices, word, n) == 0)
            return i;
        if (choices[n] == '\0')
            return -1;
        choices += n + 1;
    }
}

static enum err_code set(struct conf *c, const struct key *k, const char *value, struct err *e) {
    char *field = (char *)c + k->offset;
    if (k->choices && choice(k->choices, value) < 0)
        return err_at(e, ERR_INVALID, k->name, "choice", "%s = %s: must be one of %s", k->name,
                      value, k->choices);
    if (k->type == TEXT) {
        if (strlen(value) >= k->size)
            return err_at(e, ERR_INVALID, k->name, "too_long", "%s: longer than %zu bytes", k->name,
                          k->size - 1);
        snprintf(field, k->size, "%s", value);
        return ERR_NONE;
    }
    int64_t number;
    if (k->type == CHOICE) {
        number = choice(k->choices, value);
    } else if (!parse_i64(value, k->min, k->max, &number)) {
        return err_at(e, ERR_INVALID, k->name, "range",
                      "%s = %s: must be a whole number from %lld to %lld", k->name, value,
                      (long long)k->min, (long long)k->max);
    }
    if (k->size == sizeof(bool))
        *(bool *)field = number != 0;
    else
        memcpy(field, &number, sizeof number);
    return ERR_NONE;
}

static const struct key *find(const char *name, size_t len) {
    for (size_t i = 0; i < N_KEYS; i++)
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0)
            return &keys[i];
    return NULL;
}

/* s without spaces at both ends, cut in place. */
static char *trim(char *s) {
    while (isspace((unsigned char)*s))
        s++;
    size_t len = strlen(s);
    while (len > 0 && isspace((unsigned char)s[len - 1]))
        s[--len] = '\0';
    return s;
}

enum err_code conf_set(struct conf *c, const char *assignment, struct err *e) {
    char line[CONF_TEXT_MAX * 2];
    char *equals;
    if (strlen(assignment) >= sizeof line)
        return err_set(e, ERR_INVALID, "the line is too long");
    snprintf(line, sizeof line, "%s", assignment);
    equals = strchr(line, '=');
    if (!equals)
        return err_set(e, ERR_INVALID, "'%s': key = value is expected", assignment);
    *equals = '\0';
    char *name = trim(line), *value = trim(equals + 1);
    const struct key *k = find(name, strlen(name));
    if (!k)
        return err_at(e, ERR_INVALID, name, "unknown_key", "unknown key '%s'", name);
    return set(c, k, value, e);
}

static enum err_code read_file(struct conf *c, const char *path, struct err *e) {
    char line[CONF_TEXT_MAX * 2];
    FILE *f = fopen(path, "re");
    if (!f)
        return err_set(e, ERR_INVALID, "%s: %s", path, strerror(errno));
    enum err_code code = ERR_NONE;
    for (int number = 1; code == ERR_NONE && fgets(line, sizeof line, f); number++) {
        char *text = trim(line);
        struct err inner;
        if (*text == '\0' || *text == '#')
            continue;
        code = conf_set(c, text, &inner);
        if (code != ERR_NONE) {
            err_at(e, code, inner.pointer, inner.word, "%s, line %d: %s", path, number,
                   inner.message);
            if (e)
                e->line = number;
        }
    }
    fclose(f);
    return code;
}

static enum err_code read_environment(struct conf *c, struct err *e) {
    for (size_t i = 0; i < N_KEYS; i++) {
        char name[64] = "CANDLEMILL_";
        size_t len = strlen(name);
        for (const char *p = keys[i].name; *p && len < sizeof name - 1; p++)
            name[len++] = *p == '.' ? '_' : (char)toupper((unsigned char)*p);
        name[len] = '\0';
        const char *value = getenv(name);
        if (value && set(c, &keys[i], value, e) != ERR_NONE)
            return ERR_INVALID;
    }
    return ERR_NONE;
}

enum err_code conf_load(struct conf *c, const char *file, struct err *e) {
    struct conf fresh = {0};
    for (size_t i = 0; i < N_KEYS; i++)
        if (set(&fresh, &keys[i], keys[i].def, e) != ERR_NONE)
            return ERR_INVALID; /* a default outside its own bounds: the conf test finds it */
    const char *named = file ? file : getenv("CANDLEMILL_CONF");
    static const char installed[] = CANDLEMILL_SYSCONFDIR "/candlemill.conf";
    if (named || access(installed, R_OK) == 0) {
        enum err_code code = read_file(&fresh, named ? named : installed, e);
        if (code != ERR_NONE)
            return code;
    }
    if (read_environment(&fresh, e) != ERR_NONE)
        return ERR_INVALID;
    *c = fresh;
    return ERR_NONE;
}

/* The i-th word of "a|b|c". */
static void choice_print(const char *choices, int64_t i, struct buf *out) {
    while (i-- > 0)
        choices += strcspn(choices, "|") + 1;
    buf_add(out, choices, strcspn(choices, "|"));
}

void conf_print(const struct conf *c, struct buf *out) {
    for (size_t i = 0; i < N_KEYS; i++) {
        const struct key *k = &keys[i];
        const char *field = (const char *)c + k->offset;
        buf_fmt(out, "# %s", k->help);
        if (k->type == INTEGER)
            buf_fmt(out, " (%lld to %lld %s)", (long long)k->min, (long long)k->max, k->unit);
        else if (k->choices)
            buf_fmt(out, " (%s)", k->choices);
        buf_fmt(out, "\n%s = ", k->name);
        int64_t number = 0;
        if (k->type != TEXT) {
            if (k->size == sizeof(bool))
                number = *(const bool *)field;
            else
                memcpy(&number, field, sizeof number);
        }
        if (k->type == TEXT)
            buf_str(out, field);
        else if (k->type == CHOICE)
            choice_print(k->choices, number, out);
        else
            buf_fmt(out, "%lld", (long long)number);
        buf_str(out, "\n\n");
    }
}
