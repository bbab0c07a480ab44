#!/usr/bin/env python3
"""Random configurations of profile backtesting.py beside the library: same trades, equity and metrics to 1e-9.

  btpy_random.py BUILD [COUNT [SEED]]

The library's outcomes are kept in BUILD/tests/oracle, so that a run that was cut off goes on where it was and
a second run only runs ours. Prints each difference with its configuration; exits 1 when there is one."""
import hashlib
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy

import bars
import batch
import btpy_config
import btpy_library
import walks

COUNT, SEED = 2000, 5
WALKS = 60
TOLERANCE = 1e-9
INTERVALS = ("1m", "5m", "15m", "1h", "1h", "4h", "1d", "1d", "1d", "3d", "1w", "1M")
REAL = {"GOOG-1d": ("1d", 0, 2148), "EURUSD-1h": ("1h", 1000, 2200), "BTCUSDT-PERP-1m": ("1m", 0, 1500)}
RUNS_AT_ONCE = 500


def markets_of(folder, seed):
    """Data sets by name, written as files for our side; and what a configuration needs of each."""
    random = numpy.random.default_rng([seed, 0])
    sets = {}
    for at in range(WALKS):
        interval = INTERVALS[at % len(INTERVALS)]
        sets[f"walk{at}-{interval}"] = (interval, walks.walk(random, interval, int(random.integers(150, 1200))))
    for name, (interval, first, last) in REAL.items():
        sets[name] = (interval, {key: column[first:last] for key, column in bars.load(name).items()})
    for name, (_, data) in sets.items():
        bars.write_csv(data, os.path.join(folder, name + ".csv"))
    table = [(name, interval, float(numpy.median(data["close"]))) for name, (interval, data) in sets.items()]
    return {name: data for name, (_, data) in sets.items()}, table


def key_of(config, data, columns):
    """What the library's outcome depends on."""
    digest = hashlib.sha256(json.dumps(config["request"], sort_keys=True).encode())
    for values in list(data.values()) + list(columns.values()):
        digest.update(numpy.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def library(task):
    config, data, columns = task
    try:
        return btpy_library.outcome(config, data, columns)
    except btpy_library.Refused as error:
        return {"refused": str(error)}


def outcomes(path, tasks):
    """The library's side: what the file has, the rest run by a pool and added to it."""
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n"):
                    entry = json.loads(line)
                    known[entry["key"]] = entry["outcome"]
    keys = [key_of(*task) for task in tasks]
    todo = {key: task for key, task in zip(keys, tasks) if key not in known}
    with ProcessPoolExecutor(initializer=os.nice, initargs=(19,)) as pool, open(path, "a", encoding="utf-8") as file:
        for key, found in zip(todo, pool.map(library, todo.values(), chunksize=8)):
            known[key] = found
            file.write(json.dumps({"key": key, "outcome": found}) + "\n")
    return [known[key] for key in keys]


def near(ours, theirs, allowed=0):
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return abs(ours - theirs) <= max(TOLERANCE * max(1, abs(theirs)), allowed)


def own_rounding(word, metrics):
    """What the library's own rounding may do to a figure. Its annualised return and volatility are differences
    of powers next to 1, (1 + g)^A - 1, so a unit in the last place of 1 + g counts A times and more; where all
    returns are tiny, their ratios to one another keep few digits, in the library as in any copy of it."""
    annual, volatility = metrics["annualReturn"], metrics["annualVolatility"]
    if word not in ("annualVolatility", "sharpeRatio", "sortinoRatio", "calmarRatio") or not annual or not volatility:
        return 0
    lost = 4 * 366 * numpy.finfo(float).eps
    of_return = lost / abs(annual / 100)
    of_volatility = lost / (volatility / 100) ** 2
    relative = {"annualVolatility": of_volatility, "sharpeRatio": of_return + of_volatility}.get(word, of_return)
    return min(relative, 1) * abs(metrics[word] or 0)


def differences(ours, theirs):
    if "error" in ours:
        return [f"ours refuses: {ours['error']}"]
    found = []
    if len(ours["trades"]) != len(theirs["trades"]):
        found.append(f"{len(ours['trades'])} trades, the library has {len(theirs['trades'])}")
    for at, (a, b) in enumerate(zip(ours["trades"], theirs["trades"])):
        found += [f"trade {at}: {word} {a[word]!r}, the library has {b[word]!r}" for word in b
                  if not near(a[word], b[word])]
    for at, (a, b) in enumerate(zip(ours["equity"], theirs["equity"])):
        if not near(a, b):
            found.append(f"equity of bar {at}: {a!r}, the library has {b!r}")
            break
    metrics = ours["result"]["metrics"]
    found += [f"{word} {metrics[word]!r}, the library has {value!r}" for word, value in theirs["metrics"].items()
              if not near(metrics[word], value, own_rounding(word, theirs["metrics"]))]
    return found


def main():
    build, folder, count, seed = batch.arguments(COUNT, SEED)
    data, table = markets_of(folder, seed)
    random = numpy.random.default_rng([seed, 1])
    same = different = excluded = trades = 0
    path = os.path.join(folder, f"library-{seed}.jsonl")
    while same + different < count:
        configs = [btpy_config.configuration(random, table) for _ in range(min(RUNS_AT_ONCE, count))]
        columns = batch.with_columns(build, folder, configs, btpy_config.columns_of)
        theirs = outcomes(path, [(c, data[c["data"]], k) for c, k in zip(configs, columns)])
        ours = batch.run_configs(build, folder, configs)
        for config, a, b in zip(configs, ours, theirs):
            if "refused" in b:
                excluded += 1
                continue
            if same + different == count:
                break
            found = differences(a, b)
            same, different, trades = same + (not found), different + bool(found), trades + len(b["trades"])
            batch.tell(config, found)
    print(f"{same} of {same + different} configurations: same trades, same metrics ({trades} trades; "
          f"{excluded} more ended in an exception of the library)")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
