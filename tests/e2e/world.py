"""A whole Candlemill for one test: its own folder, ports, redis, store; started by scripts/services
from an installed tree ($CANDLEMILL_PREFIX) with the very web server files that are shipped."""

import http.client
import json
import os
import pathlib
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
PREFIX = os.environ.get("CANDLEMILL_PREFIX", "")
DEADLINE = 60  # s; generous: two cores may run other suites beside this


def free_port():
    """A port nobody listens on, outside the kernel's own range so that no client socket takes it."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wait_until(what, condition, seconds=DEADLINE):
    """The condition's first true value; fails with `what` after the deadline."""
    ends = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class World:
    def __init__(self, web="lighttpd", store=None, bus="redis", worker="daemon", extra=""):
        self.web, self.bus, self.worker, self.extra = web, bus, worker, extra
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cm-", dir="/tmp"))
        self.dir.chmod(0o755)
        self.store = store or f"sqlite:{self.dir}/data/candlemill.db"
        self.port, self.ws_port = free_port(), free_port()
        settings = dict(PREFIX=PREFIX, WEB=web, STORE=self.store, PORT=self.port, WS_PORT=self.ws_port,
                        BUS=bus, WORKER=worker)
        text = "".join(f"{k}='{v}'\n" for k, v in settings.items())
        (self.dir / "settings").write_text(text)
        (self.dir / "extra.conf").write_text(extra)
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        try:
            self.services("start")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run([TOP / "scripts/services", "stop", self.dir], check=False)
        if os.environ.get("KEEP_WORLD"):
            print("kept", self.dir)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def services(self, verb, part=None):
        command = [TOP / "scripts/services", verb, self.dir] + ([part] if part else [])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            logs = "".join(f"\n--- {p.name}\n{p.read_text(errors='replace')[-3000:]}"
                           for p in sorted((self.dir / "log").glob("*.log")))
            raise AssertionError(f"services {verb} {part or ''}: {done.stdout}{done.stderr}{logs}")

    def request(self, method, path, body=None, headers=None, port=None):
        """One HTTP request; a dict body is sent as JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def redis(self, *args):
        command = ["redis-cli", "-s", str(self.dir / "run/redis.sock"), *args]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def user_command(self, program, *args, **kwargs):
        """Runs an installed program as the user that the services run as."""
        command = [f"{PREFIX}/{program}", *args]
        if os.getuid() == 0:
            www = pwd.getpwnam("www-data")
            kwargs.update(user=www.pw_uid, group=www.pw_gid, extra_groups=[])
        env = dict(os.environ, CANDLEMILL_CONF=str(self.dir / "candlemill.conf"),
                   CANDLEMILL_URL=self.url, HOME=str(self.dir))
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False,
                              cwd=self.dir, timeout=DEADLINE * 5, **kwargs)

    def generate(self, symbol, interval, start, end, seed=1):
        """Synthetic candles as CSV text, by the command line's own generator."""
        done = self.user_command("bin/candlemill", "candles", "generate", "--symbol", symbol,
                                 "--interval", interval, "--from", start, "--to", end, "--seed", str(seed))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def upload(self, symbol, interval, csv):
        answer = self.request("PUT", f"/api/market/candles?symbol={symbol}&interval={interval}", csv,
                              {"Content-Type": "text/csv"})
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json

    def submit(self, **body):
        answer = self.request("POST", "/api/algo/backtest", body)
        assert answer.status == 202, (answer.status, answer.body)
        return answer.json["backtestId"]

    def wait_end(self, backtest, seconds=DEADLINE):
        """The record once it has ended."""

        def ended():
            record = self.get(f"/api/algo/backtest/{backtest}").json
            return record if record["status"] in ("completed", "failed", "cancelled") else None

        return wait_until(f"the end of {backtest}", ended, seconds)
