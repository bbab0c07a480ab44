/* Strategy JSON: any text is refused with a message, or what is printed of it reads back as the
 * same and compiles as well. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "lib/spec.h"

/* The strategy as printed, heap; NULL: refused. */
static char *read_and_print(const char *text, size_t len) {
    struct err e = {.code = ERR_NONE};
    struct strategy s;
    char *printed = NULL;
    struct json_object *o = json_parse(text, len, &e);
    if (!o) {
        FUZZ_MUST(e.code != ERR_NONE && e.message[0] != '\0');
        return NULL;
    }
    if (strategy_parse(o, "", &s, &e) == ERR_NONE) {
        if (strategy_check(&s, o, "", NULL, &e) == ERR_NONE) {
            struct buf b;
            struct json_out j;
            buf_init(&b, 4 * JSON_BODY_MAX);
            json_out_init(&j, &b);
            strategy_json(&j, &s);
            printed = buf_detach(&b);
            FUZZ_MUST(printed != NULL);
        }
        strategy_release(&s);
    }
    FUZZ_MUST(printed || e.message[0] != '\0');
    json_object_put(o);
    return printed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *once = read_and_print((const char *)data, size);
    if (once) {
        char *twice = read_and_print(once, strlen(once));
        FUZZ_MUST(twice && strcmp(once, twice) == 0);
        free(twice);
    }
    free(once);
    return 0;
}
