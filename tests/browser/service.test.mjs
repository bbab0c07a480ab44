// The page on the real service, in Chromium: submit, watch, reload in the middle, drop the socket,
// see the result. CANDLEMILL_URL says where the service is (quickstart's .run/env has it); it needs
// candles of at least one symbol. With SHOTS=DIR each screen is also written there as a picture,
// 1280 and 360 px wide, light and dark.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findings, fits, launch, open } from "../../www/test/browser.mjs";

const base = process.env.CANDLEMILL_URL;
assert.ok(base, "CANDLEMILL_URL says where the service runs");
const shots = process.env.SHOTS;
const api = (path) => `${base}/api/algo/backtest${path}`;
const DEADLINE = 60_000;

let browser;
let market; // the symbol with most bars: what a long run needs
let result; // id of a completed run

before(async () => {
  if (shots) mkdirSync(shots, { recursive: true });
  browser = await launch();
  const { items } = await (await fetch(`${base}/api/market/symbols`)).json();
  const series = items.flatMap(({ symbol, intervals }) => intervals.map((i) => ({ symbol, ...i })));
  market = series.sort((a, b) => b.bars - a.bars)[0];
  assert.ok(market, "candles are stored");
});
after(() => browser?.close());

async function fresh(options) {
  const page = await open(browser, options);
  page.setDefaultTimeout(DEADLINE);
  return page;
}

const runPage = (page, id) => page.goto(`${base}/#/run/${id}`);

// Strategies that are slow enough to be watched: many long windows, each on its own.
const slow = (n) =>
  Array.from({ length: n }, (_, k) => ({
    name: `slow${k}`,
    rules: {
      "long.entry": Array.from(
        { length: 60 },
        (_, i) => `highest(close, ${100 + i + 60 * k}) > lowest(low, ${300 + i + 60 * k}) * 2`,
      ).join(" and "),
    },
  }));

async function submit(strategies) {
  const { symbol, interval } = market;
  const response = await fetch(api(""), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ symbol, interval, strategies }),
  });
  const record = await response.json();
  assert.equal(response.status, 202, JSON.stringify(record));
  return record.backtestId;
}

async function ended(id) {
  for (const deadline = Date.now() + DEADLINE; Date.now() < deadline;) {
    const record = await (await fetch(api(`/${id}`))).json();
    if (record.completedAt) return record;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`${id} ends in time`);
}

/** How many slow strategies make a run of at least so many seconds on this machine. */
async function lasting(seconds) {
  for (let n = 2; n < 32; n *= 2) {
    const { status, error, startedAt, completedAt } = await ended(await submit(slow(n)));
    assert.equal(status, "completed", error);
    const took = Math.max(0.02, (Date.parse(completedAt) - Date.parse(startedAt)) / 1000);
    if (took * 32 < seconds * n) continue;
    return Math.min(32, Math.ceil((n * seconds) / took));
  }
  return 32;
}

