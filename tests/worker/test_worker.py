"""candlemilld alone on real parts: a job's life, its deaths, drain, cancel, idle, ask."""

import json
import os
import random
import signal
import socket
import time
import unittest

from world import DEADLINE, World, heavy, sanitized, wait_until


def ends(messages):
    return [m for c, m in messages if c in ("backtest:complete", "backtest:error")]


class Life(unittest.TestCase):
    def test_hint_to_result_and_events(self):
        with World() as w:
            ear = w.subscribe("backtest:progress", "backtest:complete", "backtest:error", "backtest:user:ann")
            w.worker()
            w.submit("bt_1")
            seen = ear.until(lambda c, m: c == "backtest:user:ann" and m["event"] == "backtest:complete")
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "completed")
            self.assertEqual(record["cached"], "completed")
            self.assertEqual([a["end"] for a in record["attempts"]], ["done"])
            room = [m["event"] for c, m in seen if c == "backtest:user:ann"]
            self.assertEqual(room, ["backtest:started", "backtest:progress", "backtest:complete"])
            progress = [m for c, m in seen if c == "backtest:progress"]
            self.assertEqual(progress[0]["message"], "Processing 2020-01-01")
            self.assertEqual(progress[0]["currentDate"], "2020-01-01")
            done = ends(seen)
            self.assertEqual(len(done), 1)
            self.assertEqual(done[0]["summary"], record["summary"])
            self.assertLessEqual(done[0]["summary"]["maxDrawdown"], 0)
            self.assertEqual(json.loads(w.redis("GET", "backtest:state:bt_1"))["event"], "backtest:complete")
            self.assertEqual(w.redis("HKEYS", "backtest:open:ann"), [])
            lines = [line.split()[:3] for line in w.history.read_text().splitlines()]
            self.assertEqual(lines, [["bt_1", "1", "start"], ["bt_1", "1", "end"]])

    def test_progress_rises_four_times_a_second_at_most(self):
        with World() as w:
            w.bars(600000)
            ear = w.subscribe("backtest:progress", "backtest:complete")
            w.worker()
            w.submit("bt_1", **heavy(32))
            seen = ear.until(lambda c, m: c == "backtest:complete")
            percent = [m["progress"] for c, m in seen if c == "backtest:progress"]
            self.assertGreater(len(percent), 2)
            self.assertEqual(percent, sorted(set(percent)))
            start, end = (int(line.split()[3]) for line in w.history.read_text().splitlines())
            self.assertLessEqual(len(percent), (end - start) / 250 + 2)

    def test_failures_a_user_can_act_on_happen_once(self):
        with World() as w:
            ear = w.subscribe("backtest:error")
            w.worker(worker_memory=64)
            w.bars(2000000)
            w.submit("bt_data", startDate="2031-01-01", endDate="2032-01-01")
            w.submit("bt_none", symbol="NOSUCH")
            w.submit("bt_word", strategies=["nosuch"])
            if not sanitized():  # there the allocator dies of a limit instead of saying no
                w.submit("bt_memory", **heavy(32))
            expected = {"bt_data": ("insufficient_data", "Insufficient market data: TEST 1h has 2020-01-01"),
                        "bt_none": ("insufficient_data", "NOSUCH"), "bt_word": (None, "nosuch"),
                        "bt_memory": ("memory_limit", "64 MB")}
            if sanitized():
                expected.pop("bt_memory")
            for name, (code, text) in expected.items():
                record = w.ended(name)
                self.assertEqual(record["status"], "failed", record)
                self.assertIn(text, record["error"])
                if code:
                    self.assertEqual(record["code"], code)
                self.assertEqual(len(record["attempts"]), 1, name)
            said = {ear.message()[1]["backtestId"] for _ in expected}
            self.assertEqual(said, set(expected))

    def test_cpu_limit(self):
        with World() as w:
            w.bars(2000000)
            w.worker(worker_cpu=1)
            w.submit("bt_1", **heavy(32, 400))
            record = w.ended("bt_1")
            self.assertEqual((record["status"], record["code"]), ("failed", "cpu_limit"))
            self.assertEqual(len(record["attempts"]), 1)
            w.submit("bt_2")
            self.assertEqual(w.ended("bt_2")["status"], "completed")

    def test_the_same_hint_a_hundred_times_is_one_attempt(self):
        with World() as w:
            one, two = w.worker(worker_slots=w.dir / "slots/a"), w.worker(worker_slots=w.dir / "slots/b")
            for i in range(5):
                task = {"backtestId": f"bt_{i}", "userId": "ann", "params": {}, "attempt": 0}
                w.submit(f"bt_{i}")
                for _ in range(100):
                    w.publish("backtest:task", task)
            for i in range(5):
                self.assertEqual(len(w.ended(f"bt_{i}")["attempts"]), 1)
            self.assertEqual(w.terminate(one), 0)
            self.assertEqual(w.terminate(two), 0)

    def test_candles_are_kept_in_the_cache(self):
        with World() as w:
            w.worker(worker_runners=1)
            first, second = w.submit("bt_1"), w.submit("bt_2")
            a, b = w.ended(first), w.ended(second)
            self.assertEqual(a["body"]["metrics"], b["body"]["metrics"])
            self.assertEqual(a["body"]["data"], b["body"]["data"])
            kept = list((w.dir / "cache").glob("*.columns"))
            self.assertEqual(len(kept), 1)
            broken = w.dir / "broken"
            broken.write_bytes(b"\0" * kept[0].stat().st_size)
            broken.rename(kept[0])  # not believed by whoever maps it next
            w.worker(worker_runners=1, worker_slots=w.dir / "slots/b")
            for i in range(4):
                name = w.submit(f"bt_again{i}")
                self.assertEqual(w.ended(name)["body"]["metrics"], a["body"]["metrics"])


