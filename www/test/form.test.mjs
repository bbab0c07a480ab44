// The start screen in a browser: the form, what goes wrong with it, and the list of runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findings, fits } from "./browser.mjs";
import { params, percentIs, run, setUp, shows, subscribed, until, world } from "./world.mjs";

setUp();

/** The field's own error stands where a screen reader finds it. */
const says = async (field, text) => {
  const described = (await field.getAttribute("aria-describedby")).split(" ").pop();
  assert.match(await world.page.locator(`[id="${described}"]`).innerText(), new RegExp(text));
};

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
  await page.getByLabel("Commission", { exact: true }).fill("0.1");
  await page.getByText("Stops and targets").click();
  await page.getByLabel("Stop loss").fill("2.5");
  await page.getByText("Orders", { exact: true }).click();
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
    await says(field, text);
  }
  assert.match(await page.getByRole("alert").innerText(), /nowhere\s+of no field/);
  assert.ok(await page.getByLabel("Up to").evaluate((e) => e === document.activeElement));

  await page.locator("input[value=sma]").uncheck();
  await button.click();
  await shows("Choose at least one strategy.");
  assert.equal(posts(fake), 1);
});

test("every word of the service has its field, and each is sent as the service reads it", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  await page.getByRole("button", { name: "Run backtest" }).waitFor();
  const open = (name) => page.locator("summary").getByText(name, { exact: true }).click();
  await page.locator("input[value=rsi]").check();
  await page.getByLabel("Together").selectOption("majority");
  await page.getByLabel("Position size counts").selectOption("risk");
  await page.getByLabel("Position size", { exact: true }).fill("1.5");
  await page.getByLabel("Commission", { exact: true }).fill("0.05");
  assert.ok(!(await page.getByLabel("Maker rate").isVisible()), "the rest is folded away");
  await open("Costs");
  await page.getByLabel("Maker rate").fill("-0.01");
  await page.getByLabel("Funding").fill("BTC-FUNDING");
  await open("Money and size");
  await page.getByLabel("Hedging").check();
  await page.getByLabel("Smallest order").fill("10");
  await page.getByLabel("Volume limit").fill("5");
  await open("Stops and targets");
  await page.getByLabel("Break-even").fill("2");
  await page.getByLabel("Stop loss").fill("close - 2 * atr(14)");
  await open("Orders");
  assert.equal(await page.getByLabel("Finer bars").count(), 0, "it belongs to one path");
  await page.getByLabel("Path inside a bar").selectOption("lower");
  await page.getByLabel("Finer bars").selectOption("5m");
  await page.getByLabel("Close at the end").uncheck();
  await open("When to enter");
  await page.getByLabel("Trades a day").fill("4");
  await open("This run");
  await page.getByLabel("Tags").fill("first, second try");
  assert.ok(await fits(page));
  await page.getByRole("button", { name: "Run backtest" }).click();
  await page.getByRole("heading", { name: "BTCUSDT 1h" }).waitFor();
  const [{ params: sent, backtestId }] = [...fake.records.values()];
  const words = {
    combine: "majority",
    size: { type: "risk", value: 0.015 },
    commission: { rate: 0.0005, maker: -0.0001 },
    funding: "BTC-FUNDING",
    hedging: true,
    lot: { minValue: 10 },
    volumeLimit: 0.05,
    breakEven: 0.02,
    stopLoss: "close - 2 * atr(14)",
    path: "lower",
    lowerInterval: "5m",
    finalize: false,
    maxTradesPerDay: 4,
    tags: ["first", "second try"],
  };
  for (const [word, value] of Object.entries(words)) assert.deepEqual(sent[word], value, word);
  await page.goto(`${fake.url}#/?from=${backtestId}`);
  await page.getByText("2 set").first().waitFor();
  await page.getByRole("button", { name: "Run backtest" }).click();
  await until("sent again", () => fake.records.size === 2);
  assert.deepEqual([...fake.records.values()][1].params, sent);
  assert.deepEqual(page.complaints, []);
});

test("a word that the page has never heard of is a field all the same", async () => {
  const { fake, page } = world;
  fake.schema = structuredClone(await fake.requestSchema());
  Object.assign(fake.schema.properties, {
    latency: {
      title: "Latency",
      description: "Milliseconds to the venue.",
      type: "number",
      minimum: 0,
      maximum: 5000,
      default: 20,
      "x-group": "Venue",
    },
    venue: { title: "Venue", anyOf: [{ type: "array" }, { type: "object" }], "x-group": "Venue" },
  });
  await page.goto(fake.url);
  await page.locator("details.option-group summary", { hasText: "Venue" }).click();
  assert.equal(await page.getByLabel("Latency").inputValue(), "20");
  await page.getByLabel("Latency").fill("35");
  await page.getByLabel("Venue").fill('{"name":"x"}');
  await page.getByRole("button", { name: "Run backtest" }).click();
  await until("sent", () => fake.records.size === 1);
  const [{ params: sent }] = [...fake.records.values()];
  assert.equal(sent.latency, 35);
  assert.deepEqual(sent.venue, { name: "x" });
});

test("errors inside an object stand at the part that they are about", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  const button = page.getByRole("button", { name: "Run backtest" });
  await button.waitFor();
  fake.rejectNext = {
    status: 400,
    body: {
      detail: "The request is not valid.",
      errors: [
        { pointer: "/commission/rate", detail: "rate is wrong" },
        { pointer: "/commission/maker", detail: "maker is wrong" },
        { pointer: "/size/value", detail: "value is wrong" },
        { pointer: "/size/type", detail: "type is wrong" },
        { pointer: "/tags/3", detail: "a tag is wrong" },
      ],
    },
  };
  await button.click();
  await shows("The request is not valid.");
  for (const [field, text] of [
    ["commission", "rate is wrong"],
    ["commission/maker", "maker is wrong"],
    ["size", "value is wrong"],
    ["size/type", "type is wrong"],
    ["tags", "a tag is wrong"],
  ]) {
    const input = page.locator(`[data-field="${field}"]`);
    assert.ok(await input.isVisible(), `${field} is shown`);
    await says(input, text);
  }
  assert.ok(!/is wrong/.test(await page.getByRole("alert").innerText()), "told once");
  assert.deepEqual(await findings(page), []);
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
    cooldown: 3,
    combine: { of: "tomorrow" },
    strategyParams: { sma: { fast: 7, slow: 21 } },
  };
  const { backtestId } = fake.add({ ...params, ...more }, "completed");
  await run(backtestId);
  await page.getByRole("link", { name: "Run again with these settings" }).click();
  await page.getByRole("heading", { name: "New backtest" }).waitFor();
  assert.equal(await page.getByLabel("Fast").inputValue(), "7");
  assert.equal(await page.getByLabel("Commission", { exact: true }).inputValue(), "0.07");
  // A group with something in it is open.
  assert.equal(await page.getByLabel("Pyramiding").inputValue(), "2");
  await shows('{"combine":{"of":"tomorrow"}}');
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
