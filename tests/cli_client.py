#!/usr/bin/env python3
"""The verbs that talk to the service, against a service of this test that answers from a script: what is
sent, what is shown, which exit status; and the progress bar on a terminal."""
import http.server
import json
import os
import pty
import subprocess
import sys
import threading

program = os.path.join(os.environ.get("builddir", "build"), "cli", "candlemill")
ID = "bt_0123456789abcdef01234567"
failures = []
checks = 0


def expect(what, good, detail=""):
    global checks
    checks += 1
    if not good:
        failures.append(f"{what} {detail}")


def backtest(status, progress=0, **more):
    return dict({"backtestId": ID, "id": ID, "userId": "local", "kind": "backtest", "status": status,
                 "progress": progress, "params": {"symbol": "X", "interval": "1h", "strategies": ["sma", {"name": "t"}]},
                 "resultId": None, "error": None, "createdAt": "2024-01-01T00:00:00Z"}, **more)


RESULT = {"backtestId": ID, "status": "completed", "metrics": {"totalReturn": 12.345, "tradeCount": 7, "sqn": None},
          "strategies": [{"name": "sma", "params": {"fast": 10}, "metrics": {}}],
          "data": {"symbol": "X", "interval": "1h", "source": "1h", "bars": 1234, "gaps": 0,
                   "from": "2024-01-01T00:00:00Z", "to": "2024-02-01T00:00:00Z"},
          "engine": "candlemill 0", "warnings": ["Mind the gap."], "noTrades": None}


class Service(http.server.BaseHTTPRequestHandler):
    """steps: what GET of the backtest says, one after the other, the last one for ever."""
    protocol_version = "HTTP/1.1"
    steps, seen, unchanged = [], [], 0

    def log_message(self, *args):
        pass

    def answer(self, status, body, kind="application/json", etag=None):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Type", kind)
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", "0" if status == 304 else str(len(data)))
        self.end_headers()
        if status != 304:
            self.wfile.write(data)

    def problem(self, status, detail, pointer=None):
        errors = [{"pointer": pointer, "code": "bad", "detail": detail}] if pointer else []
        self.answer(status, {"title": "Problem", "status": status, "detail": detail, "errors": errors},
                    "application/problem+json")

    def handle_one(self, method):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode() if length else ""
        Service.seen.append((method, self.path, body, dict(self.headers)))
        if method == "POST" and self.path == "/api/algo/backtest":
            request = json.loads(body)
            if request.get("cash") == -1:
                return self.problem(400, "cash must be above 0", "/cash")
            if request.get("cash") == 503:
                return self.problem(503, "the store is away")
            return self.answer(202, backtest("pending"))
        if method == "POST" and self.path == f"/api/algo/backtest/{ID}/cancel":
            return self.answer(200, backtest("cancelled", error="Cancelled"))
        if self.path == f"/api/algo/backtest/{ID}":
            step = Service.steps.pop(0) if len(Service.steps) > 1 else Service.steps[0]
            etag = '"%d"' % (hash(json.dumps(step)) & 0xffffff)
            if self.headers.get("If-None-Match") == etag:
                Service.unchanged += 1
                return self.answer(304, "", etag=etag)
            return self.answer(200, step, etag=etag)
        if self.path == f"/api/algo/backtest/{ID}/result":
            return self.answer(200, RESULT)
        if self.path == f"/api/algo/backtest/{ID}/trades" and self.headers.get("Accept") == "text/csv":
            return self.answer(200, "size,pnl\n1,2\n", "text/csv")
        if self.path.startswith("/api/algo/backtest?") or self.path == "/api/algo/backtest":
            return self.answer(200, {"items": [backtest("running", 42)], "next": "abc"})
        return self.problem(404, "there is no such backtest")

    def do_GET(self):
        self.handle_one("GET")

    def do_POST(self):
        self.handle_one("POST")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
environment = {k: v for k, v in os.environ.items() if not k.startswith("CANDLEMILL_") and "proxy" not in k.lower()}
environment["CANDLEMILL_URL"] = f"http://127.0.0.1:{server.server_port}/"
environment["http_proxy"] = "http://127.0.0.1:9"  # loopback goes past it


def run(*words, status=0, steps=None, stdin=None):
    Service.steps, Service.seen, Service.unchanged = steps or [backtest("pending")], [], 0
    done = subprocess.run([program, *words], env=environment, input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)
    expect(" ".join(words), done.returncode == status, f"ended with {done.returncode}: {done.stderr}")
    return done


