/* A growing byte buffer with a maximum. data is always NUL-terminated when not NULL; the NUL is not
 * counted in len. Past the maximum (or without memory) the buffer is marked failed and later adds
 * do nothing, so a writer checks once at the end. */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, cap, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory; a failed buffer is usable again */

void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Room for `len` more bytes at the end, or NULL; buf_grown() then counts what was written there. */
char *buf_room(struct buf *b, size_t len);
void buf_grown(struct buf *b, size_t len);

/* Drops the first len bytes (a consumer's side of a queue). */
void buf_drop(struct buf *b, size_t len);

/* The data as a heap string that the caller frees; the buffer is empty afterwards. NULL when
 * failed. */
char *buf_detach(struct buf *b);

#endif
