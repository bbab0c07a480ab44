"""A foreign worker that knows only the four channels: python3 foreign_worker.py REDIS-SOCKET [STEP_S]"""
import json
import socket
import sys
import time

redis = socket.socket(socket.AF_UNIX)
redis.connect(sys.argv[1])
hear, step = redis.makefile("rb"), float(sys.argv[2]) if len(sys.argv) > 2 else 0.1


def send(to, *words):
    to.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words)))


def publish(channel, **message):
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(sys.argv[1])
        send(other, "PUBLISH", channel, json.dumps(message))
        other.recv(64)


send(redis, "SUBSCRIBE", "backtest:task")
while line := hear.readline():
    if not line.startswith(b"{"):
        continue  # lengths and names; a message is one line
    task = json.loads(line)
    who = {"backtestId": task["backtestId"], "userId": task["userId"]}
    for percent in range(0, 101, 20):
        publish("backtest:progress", **who, progress=percent, message="Processing 2024-06-01", currentDate="2024-06-01")
        time.sleep(step)
    publish("backtest:complete", **who, status="success", resultId="r1",
            summary={"totalReturn": 12.5, "sharpeRatio": 1.1, "maxDrawdown": -3.25, "luck": 7})
