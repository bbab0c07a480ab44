#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST 256

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf){.max = max};
}

void buf_release(struct buf *b) {
    free(b->data);
    buf_init(b, b->max);
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

char *buf_room(struct buf *b, size_t len) {
    if (b->failed)
        return NULL;
    if (len > b->max || b->len > b->max - len) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->len + len + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap : BUF_FIRST;
        while (cap < need)
            cap += cap / 2 + BUF_FIRST;
        char *data = realloc(b->data, cap);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_grown(struct buf *b, size_t len) {
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *data, size_t len) {
    char *room = buf_room(b, len);
    if (!room)
        return;
    if (len > 0)
        memcpy(room, data, len);
    buf_grown(b, len);
}

void buf_str(struct buf *b, const char *s) {
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

void buf_fmt(struct buf *b, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *room = len < 0 ? NULL : buf_room(b, (size_t)len);
    if (!room) {
        b->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(room, (size_t)len + 1, fmt, args);
    va_end(args);
    buf_grown(b, (size_t)len);
}

void buf_drop(struct buf *b, size_t len) {
    if (len >= b->len) {
        b->len = 0;
    } else {
        memmove(b->data, b->data + len, b->len - len);
        b->len -= len;
    }
    if (b->data)
        b->data[b->len] = '\0';
}

char *buf_detach(struct buf *b) {
    if (!b->failed && !b->data)
        buf_add(b, "", 0);
    char *data = b->data;
    if (b->failed) {
        free(data);
        data = NULL;
    }
    buf_init(b, b->max);
    return data;
}
