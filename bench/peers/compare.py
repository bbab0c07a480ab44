#!/usr/bin/env python3
"""The engine beside other people's, in one run: SMA 10/30 cross on the bars that bench/engine makes.
Usage: bench/peers/compare.py BUILD_FOLDER     (make bench runs it in a venv with requirements.txt)

Processor time of a run from columns in memory to its statistics, best of several; what a library compiles at its
first call is not counted. A peer that cannot be imported or fails is named and left out."""

import pathlib
import re
import subprocess
import sys
import tempfile
import time
import warnings

BARS = 525600
FAST, SLOW, FEE, CASH = 10, 30, 0.00001, 10000
warnings.filterwarnings("ignore")


def best(work, times):
    """Milliseconds of processor time, least of several, and what the work gave."""
    least, given = None, None
    for _ in range(times):
        began = time.process_time()
        given = work()
        spent = (time.process_time() - began) * 1000
        least = spent if least is None else min(least, spent)
    return least, given


def talib_averages(columns):
    import talib

    close = columns["Close"]
    spent, _ = best(lambda: (talib.SMA(close, FAST), talib.SMA(close, SLOW)), 20)
    return spent, "the two averages alone"


def vectorbt_signals(columns):
    import numpy
    import pandas
    import vectorbt

    index = pandas.to_datetime(columns["time"], unit="ms")
    close = pandas.Series(columns["Close"], index=index)
    opens = pandas.Series(columns["Open"], index=index)

    def run():
        fast, slow = vectorbt.MA.run(close, FAST), vectorbt.MA.run(close, SLOW)
        up = fast.ma_crossed_above(slow).vbt.signals.fshift(1)
        down = fast.ma_crossed_below(slow).vbt.signals.fshift(1)
        return vectorbt.Portfolio.from_signals(
            close, entries=up, short_entries=down, price=opens, size=numpy.inf, fees=FEE, init_cash=CASH, freq="1min"
        )

    run().stats()
    alone, _ = best(run, 5)
    spent, stats = best(lambda: run().stats(), 5)
    return spent, f"with its stats(); {alone:.0f} ms without; {int(stats['Total Trades'])} trades"


def backtesting_py(columns):
    import backtesting
    import pandas

    data = pandas.DataFrame(
        {name: columns[name] for name in ("Open", "High", "Low", "Close", "Volume")},
        index=pandas.to_datetime(columns["time"], unit="ms"),
    )
    # lots are whole units there: a share is cut as its own FractionalBacktest does
    data[["Open", "High", "Low", "Close"]] *= 1e-6
    backtesting.backtesting._tqdm = lambda bars, **_: bars

    class Cross(backtesting.Strategy):
        def init(self):
            average = lambda series, n: pandas.Series(series).rolling(n).mean()  # noqa: E731
            self.fast = self.I(average, self.data.Close, FAST)
            self.slow = self.I(average, self.data.Close, SLOW)

        def next(self):
            if self.fast[-2] < self.slow[-2] and self.fast[-1] > self.slow[-1]:
                self.position.close()
                self.buy()
            elif self.fast[-2] > self.slow[-2] and self.fast[-1] < self.slow[-1]:
                self.position.close()
                self.sell()

    def run():
        return backtesting.Backtest(data, Cross, cash=CASH, commission=FEE, finalize_trades=True).run()

    spent, stats = best(run, 2)
    return spent, f"with its statistics; {int(stats['# Trades'])} trades"


def ours(build, path):
    """Runs bench/engine, shows what it prints; milliseconds of the engine, the floor and the averages."""
    text = subprocess.run([build / "bench/engine", path], capture_output=True, text=True, check=True).stdout
    print(text)
    cross = text[text.index("SMA 10/30 cross"):]
    return [float(re.search(rf"^  {name} +([\d.]+) ms", cross, re.M).group(1))
            for name in ("engine", r"floor \(bench/floor.c\)", "the two averages alone")]


def main():
    import numpy

    build = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        engine, floor, averages = ours(build, file.name)
        raw = numpy.fromfile(file.name, dtype="<f8").reshape(6, BARS)
    columns = dict(zip(("Open", "High", "Low", "Close", "Volume"), raw[1:]))
    columns["time"] = raw[0].view("<i8")

    print(f"Other engines, the same SMA 10/30 cross over {BARS} bars")
    print(f"  {'plain C, the floor':22} {floor:10.2f} ms  {floor / engine:8.2f} x ours")
    print(f"  {'Candlemill':22} {engine:10.2f} ms      1.00")
    for name, peer, beside in (("TA-Lib", talib_averages, averages), ("vectorbt", vectorbt_signals, engine),
                               ("backtesting.py", backtesting_py, engine)):
        try:
            spent, note = peer(columns)
        except Exception as error:  # whatever a library throws, the others are still measured
            print(f"  {name:22} left out: {type(error).__name__}: {error}")
            continue
        unit = "x ours" if beside is engine else "x ours, averages alone"
        print(f"  {name:22} {spent:10.2f} ms  {spent / beside:8.2f} {unit}  ({note})")


main()
