"""The oracle's data sets, and our own columns over them.

Real candles where ../shared/data has them (CANDLEMILL_SHARED names another folder), else generated ones
of the same kind; always the same three names."""
import csv
import datetime
import os
import subprocess

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("CANDLEMILL_SHARED", os.path.join(HERE, "..", "..", "..", "shared", "data"))
BARS = 5000  # of a set at most: the longest windows are a small part of it
COLUMNS = ("time", "open", "high", "low", "close", "volume")
SETS = {"GOOG-1d": 86400000, "EURUSD-1h": 3600000, "BTCUSDT-PERP-1m": 60000}


def milliseconds(text):
    moment = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp() * 1000)


def real(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1 : BARS + 1]
    bars = {"time": numpy.array([milliseconds(row[0]) for row in rows], dtype=numpy.int64)}
    for at, name in enumerate(COLUMNS[1:], start=1):
        bars[name] = numpy.array([float(row[at]) for row in rows])
    return bars


def generated(step, seed):
    """A walk in ticks, so that equal closes, flat bars and ties happen."""
    random = numpy.random.default_rng(seed)
    close = 1000.0 + numpy.cumsum(random.integers(-8, 9, BARS)) / 4
    close = numpy.abs(close) + 10
    start = numpy.concatenate(([close[0]], close[:-1]))
    high = numpy.maximum(start, close) + random.integers(0, 4, BARS) / 4
    low = numpy.minimum(start, close) - random.integers(0, 4, BARS) / 4
    return {
        "time": numpy.arange(BARS, dtype=numpy.int64) * step,
        "open": start, "high": high, "low": low, "close": close,
        "volume": random.integers(0, 5000, BARS).astype(float),
    }


def load(name):
    """One set as a dictionary of columns; says when it is generated."""
    path = os.path.join(SHARED, name + ".csv")
    if os.path.exists(path):
        return real(path)
    print(f"{name}: no {path}, generated bars stand in for it")
    return generated(SETS[name], len(name))


def write_csv(bars, path):
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for row in zip(*(bars[name] for name in COLUMNS)):
            file.write(",".join(repr(value.item()) for value in row) + "\n")


def columns(build, path, expressions, interval="1m"):
    """Our values of each expression over the file write_csv() made, null as nan. interval: of its bars."""
    tool = os.path.join(build, "tests", "columns_tool")
    text = "".join(one + "\n" for one in expressions)
    done = subprocess.run([tool, path, interval], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr.strip())
    return [numpy.array(line.split(), dtype=float) for line in done.stdout.splitlines()]
