#!/bin/bash
# The real API programs as plain CGI, and as FastCGI on a unix socket (spawn-fcgi, cgi-fcgi): requests,
# bodies that lie about their length, signals while idle and in the middle of a request, shared sockets.
set -u
for tool in spawn-fcgi cgi-fcgi jq; do
    command -v $tool >/dev/null || { echo "cgi.sh: $tool is missing, skipped" >&2; exit 77; }
done
programs=${builddir:-.}/fcgi
dir=$(mktemp -d /tmp/candlemill-cgi-XXXXXX)
started=() # pids that are ours to end
trap 'for p in "${started[@]}"; do kill -9 "$p" 2>/dev/null; done; rm -rf "$dir"' EXIT
failed=0 passed=0

ok() { # WHAT, command...
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $what"
        sed 's/^/    /' "$dir/out" "$dir/err" 2>/dev/null | tail -n 20
    fi
}
until_true() { # SECONDS, command...: waits for a condition
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        read -rt 0.01 <>"$dir/never" || :
    done
}
mkfifo "$dir/never"

settings=(CANDLEMILL_CONF=/dev/null "CANDLEMILL_STORE_URI=sqlite:$dir/db" CANDLEMILL_BUS_URI=none)
request() { # METHOD URI [VARIABLE=value]...: the environment of one
    local query=''
    case $2 in *\?*) query=${2#*\?} ;; esac
    env=(REQUEST_METHOD="$1" REQUEST_URI="$2" QUERY_STRING="$query" GATEWAY_INTERFACE=CGI/1.1
        REMOTE_ADDR=127.0.0.1 SERVER_ADDR=127.0.0.1 SERVER_PORT=4000 HTTP_HOST=127.0.0.1:4000 "${@:3}")
}
cgi() { # PROGRAM METHOD URI [VARIABLE=value]... <body
    request "${@:2}"
    env -i "${settings[@]}" "${env[@]}" "$programs/$1.fcgi" >"$dir/out" 2>"$dir/err"
}
fcgi() { # SOCKET METHOD URI [VARIABLE=value]... <body
    request "${@:2}"
    env -i "${env[@]}" cgi-fcgi -bind -connect "$dir/$1" >"$dir/out" 2>"$dir/err"
}
status() { [ "$(sed -n '1s/^Status: \([0-9]*\).*/\1/p' "$dir/out")" = "$1" ]; }
body() { sed '1,/^\r*$/d' "$dir/out"; }
whole() { # Content-Length is the length of the body
    [ "$(sed -n 's/^Content-Length: \([0-9]*\)\r*$/\1/p' "$dir/out")" = "$(body | wc -c)" ]
}
field() { [ "$(body | jq -r "$1")" = "$2" ]; }

good='{"symbol":"X","interval":"1d","strategies":["sma"]}'
json="CONTENT_TYPE=application/json"
length="CONTENT_LENGTH=${#good}"
csv=$'time,open,high,low,close\n2024-01-01,1,2,0.5,1.5\n2024-01-02,1,2,0.5,1.5\n'

