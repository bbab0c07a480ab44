"""One run under faults: jobs that need real work, a nemesis, and the facts for the checker."""

import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "worker"))
from world import BUILD, World, heavy, wait_until  # noqa: E402

import checker  # noqa: E402
import listener  # noqa: E402

USER = "ann"
WORK = 1.1  # s of processor time that a job should need
BARS = 100000
STRATEGIES, LENGTH = 8, 300  # what is measured first
LOOKS = 4  # backtests that are looked up each time


class MongoServer:
    """The MongoDB-compatible server of tests/mongo_server.sh, or `missing`."""

    def __init__(self, folder):
        self.process = subprocess.Popen([HERE.parent / "mongo_server.sh", folder], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        self.missing = len(line) != 2
        if not self.missing:
            self.base, self.pid = line[0], int(line[1])
            self.uri = f"{self.base}/candlemill?directConnection=true"

    def pause(self, seconds):
        os.kill(self.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGCONT)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def pause_sqlite(path, seconds):
    """Nobody can write, as if the disk hung: what a stopped server is to SQLite."""
    lock = sqlite3.connect(path, timeout=10, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    lock.execute("ROLLBACK")
    lock.close()


class Run:
    def __init__(self, jobs, lease=15, store=None, redis=True):
        self.world = World(store=store)
        self.jobs, self.lease, self.redis = jobs, lease, redis
        self.kills, self.accepted, self.done, self.ear = [], [], set(), None
        self.supervisor, self.over = None, False

    def __enter__(self):
        self.world.__enter__()
        self.world.bars(BARS)
        self.start()
        self.work = self.calibrate()
        if not self.redis:
            self.world.stop_redis()
            self.world.bus = False  # hints go nowhere; the worker still looks for its Redis
        elif listener.available():
            self.ear = listener.Listener(BUILD, self.world.socket, USER)
            self.ear.start()
            wait_until("the listener", lambda: self.ear.connections)
        return self

    def __exit__(self, *error):
        self.over = True
        if self.ear:
            self.ear.close()
        self.world.__exit__(*error)

    def start(self):
        self.supervisor = self.world.worker(worker_lease=self.lease, worker_drain=5,
                                            bus_uri=f"unix:{self.world.socket}")

    def calibrate(self):
        """A strategy that takes WORK seconds of processor time while both runners work, and how long
        that will take. Long windows over few bars: the store has little to carry."""
        length = LENGTH
        for i in range(4):  # not all of the work grows with the length: a few steps find it
            before, began = self.cpu_seconds(), time.monotonic()
            pair = [self.world.submit(f"calibrate{i}{k}", user=USER, **heavy(STRATEGIES, length)) for k in "ab"]
            for name in pair:
                self.world.ended(name)
            took = (self.cpu_seconds() - before) / 2
            self.job_seconds = WORK * max(1, (time.monotonic() - began) / took)
            length = max(10, round(length * WORK / took))
        self.world.history.unlink()
        self.world.terminate(self.supervisor)
        self.start()
        return heavy(STRATEGIES, length)

    def cpu_seconds(self):
        """What the runners have used so far."""
        used = 0
        for pid in self.world.runner_pids(self.supervisor):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        return used / os.sysconf("SC_CLK_TCK")

    def submit_all(self):
        for i in range(self.jobs):
            name = f"job{i:03}"
            if self.ear:
                self.ear.waits_for.append(name)
            self.world.submit(name, user=USER, **self.work)
            self.accepted.append(name)

    def left(self):
        """Accepted backtests without an end. Asks the store as little as it can, which is slow when
        it is a test server: the history knows most ends, and jobs end about in their order."""
        if self.world.history.exists():
            lines = self.world.history.read_text().splitlines()
            self.done.update(line.split()[0] for line in lines if line.split()[2] == "end")
        left = [n for n in self.accepted if n not in self.done]
        self.done.update(n for n in left[:LOOKS] if "endedBy" in self.world.read(n))
        return [n for n in left if n not in self.done]

    def kill_runner(self):
        victims = self.world.runners_left()
        victims = [pid for pid in victims if pid != self.supervisor.pid]
        if victims:
            pid = random.choice(victims)
            self.kills.append((time.monotonic(), pid))
            os.kill(pid, signal.SIGKILL)

    def restart_redis(self):
        self.world.stop_redis()
        time.sleep(1)
        self.world.start_redis()

    def restart_supervisor(self):
        self.supervisor.kill()
        self.supervisor.wait()
        self.start()

    def nemesis(self, every, plan):
        """Kills a runner every so many seconds; plan: {part of the jobs ended: what to do then}."""
        plan = sorted(plan.items())
        while True:
            began = time.monotonic()
            left = len(self.left())
            if left == 0:
                return
            if plan and 1 - left / self.jobs >= plan[0][0]:
                plan.pop(0)[1]()
            if every:
                self.kill_runner()
            time.sleep(max(0.05, (every or 0.5) - (time.monotonic() - began)))

    def settle(self, seconds=60):
        """All ended; with a Redis, all closed and, by a listener, heard."""
        wait_until("the ends", lambda: not self.left(), seconds, 0.2)
        if self.redis:
            wait_until("the closing", lambda: not any(self.world.read(n)["open"] for n in self.accepted), seconds, 0.2)
        if self.ear:
            try:
                wait_until("the listener", lambda: set(self.accepted) <= set(self.ear.heard), seconds, 0.2)
            except AssertionError as e:
                missing = set(self.accepted) - set(self.ear.heard)
                raise AssertionError(f"{e}: {missing} not heard on {self.ear.connections} connections") from e

    def facts(self):
        return {"accepted": self.accepted, "lease": self.lease, "kills": self.kills,
                "records": {n: self.world.read(n) for n in self.accepted},
                "history": self.world.history.read_text().splitlines(),
                "heard": self.ear.heard if self.ear else None}


def in_background(what, *arguments):
    thread = threading.Thread(target=what, args=arguments)
    thread.start()
    return thread
