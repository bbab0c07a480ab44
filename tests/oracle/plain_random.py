#!/usr/bin/env python3
"""Random requests of the default profile beside a second, plain implementation: same trades and equity to 1e-9.

  plain_random.py BUILD [COUNT [SEED]]

Prints each difference with its request; exits 1 when there is one."""
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy

import bars
import batch
import plain
import plain_config
import walks

COUNT, SEED = 2000, 7
WALKS = 40
TOLERANCE = 1e-9
INTERVALS = ("1m", "15m", "1h", "4h", "1d", "1d", "3d", "1w")
RUNS_AT_ONCE = 500
WORDS = ("strategy", "size", "entryBar", "exitBar", "entryPrice", "exitPrice", "pnl", "returnPct", "commission",
         "mae", "mfe", "entryReason", "exitReason")


def markets_of(folder, seed):
    random = numpy.random.default_rng([seed, 0])
    sets, table = {}, []
    for at in range(WALKS):
        interval = INTERVALS[at % len(INTERVALS)]
        name, data = f"plain{at}", walks.walk(random, interval, int(random.integers(100, 600)))
        bars.write_csv(data, os.path.join(folder, name + ".csv"))
        sets[name] = data
        table.append((name, interval, float(numpy.median(data["close"]))))
    return sets, table


def plainly(task):
    config, data, columns = task
    strategies = []
    for rules, levels in config["strategies"]:
        conditions = {rule: plain_config.crossing(tree, data, columns) for rule, tree in rules.items()}
        stops = {rule: columns[text] for rule, text in levels.items()}
        for stop, fraction in config["fractions"].items():  # words of the request replace the strategy's
            stops |= {f"long.{stop}": fraction, f"short.{stop}": fraction}
        working = [text for rule, text in levels.items() if rule.split(".")[1] not in config["fractions"]]
        warmup = max([plain_config.lookback(tree, columns) for tree in rules.values()] +
                     [plain_config.first_value(columns[text]) for text in working])
        strategies.append(plain.Strategy(conditions, stops, warmup))
    words = plain_config.words_of(config["request"])
    found = plain.run(data, words, strategies)
    for path in ("pessimistic", "optimistic"):  # the honest band: two whole runs
        found[path] = plain.run(data, words | {"path": path}, strategies)["equity"]
    return found


def near(ours, theirs, scale):
    return abs(ours - theirs) <= TOLERANCE * max(scale, abs(theirs))


def differences(config, ours, other):
    if "error" in ours:
        return [f"ours refuses: {ours['error']}"]
    found = []
    cash = config["request"]["cash"]
    number = {one["name"]: k for k, one in enumerate(config["request"]["strategies"])}
    trades = [dict(trade, strategy=number[trade["strategy"]]) for trade in ours["trades"]]

    def order(trade):
        return (trade["strategy"], trade["exitBar"], trade["entryBar"], round(trade["entryPrice"], 6), trade["exitPrice"])

    trades, others = sorted(trades, key=order), sorted(other["trades"], key=order)
    if len(trades) != len(others):
        found.append(f"{len(trades)} trades, the plain one has {len(others)}")
    for at, (a, b) in enumerate(zip(trades, others)):
        for word in WORDS:
            same = a[word] == b[word] if isinstance(b[word], str) else near(
                a[word], b[word], cash if word == "pnl" else 1)
            if not same:
                found.append(f"trade {at} (bars {b['entryBar']} to {b['exitBar']}): {word} {a[word]!r}, not {b[word]!r}")
    for at, (a, b) in enumerate(zip(ours["equity"], other["equity"])):
        if not near(a, b, cash):
            found.append(f"equity of bar {at}: {a!r}, not {b!r}")
            break
    return found + band_differences(cash, ours["result"]["band"], other)


def band_differences(cash, band, other):
    """The bars whose order mattered; final equity and drawdown of the two runs."""
    found = []
    if band is None:
        return ["no band, but the order of prices mattered"] if other["orderBars"] else []
    if band["orderBars"] != other["orderBars"]:
        found.append(f"orderBars {band['orderBars']}, not {other['orderBars']}")
    for path in ("pessimistic", "optimistic"):
        equity = numpy.array([cash] + other[path])
        fall = 100 * numpy.min(equity / numpy.maximum.accumulate(equity) - 1)
        for word, want, scale in (("finalEquity", equity[-1], cash), ("maxDrawdown", fall, 1)):
            if not near(band[path][word], want, scale):
                found.append(f"band.{path}.{word} {band[path][word]!r}, not {want!r}")
    return found


def main():
    build, folder, count, seed = batch.arguments(COUNT, SEED)
    data, table = markets_of(folder, seed)
    random = numpy.random.default_rng([seed, 1])
    same = done = trades = 0
    with ProcessPoolExecutor(initializer=os.nice, initargs=(19,)) as pool:
        while done < count:
            configs = [plain_config.configuration(random, table) for _ in range(min(RUNS_AT_ONCE, count - done))]
            columns = batch.with_columns(build, folder, configs, plain_config.columns_of)
            theirs = pool.map(plainly, [(c, data[c["data"]], k) for c, k in zip(configs, columns)], chunksize=8)
            ours = batch.run_configs(build, folder, configs)
            for config, a, b in zip(configs, ours, theirs):
                found = differences(config, a, b)
                done, same, trades = done + 1, same + (not found), trades + len(b["trades"])
                batch.tell(config, found)
    print(f"{same} of {done} requests: the plain implementation gives the same trades, equity and band ({trades} trades)")
    return 1 if same < done else 0


if __name__ == "__main__":
    sys.exit(main())
