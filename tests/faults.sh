#!/bin/sh
# The promise of DESIGN 4 under faults (tests/faults/): half a minute of it, or with FAULTS=whole
# (make check-faults) all of it over both stores, about half an hour; not on a busy machine.
: "${srcdir:=.}" "${builddir:=.}"
command -v python3 >/dev/null && command -v redis-server >/dev/null || {
    echo 'skipped: python3 or redis-server is absent'
    exit 77
}
builddir=$(cd "$builddir" && pwd) || exit 99
export builddir
cd "$srcdir/tests/faults" || exit 99
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
[ $# -gt 0 ] || set -- test_checker test_promise test_mongo
exec python3 -m unittest -v "$@"
