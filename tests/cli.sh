#!/bin/sh
# The command line without a service: help, exit statuses, candles in a store of its own, runs on a file and
# on the store, strategies. Each line of the table is one expectation.
candlemill=${builddir:-build}/cli/candlemill
[ -x "$candlemill" ] || { echo "$candlemill is not built"; exit 99; }
case $candlemill in /*) ;; *) candlemill=$PWD/$candlemill ;; esac
src=$(cd "${srcdir:-.}" && pwd) || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
unset CANDLEMILL_CONF CANDLEMILL_URL CANDLEMILL_STORE_URI
CANDLEMILL_BUS_URI=none
export CANDLEMILL_BUS_URI
store="-o store.uri=sqlite:$dir/store.db"
passed=0 failed=0

ok() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "FAILED: $1"
    sed 's/^/    out: /' out | head -20
    sed 's/^/    err: /' err | head -20
}
# want STATUS WORDS...: runs candlemill, compares the exit status
want() {
    status=$1
    shift
    "$candlemill" "$@" >out 2>err
    got=$?
    if [ $got = "$status" ]; then ok; else bad "exit $got, not $status: candlemill $*"; fi
}
says() { if grep -qF -- "$2" "$1"; then ok; else bad "$1 does not say: $2"; fi; }
silent() { if [ ! -s "$1" ]; then ok; else bad "$1 is not empty"; fi; }
same() { if cmp -s "$1" "$2"; then ok; else bad "$1 and $2 differ"; fi; }

# help: on stdout, for every command that is listed
want 0 --help
says out 'Usage: candlemill COMMAND'
silent err
sed -n '/^Commands:/,/^$/s/^  \([a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p' out >commands
[ "$(wc -l <commands)" = 19 ] && ok || bad "19 commands are listed"
while read -r command; do
    # shellcheck disable=SC2086
    want 0 $command --help
    says out "candlemill $command - "
    says out 'Exit status: 0 done'
    silent err
    # shellcheck disable=SC2086
    want 0 help $command
    # shellcheck disable=SC2086
    want 2 $command --no-such-option
    says err "candlemill $command: unknown option --no-such-option"
    silent out
done <commands
want 0 --version
says out 'candlemill 0.'
want 0 -V
want 2
silent out
want 2 sumbit
says err "unknown command 'sumbit'; did you mean 'submit'?"
want 2 candles
says err 'candles generate'
want 0 candles --help
says out 'candles generate'

# wrong usage
want 2 run --stratgy sma
says err 'unknown option --stratgy; did you mean --strategy?'
want 2 run --symbol
says err '--symbol needs NAME'
want 2 run --json=yes
says err '--json takes no value'
want 2 run --symbol A --symbol B
says err '--symbol is given twice'
want 2 run --csv words --symbol A
says err "--csv is 'trades' or 'equity', not 'words'"
want 2 run --csv trades --json
want 2 run --param fast=3 --strategy sma
says err '--param fast=3 stands before any --strategy'
want 2 run --set novalue
says err "'novalue' must be KEY=VALUE"
want 2 show
says err 'an argument is missing (usage: candlemill show ID [options])'
want 2 show a b
want 2 show 'b t'
says err "'b t' is no id of a backtest"
want 2 import file.csv
says err '--symbol is missing'
want 2 import file.csv --symbol 'a b'
want 2 candles export --symbol A
want 2 candles generate --interval 7m
want 2 candles generate --from 2024-01-01 --to 2023-01-01

# the generator gives the same bytes everywhere
want 0 candles generate --symbol SAMPLE-BTC --interval 1h --from 2023-01-01 --to 2024-01-01 --seed 1
cp out hours.csv
[ "$(wc -l <hours.csv)" = 8761 ] && ok || bad "8760 bars"
[ "$(sha256sum <hours.csv | cut -c1-16)" = f8e5e6a3eb33c92a ] && ok || bad "other bytes: $(sha256sum <hours.csv)"
want 0 candles generate --symbol SAMPLE-BTC --interval 1h --from 2023-01-01 --to 2024-01-01 --seed 2
cmp -s out hours.csv && bad "another seed gives the same" || ok
want 0 candles generate --symbol SAMPLE-ETH --interval 1h --from 2023-01-01 --to 2024-01-01 --seed 1
cmp -s out hours.csv && bad "another symbol gives the same" || ok
want 0 candles generate --interval 1M --from 2020-01-01 --to 2024-01-01
[ "$(wc -l <out)" = 49 ] && ok || bad "48 months"

# into the store, out of it, away
want 0 candles list $store
says err 'No candles are stored'
want 0 import hours.csv --symbol SAMPLE-BTC $store
says out 'SAMPLE-BTC 1h: 8,760 bars, 2023-01-01 to 2023-12-31, 8,760 new'
"$candlemill" import - --symbol SAMPLE-BTC --interval 1h --json $store <hours.csv >out 2>err
says out '"bars":8760,"added":0,"replaced":8760,"from":"2023-01-01T00:00:00Z"'
want 0 candles list --csv $store
says out 'SAMPLE-BTC,1h,2023-01-01T00:00:00Z,2023-12-31T23:00:00Z,8760'
want 0 candles list --json $store
says out '[{"symbol":"SAMPLE-BTC","interval":"1h"'
want 0 candles list --symbol OTHER --csv $store
[ "$(wc -l <out)" = 1 ] && ok || bad "a header only"
want 0 candles export --symbol SAMPLE-BTC --interval 1h $store
cp out exported.csv
"$candlemill" run --data exported.csv --symbol S -s sma --json >one 2>err
"$candlemill" run --data hours.csv --symbol S -s sma --json >two 2>err
same one two
want 0 candles export --symbol SAMPLE-BTC --interval 1d --start 2023-02-01 --end 2023-02-11 $store
[ "$(wc -l <out)" = 11 ] && ok || bad "10 days"
want 4 candles export --symbol SAMPLE-BTC --interval 1m $store
says err 'SAMPLE-BTC is stored as 1h only, 1m cannot be made of that'
want 4 import hours.csv --symbol SAMPLE-BTC --interval 4h $store
says err 'holds bars of 1h, not of 4h'

# the same run on the file and on the store; the words of a request in each form
want 0 run --data hours.csv --symbol SAMPLE-BTC -s sma -p fast=5 -p slow=20 -s rsi --set commission=0.001 --json \
    --start 2023-03-01 --end 2023-09-01
cp out file.json
want 0 run --symbol SAMPLE-BTC --interval 1h -s sma -p fast=5 -p slow=20 -s rsi --set commission=0.001 --json \
    --start 2023-03-01 --end 2023-09-01 $store
same out file.json
cat >request.json <<JSON
{"userId":"user123","symbol":"OTHER","interval":"1h","startDate":"2023-03-01","strategies":["sma","rsi"],
 "params":{"endDate":"2023-09-01","sma":{"fast":5,"slow":20},"commission":0.5,"cash":77}}
JSON
want 0 run --data hours.csv --request request.json --symbol SAMPLE-BTC --set commission=0.001 --set cash=null --json
same out file.json
"$candlemill" run --data - --symbol SAMPLE-BTC --request request.json --set commission=0.001 --set cash=10000 --json \
    <hours.csv >out 2>err
same out file.json
want 0 run --data hours.csv --symbol SAMPLE-BTC -s sma
says out 'sma (fast 10, slow 30) on SAMPLE-BTC 1h'
says out 'Total return'
want 0 run --data hours.csv -s sma --html report.html
says out 'Total return'
says report.html '<h1>sma (fast 10, slow 30) on hours 1h</h1>'
want 0 run --data hours.csv -s sma --html -
cp out one
same one report.html
want 0 run --data hours.csv -s sma --long
says out 'entered on Monday'
want 1 run --data hours.csv -s sma --html absent/report.html
want 2 run --data hours.csv -s sma --html report.html --csv trades
want 2 run --data hours.csv -s sma --html - --json
want 0 run --data hours.csv -s sma --csv trades
says out 'size,entryBar,exitBar,entryTime,exitTime'
trades=$(($(wc -l <out) - 1))
"$candlemill" run --data hours.csv -s sma --json >out 2>err
says out "\"tradeCount\":$trades,"
want 0 run --data hours.csv -s sma --csv equity
[ "$(wc -l <out)" = 8761 ] && ok || bad "a line for every bar"
says out '2023-01-01T00:00:00Z,10000,0'
want 0 run --data hours.csv --interval 4h -s sma --json
says out '"interval":"4h","source":"1h","bars":2190,'
want 0 run --data hours.csv --set 'strategies=[{"name":"never","rules":{"long.entry":"close < 0"}}]'
says out 'No trades. No entry rule was ever true.'
says out 'never: long.entry was true on 0 bars'
want 0 run --data hours.csv -s sma --set 'stopLoss="close + 1"' --set sides=long
says out 'Entries were wanted, but each was refused.'
says out '  stop_side'

# invalid input: 4, with the place
want 4 run --data hours.csv -s smaa
says err "there is no strategy 'smaa'; did you mean 'sma'?"
want 4 run --data hours.csv -s sma -p fst=3
says err "sma has no parameter 'fst'; did you mean 'fast'?"
want 4 run --data hours.csv -s sma --set csh=3
says err "unknown word 'csh'; did you mean 'cash'?"
want 4 run --data hours.csv -s sma --set 'stopLoss="close - atr(14"'
says err 'stopLoss: line 1, column'
says err '    close - atr(14'
want 4 run --data hours.csv -s sma --start 2030-01-01
says err 'Insufficient market data: hours 1h has 2023-01-01 to 2023-12-31, asked for 2030-01-01 to the end'
printf 'time,open,high,low,close\n2024-01-01,1,2,x,1\n' >broken.csv
want 4 run --data broken.csv -s sma
says err "broken.csv: line 2: low is no number: 'x'"
want 4 import broken.csv --symbol BROKEN $store
want 0 candles list --csv $store
if grep -q BROKEN out; then bad "a broken file left something"; else ok; fi
printf '{"symbol":' >broken.json
want 4 run --data hours.csv --request broken.json
says err 'broken.json: line 1, column'
want 3 run --data absent.csv -s sma
says err 'absent.csv: No such file or directory'
want 4 run --symbol SAMPLE-BTCC --interval 1h -s sma $store
says err "no candles of SAMPLE-BTCC are stored; did you mean 'SAMPLE-BTC'?"
want 4 run --symbol A --interval 1h -s sma -o store.url=x
want 4 run --symbol A --interval 1h -s sma -f "$dir/absent.conf"

# strategies and functions
want 0 strategy list
says out 'sma'
want 0 strategy show sma
cp out sma.json
want 0 strategy check sma.json
says out 'sma.json: sma is good: 2 parameters'
"$candlemill" run --data hours.csv -s ./sma.json -p fast=7 --json >one 2>err
"$candlemill" run --data hours.csv -s sma -p fast=7 --json >two 2>err
same one two
sed 's/crossover/crossovr/' sma.json >wrong.json
want 4 strategy check wrong.json
says err "unknown function 'crossovr'; did you mean 'crossover'?"
says err '    ^'
want 3 strategy show smaa
says err "there is no strategy 'smaa'; did you mean 'sma'?"
want 3 strategy check absent.json
want 0 strategy schema
same out "$src/docs/strategy.schema.json"
want 0 strategy check sma.json --data hours.csv
says out 'sma on hours 1h: '
says out 'long.entry'
want 0 strategy check rsi --data hours.csv --json
says out '"warmup":{"lookback":14,"read":154}'
want 2 strategy check rsi
want 0 strategy import "$src/tests/data/cross.pine"
says err 'cross.pine:4: note: percent_of_equity'
cp out cross.json
want 0 run --data hours.csv --request cross.json
says out 'MA_Cross_with_ATR_stop (fastLen 9, slowLen 21, atrLen 14, mult 2)'
want 0 strategy import "$src/tests/data/cross.pine" --strategy-only
cp out cross.json
want 0 strategy check cross.json
printf '//@version=5\nstrategy("x")\nstrategy.order("o", strategy.long)\n' >order.pine
want 4 strategy import order.pine
says err 'order.pine:3: strategy.order adds to and takes from the position'
says err '1 line cannot be mapped'
want 0 functions
says out 'crossover('
want 0 functions bb
says out '.upper'
want 0 functions bb --json
says out '[{"name":"bb"'
want 0 functions --markdown
same out "$src/docs/functions.md"
want 3 functions smaa

# the metrics' rows: what docs/ and the page are made of
want 0 metrics
says out 'deflatedSharpe'
want 0 metrics --json
same out "$src/www/src/metrics.json"
want 0 metrics --markdown
same out "$src/docs/metrics.md"

# deleting asks
want 2 candles delete --symbol SAMPLE-BTC --interval 1h $store </dev/null
says err '--yes is needed where nobody can be asked'
want 0 candles delete --symbol SAMPLE-BTC --interval 1h --yes $store
want 0 candles list --csv $store
[ "$(wc -l <out)" = 1 ] && ok || bad "nothing is left"

# doctor says what to do; no service runs on this port
want 1 doctor $store --url http://127.0.0.1:9
says out 'candlemill import FILE --symbol NAME'
says out 'start the service'
says out 'none: no live events'
want 1 doctor -o store.uri=mongodb://user:s3cret@127.0.0.1:9/x --url http://127.0.0.1:9
says out '@127.0.0.1:9/x: the store does not answer'
if grep -q s3cret out err; then bad 'doctor shows the password'; else ok; fi
want 1 doctor -o store.uri=sqlite:/nonexistent/folder/x.db --url http://127.0.0.1:9
says out '-o store.uri=sqlite:PATH'
want 1 doctor -o nonsense=1 --url http://127.0.0.1:9
says out 'mend that line'
want 1 submit --symbol A --interval 1h -s sma --url http://127.0.0.1:9
says err 'cannot reach http://127.0.0.1:9'

echo "cli: $passed passed, $failed failed"
[ "$failed" = 0 ]
