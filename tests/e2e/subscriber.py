"""A Redis subscriber over its unix socket, standard library only: what a foreign program sees."""

import socket


class Subscriber:
    def __init__(self, path, *channels):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.data = b""
        self.send("SUBSCRIBE", *channels)
        for _ in channels:
            self.reply(10)

    def send(self, *words):
        parts = [f"*{len(words)}\r\n".encode()]
        for word in words:
            word = word.encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
        self.socket.sendall(b"".join(parts))

    def line(self):
        while b"\r\n" not in self.data:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("redis has gone")
            self.data += more
        line, self.data = self.data.split(b"\r\n", 1)
        return line

    def value(self):
        line = self.line()
        kind, rest = line[:1], line[1:]
        if kind == b"*":
            return [self.value() for _ in range(int(rest))]
        if kind == b"$":
            size = int(rest)
            while len(self.data) < size + 2:
                self.data += self.socket.recv(65536)
            text, self.data = self.data[:size], self.data[size + 2:]
            return text.decode()
        return rest.decode()

    def reply(self, seconds):
        self.socket.settimeout(seconds)
        return self.value()

    def message(self, seconds=30):
        """The next (channel, text)."""
        kind, channel, text = self.reply(seconds)
        assert kind == "message", kind
        return channel, text

    def close(self):
        self.socket.close()