class Deaths(unittest.TestCase):
    def test_a_killed_runner_costs_one_start(self):
        with World() as w:
            w.bars(600000)
            w.worker()
            w.submit("bt_1", **heavy(12))
            started = time.monotonic()
            os.kill(w.runner_of("bt_1"), signal.SIGKILL)
            wait_until("the second start", lambda: len(w.read("bt_1")["attempts"]) == 2)
            self.assertLess(time.monotonic() - started, 3)  # not a lease
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "completed")
            self.assertEqual([a["end"] for a in record["attempts"]], ["lost", "done"])

    def test_three_lost_starts_are_the_end(self):
        with World() as w:
            w.bars(600000)
            ear = w.subscribe("backtest:error")
            w.worker()
            w.submit("bt_1", **heavy(32))
            w.submit("bt_2")
            for n in range(1, 4):
                wait_until(f"start {n}", lambda: len(w.read("bt_1")["attempts"]) == n)
                os.kill(w.runner_of("bt_1"), signal.SIGKILL)
            record = w.ended("bt_1")
            self.assertEqual((record["status"], record["code"]), ("failed", "worker_lost"))
            self.assertEqual([a["end"] for a in record["attempts"]], ["lost"] * 3)
            self.assertEqual(ear.message()[1]["code"], "worker_lost")
            self.assertEqual(w.ended("bt_2")["status"], "completed")

    def test_a_stopped_runner_loses_its_lease_and_says_nothing_late(self):
        with World() as w:
            w.bars(600000)
            w.worker(worker_lease=6)
            w.submit("bt_1", **heavy(24))
            stopped = w.runner_of("bt_1")
            os.kill(stopped, signal.SIGSTOP)
            began = time.monotonic()
            wait_until("the second start", lambda: len(w.read("bt_1")["attempts"]) == 2)
            self.assertLess(time.monotonic() - began, 6 + 2)
            os.kill(stopped, signal.SIGCONT)
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "completed")
            ends = [a["end"] for a in record["attempts"]]
            if sanitized():  # so slow that an attempt may fence itself
                ends = [end for end in ends if end != "retry"]
            self.assertEqual(ends, ["lost", "done"])
            self.assertEqual(record["endedBy"], len(record["attempts"]))
            # the one that slept works on
            names = [w.submit(f"bt_more{i}") for i in range(4)]
            for name in names:
                self.assertEqual(w.ended(name)["status"], "completed")

    def test_a_killed_supervisor(self):
        with World() as w:
            w.bars(600000)
            first = w.worker(worker_drain=0)
            w.submit("bt_1", **heavy(24))
            w.running("bt_1")
            first.kill()
            first.wait()
            # its runners release what they have, and leave; the slots are free again
            w.worker()
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "completed")
            self.assertEqual([a["end"] for a in record["attempts"]], ["released", "done"])

    def test_two_observers_of_a_dead_host_make_one_attempt(self):
        with World() as w:
            w.bars(600000)
            dead = w.worker(worker_slots=w.dir / "slots/a", worker_runners=1)
            w.submit("bt_1", **heavy(24))
            runner = w.runner_of("bt_1")
            for letter in "bc":
                w.worker(worker_slots=w.dir / f"slots/{letter}", worker_runners=1)
            w.ended(w.submit("bt_2"))  # both are there, and know bt_1
            began = time.monotonic()
            dead.kill()
            os.kill(runner, signal.SIGKILL)
            dead.wait()
            wait_until("the second start", lambda: len(w.read("bt_1")["attempts"]) == 2)
            self.assertLess(time.monotonic() - began, 6 + 2)
            record = w.ended("bt_1")
            self.assertEqual([a["end"] for a in record["attempts"]], ["lost", "done"])

    def test_an_end_nobody_announced(self):
        with World() as w:
            ear = w.subscribe("backtest:error", "backtest:user:ann")
            w.submit("bt_1", hint=False)
            w.ask(do="end", id="bt_1", user="ann", status="cancelled")
            w.worker()
            w.ended("bt_1")
            said = [m for _, m in ear.until(lambda c, m: c == "backtest:user:ann")]
            self.assertEqual(said[0]["status"], "cancelled")
            self.assertEqual(said[0]["error"], "Cancelled")
            self.assertEqual(said[1]["data"], said[0])


