/* Pine scripts: each gives a request, or lines that were refused, each with its reason. */
#include "tests/fuzz/fuzz.h"

#include "lib/pine.h"
#include "lib/spec.h"

/* What the importer made lacks only the market; as a request it is good, or refused with its word:
 * numbers out of bounds (initial_capital=0) are left to the judge of requests. */
static void judge(struct json_object *request) {
    struct err e = {.code = ERR_NONE};
    struct request r;
    const char *user = NULL;
    json_object_object_add(request, "symbol", json_object_new_string("X"));
    json_object_object_add(request, "interval", json_object_new_string("1h"));
    struct json_object *flat = request_flatten(request, &user, &e);
    enum err_code code = flat ? request_parse(flat, &r, &e) : e.code;
    if (code == ERR_NONE) {
        request_release(&r);
    } else {
        FUZZ_MUST(code == ERR_INVALID && e.message[0] != '\0' && e.pointer[0] != '\0');
    }
    json_object_put(flat);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct pine p;
    struct err e = {.code = ERR_NONE};
    if (pine_import((const char *)data, size, size % 2 ? 0.25 : 0, &p, &e) != ERR_NONE) {
        FUZZ_MUST(e.code != ERR_NONE && e.message[0] != '\0');
        return 0;
    }
    FUZZ_MUST(p.n_notes <= PINE_NOTES_MAX && p.n_refused <= p.n_notes);
    FUZZ_MUST((p.request == NULL) == (p.n_refused > 0));
    for (size_t i = 0; i < p.n_notes; i++)
        FUZZ_MUST(p.notes[i].line >= 0 && p.notes[i].text[0] != '\0');
    if (p.request)
        judge(p.request);
    pine_release(&p);
    return 0;
}
