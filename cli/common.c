/* What verbs share: errors, files, configuration and store, output. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json_pointer.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int fail(const struct args *a, const struct err *e) {
    fprintf(stderr, "candlemill %s: %s\n", a->command->name, e->message);
    return err_exit_status(e->code);
}

/* The n-th line (from 1) of text, its length in *ret_len. */
static const char *line_of(const char *text, int n, size_t *ret_len) {
    for (; n > 1 && text; n--) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    *ret_len = text ? strcspn(text, "\n") : 0;
    return text;
}

int fail_in(const struct args *a, const struct err *e, struct json_object *tree) {
    struct json_object *v = NULL;
    int status = fail(a, e);
    size_t len;
    if (e->line < 1 || e->column < 1 || !e->pointer[0] || !tree ||
        json_pointer_get(tree, e->pointer, &v) != 0 || !json_object_is_type(v, json_type_string))
        return status;
    const char *line = line_of(json_object_get_string(v), e->line, &len);
    if (!line || len > 200)
        return status;
    fprintf(stderr, "    %.*s\n    ", (int)len, line);
    for (int i = 1; i < e->column; line++) /* under the character, whatever its bytes */
        if (*line == '\t' || ((unsigned char)*line & 0xc0) != 0x80) {
            fputc(*line == '\t' ? '\t' : ' ', stderr);
            i++;
        }
    fputs("^\n", stderr);
    return status;
}

enum err_code read_input(const char *path, size_t max, struct buf *ret, struct err *e) {
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL, "%s: %s", path,
                       strerror(errno));
    buf_init(ret, max);
    enum err_code code = ERR_NONE;
    for (;;) {
        char *room = buf_room(ret, 1 << 16);
        if (!room) {
            code = err_set(e, ERR_TOO_LARGE, "%s: larger than %zu bytes", path, max);
            break;
        }
        ssize_t got = read(fd, room, 1 << 16);
        if (got > 0)
            buf_grown(ret, (size_t)got);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR) {
            code = err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
            break;
        }
    }
    if (!is_stdin)
        close(fd);
    if (code != ERR_NONE)
        buf_release(ret);
    return code;
}

enum err_code conf_from_args(const struct args *a, struct conf *ret, struct err *e) {
    enum err_code code = conf_load(ret, args_value(a, "config"), e);
    for (size_t i = 0; i < a->n && code == ERR_NONE; i++)
        if (a->items[i].option && strcmp(a->items[i].option->name, "option") == 0)
            code = conf_set(ret, a->items[i].value, e);
    return code;
}

struct store *store_from_args(const struct args *a, struct err *e) {
    struct conf conf;
    if (conf_from_args(a, &conf, e) != ERR_NONE)
        return NULL;
    const struct store_options options = {
        .sync_full = conf.store_sync_full, .timeout_ms = 5000, .program = "candlemill"};
    return store_open(conf.store_uri, &options, e);
}

static void put_indented(struct json_object *o, int depth);

static void put_text(struct json_object *o) {
    char *text = json_text(o);
    fputs(text ? text : "null", stdout);
    free(text);
}

static void put_pad(int depth) {
    printf("\n%*s", depth * 2, "");
}

static void put_members(struct json_object *o, int depth) {
    const char *comma = "";
    putchar('{');
    json_object_object_foreach(o, key, v) {
        struct json_object *name = json_object_new_string(key);
        fputs(comma, stdout);
        put_pad(depth + 1);
        put_text(name);
        json_object_put(name);
        fputs(": ", stdout);
        put_indented(v, depth + 1);
        comma = ",";
    }
    put_pad(depth);
    putchar('}');
}

static void put_indented(struct json_object *o, int depth) {
    bool object = json_object_is_type(o, json_type_object);
    bool array = json_object_is_type(o, json_type_array);
    if (object && json_object_object_length(o) > 0) {
        put_members(o, depth);
    } else if (array && json_object_array_length(o) > 0) {
        putchar('[');
        for (size_t i = 0; i < json_object_array_length(o); i++) {
            fputs(i ? "," : "", stdout);
            put_pad(depth + 1);
            put_indented(json_object_array_get_idx(o, i), depth + 1);
        }
        put_pad(depth);
        putchar(']');
    } else {
        put_text(o);
    }
}

void print_tree(struct json_object *o) {
    put_indented(o, 0);
    putchar('\n');
}

bool show_options_good(const struct args *a) {
    const char *csv = args_value(a, "csv");
    if (csv && strcmp(csv, "trades") != 0 && strcmp(csv, "equity") != 0)
        usage_error(a, "--csv is 'trades' or 'equity', not '%.20s'", csv);
    else if (csv && args_flag(a, "json"))
        usage_error(a, "--json and --csv exclude one another");
    else
        return true;
    return false;
}

int close_output(const struct args *a) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_SUCCESS;
    fprintf(stderr, "candlemill %s: cannot write: %s\n", a->command->name, strerror(errno));
    return EXIT_FAILURE;
}
