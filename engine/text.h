/* Short messages for people, without stdio: the engine has no I/O, not even into memory. */
#ifndef ENGINE_TEXT_H
#define ENGINE_TEXT_H

#include <stddef.h>

/* Fills buf (always terminated, cut at a whole UTF-8 character). The directives are %s (a string; a
 * longer one than TEXT_WORD_MAX bytes is cut and ends in "…"), %d (int), %f (double: whole numbers
 * without a point, others with up to six digits behind it) and %%. */
void text_format(char *buf, size_t cap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define TEXT_WORD_MAX 80 /* a message shows at most this much of what somebody typed */

/* Bytes of the UTF-8 character at s (1 for a byte that starts none), never past end. */
size_t text_char_bytes(const char *s, const char *end);

#endif
