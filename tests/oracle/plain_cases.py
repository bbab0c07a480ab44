"""Functions that TA-Lib lacks or sums otherwise, written plainly: one bar at a time, sums by fsum.

PLAIN: an expression of ours and what makes its column out of the bars. nan is null."""
import math
from math import fsum, isnan, nan

FLOOR = math.floor


def windows(values, n):
    """The last n values on each bar, oldest first; None while there are not so many or one is null."""
    for bar in range(len(values)):
        window = values[bar - n + 1 : bar + 1] if bar >= n - 1 else None
        yield None if window is None or any(isnan(x) for x in window) else list(window)


def over(values, n, function):
    return [nan if window is None else function(window) for window in windows(values, n)]


def each(function, *columns):
    return [nan if any(isnan(x) for x in row) else function(*row) for row in zip(*columns)]


def back(values, n):
    return [nan] * n + list(values[: len(values) - n]) if n else list(values)


def mean(window):
    return fsum(window) / len(window)


def sigma(window):
    return math.sqrt(variance(window))


def variance(window):
    return fsum((x - mean(window)) ** 2 for x in window) / len(window)


def wilder(values, n):
    out, state, seed = [], None, []
    for x in values:
        if isnan(x):
            out.append(nan)
            continue
        if state is None:
            seed.append(x)
            state = mean(seed) if len(seed) == n else None
        else:
            state = state + (x - state) / n
        out.append(nan if state is None else state)
    return out


def exponential(values, n, late=0):
    out, state, seen = [], None, []
    for x in values:
        seen.append(x)
        if state is not None:
            state = state + (x - state) * 2 / (n + 1)
        elif len(seen) == n + late:
            state = mean(seen[late:])
        out.append(nan if state is None else state)
    return out


def true_range(d):
    out = [nan]
    for bar in range(1, len(d["close"])):
        high, low, before = d["high"][bar], d["low"][bar], d["close"][bar - 1]
        out.append(max(high - low, abs(high - before), abs(low - before)))
    return out


def alma(n, offset, width):
    weights = [math.exp(-((k - offset * (n - 1)) ** 2) / (2 * (n / width) ** 2)) for k in range(n)]
    return lambda window: fsum(w * x for w, x in zip(weights, window)) / fsum(weights)


def middle(d, n):
    return each(lambda a, b: (a + b) / 2, over(d["high"], n, max), over(d["low"], n, min))


def keltner_width(d, n, factor, atr_length):
    base = exponential(d["close"], n, max(0, atr_length - (n - 1)))
    late = max(0, n - 1 - atr_length) + 1  # the seed windows end on the same bar
    atr = wilder([nan] * late + true_range(d)[late:], atr_length)
    return each(lambda m, a: 2 * factor * a / m, base, atr)


def chop(d, n):
    ranges = over(true_range(d), n, fsum)
    spans = each(lambda a, b: a - b, over(d["high"], n, max), over(d["low"], n, min))
    return each(lambda r, s: nan if s == 0 else 100 * math.log10(r / s) / math.log10(n), ranges, spans)


def latest(extreme):
    return lambda window: -min(k for k, x in enumerate(reversed(window)) if x == extreme(window))


def commonest(window):
    return min(sorted(set(window)), key=lambda x: -window.count(x))


def linear(percentage):
    def percentile(window):
        ordered, at = sorted(window), percentage / 100 * (len(window) - 1)
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (at - low)

    return percentile


def rank(window):
    return 100 * sum(x <= window[-1] for x in window[:-1]) / (len(window) - 1)


def gravity(window):
    return -fsum((k + 1) * x for k, x in enumerate(reversed(window))) / fsum(window)


def place(d, n):
    def one(x, high, low):
        return 0.0 if high == low else 100 * (x - low) / (high - low)

    return each(one, d["close"], over(d["high"], n, max), over(d["low"], n, min))


def so_far(extreme, values):
    return [extreme(values[: bar + 1]) for bar in range(len(values))]


def daily(d):
    """Volume-weighted price since the UTC day began."""
    out, day, value, volume = [], None, 0.0, 0.0
    for t, high, low, close, v in zip(d["time"], d["high"], d["low"], d["close"], d["volume"]):
        if t // 86400000 != day:
            day, value, volume = t // 86400000, 0.0, 0.0
        value, volume = value + (high + low + close) / 3 * v, volume + v
        out.append(nan if volume == 0 else value / volume)
    return out


def straight(at):
    """Least squares over the window, read `at` bars after its first."""

    def line(window):
        n = len(window)
        centre = (n - 1) / 2
        slope = fsum((k - centre) * x for k, x in enumerate(window)) / fsum((k - centre) ** 2 for k in range(n))
        return mean(window) + slope * (at - centre)

    return line


