// What every browser test of the page starts with: a fake service of its own and a fresh page.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { launch, open } from "./browser.mjs";
import { Fake } from "./fake.mjs";

export const world = { fake: null, page: null };

export const params = {
  symbol: "BTCUSDT",
  interval: "1h",
  startDate: "2023-01-01",
  endDate: "2024-01-01",
  strategies: ["sma"],
  strategyParams: { sma: { fast: 10, slow: 30 } },
};

/** Called once at the top of a test file: before each test world.fake and world.page are new. */
export function setUp() {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    world.fake = await new Fake().start();
    world.page = await open(browser);
    world.page.setDefaultTimeout(20_000);
  });
  afterEach(async () => {
    await world.page.context().close();
    await world.fake.stop();
  });
}

export const run = (id) => world.page.goto(`${world.fake.url}#/run/${id}`);

export const shows = (text) => world.page.getByText(text).first().waitFor();

export async function percentIs(value) {
  await world.page.waitForFunction(
    (v) => document.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow") === v,
    String(value),
  );
}

/** For what a page cannot be asked: the fake service's own state. */
export async function until(what, condition) {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `in time: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** A socket is up and has subscribed to the run; "": to all runs. */
export const subscribed = (id) =>
  until("subscribed", () => [...world.fake.sockets].some((socket) => socket.rooms.has(id)));
