#!/usr/bin/env python3
"""candlemill-ws under the real websocketd: who may connect, events through a socket, how both ends
leave, what a process links and how much memory it owns."""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from wsclient import WsClient, WsClosed  # noqa: E402

PROGRAM = str(pathlib.Path(os.environ.get("builddir", ".")).resolve() / "ws/candlemill-ws")
DEADLINE = 10
PRIVATE_MAX_KB = 146  # with websocketd's 54 KB a connection stays within 200 KB


def until(what, condition):
    ends = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {DEADLINE} s")
        time.sleep(0.005)


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    while True:
        port = random.randrange(20000, 32000)  # below the kernel's own range
        if not listens(port):
            return port


def children(pid):
    found = set()
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        found.update(task.read_text().split())
    return {int(p) for p in found if alive(int(p))}


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def frame(event, backtest_id, user, **data):
    data = dict(backtestId=backtest_id, userId=user, **data)
    return json.dumps({"event": event, "data": data})


class World(unittest.TestCase):
    """A redis-server and a websocketd of its own for each test."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cm-ws-", dir="/tmp"))
        self.sock = self.dir / "s"
        self.conf = self.dir / "conf"
        self.conf.write_text(f"bus.uri = unix:{self.sock}\n")
        self.redis = self.start("redis-server", "--port", "0", "--unixsocket", self.sock, "--save", "")
        until("redis-server", lambda: self.sock.exists() and self.cli("PING") == "PONG")
        self.port = free_port()
        self.websocketd = self.start("websocketd", "--address=127.0.0.1", f"--port={self.port}",
                                     "--passenv=CANDLEMILL_CONF,ASAN_OPTIONS", PROGRAM)
        until("websocketd", lambda: listens(self.port))

    def tearDown(self):
        for process in (self.websocketd, self.redis):
            process.kill()
            process.wait()
        shutil.rmtree(self.dir)

    def start(self, *command):
        with open(self.dir / f"{command[0]}.log", "ab") as log:
            return subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=log, env=dict(os.environ, CANDLEMILL_CONF=str(self.conf)))

    def cli(self, *args):
        done = subprocess.run(["redis-cli", "-s", self.sock, *args], capture_output=True, text=True,
                              check=False)
        return done.stdout.strip()

    def connect(self, **kwargs):
        return WsClient(f"ws://127.0.0.1:{self.port}/", **kwargs)

    def first_event(self, **kwargs):
        """"ready", or the code of the bye."""
        with self.connect(**kwargs) as ws:
            first = ws.next(DEADLINE)
            if first["event"] != "bye":
                return first["event"]
            with self.assertRaises(WsClosed):  # and then it ends
                ws.next(DEADLINE)
            return first["data"]["code"]


class Door(World):
    def test_host_and_origin(self):
        p = self.port
        ours = f"http://127.0.0.1:{p}"
        rows = [
            # Host, headers, what comes first
            (None, {}, "ready"),
            (f"localhost:{p}", {}, "ready"),
            (f"[::1]:{p}", {"Origin": f"http://[::1]:{p}"}, "ready"),
            ("localhost", {"Origin": "http://localhost"}, "ready"),
            ("[::1]", {"Origin": "http://[::1]"}, "ready"),
            ("localhost:8080", {"Origin": "http://localhost:8080"}, "ready"),
            (None, {"Origin": ours}, "ready"),
            (None, {"Origin": ours, "Sec-Fetch-Site": "same-origin"}, "ready"),
            (f"evil.example:{p}", {}, "forbidden"),
            (f"evil.example:{p}", {"Origin": f"http://evil.example:{p}"}, "forbidden"),
            (f"127.0.0.1.nip.io:{p}", {}, "forbidden"),
            (f"127.0.0.2:{p}", {}, "forbidden"),
            (None, {"Origin": "http://evil.example"}, "forbidden"),
            (None, {"Origin": "null"}, "forbidden"),
            (None, {"Origin": "file://"}, "forbidden"),
            (None, {"Origin": f"https://127.0.0.1:{p}"}, "forbidden"),
            (None, {"Origin": f"http://127.0.0.1:{p + 1}"}, "forbidden"),
            (None, {"Origin": "http://127.0.0.1"}, "forbidden"),
            (None, {"Origin": f"http://localhost:{p}"}, "forbidden"),
            ("localhost", {"Origin": f"http://localhost:{p}"}, "forbidden"),
            (None, {"Origin": ours, "Sec-Fetch-Site": "cross-site"}, "forbidden"),
            (None, {"Origin": ours, "Sec-Fetch-Site": "same-site"}, "forbidden"),
        ]
        for host, headers, want in rows:
            with self.subTest(host=host, headers=headers):
                self.assertEqual(self.first_event(host=host, headers=headers), want)

    def test_who_may_have_forwarded_it(self):
        rows = [
            ({"X-Forwarded-For": "127.0.0.1"}, "ready"),  # our web server
            ({"X-Forwarded-For": "::1"}, "ready"),
            ({"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "127.0.0.1",
              "X-Forwarded-Proto": "http", "X-Forwarded-Server": "x"}, "ready"),
            ({"X-Forwarded-For": "10.0.0.1"}, "forbidden"),
            ({"X-Forwarded-For": ""}, "forbidden"),
            ({"X-Forwarded-For": "unknown"}, "forbidden"),
            ({"X-Forwarded-For": "127.0.0.1, 127.0.0.1"}, "forbidden"),
            ({"X-Forwarded-For": "10.0.0.1, 127.0.0.1"}, "forbidden"),
            ({"X-Forwarded-For": ["127.0.0.1", "127.0.0.1"]}, "forbidden"),
            ({"X_Forwarded_For": "10.0.0.1"}, "forbidden"),
            ({"X-Forwarded-Host": "evil.example"}, "forbidden"),
            ({"X-Forwarded-Proto": "https"}, "forbidden"),
            ({"Forwarded": "for=127.0.0.1"}, "forbidden"),
            ({"Via": "1.1 proxy"}, "forbidden"),
            ({"X-Forwarded-For": "127.0.0.1", "Via": "1.1 proxy"}, "forbidden"),
            ({"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=10.0.0.1"}, "forbidden"),
        ]
        for headers, want in rows:
            with self.subTest(headers=headers):
                self.assertEqual(self.first_event(headers=headers), want)

    def test_by_the_environment_alone(self):
        """What websocketd on loopback cannot be made to say."""
        right = dict(REMOTE_ADDR="127.0.0.1", SERVER_NAME="127.0.0.1", SERVER_PORT="4000",
                     REQUEST_METHOD="GET", CANDLEMILL_CONF=str(self.conf), PATH=os.environ["PATH"])
        rows = [({}, "ready"), ({"REMOTE_ADDR": "::1"}, "ready"),
                ({"REMOTE_ADDR": "10.0.0.1"}, "forbidden"), ({"REMOTE_ADDR": ""}, "forbidden"),
                ({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, "forbidden"),
                ({"SERVER_NAME": ""}, "forbidden")]
        for change, want in rows:
            with self.subTest(change=change):
                if want != "ready":
                    done = subprocess.run([PROGRAM], env={**right, **change}, text=True, check=False,
                                          stdin=subprocess.DEVNULL, capture_output=True,
                                          timeout=DEADLINE)
                    bye = json.loads(done.stdout)
                    self.assertEqual((bye["event"], bye["data"]["code"]), ("bye", want))
                    self.assertEqual(done.returncode, 1)
                    self.assertLess(max(map(len, done.stderr.splitlines())), 1024)
                    continue
                with subprocess.Popen([PROGRAM], env={**right, **change}, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True) as p:
                    self.assertEqual(json.loads(p.stdout.readline())["event"], "ready")
                    p.stdin.close()
                    self.assertEqual(p.wait(DEADLINE), 0)


class Socket(World):
    def test_events(self):
        with self.connect() as ws:
            self.assertEqual(ws.next()["event"], "ready")
            ws.subscribe(userId="ann")
            ws.wait("subscribed", userId="ann")
            progress = frame("backtest:progress", "bt_1", "ann", progress=5, message="", attempt=1, seq=1)
            self.cli("PUBLISH", "backtest:user:ann", progress)
            self.cli("PUBLISH", "backtest:user:bob", progress.replace("ann", "bob"))
            ws.wait("backtest:progress", backtestId="bt_1", progress=5)
            end = frame("backtest:complete", "bt_1", "ann", status="success", resultId="res_1",
                        summary={"totalReturn": 1.25}, attempt=1, seq=2)
            self.cli("SET", "backtest:state:bt_1", end)
            self.cli("PUBLISH", "backtest:user:ann", end)
            shown = ws.wait("backtest:complete")["data"]
            self.assertEqual(shown["summary"], {"totalReturn": 1.25})
            self.assertEqual(ws.events(), ["ready", "subscribed", "backtest:started",
                                           "backtest:progress", "backtest:complete"])
        with self.connect() as late:  # after the end, by the id alone
            late.subscribe(backtestId="bt_1")
            late.wait("backtest:complete", backtestId="bt_1")
            self.assertEqual(late.events(), ["ready", "subscribed", "backtest:started", "backtest:complete"])

    def test_odd_messages(self):
        with self.connect() as ws:
            ws.send('{"event":"ping"}\n{"event":"ping"}')  # two lines: two commands
            ws.wait("heartbeat")
            ws.wait("heartbeat")
            ws.send_raw(b'{"event":', opcode=2)  # a binary message: websocketd glues it to the next
            ws.send('"ping"}')
            ws.wait("heartbeat")
            ws.send_raw(b"BIN", opcode=2)
            ws.send('{"event":"ping"}')
            self.assertEqual(ws.wait("bye")["data"]["code"], "protocol")
            ws.wait_closed()
        with self.connect() as ws:
            ws.send("x" * 200000)
            self.assertEqual(ws.wait("bye")["data"]["code"], "limit")
            try:
                ws.wait_closed()
            except ConnectionError:
                pass  # what it sent after the limit is nobody's

    def test_nobody_stays_behind(self):
        clients = [self.connect() for _ in range(3)]
        for ws in clients:
            ws.wait("ready")
        pids = children(self.websocketd.pid)
        self.assertEqual(len(pids), 3)
        clients[0].close()
        clients[1].drop()
        until("two are gone", lambda: sum(map(alive, pids)) == 1)
        self.websocketd.send_signal(signal.SIGTERM)  # it says nothing and closes their stdin
        until("all are gone", lambda: not any(map(alive, pids)))
        clients[2].drop()

    def test_bus_away(self):
        with self.connect() as ws:
            ws.wait("ready")
            self.redis.kill()
            self.redis.wait()
            bye = ws.wait("bye")
            self.assertEqual(bye["data"]["code"], "bus")
            self.assertGreater(bye["data"]["retryAfterMs"], 0)
            ws.wait_closed()
        self.conf.write_text("bus.uri = none\n")
        self.assertEqual(self.first_event(), "bus")
        self.conf.write_text("no.such.key = 1\n")
        self.assertEqual(self.first_event(), "internal")


class Process(World):
    def test_links_no_store(self):
        libraries = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
        for name in ("mongoc", "bson", "sqlite"):
            self.assertNotIn(name, libraries)
        if "san.so" not in libraries:  # which link it themselves
            self.assertNotIn("libm.so", libraries)

    def test_memory(self):
        libraries = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
        if "san.so" in libraries:
            self.skipTest("a sanitizer's memory is not ours")
        clients = [self.connect() for _ in range(20)]
        for ws in clients:
            ws.wait("ready")
            ws.subscribe(userId="ann")
            ws.wait("subscribed")
        self.cli("PUBLISH", "backtest:user:ann",
                 frame("backtest:progress", "bt_1", "ann", progress=5, message="", attempt=1, seq=1))
        for ws in clients:
            ws.wait("backtest:progress")
        sizes = []
        for pid in children(self.websocketd.pid):
            rows = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            size = {row.split(":")[0]: int(row.split()[1]) for row in rows}
            sizes.append((size["Private_Dirty"] + size["Private_Clean"], size["Pss"]))
        private = sum(s[0] for s in sizes) / len(sizes)
        print(f"memory of {len(sizes)} candlemill-ws: {private:.0f} KB private, "
              f"{sum(s[1] for s in sizes) / len(sizes):.0f} KB PSS each")
        self.assertLessEqual(private, PRIVATE_MAX_KB)
        for ws in clients:
            ws.drop()


if __name__ == "__main__":
    if not all(map(shutil.which, ("websocketd", "redis-server", "redis-cli"))):
        print("skipped: websocketd or redis is not installed")
        sys.exit(77)
    unittest.main(verbosity=2)
