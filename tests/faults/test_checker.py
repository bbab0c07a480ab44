"""The checker itself: a good run passes, and each thing that may go wrong is seen."""

import copy
import unittest

from checker import check, stats

GOOD = {
    "accepted": ["a", "b"], "lease": 6, "kills": [(11.0, 7), (30.0, 99)],
    "records": {
        "a": {"status": "completed", "cached": "completed", "open": False, "code": "", "error": None, "endedBy": 2,
              "attempts": [{"n": 1, "owner": "h:7/x", "end": "lost"}, {"n": 2, "owner": "h:8/x", "end": "done"}]},
        "b": {"status": "failed", "cached": "failed", "open": False, "code": "worker_lost", "error": "x", "endedBy": 3,
              "attempts": [{"n": n, "owner": f"h:{n}/x", "end": "lost"} for n in (1, 2, 3)]}},
    "history": ["a 1 start 10000", "a 2 start 12000", "a 2 end 13500", "b 1 start 1000", "b 2 start 2000",
                "b 3 start 3000", "b 3 end 4000"],
    "heard": {"a": {"status": "success"}, "b": {"status": "error"}},
}


class Checker(unittest.TestCase):
    def test_a_good_run(self):
        self.assertEqual(check(GOOD), [])
        self.assertEqual(stats(GOOD)["kills in a running job"], 1)
        self.assertEqual(stats(GOOD)["shortest job"], 1.5)
        self.assertEqual(stats(GOOD)["longest recovery"], 1.0)

    def test_a_process_id_that_comes_back(self):
        facts = copy.deepcopy(GOOD)
        facts["kills"] = [(2.0, 7), (11.0, 7), (90.0, 7)]
        self.assertEqual(check(facts), [])
        self.assertEqual(stats(facts)["longest recovery"], 1.0)

    def test_a_kill_after_the_end_was_written(self):
        facts = copy.deepcopy(GOOD)
        facts["records"]["a"]["attempts"][1] = {"n": 2, "owner": "h:8/x", "end": "lost"}
        facts["kills"].append((13.6, 8))
        self.assertEqual(check(facts), [])
        self.assertEqual(stats(facts)["kills in a running job"], 1)

    def test_what_may_go_wrong(self):
        def record(facts, name="a"):
            return facts["records"][name]

        rows = [
            ("no end", lambda f: record(f).pop("endedBy")),
            ("2 processes", lambda f: f["history"].append("a 1 end 13600")),
            ("the store says", lambda f: record(f).update(endedBy=1)),
            ("failed as unavailable", lambda f: record(f, "b").update(code="unavailable")),
            ("with 2 lost starts", lambda f: record(f, "b")["attempts"][0].update(end="retry")),
            ("a: cancelled", lambda f: record(f).update(status="cancelled", cached="cancelled")),
            ("the list says", lambda f: record(f).update(cached="running")),
            ("never closed", lambda f: record(f).update(open=True)),
            ("live attempt", lambda f: record(f)["attempts"][0].update(end="live")),
            ("never accepted", lambda f: f["history"].append("c 1 start 1")),
            ("do not rise", lambda f: f["history"].append("a 2 start 12500")),
            ("without a claim", lambda f: f["history"].append("a 3 start 12500")),
            ("s later", lambda f: f.update(history=[h.replace("12000", "19100").replace("13500", "20500")
                                                    for h in f["history"]])),
            ("nothing happened", lambda f: f.update(history=f["history"][:1] + f["history"][3:])),
            ("never heard", lambda f: f["heard"].pop("a")),
            ("heard", lambda f: f["heard"]["a"].update(status="error")),
        ]
        for text, spoil in rows:
            facts = copy.deepcopy(GOOD)
            spoil(facts)
            wrong = check(facts)
            self.assertTrue(any(text in line for line in wrong), (text, wrong))


if __name__ == "__main__":
    unittest.main()
