/* CSV text: refused with line and message, or bars that hold what engine/bars.h promises. */
#include "tests/fuzz/fuzz.h"

#include "lib/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct err e = {.code = ERR_NONE};
    struct bars b;
    if (csv_read((const char *)data, size, &b, &e) == ERR_NONE) {
        size_t bar;
        FUZZ_MUST(bars_check(&b, &bar) == NULL);
        bars_release(&b);
    } else {
        FUZZ_MUST(e.code != ERR_NONE && e.message[0] != '\0');
    }
    return 0;
}
