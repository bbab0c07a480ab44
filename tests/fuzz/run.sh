#!/bin/bash
# Lets libFuzzer look for inputs that break something; what `make fuzz` runs.
#   tests/fuzz/run.sh [NAME...]        csv expr request run strategy …, default: all, one behind the other
#   FUZZ_SECONDS=60                    how long each
# It makes a build of its own (clang, libFuzzer, ASan, UBSan) in BUILD/fuzz. New inputs are kept in BUILD/fuzz/found/NAME;
# what breaks something is written to BUILD/fuzz/NAME-crash-*, and the exit status is 1.
set -euo pipefail
top=$(cd "${srcdir:-.}" && pwd)
work=$(cd "${builddir:-.}" && pwd)/fuzz
mkdir -p "$work"
cd "$work"
log=$work/build.log
{ [ -f Makefile ] || "$top/configure" --silent --enable-fuzz CC=clang CFLAGS='-O1 -g'; } >"$log" 2>&1 &&
    make -j"$(nproc)" fuzz-programs >>"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }

[ $# -gt 0 ] || for corpus in "$top"/tests/fuzz/corpus/*; do set -- "$@" "${corpus##*/}"; done
status=0
for name in "$@"; do
    case $name in
    expr | pine) words=$name ;;
    csv) words='' ;;
    *) words=json ;;
    esac
    mkdir -p "found/$name"
    log=$work/$name.log
    "tests/fuzz/fuzz_$name" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -rss_limit_mb=3000 -print_final_stats=1 \
        -artifact_prefix="$work/$name-" ${words:+-dict="$top/tests/fuzz/$words.dict"} \
        "found/$name" "$top/tests/fuzz/corpus/$name" >"$log" 2>&1 || status=1
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    if grep -qE '^(==[0-9]+==|SUMMARY|artifact_prefix)' "$log" && compgen -G "$name-*-*" >/dev/null; then
        echo "$name: FOUND SOMETHING: $log"
    else
        echo "$name: ${runs:-0} executions in ${FUZZ_SECONDS:-60} s, nothing found"
    fi
done
exit $status
