// A run in a browser while it lasts: progress, reload, lost connections, its ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { params, percentIs, run, setUp, shows, subscribed, until, world } from "./world.mjs";

setUp();

test("a reload in the middle goes on where the run is", async () => {
  const { fake, page } = world;
  const { backtestId: id } = fake.add(params);
  await run(id);
  await subscribed(id);
  fake.progress(id, 41);
  await percentIs(41);
  fake.records.get(id).progress = 33; // the stored beat is older than the event was
  await page.addInitScript(() => {
    globalThis.seen = [];
    new MutationObserver(() => {
      const bar = document.querySelector('[role="progressbar"]');
      if (bar) globalThis.seen.push(Number(bar.getAttribute("aria-valuenow")));
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.reload();
  await percentIs(41);
  assert.equal(await page.evaluate(() => Math.min(...globalThis.seen)), 41, "never shows less");
  await until("subscribed anew", () => [...fake.sockets].some((s) => s.rooms.has(id)));
  fake.progress(id, 58);
  await percentIs(58);
  fake.complete(id);
  await shows("Equity and drawdown");
});

test("a dropped socket: says so, polls meanwhile, catches up, never falls back", async () => {
  const { fake, page } = world;
  const { backtestId: id } = fake.add(params);
  await run(id);
  await subscribed(id);
  fake.progress(id, 30);
  await percentIs(30);

  fake.refuseSockets = true;
  fake.dropSockets();
  await shows("Reconnecting…");
  fake.progress(id, 52, { silent: true });
  await percentIs(52);
  const asked = fake.notModified;
  await until("unchanged polls are 304", () => fake.notModified > asked);

  fake.refuseSockets = false;
  await subscribed(id);
  await page.getByText("Reconnecting…").waitFor({ state: "detached" });
  fake.publish("backtest:progress", { backtestId: id, progress: 12, message: "an old attempt" });
  fake.publish("backtest:progress", { backtestId: id, progress: 53, message: "the new one" });
  await shows("the new one");
  assert.equal(await page.locator(".live .bar").getAttribute("aria-valuenow"), "53");
  fake.complete(id);
  await shows("Equity and drawdown");
  fake.publish("backtest:error", { backtestId: id, status: "error", error: "too late" });
  await page.waitForFunction(() => document.querySelector(".u-over"));
  assert.equal(await page.getByText("too late").count(), 0);
});

test("an end that came while the socket was away is seen after the reconnect", async () => {
  const { fake, page } = world;
  const { backtestId: id } = fake.add(params);
  await run(id);
  await subscribed(id);
  fake.progress(id, 30);
  await percentIs(30);
  fake.complete(id, { silent: true });
  fake.dropSockets();
  await shows("Equity and drawdown");
});

test("no WebSocket at all: polling alone brings the result", async () => {
  const { fake, page } = world;
  fake.refuseSockets = true;
  const { backtestId: id } = fake.add(params);
  await run(id);
  await shows("No live connection here");
  fake.progress(id, 35);
  await percentIs(35);
  fake.complete(id);
  await shows("Equity and drawdown");
});

test("a server that is gone for a while is waited for", async () => {
  const { fake, page } = world;
  const { backtestId: id } = fake.add(params);
  await run(id);
  await subscribed(id);
  fake.progress(id, 30);
  await percentIs(30);
  fake.refuseHttp = true;
  fake.refuseSockets = true;
  fake.dropSockets();
  await shows("The server cannot be reached.");
  fake.complete(id, { silent: true });
  fake.refuseHttp = false;
  fake.refuseSockets = false;
  await shows("Equity and drawdown");
});

test("cancel, from the run and from the list", async () => {
  const { fake, page } = world;
  const one = fake.add(params, "running", { progress: 20 });
  await run(one.backtestId);
  await page.getByRole("button", { name: "Cancel" }).click();
  await shows("This backtest was cancelled.");
  fake.add(params, "running", { progress: 10 });
  await page.getByRole("link", { name: "Backtests" }).click();
  await page.getByRole("button", { name: /^Cancel/ }).click();
  await until("cancelled", () => [...fake.records.values()].every((r) => r.status === "cancelled"));
  await page.getByRole("button", { name: /^Cancel/ }).waitFor({ state: "detached" });
});

test("a failed run gives its reason, and a missing one says so", async () => {
  const { fake, page } = world;
  const error = "Insufficient market data: BTCUSDT 1h has 2023-01-01 to 2023-12-31, asked for 2024";
  const { backtestId: id } = fake.add(params);
  await run(id);
  await subscribed(id);
  fake.fail(id, error);
  await shows("This backtest failed.");
  await shows(error);
  await run("bt_ffffffffffffffffffffffff");
  await page.getByRole("heading", { name: "No such backtest" }).waitFor();
});
