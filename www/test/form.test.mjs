// The start screen in a browser: the form, what goes wrong with it, and the list of runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "./browser.mjs";
import { params, percentIs, run, setUp, shows, subscribed, until, world } from "./world.mjs";

setUp();

const posts = (fake) => fake.requests.filter((r) => r === "POST /api/algo/backtest").length;

test("a backtest is filled in, sent, watched, and its result is read", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  await page.getByLabel("Symbol").selectOption("BTCUSDT");
  await shows("8,760 bars");
  await page.getByRole("button", { name: "3 months" }).click();
  await shows("2,208 bars");
  await page.getByLabel("Interval").selectOption("4h");
  await shows("552 bars");
  await page.locator("input[value=rsi]").check();
  await page.getByLabel("Fast").fill("12");
  await page.getByLabel("Lower").fill("25.5");
  await page.getByLabel("Commission").fill("0.1");
  await page.getByText("Execution").click();
  await page.getByLabel("Stop loss").fill("2.5");
  await page.getByLabel("Sides").selectOption("long");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await page.getByRole("heading", { name: "BTCUSDT 4h" }).waitFor();

  const [record] = [...fake.records.values()];
  assert.deepEqual(record.params, {
    symbol: "BTCUSDT",
    interval: "4h",
    startDate: "2023-10-01",
    endDate: "2024-01-01",
    strategies: ["sma", "rsi"],
    strategyParams: {
      sma: { fast: 12, slow: 30 },
      rsi: { period: 14, lower: 25.5, upper: 70 },
    },
    commission: 0.001,
    stopLoss: 0.025,
    sides: "long",
  });
  const id = record.backtestId;
  await shows("Waiting for a worker");
  await subscribed(id);
  fake.started(id);
  fake.progress(id, 20);
  await percentIs(20);
  await shows("Processing 2023-03-01");
  fake.progress(id, 64);
  await percentIs(64);
  fake.complete(id);
  await page.locator(".u-over").first().waitFor();

  const tile = (name) => page.locator(`[data-metric=${name}]`);
  assert.match(await tile("totalReturn").innerText(), /\+34\.22/);
  assert.match(await tile("maxDrawdown").innerText(), /−14\.81/);
  assert.match(await tile("profitFactor").innerText(), /1\.37/);
  const word = tile("sharpeRatio").getByRole("button");
  const explained = await word.evaluate(
    (element) => document.getElementById(element.getAttribute("aria-describedby")).textContent,
  );
  assert.match(explained, /daily returns/);
  await shows("By strategy");
  await shows("2 bars are absent in the range tested.");
  await shows("9f2c41d07be85a3360c1e7724da9b8f5");
  await page.getByText("All metrics").click();
  await shows("Kelly");
  assert.deepEqual(page.complaints, []);
});

test("a double click is one job, and what fails is sent again with the same key", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  const button = page.getByRole("button", { name: "Run backtest" });
  await button.waitFor();
  // The first answer is lost on its way: the job exists, the page does not know.
  let lose;
  let lost = false;
  const clicked = new Promise((done) => (lose = done));
  await page.route("**/api/algo/backtest", async (route) => {
    if (lost || route.request().method() !== "POST") return route.continue();
    lost = true;
    await route.fetch();
    await clicked;
    await route.abort();
  });
  await button.click();
  await page.getByRole("button", { name: "Sending…" }).dblclick({ force: true });
  lose();
  await shows("The server cannot be reached.");
  assert.equal(posts(fake), 1);
  await button.click();
  await page.getByRole("heading", { name: "BTCUSDT 1h" }).waitFor();
  assert.equal(posts(fake), 2);
  assert.equal(fake.records.size, 1);
});

