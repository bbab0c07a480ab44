"""The promise of DESIGN 4 under faults. Without FAULTS=whole in the environment only the short form
runs (about half a minute); with it everything, over both stores."""

import os
import signal
import tempfile
import time
import unittest

import checker
from promise import MongoServer, Run, in_background, pause_sqlite
from world import wait_until

WHOLE = os.environ.get("FAULTS") == "whole"
JOBS = int(os.environ.get("FAULT_JOBS", "200"))


class Faults(unittest.TestCase):
    def prove(self, run, completed, kills=0, needs=0):
        facts = run.facts()
        told = checker.stats(facts)
        print(f"\n{self.id().split('.')[-1]}: {told}", flush=True)
        self.assertEqual(checker.check(facts), [])
        if run.ear:
            self.assertEqual(run.ear.wrong, [])
        self.assertGreaterEqual(told.get("completed", 0), completed)
        self.assertGreaterEqual(told["kills in a running job"], kills)
        # what a job needs was measured beforehand, and a shared machine is not always as fast
        self.assertGreaterEqual(told["median job"], needs)
        return told

    def kill_loop(self, store=None, redis=True):
        with Run(JOBS, store=store, redis=redis) as run:
            run.submit_all()
            plan = {0.5: run.restart_supervisor}
            if redis:
                plan.update({0.25: run.restart_redis, 0.75: run.restart_redis})
            run.nemesis(1, plan)
            run.settle()
            self.prove(run, completed=JOBS * 3 // 4, kills=JOBS * 3 // 10, needs=1)

    def store_stops(self, pause, store=None):
        with Run(20, store=store) as run:
            run.submit_all()
            wait_until("work", lambda: len(run.left()) <= 16, step=0.1)
            pausing = in_background(pause, run, 20)
            pausing.join()
            run.nemesis(0, {})
            run.settle(120)
            told = self.prove(run, completed=20)
            self.assertNotIn("lost", told["attempts"])

    def runner_stops(self, store=None):
        with Run(12, lease=6, store=store) as run:
            run.submit_all()
            stopped = run.world.runner_of(wait_until("a start", lambda: next(
                (n for n in run.accepted if run.world.read(n)["status"] == "running"), None)))
            os.kill(stopped, signal.SIGSTOP)
            began = time.monotonic()
            wait_until("its lease's end", lambda: any(
                a["end"] == "lost" for n in run.accepted for a in run.world.read(n)["attempts"]), step=0.1)
            self.assertLess(time.monotonic() - began, 6 + 2)
            os.kill(stopped, signal.SIGCONT)
            run.nemesis(0, {})
            run.settle()
            told = self.prove(run, completed=12)
            self.assertEqual(told["attempts"].get("lost"), 1)


class Short(Faults):
    def test_short(self):
        with Run(12, lease=6) as run:
            run.submit_all()
            # a busy machine gets kills as rare as its jobs are slow
            run.nemesis(1.2 * run.job_seconds, {0.3: run.restart_redis, 0.6: run.restart_supervisor})
            run.settle()
            self.prove(run, completed=6, kills=2)


@unittest.skipUnless(WHOLE, "FAULTS=whole runs it")
class WithSqlite(Faults):
    def test_kill_loop(self):
        self.kill_loop()

    def test_kill_loop_without_redis(self):
        self.kill_loop(redis=False)

    def test_runner_stops(self):
        self.runner_stops()

    def test_store_stops(self):
        self.store_stops(lambda run, s: pause_sqlite(run.world.dir / "jobs.db", s))


@unittest.skipUnless(WHOLE, "FAULTS=whole runs it")
class WithMongo(Faults):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cmm-", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.server = MongoServer(folder.name)
        self.addCleanup(self.server.close)
        if self.server.missing:
            self.skipTest("the MongoDB-compatible server cannot be had here")

    def test_kill_loop(self):
        self.kill_loop(self.server.uri)

    def test_runner_stops(self):
        self.runner_stops(self.server.uri)

    def test_store_stops(self):
        self.store_stops(lambda _, s: self.server.pause(s), self.server.uri)


if __name__ == "__main__":
    unittest.main()
