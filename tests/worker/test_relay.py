"""Foreign programs on the four channels: a worker, an API, and nonsense."""

import json
import subprocess
import sys
import unittest

from world import FOREIGN_WORKER, World, heavy, wait_until


class ForeignWorker(unittest.TestCase):
    def start(self, w, step="0.02"):
        before = int(w.redis("PUBSUB", "NUMSUB", "backtest:task")[1])
        child = subprocess.Popen([sys.executable, FOREIGN_WORKER, w.socket, step])
        w.children.append(child)
        wait_until("its subscription",
                   lambda: int(w.redis("PUBSUB", "NUMSUB", "backtest:task")[1]) > before)
        return child

    def supervisors(self, w, n=1, **settings):
        children = [w.worker(worker_runners=0, **settings) for _ in range(n)]
        wait_until("their subscriptions", lambda: int(w.redis("PUBSUB", "NUMSUB", "candlemill:ask")[1]) == n)
        return children

    def test_a_whole_job(self):
        with World() as w:
            self.supervisors(w, 2)
            self.start(w, "0.3")
            ear = w.subscribe("backtest:user:ann")
            w.submit("bt_1")
            seen = [m for _, m in ear.until(lambda c, m: m["event"] == "backtest:complete")]
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "completed")
            self.assertEqual([(a["owner"], a["end"]) for a in record["attempts"]], [("foreign", "done")])
            self.assertEqual(record["summary"], {"totalReturn": 12.5, "sharpeRatio": 1.1, "maxDrawdown": -3.25})
            self.assertEqual(record["body"]["basis"]["nulls"]["cagr"], "foreign")
            self.assertEqual([m["event"] for m in seen].count("backtest:started"), 1)
            self.assertEqual(seen[0]["event"], "backtest:started")
            percent = [m["data"]["progress"] for m in seen if m["event"] == "backtest:progress"]
            self.assertEqual(percent, sorted(set(percent)))
            self.assertEqual(len(percent), 6)
            self.assertEqual(seen[-1]["data"]["resultId"], "res_1")

    def test_its_death_costs_one_start(self):
        with World() as w:
            self.supervisors(w, relay_silence=1)
            first = self.start(w, "10")
            w.submit("bt_1")
            w.running("bt_1")
            first.kill()
            first.wait()
            self.start(w)  # it missed the task: hinted again
            record = w.ended("bt_1")
            self.assertEqual(record["status"], "completed")
            self.assertEqual([a["end"] for a in record["attempts"]], ["lost", "done"])

    def test_nobody_comes(self):
        with World() as w:
            self.supervisors(w, relay_patience=2)
            w.submit("bt_1")
            record = w.ended("bt_1")
            self.assertEqual((record["status"], record["code"]), ("failed", "worker_lost"))
            self.assertEqual(record["attempts"], [])


class ForeignApi(unittest.TestCase):
    def test_a_task_without_attempt_is_done(self):
        with World() as w:
            w.worker()
            wait_until("the worker", lambda: w.logged("Redis is connected"))
            ear = w.subscribe("backtest:complete", "backtest:error")
            params = {"symbol": "TEST", "interval": "1h", "strategies": ["sma", "rsi"],
                      "strategyParams": {"sma": {"fast": 5}}, "tags": ["theirs"]}
            w.publish("backtest:task", {"backtestId": "their-1", "userId": "eve", "params": params, "more": 1})
            _, message = ear.message()
            self.assertEqual(message["backtestId"], "their-1")
            self.assertEqual(w.ended("their-1")["status"], "completed")
            # a wrong one ends at once, and says why
            w.publish("backtest:task", {"backtestId": "their-2", "userId": "eve", "params": {"symbol": "TEST"}})
            channel, message = ear.message()
            self.assertEqual((channel, message["backtestId"]), ("backtest:error", "their-2"))
            self.assertEqual(message["status"], "error")
            self.assertTrue(message["timestamp"])
            record = w.ended("their-2")
            self.assertEqual((record["status"], record["attempts"]), ("failed", []))
            # a second task with that id, and one of another user
            w.publish("backtest:task", {"backtestId": "their-1", "userId": "eve", "params": params})
            w.publish("backtest:task", {"backtestId": "their-1", "userId": "bob", "params": params})
            wait_until("the refusal", lambda: w.logged("another user's"))
            self.assertEqual(len(w.read("their-1")["attempts"]), 1)

    def test_switched_off(self):
        with World() as w:
            w.worker(relay_tasks="off", relay_events="off")
            wait_until("the worker", lambda: w.logged("Redis is connected"))
            w.publish("backtest:task", {"backtestId": "their-1", "userId": "eve",
                                        "params": {"symbol": "TEST", "interval": "1h", "strategies": ["sma"]}})
            self.assertEqual(w.ended(w.submit("bt_1"))["status"], "completed")
            self.assertEqual(w.read("their-1").get("failed"), "not_found")


class Nonsense(unittest.TestCase):
    def test_changes_nothing_and_is_logged_once(self):
        with World() as w:
            w.bars(2000000)
            w.worker(worker_runners=1)
            w.ended(w.submit("bt_done"))
            before = w.read("bt_done")
            w.submit("bt_ours", **heavy(32, 400))
            w.running("bt_ours")
            good = {"progress": 50, "message": "x", "status": "success", "summary": {}, "error": "x"}
            end = {**good, "status": "error"}
            rows = []
            for channel in ("backtest:progress", "backtest:complete", "backtest:error"):
                body = end if channel == "backtest:error" else good
                for about, reason in (({"backtestId": "bt_done", "userId": "ann"}, "has ended"),
                                      ({"backtestId": "bt_ours", "userId": "ann"}, "our runners"),
                                      ({"backtestId": "bt_ours", "userId": "bob"}, "no such backtest"),
                                      ({"backtestId": "bt_nosuch", "userId": "ann"}, "no such backtest")):
                    rows.append((channel, json.dumps({**body, **about}), reason))
                for text in ("", "nonsense", "[]", '{"backtestId":"bt_ours"}', '{"backtestId":7,"userId":"ann"}',
                             '{"backtestId":"../x","userId":"ann"}', "{" * 1000):
                    rows.append((channel, text, "not an event"))
            for text in ("nonsense", "{}", '{"backtestId":"bt_x","userId":"a b","params":{}}'):
                rows.append(("backtest:task", text, "not a task"))
            for text in ("nonsense", "{}", '{"backtestId":"bt_ours","reply":"backtest:task"}'):
                rows.append(("candlemill:ask", text, "not a question"))
            for channel, text, _ in rows:
                w.publish(channel, text)
            w.publish("backtest:user:ann", "nonsense")
            lines = len(rows)
            wait_until("a line for each", lambda: w.logged(", ignored: ") == lines)
            for channel, text, reason in rows:
                self.assertTrue(w.logged(f"{channel}: "), channel)
                self.assertTrue(w.logged(reason), reason)
                w.publish(channel, text)
                if channel == "backtest:progress":  # let the thinning lock of its id go
                    w.redis("DEL", "candlemill:relayed:ann:bt_ours", "candlemill:relayed:ann:bt_done")
            # in order behind all of it: then everything has been heard
            w.publish("backtest:task", "the last")
            wait_until("the last line", lambda: w.logged("the last"))
            self.assertEqual(w.logged(", ignored: "), lines + 1)
            self.assertEqual(w.read("bt_done"), before)
            ours = w.read("bt_ours")
            self.assertEqual((ours["status"], len(ours["attempts"])), ("running", 1))


if __name__ == "__main__":
    unittest.main()
