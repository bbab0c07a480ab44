#include "cli/load.h"

#include <string.h>

#include "lib/csv.h"
#include "lib/id.h"

void loaded_release(struct loaded *j) {
    if (j->have_data)
        market_data_release(&j->data);
    market_extra_release(&j->extra);
    if (j->have_request)
        request_release(&j->request);
    if (j->have_file)
        bars_release(&j->file);
    json_object_put(j->flat);
}

/* "data/BTCUSDT-PERP-1m.csv" -> "BTCUSDT-PERP": the name without folder, ending and interval. */
static void symbol_of(const char *path, char ret[static SYMBOL_MAX]) {
    char name[256];
    enum interval iv;
    const char *slash = strrchr(path, '/');
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
    name[strcspn(name, ".")] = '\0';
    char *dash = strrchr(name, '-');
    if (dash && dash > name && interval_parse(dash + 1, &iv))
        *dash = '\0';
    name[SYMBOL_MAX - 1] = '\0';
    snprintf(ret, SYMBOL_MAX, "%.*s", SYMBOL_MAX - 1, symbol_valid(name) ? name : "FILE");
}

static void set_default(struct json_object *o, const char *key, const char *value) {
    struct json_object *v;
    if (!json_object_object_get_ex(o, key, &v) || !v)
        json_object_object_add(o, key, json_object_new_string(value));
}

/* The file's bars and their interval; the request gets symbol and interval where it has none. */
static enum err_code load_file(const char *path, struct loaded *j, enum interval *ret,
                               struct err *e) {
    char symbol[SYMBOL_MAX];
    int64_t step;
    struct buf text;
    enum err_code code = read_input(path, CSV_BODY_MAX, &text, e);
    if (code != ERR_NONE)
        return code;
    code = csv_read(text.data ? text.data : "", text.len, &j->file, e);
    buf_release(&text);
    if (code != ERR_NONE) {
        struct err inner = *e;
        return err_set(e, code, "%.150s: %.300s", path, inner.message);
    }
    j->have_file = true;
    symbol_of(path, symbol);
    set_default(j->flat, "symbol", symbol);
    bool known = market_interval(&j->file, ret, &step);
    const char *given = NULL;
    json_get_string(j->flat, "interval", &given, NULL);
    if (known)
        set_default(j->flat, "interval", interval_name(*ret));
    else if (!given)
        return err_set(e, ERR_INVALID,
                       "%.150s: the commonest distance of its bars (%lld s) is no interval; "
                       "say which one they have: --interval",
                       path, (long long)(step / 1000));
    else if (!interval_parse(given, ret)) /* request_parse says so better */
        *ret = INTERVAL_1D;
    return ERR_NONE;
}

enum err_code load_bars(const struct args *a, struct loaded *j, struct err *e) {
    const char *path = args_value(a, "data");
    enum interval stored = INTERVAL_1D;
    enum err_code code = path ? load_file(path, j, &stored, e) : ERR_NONE;
    if (code == ERR_NONE) {
        json_object_object_del(j->flat, "userId"); /* whose run it is means nothing here */
        code = request_parse(j->flat, &j->request, e);
        j->have_request = code == ERR_NONE;
    }
    if (code != ERR_NONE)
        return code;
    size_t warmup = j->request.want_warmup;
    if (path) {
        code = market_from_bars(&j->file, stored, &j->request, warmup, &j->data, e);
        j->have_data = code == ERR_NONE;
        if (code == ERR_NONE)
            code = market_extra_from_bars(&j->file, stored, &j->request, &j->data, &j->extra, e);
    } else {
        struct store *store = store_from_args(a, e);
        if (!store)
            return e->code;
        code = market_load(store, &j->request, warmup, &j->data, e);
        j->have_data = code == ERR_NONE;
        if (code == ERR_NONE)
            code = market_extra_load(store, &j->request, &j->data, NULL, NULL, &j->extra, e);
        store_close(store);
    }
    return code;
}
