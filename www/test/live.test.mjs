// The socket's manners, with a socket and a clock of the test's own.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./source.mjs";

// A clock that moves only when told.
const timers = new Map();
let now = 0;
let nextTimer = 1;

function later(run, wait) {
  const id = nextTimer++;
  timers.set(id, { run, at: now + wait });
  return () => timers.delete(id);
}

function pass(duration) {
  const until = now + duration;
  for (;;) {
    const due = [...timers].filter(([, t]) => t.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
    if (!due) break;
    timers.delete(due[0]);
    now = due[1].at;
    due[1].run();
  }
  now = until;
}

const { Live, liveAddress } = await load("live.ts");

let sockets;
let random;
let live;

beforeEach(() => {
  timers.clear();
  sockets = [];
  random = 1;
  const open = () => {
    const socket = { sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close() {} };
    sockets.push(socket);
    return socket;
  };
  live = new Live(() => "ws://x/ws", { open, random: () => random, now: () => now, later });
});

const last = () => sockets[sockets.length - 1];
const say = (event, data = {}) => last().onmessage({ data: JSON.stringify({ event, data }) });

function listener() {
  const heard = { frames: [], ups: 0 };
  return { heard, onFrame: (frame) => heard.frames.push(frame.event), onUp: () => heard.ups++ };
}

test("nobody listens: no connection; the last one leaves: it is closed", () => {
  assert.equal(sockets.length, 0);
  const leave = live.listen("bt_1", listener());
  assert.equal(sockets.length, 1);
  last().onopen();
  assert.deepEqual(last().sent, [{ event: "backtest:subscribe", data: { backtestId: "bt_1" } }]);
  leave();
  assert.equal(live.state, "off");
  pass(120_000);
  assert.equal(sockets.length, 1, "no reconnect after leaving");
});

test("a frame goes to its own backtest's listeners and to those of all", () => {
  const [one, two, all] = [listener(), listener(), listener()];
  live.listen("bt_1", one);
  live.listen("bt_2", two);
  live.listen("", all);
  last().onopen();
  say("backtest:progress", { backtestId: "bt_1", progress: 3 });
  say("heartbeat");
  last().onmessage({ data: "no json" });
  last().onmessage({ data: "null" });
  assert.deepEqual(one.heard.frames, ["backtest:progress"]);
  assert.deepEqual(two.heard.frames, []);
  assert.deepEqual(all.heard.frames, ["backtest:progress"]);
});

test("after a loss it subscribes again and tells its listeners to ask once", () => {
  const one = listener();
  live.listen("bt_1", one);
  last().onopen();
  assert.equal(one.heard.ups, 1);
  last().onclose();
  assert.equal(live.state, "away");
  pass(500);
  assert.equal(sockets.length, 2);
  last().onopen();
  assert.equal(live.state, "up");
  assert.equal(one.heard.ups, 2);
  assert.deepEqual(last().sent, [{ event: "backtest:subscribe", data: { backtestId: "bt_1" } }]);
});

test("waits double up to 30 s, with full jitter", () => {
  live.listen("bt_1", listener());
  const waits = [];
  for (let i = 0; i < 9; i++) {
    const tries = sockets.length;
    last().onclose();
    const lost = now;
    while (sockets.length === tries) pass(100);
    waits.push(now - lost);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  random = 0.1;
  last().onclose();
  const tries = sockets.length;
  pass(2_900);
  assert.equal(sockets.length, tries);
  pass(200);
  assert.equal(sockets.length, tries + 1, "a tenth of 30 s");
});

test("a connection that ends at once does not start the backoff anew, a steady one does", () => {
  live.listen("bt_1", listener());
  const lose = () => {
    const tries = sockets.length;
    last().onclose();
    const lost = now;
    while (sockets.length === tries) pass(100);
    return now - lost;
  };
  last().onopen();
  assert.equal(lose(), 500);
  last().onopen();
  assert.equal(lose(), 1000);
  last().onopen();
  pass(5_000);
  assert.equal(lose(), 500);
});

test("the server's wish to wait is honoured", () => {
  live.listen("bt_1", listener());
  last().onopen();
  say("bye", { code: "draining", reason: "restart", retryAfterMs: 4000 });
  last().onclose();
  pass(4_400);
  assert.equal(sockets.length, 1);
  pass(200);
  assert.equal(sockets.length, 2);
});

test("silence beyond two heartbeats is a loss", () => {
  live.listen("bt_1", listener());
  last().onopen();
  pass(20_000);
  say("heartbeat");
  pass(44_000);
  assert.equal(live.state, "up");
  pass(1_000);
  assert.equal(live.state, "away");
});

test("a network that comes back ends the wait", () => {
  live.listen("bt_1", listener());
  for (let i = 0; i < 8; i++) {
    last().onclose();
    pass(30_000);
  }
  last().onclose();
  const tries = sockets.length;
  live.hurry();
  assert.equal(sockets.length, tries + 1);
  pass(30_000);
  assert.equal(sockets.length, tries + 1, "the old timer is gone");
});

test("events of a socket that was given up count no more", () => {
  const one = listener();
  live.listen("bt_1", one);
  const old = last();
  old.onopen();
  old.onclose();
  pass(500);
  old.onmessage({ data: '{"event":"backtest:progress","data":{"backtestId":"bt_1"}}' });
  old.onclose();
  assert.deepEqual(one.heard.frames, []);
  assert.equal(sockets.length, 2);
});

test("the address follows the page's scheme and folder", () => {
  assert.equal(liveAddress("http://127.0.0.1:4000/"), "ws://127.0.0.1:4000/ws");
  assert.equal(liveAddress("https://a.example/mill/#/run/x"), "wss://a.example/mill/ws");
});
