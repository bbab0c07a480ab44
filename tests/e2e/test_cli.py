"""The command line against a running service: import, submit, watch, show, list, cancel, doctor; and the
golden runs of backtesting.py through store, API, worker and back."""

import json
import os
import sys
import unittest

from world import TOP, World

os.environ["srcdir"] = str(TOP)
sys.path.insert(0, str(TOP / "tests"))
import golden_cli  # noqa: E402


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)

    def candlemill(self, *words, status=0, **more):
        done = self.world.user_command("bin/candlemill", *words, **more)
        self.assertEqual(done.returncode, status, (words, done.stdout[-500:], done.stderr))
        return done.stdout

    def test_a_first_hour_with_it(self):
        csv = self.world.generate("SAMPLE-BTC", "1h", "2023-01-01", "2024-01-01")
        out = self.candlemill("import", "-", "--symbol", "SAMPLE-BTC", input=csv)
        self.assertIn("8,760 new", out)
        self.assertIn("SAMPLE-BTC,1h,", self.candlemill("candles", "list", "--csv"))
        self.assertIn("ok       bus", self.candlemill("doctor"))

        words = ["--symbol", "SAMPLE-BTC", "--interval", "1h", "-s", "sma", "-s", "rsi", "--set", "commission=0.001"]
        result = json.loads(self.candlemill("submit", *words, "--watch", "--json"))
        here = json.loads(self.candlemill("run", *words, "--json"))
        for word in ("summary", "metrics", "basis", "strategies", "data", "warnings", "noTrades"):
            self.assertEqual(result[word], here[word], word)  # the same figures, bit for bit

        backtest = result["backtestId"]
        self.assertIn("Total return", self.candlemill("show", backtest))
        self.assertEqual(json.loads(self.candlemill("watch", backtest, "--json")), result)
        for part in ("trades", "equity"):
            self.assertEqual(self.candlemill("show", backtest, "--csv", part),
                             self.candlemill("run", *words, "--csv", part), part)
        self.assertIn(f"{backtest},completed,100 %,SAMPLE-BTC,1h,sma + rsi", self.candlemill("list", "--csv"))
        self.assertIn("had ended already: completed", self.candlemill("cancel", backtest))

        backtest = self.candlemill("submit", "--symbol", "SAMPLE-BTC", "--interval", "1h", "-s", "sma",
                                   "--start", "2030-01-01").strip()
        done = self.world.user_command("bin/candlemill", "watch", backtest)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Insufficient market data: SAMPLE-BTC 1h has 2023-01-01 to 2023-12-31, asked for 2030-01-01 "
                      "to the end", done.stderr)
        self.candlemill("show", "bt_000000000000000000000000", status=3)
        self.candlemill("submit", *words, "--set", "cash=-1", status=4)

    def test_golden_runs_through_the_service(self):
        folder = golden_cli.data_folder()
        if not folder:
            self.skipTest("no ../shared/data")
        failures, figures, runs = [], 0, golden_cli.golden_runs()
        for file in {golden["file"] for golden in runs}:
            with open(os.path.join(folder, file)) as f:
                self.candlemill("import", "-", "--symbol", file.split(".")[0], input=f.read())
        for golden in runs:
            request = dict(golden["request"], symbol=golden["file"].split(".")[0])
            result = json.loads(self.candlemill("submit", "--request", "-", "--watch", "--json", "--quiet",
                                                input=json.dumps(request)))
            figures += golden_cli.check_result(
                golden, result, lambda: self.candlemill("show", result["backtestId"], "--csv", "trades"), failures)
        self.assertEqual(failures, [])
        print(f"{len(runs)} runs, {figures} figures", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
