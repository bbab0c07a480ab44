#!/usr/bin/env python3
"""Random requests of the default profile beside a second, plain implementation: same trades and equity to 1e-9.

  plain_random.py BUILD [COUNT [SEED]]

Prints each difference with its request; exits 1 when there is one."""
import datetime
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import numpy

import bars
import batch
import plain
import plain_config
import plain_time
import walks

COUNT, SEED = 2000, 7
WALKS = 40
TOLERANCE = 1e-9
INTERVALS = ("1m", "15m", "1h", "4h", "1d", "1d", "3d", "1w")
FINER = {"15m": "1m", "1h": "15m", "4h": "1h", "1d": "4h"}  # of which some data sets are made
RUNS_AT_ONCE = 500
WORDS = ("strategy", "size", "entryBar", "exitBar", "entryPrice", "exitPrice", "pnl", "returnPct", "commission",
         "mae", "mfe", "entryReason", "exitReason")


def with_holes(random, data):
    """Some bars are absent: others no longer reach the high and low of the longer bar."""
    keep = random.random(len(data["time"])) > 0.05
    return {name: column[keep] for name, column in data.items()}


def longer(interval, data):
    """Bars of that interval out of shorter ones."""
    found = plain_time.longer({name: column.tolist() for name, column in data.items()}, interval)
    return {name: numpy.array(found[name]) for name in bars.COLUMNS}


def markets_of(folder, seed):
    random = numpy.random.default_rng([seed, 0])
    sets, table = {}, []
    for at in range(WALKS):
        interval = INTERVALS[at % len(INTERVALS)]
        name, lower, count = f"plain{at}", None, int(random.integers(100, 600))
        if interval in FINER and random.integers(0, 2):
            lower = f"plain{at}-finer"
            times = walks.STEPS[interval] // walks.STEPS[FINER[interval]]
            fine = walks.walk(random, FINER[interval], times * max(100, count // 2))
            sets[name] = longer(interval, fine)
            sets[lower] = with_holes(random, fine) if random.integers(0, 2) else fine
        else:
            sets[name] = walks.walk(random, interval, count)
        table.append((name, interval, float(numpy.median(sets[name]["close"])), lower, FINER.get(interval)))
    for name, data in sets.items():
        bars.write_csv(data, os.path.join(folder, name + ".csv"))
    return sets, table


def moment(milliseconds):
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def part_of(random, data):
    """Begin and end of a part of the bars, for some requests."""
    n = len(data["time"])
    begin, end = (int(random.integers(1, n * 2 // 3)), n) if random.integers(0, 3) == 0 else (0, n)
    return begin, int(random.integers(begin + 20, n)) if begin + 20 < n and random.integers(0, 6) == 0 else end


def read_bars(random, config, data, columns, folder):
    """Chooses the range and cuts the bars as a request reads them: those before it for warming up, those in it.
    What is read and where the range begins."""
    begin, end = part_of(random, data)
    if begin > 0:
        config["request"]["startDate"] = moment(data["time"][begin])
    if end < len(data["time"]):
        config["request"]["endDate"] = moment(data["time"][end])
    first = max(0, begin - plain_config.warmup(config, columns))
    config["first"], config["whole"] = begin - first, config["data"]
    if first == 0 and end == len(data["time"]):
        return data
    config["data"] += f"-{first}-{end}"
    cut = {name: column[first:end] for name, column in data.items()}
    bars.write_csv(cut, os.path.join(folder, config["data"] + ".csv"))
    return cut


def strategies_of(config, data, columns):
    found, both = [], ("long", "short")
    for one in config["strategies"]:
        levels, numbers = plain_config.working(config, one)
        prices = {rule: columns[text] for rule, text in levels.items()}
        for stop, value in config["request_words"].items():
            value = columns[value] if isinstance(value, str) else value
            prices |= {f"{side}.{stop}": value for side in both}
        numbers = {rule: columns[text] for rule, text in numbers.items()}
        numbers |= {word: float(config["request"][word]) for word in plain_config.NUMBERS if word in config["request"]}
        conditions = {rule: plain_config.crossing(tree, data, columns) for rule, tree in one["rules"].items()}
        found.append(plain.Strategy(conditions, prices, numbers, config["lookbacks"][len(found)], one["size_type"]))
    return found


def plainly(task):
    config, data, columns, finer = task
    strategies = strategies_of(config, data, columns)
    words, first = plain_config.words_of(config["request"]), config["first"]
    found = plain.run(data, words, strategies, first, finer)
    for path in ("pessimistic", "optimistic"):  # the honest band: two whole runs
        found[path] = plain.run(data, words | {"path": path}, strategies, first)["equity"]
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
    if ours["result"]["data"]["warmup"] != config["first"]:
        found.append(f"{ours['result']['data']['warmup']} bars of warm-up, not {config['first']}")
    if len(ours["equity"]) != len(other["equity"]):
        found.append(f"{len(ours['equity'])} bars, not {len(other['equity'])}")
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


def tasks_of(build, folder, random, configs, data):
    """What the plain implementation is given: configuration, bars, our columns over them, finer bars."""
    columns = batch.with_columns(build, folder, configs, plain_config.columns_of)
    read = []
    for config, known in zip(configs, columns):
        config["lookbacks"] = [plain_config.strategy_lookback(config, one, known) for one in config["strategies"]]
        read.append(read_bars(random, config, data[config["data"]], known, folder))
    columns = batch.with_columns(build, folder, configs, plain_config.columns_of)
    return [(config, one, known, data.get(config["lower"])) for config, one, known in zip(configs, read, columns)]


def main():
    build, folder, count, seed = batch.arguments(COUNT, SEED)
    data, table = markets_of(folder, seed)
    random = numpy.random.default_rng([seed, 1])
    same = done = trades = 0
    words = Counter()
    with ProcessPoolExecutor(initializer=os.nice, initargs=(19,)) as pool:
        while done < count:
            configs = [plain_config.configuration(random, table) for _ in range(min(RUNS_AT_ONCE, count - done))]
            tasks = tasks_of(build, folder, random, configs, data)
            theirs = pool.map(plainly, tasks, chunksize=8)
            ours = batch.run_configs(build, folder, configs)
            for config, a, b in zip(configs, ours, theirs):
                found = differences(config, a, b)
                done, same, trades = done + 1, same + (not found), trades + len(b["trades"])
                words.update(plain_config.words_used(config))
                batch.tell(config, found)
    print(f"{same} of {done} requests: the plain implementation gives the same trades, equity and band ({trades} trades)")
    print("with " + ", ".join(f"{word} {times}" for word, times in sorted(words.items())))
    return 1 if same < done else 0


if __name__ == "__main__":
    sys.exit(main())
