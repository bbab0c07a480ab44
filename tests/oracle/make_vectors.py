#!/usr/bin/env python3
"""Prints tests/data/functions.txt: a column of every function that TA-Lib or plain Python gives, on bars that
have ties, a flat bar, one without range and one without volume. `make vectors` writes it."""
import numpy

import plain_cases
import talib
import talib_cases

BARS = """
10 12 9 11 100
11 14 10 13 200
13 13 9 10 300
10 11 8 8 150
8 12 8 12 250
12 18 12 16 500
16 17 14 14 400
14 15 13 14 100
14 14 14 14 0
14 16 13.5 15.5 320
15.5 15.75 12 12.25 410
12.25 12.5 11 12 120
12 13.5 11.5 13.25 260
13.25 17 13 17 700
17 17.5 15 15.25 330
15.25 16 14 16 210
""".split()
SMALL = {
    "timeperiod": 3, "fastperiod": 2, "slowperiod": 3, "signalperiod": 2, "fastk_period": 3, "slowk_period": 2,
    "slowd_period": 2, "fastd_period": 2, "wmaperiod": 2, "roc1period": 2, "roc2period": 3, "firstperiod": 3,
    "secondperiod": 2, "rocperiod": 2, "stddevperiod": 3, "atrperiod": 2, "leftbars": 2, "rightbars": 1,
    "timeperiod1": 2, "timeperiod2": 3, "timeperiod3": 4,
}
HEAD = """# Values of the functions, read by tests/check_ind.c: numbers of TA-Lib {version} and of plain Python.
# Printed by `make vectors` (tests/oracle/make_vectors.py); the form is that of vectors.txt.
"""


def text(number):
    return "na" if numpy.isnan(number) else repr(float(number)).removesuffix(".0")


def line(expression, numbers):
    print(f"value {expression} = " + " ".join(text(number) for number in numbers))


CYCLES = ("HT_", "MAMA")  # they need more bars than the others


def cycle_bars():
    """80 bars of a swing with a trend in it, in quarters."""
    close = numpy.round((100 + 0.3 * numpy.arange(80) + 6 * numpy.sin(numpy.arange(80) / 2.7)) * 4) / 4
    start = numpy.concatenate(([close[0]], close[:-1]))
    return numpy.column_stack([start, numpy.maximum(start, close) + 0.5, numpy.minimum(start, close) - 0.25, close, close])


def section(numbers, cases):
    names = ("open", "high", "low", "close", "volume")
    data = {name: numbers[:, at].copy() for at, name in enumerate(names)}
    data["time"] = numpy.arange(len(numbers)) * 3600000
    print("bars")
    for row in numbers:
        print("bar " + " ".join(text(number) for number in row))
    print()
    for case in cases:
        setting = {key: SMALL.get(key, value) for key, value in case.settings[0].items()}
        inputs = [talib_cases.source(name, data) for name in case.inputs]
        found = getattr(talib, case.name)(*inputs, **setting)
        found = found if isinstance(found, tuple) else (found,)
        for output, (form, column) in enumerate(zip(case.outputs, found)):
            mended = case.mend(numpy.asarray(column, dtype=float), data, setting, output)
            line(form.format(**setting), mended)
    return data


def main():
    print(HEAD.format(version=talib.__version__))
    section(cycle_bars(), [case for case in talib_cases.CASES if case.name.startswith(CYCLES)])
    print()
    numbers = numpy.array(BARS, dtype=float).reshape(-1, 5)
    data = section(numbers, [case for case in talib_cases.CASES if not case.name.startswith(CYCLES)])
    for expression, name in (("plus", "PLUS_DI"), ("minus", "MINUS_DI"), ("adx", "ADX")):
        line(f"dmi(3, 3).{expression}", getattr(talib, name)(data["high"], data["low"], data["close"], 3))
    lists = {column: values.tolist() for column, values in data.items()}
    for expression, plain in plain_cases.PLAIN.items():
        line(expression, plain(lists))


if __name__ == "__main__":
    main()
