"""A world for candlemilld alone: a temp dir, a private redis, a store, job_tool, and the daemon.
Standard library only. BUILD: where the programs are."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("MONGOC_DISABLE_SHM", "1")  # killed processes leave a file there otherwise
HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
FOREIGN_WORKER = HERE.parent / "foreign_worker.py"
DEADLINE = 120  # s; generous: other suites may run beside this


def wait_until(what, condition, seconds=DEADLINE, step=0.01):
    """The condition's first true value; fails with `what` after the deadline."""
    ends = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(step)


def sanitized():
    """A build with AddressSanitizer."""
    return b"__asan_init" in (BUILD / "candlemilld").read_bytes()


class Redis:
    """A connection to a redis, RESP over its unix socket."""

    def __init__(self, path, timeout=DEADLINE):
        self.data = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise

    def send(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.socket.sendall(b"*%d\r\n" % len(words) +
                            b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))

    def __call__(self, *words):
        self.send(*words)
        return self.value()

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("redis has gone")
        self.data += data

    def value(self):
        while b"\r\n" not in self.data:
            self.more()
        line, self.data = self.data.split(b"\r\n", 1)
        kind, rest = line[:1], line[1:]
        if kind == b"*":
            return [self.value() for _ in range(int(rest))]
        if kind == b"$":
            size = int(rest)
            if size < 0:
                return None
            while len(self.data) < size + 2:
                self.more()
            text, self.data = self.data[:size], self.data[size + 2:]
            return text.decode()
        if kind == b"-":
            raise RuntimeError(rest.decode())
        return int(rest) if kind == b":" else rest.decode()

    def subscribe(self, *channels):
        self.send("SUBSCRIBE", *channels)
        for _ in channels:
            self.value()
        return self

    def message(self, seconds=DEADLINE):
        """The next (channel, object) of a subscriber."""
        self.socket.settimeout(seconds)
        _, channel, text = self.value()
        return channel, json.loads(text)

    def until(self, wanted, seconds=DEADLINE):
        """Messages up to the first that `wanted` accepts."""
        ends, seen = time.monotonic() + seconds, []
        while True:
            seen.append(self.message(max(0.01, ends - time.monotonic())))
            if wanted(*seen[-1]):
                return seen

    def close(self):
        self.socket.close()