/** Every percentage that the page showed, over reloads too. */
async function recordPercentages(page) {
  await page.addInitScript(() => {
    const seen = JSON.parse(sessionStorage.getItem("seen") ?? "[]");
    new MutationObserver(() => {
      const bar = document.querySelector(".live [role=progressbar]");
      const now = bar && Number(bar.getAttribute("aria-valuenow"));
      if (now == null || seen[seen.length - 1] === now) return;
      seen.push(now);
      sessionStorage.setItem("seen", JSON.stringify(seen));
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => JSON.parse(sessionStorage.getItem("seen") ?? "[]"));
}

const moving = (page, above) =>
  page.waitForFunction((least) => {
    const bar = document.querySelector(".live [role=progressbar]");
    const now = Number(bar?.getAttribute("aria-valuenow"));
    return now > least ? now : false;
  }, above);

test("a backtest from the form to its result", async () => {
  const page = await fresh();
  await page.goto(base + "/");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await page.locator(".tiles").waitFor();
  await page.locator(".u-over").first().waitFor();
  result = /bt_[0-9a-f]{24}/.exec(page.url())[0];
  const record = await ended(result);
  assert.equal(record.status, "completed");
  const { metrics } = await (await fetch(api(`/${result}/result`))).json();
  const shown = await page.locator("[data-metric=tradeCount] .tile-value").innerText();
  assert.equal(Number(shown.replaceAll(",", "")), metrics.tradeCount);
  if (record.params.symbol.startsWith("SAMPLE-")) {
    await page.getByText("Synthetic sample data, not a real market.").waitFor();
  }
  const rows = await page.locator(".trades tbody tr").count();
  assert.equal(rows, Math.min(25, metrics.tradeCount));
  const word = page.locator("[data-metric=sharpeRatio] button");
  assert.ok(await word.getAttribute("aria-describedby"), "the definition came with the result");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a trade of the page says what the service says of it", async () => {
  const own = {
    name: "own",
    define: { f: "sma(close, 3)", s: "sma(close, 7)" },
    rules: { "long.entry": "crossover(f, s)", "long.exit": "crossunder(f, s)" },
  };
  const id = await submit([own]);
  assert.equal((await ended(id)).status, "completed");
  const { items } = await (await fetch(api(`/${id}/trades?limit=25`))).json();
  const page = await fresh();
  await runPage(page, id);
  const rows = page.locator(".trade-rows tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), items.length);
  const numbers = (text) =>
    text
      .replaceAll(",", "")
      .match(/-?\d+\.\d+/g)
      .map(Number);
  for (const i of [0, items.length - 1]) {
    for (const [label, end] of [
      ["Entry", "entry"],
      ["Exit", "exit"],
    ]) {
      const text = await rows.nth(i).locator(`[data-label="${label}"]`).innerText();
      const [price, f, s] = numbers(text);
      const values = items[i][`${end}Values`];
      for (const [got, want] of [
        [price, items[i][`${end}Price`]],
        [f, values.f],
        [s, values.s],
      ]) {
        assert.ok(Math.abs(got - want) <= Math.abs(want) * 1e-5, `${text}: ${want}`);
      }
    }
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the words of the form are taken by the service", async () => {
  const page = await fresh();
  await page.goto(base + "/");
  const open = (name) => page.locator("summary").getByText(name, { exact: true }).click();
  await page.getByLabel("Position size counts").selectOption("cash");
  await page.getByLabel("Position size", { exact: true }).fill("500");
  await page.getByLabel("Commission", { exact: true }).fill("0.05");
  await open("Costs");
  await page.getByLabel("Maker rate").fill("-0.01");
  await page.getByLabel("Price tick").fill("0.01");
  await open("Money and size");
  await page.getByLabel("Smallest order").fill("10");
  await open("Stops and targets");
  await page.getByLabel("Stop loss").fill("2.5");
  await page.getByLabel("Break-even").fill("close * 1.01");
  await open("When to enter");
  await page.getByLabel("Cooldown").fill("-2");
  // The browser's own check of bounds stands before the service's.
  const cooldown = page.getByLabel("Cooldown");
  assert.equal(await cooldown.evaluate((e) => e.validity.rangeUnderflow), true);
  await cooldown.fill("2");
  await page.getByLabel("Break-even").fill("clos * 1.01");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await page.locator('[data-field="breakEven"][aria-invalid="true"]').waitFor();
  await page.locator(".error", { hasText: "did you mean 'close'?" }).waitFor();
  await page.getByLabel("Break-even").fill("close * 1.01");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await page.locator(".tiles").waitFor();
  const id = /bt_[0-9a-f]{24}/.exec(page.url())[0];
  const { params } = await ended(id);
  assert.deepEqual(params.size, { type: "cash", value: 500 });
  assert.deepEqual(params.commission, { rate: 0.0005, maker: -0.0001 });
  assert.equal(params.breakEven, "close * 1.01");
  assert.equal(params.stopLoss, 0.025);
  assert.equal(params.cooldown, 2);
  await page.context().close();
});

test("a run is watched over a reload and a lost socket", async () => {
  const id = await submit(slow(await lasting(8)));
  const page = await fresh();
  const percentages = await recordPercentages(page);
  const sockets = [];
  let refused = false;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (refused) return socket.close();
    socket.connectToServer();
    sockets.push(socket);
  });
  await runPage(page, id);
  await moving(page, 0);
  await page.reload();
  const first = await (await moving(page, 0)).jsonValue();
  assert.ok(sockets.length >= 2, "each load has a socket of its own");

  refused = true;
  await sockets[sockets.length - 1].close();
  await page.getByText("Reconnecting…").waitFor();
  await moving(page, first); // by polling
  refused = false;
  await page.getByText("Reconnecting…").waitFor({ state: "detached" });
  await page.locator(".tiles").waitFor();
  const seen = await percentages();
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
    "never falls",
  );
  assert.ok(seen.length >= 3, `steps were seen: ${seen}`);
  await page.context().close();
});

test("a run is cancelled from its page", async () => {
  const page = await fresh();
  await runPage(page, await submit(slow(32)));
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("This backtest was cancelled.").waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("what the service finds wrong is said beside the field", async () => {
  const page = await fresh();
  await page.goto(base + "/");
  const cash = page.getByLabel("Cash");
  await cash.fill("0");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await page.locator('[data-field="cash"][aria-invalid="true"]').waitFor();
  assert.ok((await page.locator(".error").innerText()).length > 5);
  await page.context().close();
});

for (const width of [1280, 360]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`each screen fits ${width} px in ${colorScheme} and has no serious finding`, async () => {
      const page = await fresh({ viewport: { width, height: 800 }, colorScheme });
      const running = await submit(slow(32));
      for (const [name, path, selector] of [
        ["run", `#/run/${running}`, ".percent"],
        ["start", "", ".runs"],
        ["result", `#/run/${result}`, ".u-over"],
      ]) {
        await page.goto(`${base}/${path}`);
        await page.locator(selector).first().waitFor();
        if (shots) {
          const file = join(shots, `${name}-${width}-${colorScheme}.png`);
          await page.screenshot({ path: file, fullPage: true });
        }
        assert.ok(await fits(page), `${name} fits`);
        assert.deepEqual(await findings(page), [], name);
      }
      await fetch(api(`/${running}/cancel`), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      });
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }
}