# --- plain CGI
cgi system GET /api/version </dev/null
ok 'CGI: version' status 200
ok 'CGI: its length' whole
ok 'CGI: one line in the log' [ "$(grep -c 'GET /api/version 200' "$dir/err")" = 1 ]
cgi system HEAD /api/version </dev/null
ok 'CGI: HEAD has no body' [ -z "$(body)" ]
ok 'CGI: HEAD tells the length' grep -q '^Content-Length: [1-9]' "$dir/out"
cgi algo POST /api/algo/backtest "$json" "$length" HTTP_X_REQUEST_ID=mine.1 <<<"$good"
ok 'CGI: submit' status 202
ok 'CGI: request id in the answer' grep -q '^X-Request-Id: mine.1' "$dir/out"
ok 'CGI: request id and job id in the log' grep -q "mine.1 POST .*$(body | jq -r .id)" "$dir/err"
id=$(body | jq -r .id)
cgi algo GET "/api/algo/backtest/$id" </dev/null
ok 'CGI: what was submitted is there' field .backtestId "$id"
cgi algo POST /api/algo/backtest "$json" CONTENT_LENGTH=5000 <<<"$good"
ok 'CGI: body shorter than announced' status 400
cgi algo POST /api/algo/backtest "$json" CONTENT_LENGTH=999999999 <<<"$good"
ok 'CGI: body announced too long' status 413
cgi algo POST /api/algo/backtest "$json" HTTP_TRANSFER_ENCODING=chunked <<<"$good"
ok 'CGI: body of unknown length' status 202
head -c 300000 /dev/zero | tr '\0' ' ' | cgi algo POST /api/algo/backtest "$json" HTTP_TRANSFER_ENCODING=chunked
ok 'CGI: body of unknown length, too long' status 413
printf '{"symbol":"a\0b"}' | cgi algo POST /api/algo/backtest "$json" CONTENT_LENGTH=16
ok 'CGI: a zero byte' status 400
cgi market PUT '/api/market/candles?symbol=X&interval=1d' CONTENT_TYPE=text/csv CONTENT_LENGTH=${#csv} <<<"$csv"
ok 'CGI: candles' field .added 2
cgi market GET '/api/market/candles?symbol=X&interval=1d' HTTP_ACCEPT=text/csv </dev/null
ok 'CGI: candles as CSV' [ "$(body | wc -l)" = 3 ]
cgi algo GET /api/algo/backtest SCRIPT_NAME=/cgi-bin/algo.fcgi REQUEST_URI=/sub/api/algo/backtest </dev/null
ok 'CGI: below a prefix' status 200
cgi algo GET /api/algo/backtest REMOTE_ADDR=10.1.2.3 </dev/null
ok 'CGI: another machine' status 403

# The server may hand a stranger's query over as arguments: they are not looked at.
request GET '/api/version?-R'
env -i "${settings[@]}" "${env[@]}" "$programs/system.fcgi" -R >"$dir/out" 2>"$dir/err" </dev/null
ok 'CGI: arguments are ignored' status 400

env -i "${settings[@]}" "$programs/algo.fcgi" </dev/null >"$dir/out" 2>"$dir/err"
ok 'neither FastCGI nor CGI: usage, exit 2' [ $? = 2 ]
"$programs/algo.fcgi" -x >"$dir/out" 2>"$dir/err" </dev/null
ok 'wrong option: exit 2' [ $? = 2 ]
"$programs/algo.fcgi" -n -f /dev/null >"$dir/out" 2>"$dir/err" </dev/null
ok '-n checks the configuration' grep -q '^configuration OK' "$dir/out"
"$programs/algo.fcgi" -n -f /dev/null -o log.level=loud >"$dir/out" 2>"$dir/err" </dev/null
ok '-o with a wrong value' [ $? = 1 ]
"$programs/algo.fcgi" -R >"$dir/out" </dev/null
ok '-R prints the routes' grep -q '^POST   /api/algo/backtest/{id}/cancel' "$dir/out"

# Every route is in docs/api.md, and nothing there is no route.
for program in algo market system; do "$programs/$program.fcgi" -R </dev/null; done |
    sed -E 's/^([A-Z]+) +([^ ?]*).*/\1 \2/' | sort >"$dir/routes"
sed -nE 's/^\| `([A-Z]+ \/api[^`]*)` .*/\1/p' "${srcdir:-.}/docs/api.md" | sort >"$dir/documented"
ok 'docs/api.md has the routes' diff "$dir/routes" "$dir/documented"

# A hundred at once under one key are one backtest.
key=HTTP_IDEMPOTENCY_KEY=order-66
request POST /api/algo/backtest "$json" "$length" "$key"
printf %s "$good" >"$dir/good"
seq 100 | env -i PATH="$PATH" "${settings[@]}" "${env[@]}" \
    xargs -P 8 -I{} sh -c "'$programs/algo.fcgi' <'$dir/good' >'$dir/twin.{}' 2>>'$dir/twins.err'"
ok 'Idempotency-Key: all are accepted' [ "$(grep -l '^Status: 202' "$dir"/twin.[0-9]* | wc -l)" = 100 ]
ok 'Idempotency-Key: one id' [ "$(cat "$dir"/twin.[0-9]* | grep -o '"backtestId":"[^"]*"' | sort -u | wc -l)" = 1 ]

# --- FastCGI
start() { # PROGRAM SOCKET: one process, its pid in $pid
    env -i "${settings[@]}" spawn-fcgi -n -s "$dir/$2" -- "$(realpath "$programs")/$1.fcgi" \
        >>"$dir/$2.log" 2>&1 &
    pid=$!
    started+=("$pid")
    until_true 10 serving "$2" || echo "FAIL: $1 does not start"
}
serving() {
    fcgi "$1" GET /api/nowhere </dev/null
    status 404
}
gone() { [ ! -d "/proc/$1" ] || grep -qs "^State:.Z" "/proc/$1/status"; } # or waits to be reaped
sockets() { [ "$(find "/proc/$pid/fd" -lname 'socket:*' | wc -l)" = "$1" ]; } # of the last one started

start algo algo
fcgi algo GET "/api/algo/backtest/$id" </dev/null
ok 'FastCGI: the store that CGI wrote' field .id "$id"
ok 'FastCGI: its length' whole
fcgi algo POST /api/algo/backtest "$json" "$length" <<<"$good"
ok 'FastCGI: submit' status 202
for i in 1 2 3 4 5; do # one process, one request after the other: nothing of the last one stays
    fcgi algo GET "/api/algo/backtest?limit=$i&userId=u$i" HTTP_X_REQUEST_ID=r$i </dev/null
    ok 'FastCGI: own request id' grep -q "^X-Request-Id: r$i" "$dir/out"
    fcgi algo GET /api/algo/backtest </dev/null
    ok 'FastCGI: no query left over' [ "$(body | jq '.items | length')" -ge 4 ]
done
fcgi algo POST /api/algo/backtest "$json" CONTENT_LENGTH=5000 <<<"$good"
ok 'FastCGI: body shorter than announced' status 400
head -c 300000 /dev/zero | tr '\0' ' ' | fcgi algo POST /api/algo/backtest "$json" CONTENT_LENGTH=300000
ok 'FastCGI: body too long' status 413
head -c 300000 /dev/zero | tr '\0' ' ' | fcgi algo GET /api/algo/backtest "$json" CONTENT_LENGTH=300000
ok 'FastCGI: body where none is taken' status 400
request GET /api/algo/functions
env -i "${env[@]}" cgi-fcgi -bind -connect "$dir/algo" </dev/null 2>/dev/null | head -c 1 >/dev/null
fcgi algo GET /api/algo/functions </dev/null
ok 'FastCGI: a client that leaves harms nobody' status 200

kill -TERM "$pid"
ok 'SIGTERM while idle: ends' until_true 10 gone "$pid"
wait "$pid"
ok 'SIGTERM while idle: exit 0' [ $? = 0 ]
rm -f "$dir/algo"

# In the middle of a request: it is answered, then the process ends.
start market market
ok 'between requests, only the socket it listens on' until_true 20 sockets 1
mkfifo "$dir/body"
(fcgi market PUT '/api/market/candles?symbol=SLOW&interval=1d' CONTENT_TYPE=text/csv \
    CONTENT_LENGTH=${#csv} <"$dir/body") &
client=$!
exec 3>"$dir/body"
printf %s "${csv:0:40}" >&3
ok 'a slow request is in hand' until_true 20 sockets 2
kill -TERM "$pid"
ok 'SIGTERM in the middle: still there' kill -0 "$pid"
printf %s "${csv:40}" >&3
exec 3>&-
wait $client
ok 'SIGTERM in the middle: answered' field .added 2
ok 'SIGTERM in the middle: ends' until_true 10 gone "$pid"
wait "$pid"
ok 'SIGTERM in the middle: exit 0' [ $? = 0 ]
rm -f "$dir/market"

# At any moment around a request: no signal is slept over, no request that was begun is dropped.
dropped=0 late=0
for i in $(seq 30); do
    start system s$i
    (request GET /api/health
    env -i "${env[@]}" cgi-fcgi -bind -connect "$dir/s$i" </dev/null >"$dir/last" 2>&1) &
    client=$!
    for ((k = 0; k < i * 60; k++)); do :; done
    kill -TERM "$pid"
    until_true 10 gone "$pid" || late=$((late + 1))
    wait "$pid" || dropped=$((dropped + 1))
    wait $client
    # either it was taken and answered, or it was never taken
    ! grep -q 'Status' "$dir/last" || grep -q '^{"status":"ok"}' "$dir/last" || dropped=$((dropped + 1))
    rm -f "$dir/s$i"
done
ok "SIGTERM around a request: none of 30 sleeps on ($late did)" [ $late = 0 ]
ok "SIGTERM around a request: clean ends ($dropped not)" [ $dropped = 0 ]

# Several processes on one socket: requests are spread, each ends at once when told.
env -i "${settings[@]}" spawn-fcgi -F 3 -P "$dir/pids" -s "$dir/shared" -- \
    "$(realpath "$programs")/system.fcgi" >"$dir/out" 2>"$dir/err"
mapfile -t pids <"$dir/pids"
started+=("${pids[@]}")
ok 'three processes share a socket' [ ${#pids[@]} = 3 ]
for i in $(seq 20); do
    fcgi shared GET /api/health </dev/null
    status 200 || { ok "shared socket: request $i" false; break; }
done
for p in "${pids[@]}"; do
    kill -TERM "$p"
    ok 'shared socket: SIGTERM ends it' until_true 10 gone "$p"
done

echo "cgi.sh: $passed passed, $failed failed"
[ $failed = 0 ]