class Stops(unittest.TestCase):
    def test_cancel_reaches_a_running_job(self):
        with World() as w:
            w.bars(2000000)
            w.worker(worker_runners=1)
            w.submit("bt_1", **heavy(8, 400))
            w.running("bt_1")
            began = time.monotonic()
            w.ask(do="end", id="bt_1", user="ann", status="cancelled")
            w.submit("bt_2")  # the runner is free for it at once
            wait_until("the next start", lambda: w.read("bt_2")["attempts"], step=0.002)
            # a look is 0.25 s; the machine may be busy
            self.assertLess(time.monotonic() - began, 10 if sanitized() else 1)
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "cancelled")
            self.assertEqual([a["end"] for a in record["attempts"]], ["done"])

    def test_cancelled_before_it_ran(self):
        with World() as w:
            w.submit("bt_1", hint=False)
            w.ask(do="end", id="bt_1", user="ann", status="cancelled")
            w.worker()
            self.assertEqual(w.ended("bt_1")["attempts"], [])

    def test_cancel_at_any_moment_has_one_truth(self):
        with World() as w:
            ear = w.subscribe("backtest:complete", "backtest:error")
            w.worker()
            took = []
            for i in range(3):
                began = time.monotonic()
                w.submit(f"bt_warm{i}")
                ear.message()
                took.append(time.monotonic() - began)
            chance, told, outcomes = random.Random(7), {}, set()
            for i in range(100):
                name = w.submit(f"bt_{i}")
                ends = time.monotonic() + chance.random() * 2 * min(took)
                while time.monotonic() < ends:
                    pass
                cancelled = w.ask(do="end", id=name, user="ann", status="cancelled").get("ok")
                status = w.read(name)["status"]
                self.assertEqual(status, "cancelled" if cancelled else "completed", name)
                outcomes.add(status)
            while len(told) < 100:
                _, message = ear.message()
                self.assertIn(told.setdefault(message["backtestId"], message)["status"], message["status"])
            for i in range(100):
                record = w.ended(f"bt_{i}")
                self.assertEqual(told[f"bt_{i}"]["status"],
                                 {"cancelled": "cancelled", "completed": "success"}[record["status"]])
            self.assertEqual(outcomes, {"cancelled", "completed"})

    def test_drain_finishes_what_runs_and_takes_nothing(self):
        with World() as w:
            w.bars(600000)
            daemon = w.worker(worker_drain=60)
            w.submit("bt_1", **heavy(12))
            w.running("bt_1")
            daemon.send_signal(signal.SIGTERM)
            wait_until("the drain", lambda: w.logged("draining"))
            w.submit("bt_2")
            self.assertEqual(daemon.wait(DEADLINE), 0)
            self.assertEqual(w.read("bt_1")["status"], "completed")
            self.assertFalse(w.read("bt_1")["open"])
            self.assertEqual(w.read("bt_2")["attempts"], [])

    def test_drain_releases_what_takes_too_long(self):
        with World() as w:
            w.bars(2000000)
            daemon = w.worker(worker_drain=0)
            w.submit("bt_1", **heavy(32))
            w.running("bt_1")
            began = time.monotonic()
            self.assertEqual(w.terminate(daemon), 0)
            self.assertLess(time.monotonic() - began, 5)
            self.assertEqual([a["end"] for a in w.read("bt_1")["attempts"]], ["released"])
            w.worker()
            wait_until("the second start", lambda: len(w.read("bt_1")["attempts"]) == 2)
            self.assertLess(time.monotonic() - began, 10)

    def test_init_is_told(self):
        with World() as w, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as init:
            init.bind(str(w.dir / "notify"))
            init.settimeout(DEADLINE)
            os.environ["NOTIFY_SOCKET"] = str(w.dir / "notify")
            self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
            daemon = w.worker()
            self.assertEqual(init.recv(100), b"READY=1")
            daemon.send_signal(signal.SIGTERM)
            while (word := init.recv(100)) != b"STOPPING=1":
                self.assertEqual(word, b"WATCHDOG=1")
            self.assertEqual(daemon.wait(DEADLINE), 0)

    def test_hangup_reloads(self):
        with World() as w:
            conf = w.dir / "worker.conf"
            conf.write_text("worker.runners = 1\n")
            daemon = w.worker("-f", str(conf))
            w.ended(w.submit("bt_1"))
            daemon.send_signal(signal.SIGHUP)
            wait_until("the reload", lambda: w.logged(": reloaded"))
            w.ended(w.submit("bt_2"))
            conf.write_text("worker.runners = x\n")
            daemon.send_signal(signal.SIGHUP)
            wait_until("the refusal", lambda: w.logged("not reloaded"))
            self.assertEqual(w.ended(w.submit("bt_3"))["status"], "completed")
            self.assertEqual(w.terminate(daemon), 0)


