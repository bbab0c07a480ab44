/* One error, on the caller's stack; libraries fill it, programs log it. One table maps a code to
 * the HTTP status, the word in JSON and the exit status of the command line. */
#ifndef LIB_ERR_H
#define LIB_ERR_H

enum err_code {
    ERR_NONE,
    ERR_INVALID,        /* the input is wrong: 400, exit 4 */
    ERR_UNAUTHORIZED,   /* 401 */
    ERR_FORBIDDEN,      /* 403 */
    ERR_NOT_FOUND,      /* 404, exit 3 */
    ERR_METHOD,         /* 405 */
    ERR_NOT_ACCEPTABLE, /* 406 */
    ERR_CONFLICT,       /* 409: not in this state */
    ERR_DUPLICATE,      /* 409: the _id exists; how claims and ends are decided */
    ERR_TOO_LARGE,      /* 413 */
    ERR_MEDIA_TYPE,     /* 415 */
    ERR_UNPROCESSABLE,  /* 422: well formed, but cannot be done (another payload under the same key,
                           bad data) */
    ERR_BUSY,           /* 429: over a limit, try later */
    ERR_INTERNAL,       /* 500 */
    ERR_UNAVAILABLE, /* 503: store or bus is away; nothing is known to have happened; try again */
    ERR_FULL,        /* 507: no space left; nothing was written */
    ERR_CODE_COUNT
};

#define ERR_MESSAGE_MAX 480
#define ERR_POINTER_MAX 160

struct err {
    enum err_code code;
    char message[ERR_MESSAGE_MAX]; /* a sentence for a person, UTF-8 */
    char pointer[ERR_POINTER_MAX]; /* JSON Pointer into the request, a CSV column or a query key; or
                                      empty */
    char word[32];                 /* finer code for programs ("unknown_key"), or empty */
    int line, column;              /* from 1; 0: not known */
};

/* Each sets the whole struct and returns code, so a function can end with `return err_set(...)`.
 * e may be NULL. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, with the place: pointer (may be NULL) and a finer word (may be NULL). */
enum err_code err_at(struct err *e, enum err_code code, const char *pointer, const char *word,
                     const char *fmt, ...) __attribute__((format(printf, 5, 6)));

int err_http_status(enum err_code code);
int err_exit_status(enum err_code code);
const char *err_word(enum err_code code);  /* "not_found" */
const char *err_title(enum err_code code); /* "Not found" */

#endif
