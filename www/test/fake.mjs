// The service as the page sees it, moved by hand: a test submits through the page, then calls
// started(), progress(), complete() … and looks at what the page makes of it.
//
// node test/fake.mjs [PORT] runs it by itself, with jobs that take a few seconds.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as data from "./fake-data.mjs";
import { accept } from "./fake-ws.mjs";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
// As the shipped web server files send it.
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export class Fake {
  symbols = data.symbols;
  records = new Map();
  keys = new Map(); // Idempotency-Key -> id
  requests = []; // "GET /api/…": what the page asked for
  notModified = 0;
  refuseSockets = false;
  refuseHttp = false;
  schema = null; // of a request, when it is not the service's own
  rejectNext = null; // {status, body}: the answer of the next POST of a backtest
  onSubmit = () => {};
  sockets = new Set(); // {connection, rooms}
  withoutTrades = new Set();
  tradeCount = 120;
  foreign = new Set();

  async start(port = 0) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error) => {
        this.json(response, 500, { title: String(error), status: 500 }, "application/problem+json");
      });
    });
    this.server.on("upgrade", (request, socket) => this.upgrade(request, socket));
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
    return this;
  }

  async stop() {
    this.dropSockets();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  // --- moving a job -------------------------------------------------------------------------

  add(params, status = "pending", more = {}) {
    const hex = (this.records.size + 1).toString(16).padStart(24, "6a0c");
    const at = new Date(Date.UTC(2026, 0, 5, 12, this.records.size)).toISOString();
    const record = {
      backtestId: `bt_${hex}`,
      id: `bt_${hex}`,
      userId: "local",
      kind: "backtest",
      status,
      progress: status === "completed" ? 100 : 0,
      params,
      resultId: status === "completed" ? `res_${hex}` : null,
      error: null,
      attempt: status === "pending" ? 0 : 1,
      tags: [],
      note: null,
      createdAt: at,
      updatedAt: at,
      startedAt: status === "pending" ? null : at,
      completedAt: status === "completed" ? at : null,
      ...more,
    };
    this.records.set(record.backtestId, record);
    return record;
  }

  move(id, part, event, more = {}, { silent = false } = {}) {
    const record = this.records.get(id);
    Object.assign(record, part, { updatedAt: new Date().toISOString() });
    if (silent) return; // only the record knows: what a socket that was away has missed
    this.publish(event, {
      backtestId: id,
      userId: record.userId,
      attempt: record.attempt,
      ...more,
    });
  }

  started(id, how) {
    const startedAt = new Date().toISOString();
    this.move(id, { status: "running", attempt: 1, startedAt }, "backtest:started", {}, how);
  }

  progress(id, progress, how) {
    const message = `Processing 2023-${String(1 + Math.floor(progress / 9)).padStart(2, "0")}-01`;
    const part = { status: "running", attempt: 1, progress };
    this.move(id, part, "backtest:progress", { progress, message }, how);
  }

  complete(id, how) {
    const completedAt = new Date().toISOString();
    const resultId = id.replace("bt_", "res_");
    const part = { status: "completed", progress: 100, resultId, completedAt };
    this.move(id, part, "backtest:complete", { status: "success", resultId, summary: {} }, how);
  }

  fail(id, error, how) {
    const part = { status: "failed", error, completedAt: new Date().toISOString() };
    this.move(id, part, "backtest:error", { status: "error", error }, how);
  }

  cancel(id) {
    const record = this.records.get(id);
    if (record.completedAt) return;
    const part = {
      status: "cancelled",
      error: "Cancelled",
      completedAt: new Date().toISOString(),
    };
    this.move(id, part, "backtest:error", { status: "cancelled", error: "Cancelled" });
  }

  publish(event, body) {
    const frame = JSON.stringify({ event, data: body });
    for (const { connection, rooms } of this.sockets) {
      if (rooms.has("") || rooms.has(body.backtestId)) connection.send(frame);
    }
  }

  dropSockets() {
    for (const { connection } of this.sockets) connection.drop();
    this.sockets.clear();
  }

  // --- WebSocket ----------------------------------------------------------------------------

  upgrade(request, socket) {
    if (request.url !== "/ws" || this.refuseSockets) {
      socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const one = { rooms: new Set() };
    one.connection = accept(
      request,
      socket,
      (text) => this.hear(one, JSON.parse(text)),
      () => this.sockets.delete(one),
    );
    this.sockets.add(one);
    one.connection.send(JSON.stringify({ event: "ready", data: {} }));
  }

  hear(one, { event, data: body }) {
    const room = body.backtestId ?? "";
    if (event === "backtest:unsubscribe") one.rooms.delete(room);
    if (event !== "backtest:subscribe") return;
    one.rooms.add(room);
    one.connection.send(JSON.stringify({ event: "subscribed", data: body }));
  }

  // --- HTTP ---------------------------------------------------------------------------------

  json(response, status, body, type = "application/json", headers = {}) {
    const text = JSON.stringify(body);
    const etag = `"${createHash("sha1").update(text).digest("hex").slice(0, 16)}"`;
    const same = status === 200 && response.req.headers["if-none-match"] === etag;
    if (same) this.notModified++;
    response.writeHead(same ? 304 : status, { "Content-Type": type, ETag: etag, ...headers });
    response.end(same ? undefined : text);
  }

  problem(response, status, title, more = {}, headers = {}) {
    const body = { type: "about:blank", title, status, ...more };
    this.json(response, status, body, "application/problem+json", headers);
  }

  async answer(request, response) {
    const url = new URL(request.url, this.url);
    if (!url.pathname.startsWith("/api/")) return this.file(url.pathname, response);
    this.requests.push(`${request.method} ${url.pathname}`);
    if (this.refuseHttp) return request.socket.destroy();
    if (url.pathname === "/api/market/symbols") {
      return this.json(response, 200, { items: this.symbols, next: null });
    }
    if (url.pathname === "/api/algo/strategies") {
      return this.json(response, 200, { items: data.strategies, next: null });
    }
    if (url.pathname === "/api/algo/schema/request") {
      return this.json(response, 200, this.schema ?? (await this.requestSchema()));
    }
    const match = /^\/api\/algo\/backtest(?:\/([^/]+)(?:\/(\w+))?)?$/.exec(url.pathname);
    if (!match) return this.problem(response, 404, "Not found");
    const [, id, part] = match;
    if (!id && request.method === "POST") return this.submit(request, response);
    if (!id) return this.list(url, response);
    const record = this.records.get(id);
    if (!record) return this.problem(response, 404, "There is no such backtest.");
    if (request.method === "DELETE") {
      this.records.delete(id);
      response.writeHead(204);
      return response.end();
    }
    if (part === "cancel") {
      this.cancel(id);
      return this.json(response, 200, record);
    }
    if (!part) return this.json(response, 200, record);
    if (record.status !== "completed") {
      return this.problem(response, 409, "It has no result.", {
        detail: "It has no result.",
      });
    }
    return this.part(part, record, url, response);
  }

  part(part, record, url, response) {
    const without = this.withoutTrades.has(record.backtestId);
    if (this.foreign.has(record.backtestId)) {
      const nothing = { t: [], equity: [], drawdown: [], items: [], next: null };
      return this.json(response, 200, part === "result" ? data.foreignResult(record) : nothing);
    }
    if (part === "result") return this.json(response, 200, data.result(record, { without }));
    if (part === "equity") {
      const curve = data.equity(Number(url.searchParams.get("points") ?? 2000));
      if (without) {
        curve.equity.fill(10000);
        curve.drawdown.fill(0);
      }
      return this.json(response, 200, curve);
    }
    const names = record.params.strategies.map((s) => (typeof s === "string" ? s : s.name));
    const all = without ? [] : data.trades(this.tradeCount, names);
    if (url.searchParams.get("format") === "csv") {
      response.writeHead(200, { "Content-Type": "text/csv" });
      return response.end("size,pnl\n" + all.map((t) => `${t.size},${t.pnl}\n`).join(""));
    }
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const next = at + limit < all.length ? String(at + limit) : null;
    return this.json(response, 200, { count: all.length, items: all.slice(at, at + limit), next });
  }

  list(url, response) {
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const all = [...this.records.values()].reverse();
    const next = at + limit < all.length ? String(at + limit) : null;
    this.json(response, 200, { items: all.slice(at, at + limit), next });
  }

  async submit(request, response) {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (this.rejectNext) {
      const { status, body, headers } = this.rejectNext;
      this.rejectNext = null;
      return this.problem(response, status, "Bad request", body, headers);
    }
    const params = JSON.parse(text);
    if (params.cash === 0) {
      const errors = [{ pointer: "/cash", code: "range", detail: "cash must be above 0" }];
      return this.problem(response, 400, "Bad request", { errors });
    }
    const key = request.headers["idempotency-key"];
    const known = key && this.keys.get(key);
    const record = known ? this.records.get(known) : this.add(params);
    if (key) this.keys.set(key, record.backtestId);
    this.json(response, 202, record, "application/json", {
      Location: `/api/algo/backtest/${record.backtestId}`,
    });
    if (!known) this.onSubmit(record.backtestId);
  }

  /** What the real service answers: tests of the service hold the file to it. */
  async requestSchema() {
    return JSON.parse(await readFile(join(dist, "../../docs/request.schema.json"), "utf8"));
  }

  async file(path, response) {
    const name = normalize(path === "/" ? "/index.html" : path);
    try {
      const body = await readFile(join(dist, name));
      response.writeHead(200, {
        "Content-Type": types[extname(name)] ?? "application/octet-stream",
        "Content-Security-Policy": CSP,
      });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const fake = await new Fake().start(Number(process.argv[2] ?? 4010));
  fake.onSubmit = (id) => {
    let progress = 0;
    setTimeout(() => fake.started(id), 400);
    const timer = setInterval(() => {
      progress += 4;
      if (fake.records.get(id)?.completedAt) clearInterval(timer);
      else if (progress < 100) fake.progress(id, progress);
      else fake.complete(id);
    }, 250);
  };
  console.log(fake.url);
}
