#!/usr/bin/env python3
"""The service measured from outside on this machine, in one run: requests a second beside a hello-world
FastCGI program, latency from POST to the end at a WebSocket client, jobs a second, memory.
Usage: bench/service.py BUILD_FOLDER   (make bench runs it; needs wrk, lighttpd, redis, websocketd)
STORE=sqlite:/dev/shm/FOLDER/x.db in the environment takes the disk out of the figures; the folder is
one that www-data may write."""

import json
import os
import pathlib
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "tests/e2e"), str(TOP / "tests")]
build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()


def install():
    """The tree that is measured: installed where www-data can read it."""
    folder = tempfile.mkdtemp(prefix="cm-bench-", dir="/tmp")
    os.chmod(folder, 0o755)
    subprocess.run(["make", "-C", build, "install", f"DESTDIR={folder}"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    prefix = re.search(r"^prefix = (.*)$", (build / "Makefile").read_text(), re.M).group(1)
    os.environ["CANDLEMILL_PREFIX"] = folder + prefix
    return folder


FOLDER = install()
from subscriber import Subscriber  # noqa: E402
from world import World, free_port  # noqa: E402
from wsclient import WsClient  # noqa: E402


def wrk(url, seconds=3, script=None):
    """Requests a second with 16 connections; every answer must be a 2xx."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", url] + (["-s", script] if script else [])
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        print("  (!)", [line for line in text.splitlines() if "Non-2xx" in line or "Socket errors" in line])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))


def hello_rate():
    """The peer: the same lighttpd, two processes of a program that answers a constant."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        conf = pathlib.Path(folder) / "lighttpd.conf"
        conf.write_text(f'server.modules = ( "mod_fastcgi" )\nserver.document-root = "{folder}"\n'
                        f'server.bind = "127.0.0.1"\nserver.port = {port}\n'
                        f'fastcgi.server = ( "/" => (( "bin-path" => "{build}/bench/hello", "socket" => '
                        f'"{folder}/hello", "max-procs" => 2, "check-local" => "disable" )) )\n')
        server = subprocess.Popen(["lighttpd", "-D", "-f", conf], stderr=subprocess.DEVNULL)
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
                time.sleep(0.01)
            return wrk(f"http://127.0.0.1:{port}/")
        finally:
            server.terminate()
            server.wait()


def commits(folder, seconds=2):
    """The disk's own limit: commits a second of one SQLite connection that does nothing else (WAL,
    synchronous=FULL, 400 bytes each), after its log has reached its full length."""
    path = pathlib.Path(folder) / "peer.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE t (id TEXT PRIMARY KEY, params TEXT)")
    db.execute("PRAGMA synchronous = OFF")
    n = 0
    while n < 3000:
        db.execute("INSERT INTO t VALUES (?, ?)", (f"bt_{n}", "x" * 400))
        n += 1
    db.execute("PRAGMA synchronous = FULL")
    begin, first = time.perf_counter(), n
    while time.perf_counter() - begin < seconds:
        db.execute("INSERT INTO t VALUES (?, ?)", (f"bt_{n}", "x" * 400))
        n += 1
    rate = (n - first) / (time.perf_counter() - begin)
    db.close()
    path.unlink()
    return rate


def post_bytes(world, body):
    text = json.dumps(body).encode()
    return (b"POST /api/algo/backtest HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (world.port, len(text))) + text


def connect(world):
    s = socket.create_connection(("127.0.0.1", world.port))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def latency(world, body, n=200, warm=20):
    """ms from the POST's first byte to the end at a WebSocket client: p50, p95."""
    ws = WsClient(f"ws://127.0.0.1:{world.port}/ws")
    ws.next()
    ws.subscribe(userId=body["userId"])
    ws.next()
    request, took = post_bytes(world, body), []
    for i in range(n + warm):
        s = connect(world)
        begin = time.perf_counter()
        s.sendall(request)
        while ws.next(30)["event"] not in ("backtest:complete", "backtest:error"):
            pass
        if i >= warm:
            took.append((time.perf_counter() - begin) * 1000)
        s.recv(65536)
        s.close()
    ws.close()
    took.sort()
    return statistics.median(took), took[int(len(took) * 0.95)]


def jobs_per_second(world, body, at_once=50, rounds=8):
    sub = Subscriber(world.dir / "run/redis.sock", "backtest:complete", "backtest:error")
    request, rates = post_bytes(world, body), []
    for _ in range(rounds):
        sockets = [connect(world) for _ in range(at_once)]
        begin = time.perf_counter()
        for s in sockets:
            s.sendall(request)
        for _ in range(at_once):
            sub.message(60)
        rates.append(at_once / (time.perf_counter() - begin))
        for s in sockets:
            s.recv(65536)
            s.close()
    sub.close()
    return statistics.median(rates)


def memory(pid):
    """KB: proportional and private, by the kernel."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    field = {k: int(v) for k, v in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    return field["Pss"], field["Private_Clean"] + field["Private_Dirty"]


def peak(pid):
    """KB: the most that was resident, mapped files too."""
    return int(re.search(r"^VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


def cancel(world, n=5):
    """ms from POST cancel to its answer, and to the event, of running jobs over 5 million bars."""
    for year in range(2014, 2024):
        world.upload("SAMPLE-L", "1m", world.generate("SAMPLE-L", "1m", f"{year}-01-01", f"{year + 1}-01-01", year))
    heavy = {"name": "heavy", "rules": {"long.entry": "wma(close, 400) > sma(close, 50) and stdev(close, 300) > 0 "
                                                      "and linreg(close, 200) > close",
                                        "long.exit": "crossunder(ema(close, 9), ema(close, 21))",
                                        "stopLoss": "close - 2 * atr(14)"}}
    ws = WsClient(f"ws://127.0.0.1:{world.port}/ws")
    ws.next()
    ws.subscribe(userId="bench")
    ws.next()
    answered, told = [], []
    for _ in range(n):
        job = world.submit(userId="bench", symbol="SAMPLE-L", interval="1m", strategies=[heavy])
        while True:  # it is inside the engine
            event = ws.next(60)
            if event["event"] == "backtest:progress" and event.get("progress", event.get("data", {}).get("progress", 0)) > 0:
                break
        begin = time.perf_counter()
        answer = world.request("POST", f"/api/algo/backtest/{job}/cancel")
        answered.append((time.perf_counter() - begin) * 1000)
        assert answer.status in (200, 202), answer.body
        while ws.next(30)["event"] not in ("backtest:complete", "backtest:error"):
            pass
        told.append((time.perf_counter() - begin) * 1000)
        assert world.get(f"/api/algo/backtest/{job}").json["status"] == "cancelled"
    ws.close()
    return max(answered), max(told)


def processes(name):
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if pathlib.Path(os.readlink(p / "exe")).name == name and FOLDER in os.readlink(p / "exe"):
                yield int(p.name)
        except OSError:
            pass


def main():
    with World(store=os.environ.get("STORE"), extra="worker.runners = 2\nuser.queued = 1000000\n") as world:
        world.upload("SAMPLE-D", "1h", world.generate("SAMPLE-D", "1h", "2024-01-01", "2024-03-30"))
        world.upload("SAMPLE-H", "1h", world.generate("SAMPLE-H", "1h", "2023-01-01", "2024-01-01"))
        world.upload("SAMPLE-M", "1m", world.generate("SAMPLE-M", "1m", "2023-01-01", "2024-01-01"))
        small = {"userId": "bench", "symbol": "SAMPLE-D", "interval": "1h", "strategies": ["sma"]}
        ended = world.submit(**small)
        world.wait_end(ended)

        print("requests a second through lighttpd (16 connections, median of 3)")
        hello = statistics.median(hello_rate() for _ in range(3))
        status = statistics.median(wrk(f"{world.url}/api/algo/backtest/{ended}") for _ in range(3))
        print(f"  hello world FastCGI {hello:8.0f}\n  status GET          {status:8.0f}  "
              f"= {status / hello:.2f} x hello world")

        print("POST to backtest:complete at a WebSocket client, ms (warm)")
        for symbol, bars, n in (("SAMPLE-D", 2136, 200), ("SAMPLE-H", 8760, 200), ("SAMPLE-M", 525600, 20)):
            body = dict(small, symbol=symbol, interval="1m" if bars > 10000 else "1h")
            first = latency(world, body, 1, 0)[0]
            p50, p95 = latency(world, body, n)
            most = max(peak(pid) for pid in processes("candlemilld"))
            print(f"  {bars:7d} bars   p50 {p50:7.2f}   p95 {p95:7.2f}   the first {first:7.2f}   "
                  f"a runner's peak {most / 1024:5.1f} MB")

        print(f"jobs a second, {2136} bars, 50 at once, 2 runners: {jobs_per_second(world, small):.0f}")

        answered, told = cancel(world)
        print(f"cancel of a run over 5 million bars, the slowest of 5: answered in {answered:.1f} ms, "
              f"the end told in {told:.1f} ms")

        time.sleep(1)  # the last runner writes its log back
        print("memory after this, KB (proportional / private)")
        total = 0
        for name in ("candlemilld", "algo.fcgi", "market.fcgi", "system.fcgi"):
            for pid in sorted(processes(name)):
                pss, private = memory(pid)
                total += pss
                print(f"  {name:12s} pid {pid:7d} {pss:7d} / {private}")
        print(f"  whole service       {total:7d}")
        before = memory(int((world.dir / "run/ws.pid").read_text().split()[0]))[1]
        sockets = [WsClient(f"ws://127.0.0.1:{world.port}/ws") for _ in range(100)]
        for ws in sockets:
            ws.next()
            ws.subscribe(userId="bench")
            ws.next()
        children = [memory(pid) for pid in processes("candlemill-ws")]
        after = memory(int((world.dir / "run/ws.pid").read_text().split()[0]))[1]
        print(f"  a WebSocket connection: child {statistics.median(c[0] for c in children):.0f} / "
              f"{statistics.median(c[1] for c in children):.0f}, websocketd {(after - before) / 100:.0f}")
        for ws in sockets:
            ws.close()

        print("POST accepted a second (16 connections)")
        script = world.dir / "post.lua"
        script.write_text('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                          f"wrk.body = [[{json.dumps(small)}]]\n")
        peer = commits(pathlib.Path(world.store.partition(":")[2]).parent)
        with_worker = wrk(f"{world.url}/api/algo/backtest", 3, script)
        world.services("stop", "worker")
        alone = wrk(f"{world.url}/api/algo/backtest", 3, script)
        print(f"  one SQLite connection's synced commits {peer:8.0f}\n"
              f"  POST, the worker busy beside it         {with_worker:8.0f}  = {with_worker / peer:.2f} x\n"
              f"  POST, the worker stopped                {alone:8.0f}  = {alone / peer:.2f} x")


try:
    main()
finally:
    subprocess.run(["rm", "-rf", FOLDER], check=False)
