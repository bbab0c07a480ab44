#!/bin/sh
# Includes point one way: programs -> lib -> engine; one door to each outside thing.
cd "${srcdir:-.}" || exit 99
bad=0
check() { # message, pattern, files...
    message=$1 pattern=$2
    shift 2
    found=$(grep -nE "^#include $pattern" "$@" /dev/null)
    [ -z "$found" ] || { printf '%s\n' "$found" | sed "s|^|layers: $message: |"; bad=1; }
}
but() { # files of the tree but those that match
    find engine lib fcgi worker ws cli -name '*.[ch]' | grep -vE "$1"
}
set -f
check 'engine uses libc maths only' '(<(stdio|time|pthread|unistd|json-c/.*|sys/.*)|"(lib|fcgi|worker|ws|cli)/)' $(find engine -name '*.[ch]')
check 'lib may use engine only' '"(fcgi|worker|ws|cli)/' $(find lib -name '*.[ch]')
for p in fcgi worker ws cli; do
    others=$(printf '%s\n' fcgi worker ws cli | grep -v "^$p$" | paste -sd'|')
    check 'programs never include one another' "\"($others)/" $(find $p -name '*.[ch]')
done
check 'FastCGI has one door, fcgi/serve.c' '<fcgi' $(but '^fcgi/serve\.c$')
check 'Redis has one door, lib/bus*.c' '<(hiredis|hiredis/.*)\.h>' $(but '^lib/bus[a-z_]*\.c$')
check 'MongoDB has one door, lib/store_mongo*.c' '<(mongoc|bson)' $(but '^lib/store_mongo[a-z_]*\.[ch]$')
check 'SQLite has one door, lib/store_sqlite*.c' '<sqlite3' $(but '^lib/store_sqlite[a-z_]*\.[ch]$')
check 'libcurl has one door, cli/client.c' '<curl' $(but '^cli/client\.c$')
check 'sodium has one door, lib/auth.c' '<sodium' $(but '^lib/auth\.c$')
exit $bad
