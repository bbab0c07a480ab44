#!/usr/bin/env python3
"""A WebSocket client of the standard library alone (RFC 6455), for tests.

    with WsClient("ws://127.0.0.1:4000/ws", headers={"Origin": "http://127.0.0.1:4000"}) as ws:
        ws.say("backtest:subscribe", userId="ann")
        frame = ws.wait("backtest:complete", timeout=30)     # a dict {"event","data"}

`python3 tests/wsclient.py URL [--user U] [--id ID] [--until EVENT] [--header K:V] [--seconds N]`
prints every frame, one a line."""

import argparse
import base64
import hashlib
import json
import os
import socket
import struct
import sys
import time
from urllib.parse import urlsplit

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WsRefused(Exception):
    """The server answered the handshake with another status."""

    def __init__(self, status, head):
        super().__init__(f"handshake answered {status}")
        self.status, self.head = status, head


class WsClosed(Exception):
    """The connection has ended."""


class WsClient:
    def __init__(self, url, headers=None, timeout=10, host=None):
        """host: what the Host header says (default: the URL's). A header whose value is a list is
        sent several times."""
        parts = urlsplit(url)
        port = parts.port or 80
        self.sock = socket.create_connection((parts.hostname, port), timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.frames = []  # every frame so far
        self.closed = False
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1",
                 f"Host: {host or parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        for name, values in (headers or {}).items():
            for value in values if isinstance(values, list) else [values]:
                lines.append(f"{name}: {value}")
        self.sock.sendall("\r\n".join(lines + ["", ""]).encode())
        head = self._read_head()
        status = int(head.split(" ", 2)[1])
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        if status != 101 or f"sec-websocket-accept: {accept}".lower() not in head.lower():
            self.sock.close()
            raise WsRefused(status, head)

    def _read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            data = self.sock.recv(4096)
            if not data:
                raise WsRefused(0, self.buffer.decode(errors="replace"))
            self.buffer += data
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return head.decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if not self.closed:
            try:
                self.send_raw(b"", opcode=8)
            except OSError:
                pass
        self.closed = True
        self.sock.close()

    def drop(self):
        """Ends the TCP connection without a word."""
        self.closed = True
        self.sock.close()

    def send_raw(self, payload, opcode=1):
        head = bytes([0x80 | opcode])
        n = len(payload)
        if n < 126:
            head += bytes([0x80 | n])
        elif n < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", n)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", n)
        mask = os.urandom(4)
        repeated = (mask * (n // 4 + 1))[:n]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(n, "big")
        self.sock.sendall(head + mask + masked)

    def send(self, text):
        self.send_raw(text.encode())

    def say(self, event, **data):
        self.send(json.dumps({"event": event, "data": data}))

    def subscribe(self, **data):
        self.say("backtest:subscribe", **data)

    def _take(self):
        """A whole frame of the buffer as (opcode, payload), or None."""
        b = self.buffer
        if len(b) < 2:
            return None
        n, at = b[1] & 0x7F, 2
        if n == 126:
            if len(b) < 4:
                return None
            n, at = struct.unpack(">H", b[2:4])[0], 4
        elif n == 127:
            if len(b) < 10:
                return None
            n, at = struct.unpack(">Q", b[2:10])[0], 10
        if len(b) < at + n:
            return None
        self.buffer = b[at + n:]
        return b[0] & 0x0F, b[at:at + n]

    def recv(self, timeout=10):
        """The next text message; None after `timeout`; raises WsClosed at the end."""
        ends = time.monotonic() + timeout
        while True:
            frame = self._take()
            if frame:
                opcode, payload = frame
                if opcode == 1:
                    return payload.decode()
                if opcode == 9:
                    self.send_raw(payload, opcode=10)
                if opcode == 8:
                    raise WsClosed
                continue
            left = ends - time.monotonic()
            if left <= 0:
                return None
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                return None
            except ConnectionError as e:
                raise WsClosed from e
            if not data:
                raise WsClosed
            self.buffer += data

    def next(self, timeout=10):
        """The next {"event","data"}, also kept in self.frames; None after `timeout`."""
        text = self.recv(timeout)
        if text is None:
            return None
        frame = json.loads(text)
        frame["at"] = time.monotonic()
        self.frames.append(frame)
        return frame

    def wait(self, event, timeout=10, **data):
        """The next frame of this event whose data has these values; AssertionError after `timeout`."""
        ends = time.monotonic() + timeout
        while True:
            frame = self.next(max(0.0, ends - time.monotonic()))
            if frame is None:
                raise AssertionError(f"no {event} {data} within {timeout} s; had {self.events()}")
            if frame["event"] == event and all(frame["data"].get(k) == v for k, v in data.items()):
                return frame

    def wait_end(self, backtest_id, timeout=30):
        """backtest:complete or backtest:error of this backtest."""
        ends = time.monotonic() + timeout
        while True:
            frame = self.next(max(0.0, ends - time.monotonic()))
            if frame is None:
                raise AssertionError(f"no end of {backtest_id} within {timeout} s; had {self.events()}")
            if (frame["event"] in ("backtest:complete", "backtest:error")
                    and frame["data"].get("backtestId") == backtest_id):
                return frame

    def wait_closed(self, timeout=10):
        """Reads until the server ends the connection; what came until then is in self.frames."""
        ends = time.monotonic() + timeout
        try:
            while self.next(max(0.0, ends - time.monotonic())) is not None:
                pass
        except WsClosed:
            return
        raise AssertionError(f"not closed within {timeout} s; had {self.events()}")

    def events(self, backtest_id=None):
        return [f["event"] for f in self.frames
                if backtest_id is None or f["data"].get("backtestId") == backtest_id]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("url")
    p.add_argument("--user")
    p.add_argument("--id")
    p.add_argument("--until", help="ends after the first frame of this event")
    p.add_argument("--header", action="append", default=[])
    p.add_argument("--seconds", type=float, default=60)
    args = p.parse_args()
    headers = dict(h.split(":", 1) for h in args.header)
    data = {k: v for k, v in (("userId", args.user), ("backtestId", args.id)) if v}
    ends = time.monotonic() + args.seconds
    with WsClient(args.url, headers) as ws:
        ws.subscribe(**data)
        while time.monotonic() < ends:
            try:
                frame = ws.next(ends - time.monotonic())
            except WsClosed:
                return 1
            if frame:
                frame.pop("at")
                print(json.dumps(frame), flush=True)
            if frame and frame["event"] == args.until:
                return 0
    return 0 if not args.until else 1


if __name__ == "__main__":
    sys.exit(main())