test("what the service finds wrong stands beside its field", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  const button = page.getByRole("button", { name: "Run backtest" });
  await button.waitFor();
  fake.rejectNext = {
    status: 400,
    body: {
      detail: "The request is not valid.",
      errors: [
        {
          pointer: "/strategyParams/sma/fast",
          code: "range",
          detail: "fast must be below slow",
        },
        { pointer: "/slippage", detail: "too much" },
        { pointer: "/endDate", detail: "after the last bar" },
        { pointer: "/nowhere", detail: "of no field" },
      ],
    },
  };
  await button.click();
  await shows("The request is not valid.");
  for (const [label, text] of [
    ["Fast", "fast must be below slow"],
    ["Slippage", "too much"],
    ["Up to", "after the last bar"],
  ]) {
    const field = page.getByLabel(label, { exact: true });
    assert.ok(await field.isVisible(), `${label} is shown`);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const described = (await field.getAttribute("aria-describedby")).split(" ").pop();
    assert.match(await page.locator(`[id="${described}"]`).innerText(), new RegExp(text));
  }
  assert.match(await page.getByRole("alert").innerText(), /nowhere\s+of no field/);
  assert.ok(await page.getByLabel("Up to").evaluate((e) => e === document.activeElement));

  await page.locator("input[value=sma]").uncheck();
  await button.click();
  await shows("Choose at least one strategy.");
  assert.equal(posts(fake), 1);
});

test("too many jobs at once: says when to try again", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  const button = page.getByRole("button", { name: "Run backtest" });
  await button.waitFor();
  const body = { detail: "You have 100 jobs queued." };
  fake.rejectNext = { status: 429, body, headers: { "Retry-After": "30" } };
  await button.click();
  await shows("You have 100 jobs queued.");
  await shows("Try again in 30 seconds.");
});

test("synthetic candles are called synthetic, on the form and on the result", async () => {
  const { fake, page } = world;
  const text = "Synthetic sample data, not a real market.";
  await page.goto(fake.url);
  await page.getByLabel("Symbol").selectOption("BTCUSDT");
  assert.equal(await page.getByText(text).count(), 0);
  await page.getByLabel("Symbol").selectOption("SAMPLE-TREND");
  await shows(text);
  await run(fake.add({ ...params, symbol: "SAMPLE-TREND" }, "completed").backtestId);
  await page.locator(".tiles").waitFor();
  await shows(text);
});

test("an empty store says how to import", async () => {
  const { fake, page } = world;
  fake.symbols = [];
  await page.goto(fake.url);
  await shows("No candles are stored yet");
  await shows(/candlemill import/);
  assert.deepEqual(await findings(page), []);
});

test("runs again with the settings of an earlier one, also those without a field", async () => {
  const { fake, page } = world;
  const more = {
    commission: 0.0007,
    pyramiding: 2,
    strategyParams: { sma: { fast: 7, slow: 21 } },
  };
  const { backtestId } = fake.add({ ...params, ...more }, "completed");
  await run(backtestId);
  await page.getByRole("link", { name: "Run again with these settings" }).click();
  await page.getByRole("heading", { name: "New backtest" }).waitFor();
  assert.equal(await page.getByLabel("Fast").inputValue(), "7");
  assert.equal(await page.getByLabel("Commission").inputValue(), "0.07");
  await shows('{"pyramiding":2}');
  await page.getByRole("button", { name: "Run backtest" }).click();
  await until("sent", () => fake.records.size === 2);
  assert.deepEqual([...fake.records.values()][1].params, { ...params, ...more });
});

test("the list pages, follows events and deletes after asking", async () => {
  const { fake, page } = world;
  for (let i = 0; i < 24; i++) fake.add({ ...params, strategies: ["rsi"] }, "completed");
  const { backtestId: id } = fake.add(params, "running");
  await page.goto(fake.url);
  const rows = page.locator(".runs > li");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 20);
  await page.getByRole("button", { name: "Show more" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".runs > li").length === 25);
  await subscribed("");
  fake.progress(id, 66);
  await percentIs(66);
  fake.complete(id);
  await rows.first().getByText("Completed").waitFor();
  await rows
    .first()
    .getByRole("button", { name: /^Delete/ })
    .click();
  const dialog = page.getByRole("dialog", { name: "Delete this run?" });
  await dialog.getByRole("button", { name: "Keep it" }).click();
  assert.equal(fake.records.size, 25);
  await rows
    .first()
    .getByRole("button", { name: /^Delete/ })
    .click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await until("deleted", () => !fake.records.has(id));
  await page.waitForFunction(() => !document.querySelector(".runs")?.innerText.includes("sma"));
});
