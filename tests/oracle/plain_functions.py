#!/usr/bin/env python3
"""Our functions beside plain Python (plain_cases.py) on three sets of bars, to 1e-12 of the number or of the
close, whichever is larger. Takes the build folder; exits 1 when something disagrees."""
import os
import sys

import numpy

import bars
import plain_cases

TOLERANCE = 1e-12
BARS = 1500  # plain Python is slow


def main():
    build, failed = sys.argv[1], 0
    folder = os.path.join(build, "tests", "oracle")
    worst = dict.fromkeys(plain_cases.PLAIN, 0.0)
    for name in bars.SETS:
        data = {column: values[:BARS] for column, values in bars.load(name).items()}
        path = os.path.join(folder, name + "-short.csv")
        bars.write_csv(data, path)
        lists = {column: values.tolist() for column, values in data.items()}
        for (expression, plain), ours in zip(plain_cases.PLAIN.items(), bars.columns(build, path, plain_cases.PLAIN)):
            want = numpy.array(plain(lists))
            if not numpy.array_equal(numpy.isnan(ours), numpy.isnan(want)):
                worst[expression] = numpy.inf
                continue
            measure = numpy.maximum(numpy.abs(want), data["close"])
            apart = numpy.nanmax(numpy.abs(ours - want) / measure)
            worst[expression] = max(worst[expression], apart)
    for expression, apart in worst.items():
        failed += not apart <= TOLERANCE
        print(f"{expression:50} {apart:8.1e} {'' if apart <= TOLERANCE else 'DIFFERS'}")
    print(f"{len(worst)} expressions compared with plain Python, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
