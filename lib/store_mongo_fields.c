/* Fields of documents, and JSON texts as documents. */
#include <json-c/json_object_iterator.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/store_mongo.h"

void put_text(bson_t *doc, const char *key, const char *v) {
    if (v)
        BSON_APPEND_UTF8(doc, key, v);
}

void put_word(bson_t *doc, const char *key, const char *v) {
    if (v[0])
        BSON_APPEND_UTF8(doc, key, v);
}

void put_time(bson_t *doc, const char *key, int64_t ms) {
    if (ms != 0)
        BSON_APPEND_DATE_TIME(doc, key, ms);
}

static const char *text_of(const bson_t *doc, const char *key, size_t *ret_len) {
    bson_iter_t it;
    uint32_t len;
    if (!bson_iter_init_find(&it, doc, key) || !BSON_ITER_HOLDS_UTF8(&it))
        return NULL;
    const char *text = bson_iter_utf8(&it, &len);
    *ret_len = len;
    return text;
}

void get_text(const bson_t *doc, const char *key, char *ret, size_t size) {
    size_t len = 0;
    const char *text = text_of(doc, key, &len);
    if (len >= size)
        len = size - 1;
    if (text)
        memcpy(ret, text, len);
    ret[len] = 0;
}

char *get_heap(const bson_t *doc, const char *key) {
    size_t len;
    const char *text = text_of(doc, key, &len);
    return text ? strndup(text, len) : NULL;
}

int64_t get_int(const bson_t *doc, const char *key) {
    bson_iter_t it;
    return bson_iter_init_find(&it, doc, key) ? bson_iter_as_int64(&it) : 0;
}

double get_double(const bson_t *doc, const char *key) {
    bson_iter_t it;
    return bson_iter_init_find(&it, doc, key) ? bson_iter_as_double(&it) : 0;
}

int64_t get_time(const bson_t *doc, const char *key) {
    bson_iter_t it;
    bool is = bson_iter_init_find(&it, doc, key) && BSON_ITER_HOLDS_DATE_TIME(&it);
    return is ? bson_iter_date_time(&it) : 0;
}

bool get_bool(const bson_t *doc, const char *key, bool absent) {
    bson_iter_t it;
    return bson_iter_init_find(&it, doc, key) ? bson_iter_as_bool(&it) : absent;
}

/* --- JSON in --------------------------------------------------------------------------------- */

static bool put_value(bson_t *doc, const char *key, int key_len, struct json_object *v);

static bool put_members(bson_t *doc, struct json_object *o) {
    struct json_object_iterator it = json_object_iter_begin(o), end = json_object_iter_end(o);
    for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
        if (!put_value(doc, json_object_iter_peek_name(&it), -1, json_object_iter_peek_value(&it)))
            return false;
    return true;
}

static bool put_items(bson_t *doc, struct json_object *list) {
    size_t n = json_object_array_length(list);
    for (size_t i = 0; i < n; i++) {
        char buf[16];
        const char *index;
        size_t len = bson_uint32_to_string((uint32_t)i, &index, buf, sizeof buf);
        if (!put_value(doc, index, (int)len, json_object_array_get_idx(list, i)))
            return false;
    }
    return true;
}

static bool put_integer(bson_t *doc, const char *key, int key_len, struct json_object *v) {
    int64_t i = json_object_get_int64(v);
    if (i == INT64_MAX && json_object_get_uint64(v) > (uint64_t)INT64_MAX)
        return bson_append_double(doc, key, key_len, json_object_get_double(v));
    if (i >= INT32_MIN && i <= INT32_MAX)
        return bson_append_int32(doc, key, key_len, (int32_t)i);
    return bson_append_int64(doc, key, key_len, i);
}

static bool put_value(bson_t *doc, const char *key, int key_len, struct json_object *v) {
    bson_t child;
    switch (json_object_get_type(v)) {
    case json_type_boolean:
        return bson_append_bool(doc, key, key_len, json_object_get_boolean(v));
    case json_type_double:
        return bson_append_double(doc, key, key_len, json_object_get_double(v));
    case json_type_int:
        return put_integer(doc, key, key_len, v);
    case json_type_string:
        return bson_append_utf8(doc, key, key_len, json_object_get_string(v),
                                json_object_get_string_len(v));
    case json_type_object:
        return bson_append_document_begin(doc, key, key_len, &child) && put_members(&child, v) &&
               bson_append_document_end(doc, &child);
    case json_type_array:
        return bson_append_array_begin(doc, key, key_len, &child) && put_items(&child, v) &&
               bson_append_array_end(doc, &child);
    case json_type_null:
        break;
    }
    return bson_append_null(doc, key, key_len);
}

bool put_json(bson_t *doc, const char *key, const char *text, struct err *e) {
    struct json_object *tree = json_parse(text, strlen(text), e);
    if (!tree)
        return false;
    bool fine = put_value(doc, key, -1, tree);
    json_object_put(tree);
    if (!fine)
        err_set(e, ERR_TOO_LARGE, "the record is too large");
    return fine;
}

/* --- JSON out -------------------------------------------------------------------------------- */

static void put_out(struct json_out *j, bson_iter_t *it);

static void members_out(struct json_out *j, bson_iter_t *parent, bool object) {
    bson_iter_t it;
    json_begin(j, object ? '{' : '[');
    if (bson_iter_recurse(parent, &it)) {
        while (bson_iter_next(&it)) {
            if (object)
                json_key(j, bson_iter_key(&it));
            put_out(j, &it);
        }
    }
    json_end(j, object ? '}' : ']');
}

/* What another API may have put there as well: dates and ObjectIds become text. */
static void put_out(struct json_out *j, bson_iter_t *it) {
    char text[BSON_DECIMAL128_STRING];
    bson_decimal128_t decimal;
    uint32_t len;
    switch (bson_iter_type(it)) {
    case BSON_TYPE_DOUBLE:
        json_double(j, bson_iter_double(it));
        break;
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        json_int(j, bson_iter_as_int64(it));
        break;
    case BSON_TYPE_BOOL:
        json_boolean(j, bson_iter_bool(it));
        break;
    case BSON_TYPE_UTF8: {
        const char *s = bson_iter_utf8(it, &len);
        json_string_n(j, s, len);
        break;
    }
    case BSON_TYPE_DOCUMENT:
        members_out(j, it, true);
        break;
    case BSON_TYPE_ARRAY:
        members_out(j, it, false);
        break;
    case BSON_TYPE_DATE_TIME:
        json_string(j, time_format(bson_iter_date_time(it), text));
        break;
    case BSON_TYPE_OID:
        bson_oid_to_string(bson_iter_oid(it), text);
        json_string(j, text);
        break;
    case BSON_TYPE_DECIMAL128:
        bson_iter_decimal128(it, &decimal);
        bson_decimal128_to_string(&decimal, text);
        json_string(j, text);
        break;
    default:
        json_null(j);
    }
}

char *get_json(const bson_t *doc, const char *key) {
    bson_iter_t it;
    if (!bson_iter_init_find(&it, doc, key) ||
        !(BSON_ITER_HOLDS_DOCUMENT(&it) || BSON_ITER_HOLDS_ARRAY(&it)))
        return NULL;
    struct buf b;
    struct json_out j;
    buf_init(&b, 8 * (size_t)STORE_RECORD_MAX);
    json_out_init(&j, &b);
    put_out(&j, &it);
    char *text = buf_detach(&b);
    buf_release(&b);
    return text;
}