def test_submit():
    words = ["submit", "--symbol", "X", "--interval", "1h", "-s", "sma", "-p", "fast=5", "-s", "rsi"]
    done = run(*words, "--start", "2024-01-01", "--set", 'tags=["a"]', "--set", "userId=ann")
    expect("only the id on stdout", done.stdout == ID + "\n", done.stdout)
    method, path, body, headers = Service.seen[0]
    expect("what is posted", json.loads(body) == {
        "symbol": "X", "interval": "1h", "startDate": "2024-01-01", "tags": ["a"], "userId": "ann",
        "strategies": [{"name": "sma", "params": {"fast": 5}}, "rsi"]}, body)
    expect("its type", headers.get("Content-Type") == "application/json", headers)
    done = run(*words, "--json")
    expect("the accepted backtest", json.loads(done.stdout)["status"] == "pending", done.stdout)
    done = run(*words, "--set", "cash=-1", status=4)
    expect("the problem's words", "cash must be above 0 (at /cash)" in done.stderr, done.stderr)
    run(*words, "--set", "cash=503", status=1)
    done = run("submit", "--request", "-", stdin=json.dumps(
        {"userId": "bob", "params": {"symbol": "Y", "interval": "1d", "strategies": ["sma"], "sma": {"fast": 3}}}))
    expect("a request from stdin, flattened", json.loads(Service.seen[0][2]) == {
        "symbol": "Y", "interval": "1d", "strategies": ["sma"], "strategyParams": {"sma": {"fast": 3}},
        "userId": "bob"}, Service.seen[0][2])


def test_watch():
    steps = [backtest("pending"), backtest("running", 5), backtest("running", 5), backtest("running", 55),
             backtest("completed", 100)]
    done = run("watch", ID, steps=list(steps))
    expect("lines for tenths", "50 %  running" in done.stderr, done.stderr)
    expect("the result", "Total return" in done.stdout and "12.35 %" in done.stdout, done.stdout)
    expect("nulls are a dash", "SQN" in done.stdout and "Warning: Mind the gap." in done.stdout, done.stdout)
    expect("an unchanged backtest costs an ETag only", Service.unchanged == 1, Service.unchanged)
    done = run("watch", ID, "--json", "--quiet", steps=list(steps))
    expect("the result as JSON", json.loads(done.stdout) == RESULT and done.stderr == "", done.stderr)
    done = run("watch", ID, "--csv", "trades", "--quiet", steps=list(steps))
    expect("trades as CSV", done.stdout == "size,pnl\n1,2\n", done.stdout)
    done = run("watch", ID, status=1, steps=[backtest("failed", error="Insufficient market data")])
    expect("why it failed", f"{ID} failed: Insufficient market data" in done.stderr, done.stderr)
    run("watch", ID, status=1, steps=[backtest("cancelled", error="Cancelled")])
    run("watch", "bt_absent", status=3)
    done = run("submit", "--symbol", "X", "--interval", "1h", "-s", "sma", "--watch", steps=list(steps))
    expect("submit --watch", f"Submitted {ID}" in done.stderr and "Total return" in done.stdout, done.stderr)


def test_show_list_cancel():
    done = run("show", ID, steps=[backtest("running", 42)])
    expect("a running one", done.stdout == f"{ID} is running\n", done.stdout)
    done = run("show", ID, "--json", steps=[backtest("completed")])
    expect("a completed one", json.loads(done.stdout) == RESULT, done.stdout)
    run("show", ID, status=1, steps=[backtest("failed", error="no")])
    run("show", "bt_absent", status=3)
    done = run("list", "--status", "running", "--tag", "a b", "--limit", "3")
    expect("filters in the query", Service.seen[0][1] == "/api/algo/backtest?status=running&tag=a%20b&limit=3",
           Service.seen[0][1])
    expect("a table", "sma + t" in done.stdout and "42 %" in done.stdout, done.stdout)
    expect("how to go on", "--cursor abc" in done.stderr, done.stderr)
    done = run("list", "--csv")
    expect("CSV", done.stdout.splitlines()[0].startswith("backtestId,status,progress,symbol"), done.stdout)
    expect("JSON", json.loads(run("list", "--json").stdout)["next"] == "abc")
    done = run("cancel", ID)
    expect("cancelled", done.stdout == f"{ID} is cancelled\n", done.stdout)
    run("cancel", "bt_absent", status=3)


def on_terminal(words, steps, **more):
    """stderr is a terminal; what it got."""
    Service.steps = list(steps)
    master, slave = pty.openpty()
    child = subprocess.Popen([program, *words], env=dict(environment, **more), stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not piece:
            break
        text += piece
    os.close(master)
    expect("on a terminal", child.wait(timeout=60) == 0)
    return text.decode()


def test_bar():
    steps = [backtest("running", 25), backtest("running", 50), backtest("completed", 100)]
    text = on_terminal(["watch", ID], steps, TERM="xterm")
    expect("a bar", "█" in text and "50 %" in text and "left" in text and "\x1b[36m" in text, repr(text))
    expect("it is taken away", text.endswith("\r\x1b[K"), repr(text))
    text = on_terminal(["watch", ID], steps, TERM="xterm", NO_COLOR="1")
    expect("no colours", "█" in text and "\x1b[36m" not in text, repr(text))


test_submit()
test_watch()
test_show_list_cancel()
test_bar()
for failure in failures:
    print("FAILED:", failure)
print(f"cli client: {checks} checks, {len(failures)} failed")
sys.exit(1 if failures else 0)
