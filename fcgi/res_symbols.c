/* What candles are stored. */
#include <string.h>

#include "fcgi/answer.h"
#include "fcgi/res.h"

static enum err_code list(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct series_list found;
    struct json_out j;
    enum err_code code = store_series(app->store, http_text(r, "symbol"), &found, e);
    if (code != ERR_NONE)
        return code;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_key(&j, "items");
    json_begin(&j, '[');
    for (size_t i = 0; i < found.n; i++) {
        const struct series_info *one = &found.items[i];
        if (i == 0 || strcmp(one->symbol, one[-1].symbol) != 0) {
            json_begin(&j, '{');
            json_put_string(&j, "symbol", one->symbol);
            json_key(&j, "intervals");
            json_begin(&j, '[');
        }
        json_begin(&j, '{');
        json_put_string(&j, "interval", interval_name(one->interval));
        json_key(&j, "from");
        time_json(&j, one->from);
        json_key(&j, "to");
        time_json(&j, one->to);
        json_put_int(&j, "bars", one->bars);
        json_end(&j, '}');
        if (i + 1 == found.n || strcmp(one->symbol, one[1].symbol) != 0) {
            json_end(&j, ']');
            json_end(&j, '}');
        }
    }
    json_end(&j, ']');
    json_put_string(&j, "next", NULL);
    json_end(&j, '}');
    series_list_release(&found);
    http_etag(s, s->body.data, s->body.len);
    s->storable = true;
    return ERR_NONE;
}

static const struct query_key symbols_query[] = {
    QUERY_USER_ID,
    {.name = "symbol", .type = QUERY_SYMBOL},
    {0},
};

const struct route symbol_routes[] = {
    {HTTP_GET, "/api/market/symbols", list, ROUTE_STORE, symbols_query, NULL, 0,
     "symbols and intervals that have candles"},
    {0},
};
