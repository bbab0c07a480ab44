"""The smallest host: plain CGI, SQLite, no Redis, and `candlemilld --until-idle` from a crontab."""

import unittest

from test_service import CONTRACT
from world import World


class Crontab(unittest.TestCase):
    def test_submit_run_read(self):
        with World(web="apache-cgi", bus="none", worker="none", extra="worker.runners = 2\n") as world:
            world.upload("SAMPLE-BTC", "1h", world.generate("SAMPLE-BTC", "1h", "2023-06-01", "2025-01-01"))
            ids = [world.submit(**CONTRACT) for _ in range(5)]
            done = world.user_command("sbin/candlemilld", "--until-idle")
            self.assertEqual(done.returncode, 0, done.stderr)
            for backtest in ids:
                self.assertEqual(world.get(f"/api/algo/backtest/{backtest}").json["status"], "completed")
            etag = world.get(f"/api/algo/backtest/{ids[0]}").headers["etag"]
            self.assertEqual(world.get(f"/api/algo/backtest/{ids[0]}", If_None_Match=etag).status, 304)
            empty = world.user_command("sbin/candlemilld", "--until-idle")
            self.assertEqual(empty.returncode, 0, empty.stderr)


if __name__ == "__main__":
    unittest.main()
