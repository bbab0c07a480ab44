"""A WebSocket client that stays, or comes back when it is sent away: which ends did it hear?"""

import random
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, "..")
from wsclient import WsClient, WsClosed, WsRefused  # noqa: E402

ASK_AT_ONCE = 32  # backtests subscribed by id; the next ones when these have ended


def available():
    return shutil.which("websocketd") is not None


class Listener(threading.Thread):
    """websocketd with candlemill-ws on a port of its own, and one client of user `user`."""

    def __init__(self, build, redis, user):
        super().__init__(daemon=True)
        self.user, self.waits_for, self.heard, self.wrong = user, [], {}, []
        self.connections, self.leave = 0, False
        self.port = self.free_port()
        self.server = subprocess.Popen(
            ["websocketd", "--address=127.0.0.1", f"--port={self.port}", "--loglevel=error",
             build / "ws/candlemill-ws", "-o", f"bus.uri=unix:{redis}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def free_port():
        while True:
            port = random.randrange(20000, 32000)  # below the kernel's own range
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) != 0:
                    return port

    def run(self):
        while not self.leave:
            try:
                with WsClient(f"ws://127.0.0.1:{self.port}/") as ws:
                    self.connections += 1
                    self.listen(ws)
            except (OSError, WsClosed, WsRefused):
                time.sleep(0.2)  # as a page does: wait a little, come back

    def listen(self, ws):
        asked = set()
        ws.subscribe(userId=self.user)
        while not self.leave:
            frame = ws.next(0.2)
            if frame:
                self.take(frame, asked)
            if len(asked) < ASK_AT_ONCE // 2:
                # as a page does for what it has submitted: who subscribes to all of a user's alone
                # hears nothing of a job whose whole life fell into an outage of Redis
                for name in [n for n in self.waits_for if n not in self.heard and n not in asked][:ASK_AT_ONCE]:
                    asked.add(name)
                    ws.subscribe(userId=self.user, backtestId=name)

    def take(self, frame, asked):
        data = frame["data"]
        if frame["event"] not in ("backtest:complete", "backtest:error"):
            return
        name = data["backtestId"]
        asked.discard(name)
        if data.get("code") == "not_found":
            return  # submitted this moment
        before = self.heard.setdefault(name, data)
        if before != data:
            self.wrong.append(f"{name}: two ends, {before} and {data}")

    def close(self):
        self.leave = True
        self.join(10)
        self.server.terminate()
        self.server.wait()
