"""The golden runs of tests/data/golden.json through the service: backtesting.py's own figures on real
candles, to 1e-9. Skipped where ../shared/data is absent (the candles cannot be shipped)."""

import json
import pathlib
import sys
import unittest

from world import TOP, World

sys.path.insert(0, str(TOP / "tests"))
from golden_cli import agrees, data_folder  # noqa: E402

SERIES = {"GOOG-1d.csv": ("GOOG", "1d"), "EURUSD-1h.csv": ("EURUSD", "1h"), "BTCUSDT-PERP-1m.csv": ("BTCUSDT", "1m")}


class Golden(unittest.TestCase):
    def test_every_figure_of_every_run(self):
        folder = data_folder(str(TOP))
        if not folder:
            self.skipTest("skipped: no ../shared/data")
        runs = json.loads((TOP / "tests/data/golden.json").read_text())
        with World() as world:
            for file, (symbol, interval) in SERIES.items():
                world.upload(symbol, interval, (pathlib.Path(folder) / file).read_text())
            for golden in runs:
                request = dict(golden["request"], symbol=SERIES[golden["file"]][0])
                backtest = world.submit(**request)
                self.assertEqual(world.wait_end(backtest)["status"], "completed", golden["name"])
                result = world.get(f"/api/algo/backtest/{backtest}/result").json
                figures = dict(result["metrics"], bars=result["data"]["bars"])
                for word, want in golden["want"].items():
                    self.assertTrue(agrees(figures[word], want), f"{golden['name']}: {word} is {figures[word]}, not {want}")
