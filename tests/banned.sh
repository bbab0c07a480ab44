#!/bin/sh
# Calls that this project does not make, and files that grew past one room.
cd "${srcdir:-.}" || exit 99
bad=0
sources=$(find engine lib fcgi worker ws cli tests bench -name '*.[ch]')
calls='atoi|atol|atoll|atof|strcpy|strcat|sprintf|vsprintf|strtok|gets|localtime|gmtime|ctime|asctime|system|popen|tmpnam|mktemp|setlocale|alloca|sscanf|rand|srand'
# shellcheck disable=SC2086
found=$(grep -nE "(^|[^A-Za-z0-9_>.])($calls) *\(" $sources /dev/null | grep -v 'banned: allowed')
[ -z "$found" ] || { printf '%s\n' "$found" | sed 's/^/banned call: /'; bad=1; }
# shellcheck disable=SC2086
found=$(grep -nE '([A-Za-z_>.-]+) = realloc\(\1,' $sources /dev/null)
[ -z "$found" ] || { printf '%s\n' "$found" | sed 's/^/leaks when memory ends: /'; bad=1; }
# shellcheck disable=SC2086
long=$(wc -l $sources | awk '$2 != "total" && $1 > 500 {print $2 ": " $1 " lines"}')
[ -z "$long" ] || { printf '%s\n' "$long" | sed 's/^/over 500 lines: /'; bad=1; }
exit $bad
