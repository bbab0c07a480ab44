"""Random bars on a grid of ticks, so that ties between prices, averages and levels are common."""
import datetime

import numpy

STEPS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400, "3d": 3 * 86400, "1w": 7 * 86400}
MONDAY = int(datetime.datetime(2019, 1, 7, tzinfo=datetime.timezone.utc).timestamp())


def months(start, count):
    first = datetime.datetime(start, 1, 1, tzinfo=datetime.timezone.utc)
    stamps = [first.replace(year=start + k // 12, month=1 + k % 12) for k in range(count)]
    return numpy.array([int(stamp.timestamp()) for stamp in stamps], dtype=numpy.int64) * 1000


def times(random, interval, count):
    """Open times in ms: with every day or weekdays only, with gaps or none."""
    if interval == "1M":
        return months(int(random.integers(1975, 2000)), min(count, 360))
    step = STEPS[interval]
    start = MONDAY + int(random.integers(0, 300)) * max(step, 86400)
    if interval == "3d":
        start -= start % step
    stamps = start + numpy.arange(2 * count, dtype=numpy.int64) * step
    if step <= 86400 and random.integers(0, 2):
        day = (stamps // 86400 + 3) % 7
        stamps = stamps[day < 5] if numpy.count_nonzero(day < 5) >= count else stamps
    if random.integers(0, 3) == 0:
        stamps = stamps[random.random(len(stamps)) > 0.03]
    return stamps[:count] * 1000


def prices(random, count):
    """open, high, low, close and volume; open is mostly the close before."""
    tick = float(random.choice([0.01, 0.25, 1.0]))
    level = float(random.choice([20, 100, 400]))
    move = max(1, int(level / tick * random.choice([0.002, 0.01, 0.03])))
    gap = float(random.choice([0.02, 0.2]))
    close, bars = round(level / tick), []
    for _ in range(count):
        start = close
        if random.random() < gap:
            start += int(random.integers(-2 * move, 2 * move + 1))
        if start < 0.3 * level / tick:
            start = round(0.3 * level / tick)
        close = max(start + int(random.integers(-move, move + 1)), round(0.25 * level / tick))
        high = max(start, close) + int(random.integers(0, move + 1))
        low = min(start, close) - int(random.integers(0, move // 2 + 1))
        bars.append((start * tick, high * tick, max(low, 1) * tick, close * tick, int(random.integers(0, 1000))))
    return numpy.array(bars, dtype=float)


def walk(random, interval, count):
    stamps = times(random, interval, count)
    rows = prices(random, len(stamps))
    names = ("open", "high", "low", "close", "volume")
    return {"time": stamps, **{name: rows[:, at].copy() for at, name in enumerate(names)}}
