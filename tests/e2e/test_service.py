"""The service as people use it, over every web server and both stores: the contract's request and its
messages, reading results, cancel, delete, idempotency, two users, trusted mode."""

import json
import re
import sys
import unittest

import matrix
from subscriber import Subscriber
from world import TOP, World, wait_until

sys.path.insert(0, str(TOP / "tests"))
from wsclient import WsClient  # noqa: E402

CONTRACT = {"userId": "user123", "symbol": "SAMPLE-BTC", "interval": "1h", "startDate": "2024-01-01",
            "endDate": "2024-12-31", "strategies": ["sma", "rsi"],
            "strategyParams": {"sma": {"fast": 10, "slow": 30}, "rsi": {"period": 14}}}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")


class Service(unittest.TestCase):
    web, store_kind = "lighttpd", "sqlite"

    @classmethod
    def setUpClass(cls):
        store = None
        if cls.store_kind == "mongodb":
            store = matrix.mongo_uri(f"e2e_{cls.web.replace('-', '_')}")
            if not store:
                raise unittest.SkipTest("no MongoDB-compatible server")
        cls.world = World(web=cls.web, store=store)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        csv = cls.world.generate("SAMPLE-BTC", "1h", "2023-06-01", "2025-01-01")
        cls.world.upload("SAMPLE-BTC", "1h", csv)
        cls.world.upload("SAMPLE-ETH", "1m", cls.world.generate("SAMPLE-ETH", "1m", "2023-01-01", "2024-07-01", 2))

    def open(self, **how):
        ws = WsClient(f"ws://127.0.0.1:{self.world.port}/ws", **how)
        self.addCleanup(ws.close)
        return ws

    def socket(self):
        ws = self.open()
        self.assertEqual(self.frame(ws)["event"], "ready")
        return ws

    def frame(self, ws, seconds=30):
        """The next frame that is no heartbeat."""
        while True:
            frame = ws.next(seconds)
            self.assertIsNotNone(frame, f"no frame within {seconds} s")
            if frame["event"] != "heartbeat":
                return frame

    def events_of(self, ws, backtest, seconds=30):
        """Frames of one backtest up to and with its end."""
        frames = []
        while not frames or frames[-1]["event"] not in ("backtest:complete", "backtest:error"):
            frame = self.frame(ws, seconds)
            if frame["data"].get("backtestId") == backtest and frame["event"] != "subscribed":
                frames.append(frame)
        return frames

    def long_job(self, **more):
        """A backtest that is still running when the test acts on it."""
        strategies = [{"name": f"heavy{k}", "rules": {"long.entry": " and ".join(
            f"highest(close, {100 + 50 * k + i}) > lowest(low, {300 + 50 * k + i}) * 2" for i in range(50))}}
            for k in range(16)]
        return self.world.submit(symbol="SAMPLE-ETH", interval="1m", strategies=strategies, **more)

    def test_contract_request_channels_and_socket(self):
        world = self.world
        sub = Subscriber(world.dir / "run/redis.sock", "backtest:task", "backtest:progress",
                         "backtest:complete", "backtest:error")
        self.addCleanup(sub.close)
        mine, other = self.socket(), self.socket()
        mine.subscribe(userId="user123")
        other.subscribe(userId="somebody")
        self.assertEqual(self.frame(mine)["event"], "subscribed")
        self.assertEqual(self.frame(other)["event"], "subscribed")

        answer = world.request("POST", "/api/algo/backtest", CONTRACT)
        self.assertEqual(answer.status, 202)
        record = answer.json
        backtest = record["backtestId"]
        self.assertRegex(backtest, r"^bt_[0-9a-f]{24}$")
        self.assertEqual(record["id"], backtest)
        self.assertEqual(record["userId"], "user123")
        self.assertEqual(record["status"], "pending")
        self.assertEqual(answer.headers["location"], f"/api/algo/backtest/{backtest}")

        task = complete = None
        progress = []
        while complete is None:
            channel, text = sub.message()
            data = json.loads(text)
            if data["backtestId"] != backtest:
                continue
            self.assertEqual(data["userId"], "user123")
            if channel == "backtest:task":
                task = data
            elif channel == "backtest:progress":
                progress.append(data)
            elif channel == "backtest:complete":
                complete = data
            else:
                self.fail(text)
        self.assertEqual(task["params"], {k: v for k, v in CONTRACT.items() if k != "userId"})
        self.assertEqual(task["attempt"], 0)
        self.assertGreaterEqual(len(progress), 1)
        for p in progress:
            self.assertEqual(set(p) - {"attempt", "seq", "kind"},
                             {"backtestId", "userId", "progress", "message", "currentDate"})
            self.assertRegex(p["currentDate"], r"^\d{4}-\d\d-\d\d$")
            self.assertIn(p["currentDate"], p["message"])
            self.assertTrue(0 <= p["progress"] <= 100)
        self.assertEqual(complete["status"], "success")
        self.assertEqual(complete["resultId"], "res_" + backtest[3:])
        for word in ("totalReturn", "sharpeRatio", "maxDrawdown"):
            self.assertIn(word, complete["summary"])
        self.assertLessEqual(complete["summary"]["maxDrawdown"], 0)

        frames = self.events_of(mine, backtest)
        names = [f["event"] for f in frames]
        self.assertEqual(names[0], "backtest:started")
        self.assertEqual(names.count("backtest:started"), 1)
        self.assertEqual(names[-1], "backtest:complete")
        self.assertEqual(names.count("backtest:complete"), 1)
        shown = [f["data"]["progress"] for f in frames if f["event"] == "backtest:progress"]
        self.assertEqual(shown, sorted(shown))
        self.assertEqual(frames[-1]["data"]["summary"], complete["summary"])

        late = self.socket()
        late.subscribe(backtestId=backtest)
        self.assertEqual(self.events_of(late, backtest, 5)[-1]["data"], frames[-1]["data"])
        world.redis("FLUSHALL")
        later = self.socket()
        later.subscribe(backtestId=backtest, userId="user123")
        self.assertEqual(self.events_of(later, backtest, 5)[-1]["data"]["summary"], complete["summary"])

        stranger = self.socket()
        stranger.subscribe(backtestId=backtest, userId="somebody")
        frame = self.frame(stranger, 5)
        while frame["event"] == "subscribed":
            frame = self.frame(stranger, 5)
        self.assertEqual((frame["event"], frame["data"].get("code")), ("backtest:error", "not_found"))
        theirs = world.submit(**dict(CONTRACT, userId="somebody"))
        self.assertEqual({f["data"]["backtestId"] for f in self.events_of(other, theirs)}, {theirs})
        self.assertNotIn(backtest, json.dumps(other.frames))

        body = world.get(f"/api/algo/backtest/{backtest}/result").json
        self.assertEqual(body["summary"], complete["summary"])
        self.assertEqual([s["name"] for s in body["strategies"]], ["sma", "rsi"])

    def test_a_year_that_is_not_stored_fails_with_its_reason(self):
        world = self.world
        sub = Subscriber(world.dir / "run/redis.sock", "backtest:error")
        self.addCleanup(sub.close)
        ws = self.socket()
        backtest = world.submit(**dict(CONTRACT, startDate="2019-01-01", endDate="2019-12-31"))
        ws.subscribe(backtestId=backtest)
        while True:
            data = json.loads(sub.message()[1])
            if data["backtestId"] == backtest:
                break
        self.assertEqual(data["status"], "error")
        self.assertRegex(data["timestamp"], TIME)
        self.assertIn("Insufficient market data: SAMPLE-BTC 1h has 2023-06-01", data["error"])
        last = self.events_of(ws, backtest)[-1]
        self.assertEqual(last["event"], "backtest:error")
        self.assertEqual(last["data"]["timestamp"], data["timestamp"])
        record = world.wait_end(backtest)
        self.assertEqual((record["status"], record["error"]), ("failed", data["error"]))
        answer = world.get(f"/api/algo/backtest/{backtest}/result")
        self.assertEqual((answer.status, answer.json["status"], answer.json["error"]), (409, "failed", data["error"]))

    def test_results_as_json_and_csv_with_etags(self):
        world = self.world
        backtest = world.submit(**CONTRACT)
        world.wait_end(backtest)
        base = f"/api/algo/backtest/{backtest}"
        result = world.get(base + "/result")
        self.assertEqual(result.status, 200)
        again = world.get(base + "/result", If_None_Match=result.headers["etag"])
        self.assertEqual((again.status, again.body), (304, b""))
        count = result.json["metrics"]["tradeCount"]
        trades, path = [], base + "/trades?limit=20"
        while path:
            page = world.get(path)
            trades += page.json["items"]
            path = page.json["next"] and f"{base}/trades?limit=20&cursor={page.json['next']}"
        self.assertEqual(len(trades), count)
        csv = world.get(base + "/trades", Accept="text/csv")
        self.assertEqual(len(csv.body.splitlines()), count + 1)
        self.assertTrue(csv.headers["content-type"].startswith("text/csv"))
        self.assertEqual(world.get(base + "/trades?format=csv").body, csv.body)
        equity = world.get(base + "/equity?points=500").json
        self.assertLessEqual(len(equity["t"]), 500)
        self.assertEqual(len(equity["t"]), len(equity["equity"]))
        self.assertAlmostEqual(min(equity["drawdown"]), result.json["metrics"]["maxDrawdown"], places=6)
        full = world.get(base + "/equity?format=csv").body.splitlines()
        self.assertEqual(len(full), result.json["data"]["bars"] + 1)

    def test_a_trade_says_what_its_series_were_worth(self):
        world = self.world
        own = {"name": "own", "define": {"f": "sma(close, 3)", "s": "sma(close, 7)"},
               "rules": {"long.entry": "crossover(f, s)", "long.exit": "crossunder(f, s)"}}
        backtest = world.submit(symbol="SAMPLE-BTC", interval="1h", startDate="2024-01-01", endDate="2024-03-01",
                                strategies=[own])
        world.wait_end(backtest)
        base = f"/api/algo/backtest/{backtest}"
        self.assertEqual(world.get(base + "/result").json["strategies"][0]["series"], ["f", "s"])
        close = world.get("/api/market/candles?symbol=SAMPLE-BTC&interval=1h&from=2023-12-31T00:00:00Z"
                          "&to=2024-03-01T00:00:00Z&limit=5000").json
        at = {t: i for i, t in enumerate(close["t"])}
        start = at[1704067200000]  # 2024-01-01, bar 0 of the range tested
        page = world.get(base + "/trades?limit=500").json
        self.assertGreater(page["count"], 50)
        for trade in page["items"]:
            for end in ("entry", "exit"):
                if trade["exitReason"] == "end" and end == "exit":
                    continue  # closed at the last close, of the bar itself
                decided = start + trade[end + "Bar"] - 1  # an order fills at the next bar's open
                for name, n in (("f", 3), ("s", 7)):
                    mean = sum(close["c"][decided + 1 - n:decided + 1]) / n
                    self.assertAlmostEqual(trade[end + "Values"][name], mean, delta=mean * 1e-9)
        header, first = world.get(base + "/trades?format=csv").body.decode().splitlines()[:2]
        cells = dict(zip(header.split(","), first.split(",")))
        values = page["items"][0]["entryValues"]
        self.assertEqual(cells["entryValues"], f"f={values['f']!r} s={values['s']!r}")

    def test_cancel_answers_how_it_ended(self):
        world = self.world
        backtest = self.long_job()
        wait_until("running", lambda: world.get(f"/api/algo/backtest/{backtest}").json["status"] == "running")
        answer = world.request("POST", f"/api/algo/backtest/{backtest}/cancel")
        self.assertEqual((answer.status, answer.json["status"]), (200, "cancelled"))
        again = world.request("POST", f"/api/algo/backtest/{backtest}/cancel")
        self.assertEqual((again.status, again.json["status"]), (200, "cancelled"))
        self.assertEqual(world.get(f"/api/algo/backtest/{backtest}").json["error"], "Cancelled")

    def test_delete_needs_an_end_and_leaves_nothing(self):
        world = self.world
        running = self.long_job()
        path = f"/api/algo/backtest/{running}"
        self.assertEqual(world.request("DELETE", path).status, 409)
        world.request("POST", path + "/cancel")
        answer = world.request("DELETE", path)
        self.assertEqual((answer.status, answer.body), (204, b""))
        for tail in ("", "/result", "/trades", "/equity"):
            self.assertEqual(world.get(path + tail).status, 404)
        self.assertEqual(world.request("DELETE", path).status, 404)

    def test_idempotency_key(self):
        world = self.world
        key = {"Idempotency-Key": f"key-{self.web}-1"}
        first = world.request("POST", "/api/algo/backtest", CONTRACT, key)
        same = world.request("POST", "/api/algo/backtest", CONTRACT, key)
        self.assertEqual((same.status, same.json["backtestId"]), (202, first.json["backtestId"]))
        other = world.request("POST", "/api/algo/backtest", dict(CONTRACT, cash=5000), key)
        self.assertEqual(other.status, 422)

    def test_another_users_backtest_is_not_found(self):
        world = self.world
        backtest = world.submit(**CONTRACT)
        world.wait_end(backtest)
        path = f"/api/algo/backtest/{backtest}"
        for method, tail in (("GET", ""), ("GET", "/result"), ("GET", "/trades"), ("GET", "/equity"),
                             ("POST", "/cancel"), ("DELETE", "")):
            answer = world.request(method, f"{path}{tail}?userId=somebody")
            self.assertEqual(answer.status, 404, f"{method} {tail}")
        self.assertEqual(world.get(f"{path}?userId=user123").status, 200)
        listed = world.get("/api/algo/backtest?userId=somebody").json["items"]
        self.assertEqual(listed, [])

    def test_list_pages_and_filters(self):
        world = self.world
        ids = [world.submit(**dict(CONTRACT, userId=f"lister-{self.web}", tags=["nightly"])) for _ in range(5)]
        for backtest in ids:
            world.wait_end(backtest)
        found, path = [], f"/api/algo/backtest?userId=lister-{self.web}&tag=nightly&limit=2"
        while path:
            answer = world.get(path)
            found += [item["backtestId"] for item in answer.json["items"]]
            cursor = answer.json["next"]
            if cursor:
                self.assertIn('rel="next"', answer.headers["link"])
            path = cursor and f"/api/algo/backtest?userId=lister-{self.web}&tag=nightly&limit=2&cursor={cursor}"
        self.assertEqual(sorted(found), sorted(ids))

    def test_the_web_server_serves_the_page_and_its_limits(self):
        world = self.world
        page = world.get("/")
        self.assertEqual(page.status, 200)
        self.assertIn("default-src 'none'", page.headers["content-security-policy"])
        self.assertEqual(page.headers["x-content-type-options"], "nosniff")
        asset = re.search(r'(?:src|href)="/?([^"]+\.js)"', page.body.decode()).group(1)
        script = world.get("/" + asset)
        self.assertEqual(script.status, 200)
        self.assertIn("javascript", script.headers["content-type"])
        missing = world.get("/api/nothing/here")
        self.assertEqual(missing.status, 404)
        self.assertEqual(missing.headers["content-type"], "application/problem+json")
        big = world.request("POST", "/api/algo/backtest", "x" * (1 << 20), {"Content-Type": "application/json"})
        self.assertEqual(big.status, 413)

    def test_trusted_mode_refuses_what_is_not_this_person(self):
        world, port = self.world, self.world.port
        refused = [
            {"Host": "evil.example"}, {"Host": f"127.0.0.1:{port + 1}"}, {"Host": f"localhost.evil:{port}"},
            {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"https://127.0.0.1:{port}"},
            {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-Host": "a"}, {"Forwarded": "for=127.0.0.1"},
            {"Via": "1.1 proxy"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        ]
        for headers in refused:
            answer = world.request("GET", "/api/algo/backtest", headers=headers)
            self.assertEqual(answer.status, 403, headers)
            self.assertEqual(answer.headers["content-type"], "application/problem+json", headers)
        allowed = [{}, {"Host": f"localhost:{port}"}, {"Origin": f"http://127.0.0.1:{port}"},
                   {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
        for headers in allowed:
            self.assertEqual(world.request("GET", "/api/algo/backtest", headers=headers).status, 200, headers)
        none = world.request("POST", "/api/algo/backtest", CONTRACT, {"Sec-Fetch-Site": "none"})
        self.assertEqual(none.status, 403)
        plain = world.request("POST", "/api/algo/backtest", json.dumps(CONTRACT),
                              {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(plain.status, 415)

    def test_trusted_mode_of_the_socket(self):
        port = self.world.port
        for how in ({"headers": {"Origin": "http://evil.example"}}, {"host": "evil.example"},
                    {"headers": {"Origin": "null"}},
                    {"headers": {"Origin": f"https://127.0.0.1:{port}"}}):
            frame = self.frame(self.open(**how), 5)
            self.assertEqual((frame["event"], frame["data"].get("code")), ("bye", "forbidden"), how)
        # the proxy takes a client's own X-Forwarded-For away and sets its own
        for headers in ({"Origin": f"http://127.0.0.1:{port}"}, {"X-Forwarded-For": "10.1.2.3"},
                        {"X_Forwarded_For": "10.1.2.3"}, {"Forwarded": "for=10.1.2.3"}):
            self.assertEqual(self.frame(self.open(headers=headers), 5)["event"], "ready", headers)

    def test_redis_away_delays_events_and_loses_nothing(self):
        world = self.world
        world.services("stop", "redis")
        try:
            backtest = world.submit(**CONTRACT)
            self.assertEqual(world.wait_end(backtest)["status"], "completed")
            ready = world.get("/api/ready")
            self.assertIn(ready.status, (200, 503))
        finally:
            world.services("start", "redis")
        ws = self.socket()
        ws.subscribe(backtestId=backtest)
        self.assertEqual(self.events_of(ws, backtest, 30)[-1]["event"], "backtest:complete")


def load_tests(_loader, _tests, _pattern):
    return matrix.load(Service)
