#!/bin/sh
# Every fuzzer over its committed corpus: what was found once stays found.
passed=0 failed=0
for corpus in "$srcdir"/tests/fuzz/corpus/*; do
    name=${corpus##*/}
    if "$builddir/tests/fuzz/fuzz_$name" "$corpus"/*; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: tests/fuzz/fuzz_$name $corpus/*"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
