#!/usr/bin/env python3
"""The runs of tests/data/golden.json through `candlemill run --json`: every figure to 1e-9 of its size, or
to its printed digits where those are fewer. The figures are backtesting.py's own on real candles, which
cannot be shipped: $CANDLEMILL_SHARED or ../shared/data has them, else this is skipped."""
import csv
import json
import os
import subprocess
import sys

SKIPPED = 77
srcdir = os.environ.get("srcdir", ".")
program = os.path.join(os.environ.get("builddir", "build"), "cli", "candlemill")


def data_folder(top=srcdir):
    places = [os.path.join(top, "..", "shared", "data"), os.path.join(top, "..", "..", "shared", "data")]
    for place in [os.environ.get("CANDLEMILL_SHARED")] + places:
        if place and os.path.exists(os.path.join(place, "GOOG-1d.csv")):
            return place
    return None


def golden_runs():
    with open(os.path.join(srcdir, "tests", "data", "golden.json")) as f:
        return json.load(f)


def run(file, request, *options):
    done = subprocess.run([program, "run", "--data", file, "--request", "-", *options], input=json.dumps(request),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"candlemill run ended with {done.returncode}: {done.stderr}")
    return done.stdout


def agrees(got, want):
    """want is the figure as it was printed."""
    value = float(want)
    digits = len(want.split(".")[1]) if "." in want else 0
    printed = 0.5 * 10 ** -digits if digits else 0
    return got is not None and abs(got - value) <= max(1e-9 * abs(value), printed)


def check(name, got, want, failures):
    if not agrees(got, want):
        failures.append(f"{name}: {got!r}, not {want}")


def check_result(golden, result, trades, failures):
    """result: the body of /result; trades() gives the CSV. Returns how many figures were compared."""
    figures = dict(result["metrics"], bars=result["data"]["bars"])
    for word, want in golden["want"].items():
        check(f'{golden["name"]}: {word}', figures[word], want, failures)
    for word, want in golden.get("data", {}).items():
        if result["data"][word] != want:
            failures.append(f'{golden["name"]}: data.{word} is {result["data"][word]}, not {want}')
    if "firstTrade" in golden:
        trade = next(csv.DictReader(trades().splitlines()))
        for word, want in golden["firstTrade"].items():
            check(f'{golden["name"]}: first trade, {word}', float(trade[word]), want, failures)
    return len(golden["want"]) + len(golden.get("data", {})) + len(golden.get("firstTrade", {}))


def main():
    folder = data_folder()
    if not folder:
        print("skipped: no ../shared/data")
        sys.exit(SKIPPED)
    failures, figures, runs = [], 0, golden_runs()
    for golden in runs:
        file = os.path.join(folder, golden["file"])
        result = json.loads(run(file, golden["request"], "--json"))
        figures += check_result(golden, result, lambda: run(file, golden["request"], "--csv", "trades"), failures)
    for failure in failures:
        print(failure)
    print(f"{len(runs)} runs, {figures} figures, {len(failures)} differ")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
