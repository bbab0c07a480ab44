// A WebSocket endpoint of a few lines (RFC 6455, text frames below 64 KB), for the page's tests.

import { createHash } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Answers the upgrade; the returned connection has send(text), close() and drop(). */
export function accept(request, socket, onText, onEnd) {
  const key = request.headers["sec-websocket-key"];
  const token = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${token}\r\n\r\n`,
  );
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (let frame = take(pending); frame; frame = take(pending)) {
      pending = pending.subarray(frame.length);
      if (frame.opcode === 1) onText(frame.payload.toString("utf8"));
      if (frame.opcode === 8) socket.end(encode(8, Buffer.alloc(0)));
    }
  });
  socket.on("error", () => {});
  socket.on("close", onEnd);
  return {
    send: (text) => socket.write(encode(1, Buffer.from(text))),
    close: () => socket.end(encode(8, Buffer.alloc(0))),
    drop: () => socket.destroy(), // as a cable pulled out
  };
}

function take(bytes) {
  if (bytes.length < 2) return null;
  let size = bytes[1] & 127;
  let at = 2;
  if (size === 126) {
    if (bytes.length < 4) return null;
    size = bytes.readUInt16BE(2);
    at = 4;
  }
  if (bytes.length < at + 4 + size) return null;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + size));
  for (let i = 0; i < size; i++) payload[i] ^= mask[i & 3];
  return { opcode: bytes[0] & 15, payload, length: at + 4 + size };
}

function encode(opcode, payload) {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, payload.length])
      : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}
