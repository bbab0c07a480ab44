#!/bin/sh
# The real candlemilld on a store in a temp dir, with a private redis: tests/worker/test_*.py.
#   tests/worker.sh [TEST...]      as python3 -m unittest names them
: "${srcdir:=.}" "${builddir:=.}"
command -v python3 >/dev/null && command -v redis-server >/dev/null || {
    echo 'skipped: python3 or redis-server is absent'
    exit 77
}
builddir=$(cd "$builddir" && pwd) || exit 99
export builddir
cd "$srcdir/tests/worker" || exit 99
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
[ $# -gt 0 ] || set -- test_worker test_relay
exec python3 -m unittest -v "$@"