class World:
    def __init__(self, bus=True, store=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cmw-", dir="/tmp"))
        self.store = store or self.own_store()
        self.socket = self.dir / "redis.sock"
        self.history = self.dir / "history"
        self.log = self.dir / "worker.log"
        self.bus, self.children, self.ears = bus, [], []
        self.tool = self.redis_process = None

    def own_store(self):
        """A SQLite file, or a database of the MongoDB server that WORLD_MONGO names."""
        mongo = os.environ.get("WORLD_MONGO")
        return f"{mongo}/{self.dir.name}?directConnection=true" if mongo else f"sqlite:{self.dir}/jobs.db"

    def __enter__(self):
        try:
            if self.bus:
                self.start_redis()
            self.tool = subprocess.Popen([BUILD / "tests/job_tool", self.store], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
            self.ask(do="candles", symbol="TEST", interval="1h", bars=3000)
        except BaseException as e:
            self.__exit__(type(e))
            raise
        return self

    def __exit__(self, *error):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        # runners leave by themselves once their supervisor is gone; their slots say when
        deadline = time.monotonic() + DEADLINE
        while self.runners_left() and time.monotonic() < deadline:
            time.sleep(0.02)
        for ear in self.ears:
            ear.close()
        if self.tool:
            self.tool.stdin.close()
            self.tool.stdout.close()
            self.tool.wait()
        if self.redis_process:
            self.stop_redis()
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        if os.environ.get("KEEP_WORLD"):
            print("kept", self.dir, file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        faults = [line for line in log.splitlines() if "Sanitizer" in line or "runtime error" in line]
        if error[:1] in ((), (None,)) and faults:
            raise AssertionError("\n".join(faults))

    # --- redis

    def start_redis(self):
        self.redis_process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", self.dir],
            stdout=subprocess.DEVNULL)
        wait_until("redis", self.redis_answers)

    def redis_answers(self):
        try:
            return self.redis("PING") == "PONG"
        except (OSError, RuntimeError):
            return False

    def stop_redis(self):
        self.redis_process.kill()
        self.redis_process.wait()

    def subscribe(self, *channels):
        self.ears.append(Redis(self.socket).subscribe(*channels))
        return self.ears[-1]

    def redis(self, *words):
        connection = Redis(self.socket)
        try:
            return connection(*words)
        finally:
            connection.close()

    def publish(self, channel, message):
        self.redis("PUBLISH", channel, message if isinstance(message, str) else json.dumps(message))

    # --- the store

    def ask(self, **command):
        self.tool.stdin.write(json.dumps(command) + "\n")
        self.tool.stdin.flush()
        return json.loads(self.tool.stdout.readline())

    def submit(self, name, user="ann", hint=True, **params):
        """A record as the API makes it, then the hint."""
        params = {"symbol": "TEST", "interval": "1h", "strategies": ["sma"], **params}
        answer = self.ask(do="submit", id=name, user=user, params=params)
        assert answer.get("ok"), answer
        if hint and self.bus:
            self.publish("backtest:task", {"backtestId": name, "userId": user, "params": params, "attempt": 0})
        return name

    def read(self, name):
        return self.ask(do="read", id=name)

    def ended(self, name, seconds=DEADLINE):
        """What is stored about it once it has ended and was closed."""

        def closed():
            record = self.read(name)
            return record if "endedBy" in record and not record["open"] else None

        return wait_until(f"the end of {name}", closed, seconds)

    def running(self, name, seconds=DEADLINE):
        def live():
            record = self.read(name)
            return record if record["attempts"] and record["attempts"][-1]["end"] == "live" else None

        return wait_until(f"the start of {name}", live, seconds)

    def bars(self, n, symbol="LONG"):
        answer = self.ask(do="candles", symbol=symbol, interval="1m", bars=n)
        assert answer.get("ok"), answer

    # --- the daemon

    def worker(self, *arguments, **settings):
        """Starts candlemilld; settings: worker_runners=2 is -o worker.runners=2."""
        options = {
            "store.uri": self.store, "store.sync": "normal",
            "bus.uri": f"unix:{self.socket}" if self.bus else "none",
            "worker.runners": 2, "worker.slots": self.dir / "slots", "worker.cache": self.dir / "cache",
            "worker.history": self.history, "worker.lease": 6, "worker.drain": 5,
        }
        options.update({key.replace("_", ".", 1): value for key, value in settings.items()})
        words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        with self.log.open("ab") as log:
            child = subprocess.Popen([BUILD / "candlemilld", "-v", *words, *arguments], stderr=log)
        self.children.append(child)
        return child

    def runner_pids(self, supervisor):
        try:
            text = pathlib.Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text()
        except OSError:
            return []
        return [int(word) for word in text.split()]

    def runner_of(self, name):
        """The process that runs a job: its owner's name says so."""
        return int(self.running(name)["attempts"][-1]["owner"].split(":")[1].split("/")[0])

    def runners_left(self):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/fd/4"):
            try:
                if os.readlink(entry).startswith(f"{self.dir}/slots"):
                    found.append(int(entry.parts[2]))
            except OSError:
                continue
        return found

    def logged(self, text):
        return self.log.read_text(errors="replace").count(text)

    def terminate(self, child, seconds=DEADLINE):
        """SIGTERM, and its exit status."""
        child.send_signal(signal.SIGTERM)
        return child.wait(seconds)


# A run of about a second a million bars on a slow core: windows that are summed anew at each bar.
def heavy(strategies=4, length=200):
    def one(i):
        return {"name": f"heavy{i}",
                "define": {"a": f"stdev(close, {length + i})", "b": f"stdev(open, {length + i})"},
                "rules": {"long.entry": "crossover(a, b)", "long.exit": "crossunder(a, b)"}}

    return {"symbol": "LONG", "interval": "1m", "strategies": [one(i) for i in range(strategies)]}
