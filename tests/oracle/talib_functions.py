#!/usr/bin/env python3
"""Our functions beside TA-Lib's: the default and two other settings, on three sets of bars.

Equal means: a value on the same bars, and within 1e-12 of TA-Lib's number. An exception has its own measure
and says why (talib_cases.py). Takes the build folder; exits 1 when something disagrees."""
import os
import sys

import numpy
import talib

import bars
import talib_cases

TOLERANCE = 1e-12


def theirs(case, setting, data):
    function = getattr(talib, case.name)
    found = function(*(talib_cases.source(name, data) for name in case.inputs), **setting)
    return [numpy.asarray(one, dtype=float) for one in (found if isinstance(found, tuple) else (found,))]


def difference(case, ours, other, data):
    """The largest difference in shares of the case's measure; infinite when the nulls differ."""
    if not numpy.array_equal(numpy.isnan(ours), numpy.isnan(other)):
        return numpy.inf
    measure = numpy.abs(other)
    if case.measure is not None:
        measure = numpy.maximum(measure, case.measure(data))
    apart = numpy.abs(ours - other)
    there = ~numpy.isnan(other) & (apart > 0)
    with numpy.errstate(divide="ignore"):
        return numpy.max(apart[there] / measure[there], initial=0.0)


def compare(build, name, folder):
    """Worst difference of each case on one set."""
    data = bars.load(name)
    path = os.path.join(folder, name + ".csv")
    bars.write_csv(data, path)
    expressions = [one for case in talib_cases.CASES for one in case.expressions()]
    columns = iter(bars.columns(build, path, expressions))
    worst = {}
    for case in talib_cases.CASES:
        apart = 0.0
        for setting in case.settings:
            for output, numbers in enumerate(theirs(case, setting, data)[: len(case.outputs)]):
                numbers = case.mend(numbers, data, setting, output)
                apart = max(apart, difference(case, next(columns), numbers, data))
        worst[case.name] = apart
    return worst


def main():
    build = sys.argv[1]
    folder = os.path.join(build, "tests", "oracle")
    os.makedirs(folder, exist_ok=True)
    found = {name: compare(build, name, folder) for name in bars.SETS}
    failed = 0
    print(f"TA-Lib {talib.__version__}: largest difference, in shares of TA-Lib's own number unless said")
    for case in talib_cases.CASES:
        apart = [found[name][case.name] for name in bars.SETS]
        limit = case.limit or TOLERANCE
        good = max(apart) <= limit
        failed += not good
        print(f"{case.name:20} {len(case.settings)} settings  " + " ".join(f"{one:8.1e}" for one in apart) +
              f"  <= {limit:.0e}  {'' if good else 'DIFFERS  '}{case.reason}")
    known = {case.name for case in talib_cases.CASES} | set(talib_cases.ABSENT)
    for name in talib.get_functions():
        if name not in known and not name.startswith("CDL"):
            print(f"{name}: neither compared nor listed as absent")
            failed += 1
    for name, reason in talib_cases.ABSENT.items():
        print(f"{name:20} not compared: {reason}")
    print(f"{len(talib_cases.CASES)} functions of TA-Lib compared, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