class Idle(unittest.TestCase):
    def test_works_off_and_exits(self):
        with World(bus=False) as w:
            names = [w.submit(f"bt_{i}", user=f"u{i % 3}") for i in range(20)]
            self.assertEqual(w.worker("--until-idle").wait(DEADLINE), 0)
            for name in names:
                record = w.read(name)
                self.assertEqual(record["status"], "completed")
                self.assertFalse(record["open"])
            self.assertEqual(w.worker("--until-idle").wait(DEADLINE), 0)

    def test_no_slot_no_wait(self):
        with World(bus=False) as w:
            daemon = w.worker()
            w.ended(w.submit("bt_1"))
            began = time.monotonic()
            self.assertEqual(w.worker("--until-idle").wait(DEADLINE), 0)
            self.assertLess(time.monotonic() - began, 1)
            self.assertEqual(w.logged("other workers of this host"), 1)
            self.assertEqual(w.terminate(daemon), 0)
            # a second daemon waits for the slots instead
            first, second = w.worker(), w.worker()
            w.ended(w.submit("bt_2"))
            self.assertEqual(w.terminate(first), 0)
            self.assertEqual(w.ended(w.submit("bt_3"))["status"], "completed")
            self.assertEqual(w.terminate(second), 0)

    def test_what_others_do_is_watched_for_a_lease(self):
        with World(bus=False) as w:
            w.bars(2000000)
            w.worker(worker_runners=1)
            w.submit("bt_1", **heavy(32, 2000))
            w.running("bt_1")
            began = time.monotonic()
            own_slots = {"worker_slots": w.dir / "slots/mine"}
            self.assertEqual(w.worker("--until-idle", **own_slots).wait(DEADLINE), 0)
            self.assertGreaterEqual(time.monotonic() - began, 6)
            self.assertEqual(w.read("bt_1")["status"], "running")


