// The WebSocket: one connection for the whole page, opened while somebody listens. It reconnects
// for ever with exponential backoff and full jitter; what was missed meanwhile is the listener's to
// ask for (onUp).

import type { Frame } from "./types";

export type LiveState =
  | "off" // nobody listens
  | "connecting" // the first try is under way
  | "up"
  | "away"; // lost or refused; a timer for the next try runs

export interface Listener {
  onFrame(frame: Frame): void;
  /** The subscription was sent on a fresh connection: state may have moved while it was away. */
  onUp(): void;
}

const BASE_MS = 500;
const CAP_MS = 30_000;
// The server beats every 20 s. A connection that is silent for longer than two beats is dead,
// whatever the operating system still believes.
const SILENCE_MS = 45_000;
// A connection that lasted this long was a good one: the next failure starts the backoff anew.
const STEADY_MS = 5_000;

export interface LiveWorld {
  open(url: string): WebSocket;
  random(): number;
  now(): number; // ms, monotonic
  later(run: () => void, ms: number): () => void; // returns how to stop it
}

const browser: LiveWorld = {
  open: (url) => new WebSocket(url),
  random: Math.random,
  now: () => performance.now(),
  later: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export class Live {
  state: LiveState = "off";
  /** False until one connection came up: "not available" reads otherwise than "reconnecting". */
  everUp = false;
  private socket: WebSocket | null = null;
  private readonly rooms = new Map<string, Set<Listener>>(); // by backtest id; "" = all mine
  private readonly watchers = new Set<() => void>();
  private failures = 0;
  private openedAt = 0;
  private retryAfter = 0;
  private stopRetry = () => {};
  private stopSilence = () => {};

  constructor(
    private readonly url: () => string,
    private readonly world: LiveWorld = browser,
  ) {}

  /** Calls back on each change of state; returns how to stop that. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  listen(id: string, listener: Listener): () => void {
    let room = this.rooms.get(id);
    if (!room) this.rooms.set(id, (room = new Set()));
    const first = room.size === 0;
    room.add(listener);
    if (this.state === "off") this.connect();
    else if (this.state === "up") {
      if (first) this.say("backtest:subscribe", id);
      listener.onUp();
    }
    return () => this.leave(id, listener);
  }

  /** The network came back or the page is looked at again: do not wait for the timer. */
  hurry(): void {
    if (this.state === "away") this.connect();
  }

  private leave(id: string, listener: Listener): void {
    const room = this.rooms.get(id);
    if (!room?.delete(listener) || room.size > 0) return;
    this.rooms.delete(id);
    if (this.state === "up") this.say("backtest:unsubscribe", id);
    if (this.rooms.size === 0) this.close("off");
  }

  private say(event: string, id: string): void {
    this.socket?.send(JSON.stringify({ event, data: id ? { backtestId: id } : {} }));
  }

  private connect(): void {
    this.stopRetry();
    this.retryAfter = 0;
    this.set(this.state === "off" ? "connecting" : this.state);
    let socket: WebSocket;
    try {
      socket = this.world.open(this.url());
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    const mine = () => this.socket === socket;
    socket.onopen = () => mine() && this.up();
    socket.onmessage = (message) => mine() && this.hear(message.data);
    socket.onclose = () => mine() && this.lost();
    this.expectNoise();
  }

  private up(): void {
    this.openedAt = this.world.now();
    this.everUp = true;
    this.set("up");
    for (const id of this.rooms.keys()) this.say("backtest:subscribe", id);
    for (const room of this.rooms.values()) for (const listener of [...room]) listener.onUp();
  }

  private hear(text: unknown): void {
    this.expectNoise();
    let frame: Frame;
    try {
      frame = JSON.parse(String(text));
    } catch {
      return; // not ours
    }
    if (!frame || typeof frame.event !== "string") return;
    const data = frame.data ?? {};
    if (frame.event === "bye") {
      const wait = Number(data["retryAfterMs"]);
      if (Number.isFinite(wait)) this.retryAfter = Math.min(CAP_MS, Math.max(0, wait));
      return;
    }
    if (!frame.event.startsWith("backtest:")) return;
    const id = typeof data.backtestId === "string" ? data.backtestId : "";
    for (const room of id ? [id, ""] : [""]) {
      for (const listener of [...(this.rooms.get(room) ?? [])]) listener.onFrame(frame);
    }
  }

  private expectNoise(): void {
    this.stopSilence();
    this.stopSilence = this.world.later(() => this.lost(), SILENCE_MS);
  }

  private lost(): void {
    const steady = this.state === "up" && this.world.now() - this.openedAt >= STEADY_MS;
    this.failures = steady ? 0 : this.failures;
    const spread = Math.min(CAP_MS, BASE_MS * 2 ** this.failures) * this.world.random();
    this.failures = Math.min(this.failures + 1, 10);
    const wait = Math.min(CAP_MS, this.retryAfter + spread);
    this.close("away");
    this.stopRetry = this.world.later(() => this.connect(), wait);
  }

  private close(state: LiveState): void {
    this.stopRetry();
    this.stopSilence();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    if (state === "off") this.failures = 0;
    this.set(state);
  }

  private set(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const changed of [...this.watchers]) changed();
  }
}

/** The page's address with ws: for http: and wss: for https:. */
export function liveAddress(base: string): string {
  const url = new URL("ws", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

let shared: Live | undefined;

export function live(): Live {
  if (!shared) {
    const made = (shared = new Live(() => liveAddress(document.baseURI)));
    addEventListener("online", () => made.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || made.hurry());
  }
  return shared;
}