def pearson(a, b, n):
    out = []
    for x, y in zip(windows(a, n), windows(b, n)):
        if x is None or y is None:
            out.append(nan)
            continue
        spread = sigma(x) * sigma(y)
        product = fsum((p - mean(x)) * (q - mean(y)) for p, q in zip(x, y)) / n
        out.append(product / spread if len(set(x)) > 1 and len(set(y)) > 1 else 0.0)
    return out


def holds(d, n, extreme, sign):
    out = []
    for bar, x in enumerate(d["close"]):
        out.append(float(bar >= n and x * sign > extreme(d["close"][bar - n : bar]) * sign))
    return out


PLAIN = {
    "stdev(close, 5)": lambda d: over(d["close"], 5, sigma),
    "stdev(close, 20)": lambda d: over(d["close"], 20, sigma),
    "variance(close, 5)": lambda d: over(d["close"], 5, variance),
    "bb(close, 5, 2).upper": lambda d: over(d["close"], 5, lambda w: mean(w) + 2 * sigma(w)),
    "bb(close, 20, 2.5).lower": lambda d: over(d["close"], 20, lambda w: mean(w) - 2.5 * sigma(w)),
    "bbw(close, 5, 2)": lambda d: over(d["close"], 5, lambda w: 4 * sigma(w) / mean(w)),
    "alma(close, 5)": lambda d: over(d["close"], 5, alma(5, 0.85, 6)),
    "alma(close, 9, 0.5, 4)": lambda d: over(d["close"], 9, alma(9, 0.5, 4)),
    "swma(close)": lambda d: over(d["close"], 4, lambda w: (w[0] + 2 * w[1] + 2 * w[2] + w[3]) / 6),
    "kcw(close, 5, 2, 3)": lambda d: keltner_width(d, 5, 2, 3),
    "kcw(close, 3, 1.5)": lambda d: keltner_width(d, 3, 1.5, 10),
    "ichimoku(2, 3, 5, 3).conversion": lambda d: middle(d, 2),
    "ichimoku(2, 3, 5, 3).base": lambda d: middle(d, 3),
    "ichimoku(2, 3, 5, 3).lead_a": lambda d: back(each(lambda a, b: (a + b) / 2, middle(d, 2), middle(d, 3)), 2),
    "ichimoku(2, 3, 5, 3).lead_b": lambda d: back(middle(d, 5), 2),
    "chop(4)": lambda d: chop(d, 4),
    "chop(14)": lambda d: chop(d, 14),
    "range(close, 4)": lambda d: over(d["close"], 4, lambda w: max(w) - min(w)),
    "highestbars(4)": lambda d: over(d["high"], 4, latest(max)),
    "highestbars(close, 12)": lambda d: over(d["close"], 12, latest(max)),
    "lowestbars(4)": lambda d: over(d["low"], 4, latest(min)),
    "lowestbars(close, 12)": lambda d: over(d["close"], 12, latest(min)),
    "median(close, 4)": lambda d: over(d["close"], 4, lambda w: (sorted(w)[1] + sorted(w)[2]) / 2),
    "median(close, 5)": lambda d: over(d["close"], 5, lambda w: sorted(w)[2]),
    "mode(close, 6)": lambda d: over(d["close"], 6, commonest),
    "percentile_linear_interpolation(close, 5, 40)": lambda d: over(d["close"], 5, linear(40)),
    "percentile_linear_interpolation(close, 4, 90)": lambda d: over(d["close"], 4, linear(90)),
    "percentrank(close, 5)": lambda d: over(d["close"], 6, rank),
    "cog(close, 4)": lambda d: over(d["close"], 4, gravity),
    "stoch(close, high, low, 4)": lambda d: place(d, 4),
    "correlation(close, volume, 5)": lambda d: pearson(d["close"], d["volume"], 5),
    "linreg(close, 5, 2)": lambda d: over(d["close"], 5, straight(2)),
    "linreg(close, 14)": lambda d: over(d["close"], 14, straight(13)),
    "vwap": daily,
    "wvad": lambda d: [
        0.0 if h == l else v * (c - o) / (h - l) for o, h, l, c, v in zip(d["open"], d["high"], d["low"], d["close"], d["volume"])
    ],
    "min(close)": lambda d: so_far(min, d["close"]),
    "max(close)": lambda d: so_far(max, d["close"]),
    "avg(open, high, low)": lambda d: each(lambda a, b, c: (a + b + c) / 3, d["open"], d["high"], d["low"]),
    "rising(close, 2)": lambda d: holds(d, 2, max, 1),
    "falling(close, 2)": lambda d: holds(d, 2, min, -1),
    "sign(close - open)": lambda d: each(lambda a, b: float((a > b) - (a < b)), d["close"], d["open"]),
    "pow(close, 0.5)": lambda d: each(lambda x: x**0.5, d["close"]),
    "round(close / 3, 2)": lambda d: each(lambda x: FLOOR(x / 3 * 100 + 0.5) / 100, d["close"]),
}