class WithoutRedis(unittest.TestCase):
    def test_redis_away_then_back(self):
        with World() as w:
            w.stop_redis()
            w.worker()
            w.bus = False
            wait_until("a word about it", lambda: w.logged("Redis is away"))
            names = [w.submit(f"bt_{i}") for i in range(5)]
            for name in names:
                wait_until("its end", lambda: "endedBy" in w.read(name))
            self.assertTrue(all(w.read(name)["open"] for name in names))  # nobody has been told
            w.start_redis()
            ear = w.subscribe("backtest:complete")
            told = {}
            while set(told) != set(names):
                _, message = ear.message()
                told[message["backtestId"]] = message
            for name in names:
                record = w.ended(name)
                self.assertEqual(told[name]["summary"], record["summary"])
                self.assertEqual(told[name]["attempt"], 1)


class Ask(unittest.TestCase):
    def ask(self, w, user, name):
        """The answer; asked again after 10 s, as candlemill-ws does: Pub/Sub may lose one."""
        ear = w.subscribe("candlemill:reply:0a1b")
        question = {"userId": user, "reply": "candlemill:reply:0a1b"}
        if name:
            question["backtestId"] = name
        try:
            for _ in range(6):
                w.redis("DEL", f"candlemill:asked:candlemill:reply:0a1b:{name or ''}")
                w.publish("candlemill:ask", question)
                try:
                    return ear.message(10)[1]
                except TimeoutError:
                    continue
            self.fail(f"{name}: asked six times, no answer")
        finally:
            ear.close()

    def test_answers(self):
        with World() as w:
            w.worker()
            w.bars(2000000)
            w.ended(w.submit("bt_done"))
            w.submit("bt_run", **heavy(32, 400))
            w.running("bt_run")
            w.submit("bt_run2", **heavy(32, 400))
            w.running("bt_run2")
            w.submit("bt_wait")
            w.redis("FLUSHALL")
            done = self.ask(w, "ann", "bt_done")
            self.assertEqual(done["userId"], "ann")
            self.assertEqual(done["event"]["event"], "backtest:complete")
            self.assertEqual(json.loads(w.redis("GET", "backtest:state:bt_done")), done["event"])
            self.assertEqual(self.ask(w, None, "bt_done")["userId"], "ann")
            self.assertEqual(self.ask(w, "bob", "bt_done")["event"]["data"]["code"], "not_found")
            self.assertEqual(self.ask(w, "ann", "bt_nosuch")["event"]["data"]["code"], "not_found")
            self.assertIsNone(self.ask(w, "ann", "bt_wait")["event"])
            self.assertIn(self.ask(w, "ann", "bt_run")["event"]["event"],
                          ("backtest:started", "backtest:progress"))
            w.redis("DEL", "backtest:open:ann")
            wait_until("a scan", lambda: self.ask(w, "ann", None)["event"] is None and
                       set(w.redis("HKEYS", "backtest:open:ann")) == {"bt_run", "bt_run2", "bt_wait"})


if __name__ == "__main__":
    unittest.main()
