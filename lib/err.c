#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *title;
    int http, exit;
} codes[ERR_CODE_COUNT] = {
    [ERR_NONE] = {"ok", "OK", 200, 0},
    [ERR_INVALID] = {"invalid", "Invalid input", 400, 4},
    [ERR_UNAUTHORIZED] = {"unauthorized", "Not logged in", 401, 1},
    [ERR_FORBIDDEN] = {"forbidden", "Not allowed", 403, 1},
    [ERR_NOT_FOUND] = {"not_found", "Not found", 404, 3},
    [ERR_METHOD] = {"method_not_allowed", "Method not allowed", 405, 1},
    [ERR_NOT_ACCEPTABLE] = {"not_acceptable", "Not acceptable", 406, 1},
    [ERR_CONFLICT] = {"conflict", "Not possible in this state", 409, 1},
    [ERR_DUPLICATE] = {"duplicate", "Exists already", 409, 1},
    [ERR_TOO_LARGE] = {"too_large", "Too large", 413, 4},
    [ERR_MEDIA_TYPE] = {"unsupported_media_type", "Unsupported media type", 415, 1},
    [ERR_UNPROCESSABLE] = {"unprocessable", "Cannot be done", 422, 4},
    [ERR_BUSY] = {"busy", "Too many requests", 429, 1},
    [ERR_INTERNAL] = {"internal", "Internal error", 500, 1},
    [ERR_UNAVAILABLE] = {"unavailable", "Temporarily unavailable", 503, 1},
    [ERR_FULL] = {"no_space", "No space left", 507, 1},
};

__attribute__((format(printf, 5, 0))) static void fill(struct err *e, enum err_code code,
                                                       const char *pointer, const char *word,
                                                       const char *fmt, va_list args) {
    *e = (struct err){.code = code};
    if (pointer)
        snprintf(e->pointer, sizeof e->pointer, "%s", pointer);
    if (word)
        snprintf(e->word, sizeof e->word, "%s", word);
    vsnprintf(e->message, sizeof e->message, fmt, args);
}

enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...) {
    if (e) {
        va_list args;
        va_start(args, fmt);
        fill(e, code, NULL, NULL, fmt, args);
        va_end(args);
    }
    return code;
}

enum err_code err_at(struct err *e, enum err_code code, const char *pointer, const char *word,
                     const char *fmt, ...) {
    if (e) {
        va_list args;
        va_start(args, fmt);
        fill(e, code, pointer, word, fmt, args);
        va_end(args);
    }
    return code;
}

int err_http_status(enum err_code code) {
    return codes[code].http;
}

int err_exit_status(enum err_code code) {
    return codes[code].exit;
}

const char *err_word(enum err_code code) {
    return codes[code].word;
}

const char *err_title(enum err_code code) {
    return codes[code].title;
}
