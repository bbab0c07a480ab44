#!/usr/bin/env python3
"""tf() and the clock functions beside plain Python: buckets by datetime, zones by zoneinfo. On three sets of
bars with their gaps. Takes the build folder; exits 1 when something disagrees."""
import datetime
import os
import sys
import zoneinfo

import numpy

import bars
import plain_cases

MINUTE, HOUR, DAY = 60000, 3600000, 86400000
UTC = datetime.timezone.utc
LENGTHS = {"1m": MINUTE, "15m": 15 * MINUTE, "1h": HOUR, "4h": 4 * HOUR, "1d": DAY}


def date(t):
    return datetime.datetime.fromtimestamp(t / 1000, UTC)


def midnight(day):
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def bucket(t, interval):
    """Start and end of the bar of that interval which holds t."""
    if interval in LENGTHS:
        start = t // LENGTHS[interval] * LENGTHS[interval]
        return start, start + LENGTHS[interval]
    day = date(t).date()
    if interval == "1w":
        monday = day - datetime.timedelta(days=day.weekday())
        return midnight(monday), midnight(monday + datetime.timedelta(days=7))
    first = day.replace(day=1)
    return midnight(first), midnight((first + datetime.timedelta(days=32)).replace(day=1))


def longer(d, interval):
    """The longer bars, each with its end."""
    out = {name: [] for name in bars.COLUMNS + ("end",)}
    for bar, t in enumerate(d["time"]):
        start, end = bucket(t, interval)
        if not out["time"] or out["time"][-1] != start:
            for name in bars.COLUMNS[1:]:
                out[name].append(d[name][bar])
            out["time"].append(start)
            out["end"].append(end)
            continue
        out["high"][-1] = max(out["high"][-1], d["high"][bar])
        out["low"][-1] = min(out["low"][-1], d["low"][bar])
        out["close"][-1] = d["close"][bar]
        out["volume"][-1] += d["volume"][bar]
    return out


def frame(base, interval, function):
    """What tf(interval, ...) shows on each bar of the base interval."""

    def column(d):
        long = longer(d, interval)
        values, out = function(long), []
        for t in d["time"]:
            end = bucket(t, base)[1]
            ended = [at for at, last in enumerate(long["end"]) if last <= end and last > end - 90 * DAY]
            out.append(values[ended[-1]] if ended else numpy.nan)
        return out

    return column


def local(zone, read):
    place = zoneinfo.ZoneInfo(zone)
    return lambda d: [float(read(date(t).astimezone(place))) for t in d["time"]]


def inside(moment):
    return moment.isoweekday() <= 5 and (9, 30) <= (moment.hour, moment.minute) < (16, 0)


def averages(n):
    return lambda d: plain_cases.over(d["high"], n, plain_cases.mean)


CLOCK = {
    'hour("America/New_York")': local("America/New_York", lambda m: m.hour),
    'minute("Asia/Kolkata")': local("Asia/Kolkata", lambda m: m.minute),
    'dayofweek("Australia/Sydney")': local("Australia/Sydney", lambda m: m.isoweekday() % 7 + 1),
    'dayofmonth("Pacific/Auckland")': local("Pacific/Auckland", lambda m: m.day),
    'month("America/Sao_Paulo")': local("America/Sao_Paulo", lambda m: m.month),
    'year("Europe/London")': local("Europe/London", lambda m: m.year),
    'session("0930-1600:23456", "America/New_York") ? 1 : 0': local("America/New_York", inside),
}
FRAMES = {
    "GOOG-1d": ("1d", {"1w": 5, "1M": 3}),
    "EURUSD-1h": ("1h", {"4h": 7, "1d": 5, "1w": 2}),
    "BTCUSDT-PERP-1m": ("1m", {"15m": 9, "1h": 4, "1d": 1}),
}


def main():
    build, failed, compared = sys.argv[1], 0, 0
    folder = os.path.join(build, "tests", "oracle")
    for name, (base, frames) in FRAMES.items():
        data = {column: values[:2500] for column, values in bars.load(name).items()}
        path = os.path.join(folder, name + "-time.csv")
        bars.write_csv(data, path)
        lists = {column: values.tolist() for column, values in data.items()}
        cases = dict(CLOCK)
        for interval, n in frames.items():
            cases[f'tf("{interval}", close)'] = frame(base, interval, lambda d: d["close"])
            cases[f'tf("{interval}", sma(high, {n}))'] = frame(base, interval, averages(n))
            cases[f'tf("{interval}", volume[1])'] = frame(base, interval, lambda d: plain_cases.back(d["volume"], 1))
        for (expression, plain), ours in zip(cases.items(), bars.columns(build, path, cases, base)):
            good = numpy.allclose(ours, numpy.array(plain(lists)), rtol=1e-12, atol=0, equal_nan=True)
            failed, compared = failed + (not good), compared + 1
            print(f"{name:16} {expression:60} {'' if good else 'DIFFERS'}")
    print(f"{compared} columns of longer bars and clocks compared with plain Python, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
