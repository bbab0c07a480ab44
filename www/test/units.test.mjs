// The parts without a screen: numbers and times, intervals, requests, the list's merging, routes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./source.mjs";
import { strategies as answered, symbols } from "./fake-data.mjs";

const f = await load("format.ts");
const intervals = await load("intervals.ts");
const request = await load("request.ts");
const metrics = await load("metrics.ts");
const { parse } = await load("route.ts");
const { moved } = await load("list.ts");
const schema = await load("schema.ts");
const strategies = answered.map(request.described);
const docs = new URL("../../docs/request.schema.json", import.meta.url);
const fields = schema.fields(JSON.parse(readFileSync(docs, "utf8")));
const toRequest = (values) => request.toRequest(values, strategies, fields);
const fromParams = (params) => request.fromParams(params, strategies, fields);

test("numbers carry their sign, and nothing is no number", () => {
  assert.equal(f.number(-1234.567), "−1,234.57");
  assert.equal(f.number(null), "–");
  assert.equal(f.number(NaN), "–");
  assert.equal(f.signed(3), "+3.00");
  assert.equal(f.signed(0.001), "0.00");
  assert.equal(f.signed(-0.001), "0.00");
  assert.equal(f.signedPercent(-12.345), "−12.35\u00a0%");
  assert.equal(f.percent(null), "–");
  assert.equal(f.quantity(0.00001234), "0.00001234");
  assert.equal(f.quantity(23456.78912), "23,456.79");
  assert.equal(f.quantity(-0.31837), "−0.31837");
  assert.equal(f.quantity(0), "0.00");
  assert.equal(f.plural(1, "bar"), "1 bar");
  assert.equal(f.plural(8760, "bar"), "8,760 bars");
});

test("durations show their two largest units", () => {
  assert.equal(f.duration(3427200), "39 d 16 h");
  assert.equal(f.duration(86400), "1 d");
  assert.equal(f.duration(86460), "1 d");
  assert.equal(f.duration(59), "59 s");
  assert.equal(f.duration(0), "0 s");
  assert.equal(f.duration(null), "–");
});

test("times are UTC and say so", () => {
  assert.equal(f.time("2024-06-01T14:05:59Z"), "2024-06-01 14:05 UTC");
  assert.equal(f.time(Date.UTC(2024, 5, 1)), "2024-06-01 00:00 UTC");
  assert.equal(f.time("2024-06-01T01:00:00+02:00"), "2024-05-31 23:00 UTC");
  assert.equal(f.time(null), "–");
  assert.equal(f.date("soon"), "–");
});

test("words of the service become words for people", () => {
  assert.equal(f.words("stopLoss"), "Stop loss");
  assert.equal(f.words("long.entry"), "Long entry");
  assert.equal(f.words("stop_null"), "Stop null");
});

test("intervals that are not stored are made of the coarsest that divides them", () => {
  const list = intervals.choices(symbols[0]);
  const source = (name) => list.find((c) => c.interval === name)?.source.interval;
  assert.equal(source("1h"), "1h");
  assert.equal(source("4h"), "1h");
  assert.equal(source("1d"), "1d");
  assert.equal(source("1w"), "1d");
  assert.equal(source("1M"), "1d");
  assert.equal(source("1m"), undefined);
  assert.deepEqual(intervals.choices(undefined), []);
});

test("date presets end where the data ends and stay inside it", () => {
  const hour = intervals.choices(symbols[0]).find((c) => c.interval === "1h");
  assert.deepEqual(intervals.wholeRange(hour), { start: "2023-01-01", end: "2024-01-01" });
  assert.deepEqual(intervals.presetRange(hour, 3), { start: "2023-10-01", end: "2024-01-01" });
  assert.deepEqual(intervals.presetRange(hour, 24), { start: "2023-01-01", end: "2024-01-01" });
  const source = { interval: "1d", from: "2023-01-01T00:00:00Z", to: "2023-05-30T00:00:00Z" };
  const may = { interval: "1d", source: { ...source, bars: 150 } };
  assert.deepEqual(intervals.presetRange(may, 3), { start: "2023-02-28", end: "2023-05-31" });
});

test("bars are counted from what is stored", () => {
  const list = intervals.choices(symbols[0]);
  const of = (name) => list.find((c) => c.interval === name);
  const year = { start: "2023-01-01", end: "2024-01-01" };
  assert.equal(intervals.estimateBars(of("1h"), year), 8760);
  assert.equal(intervals.estimateBars(of("4h"), year), 2190);
  assert.equal(intervals.estimateBars(of("1h"), { start: "2023-01-01", end: "2023-01-02" }), 24);
  assert.equal(intervals.estimateBars(of("1h"), { start: "2025-01-01", end: "2026-01-01" }), 0);
  assert.equal(intervals.estimateBars(of("1h"), { start: "", end: "" }), 8760);
});

const values = (more) => ({
  ...request.defaults,
  symbol: "BTCUSDT",
  interval: "1h",
  start: "2023-01-01",
  end: "2024-01-01",
  chosen: [{ name: "sma", values: { fast: "12", slow: "26" } }],
  ...more,
});

test("parameters are read by name and as a list", () => {
  const list = strategies[0].params;
  assert.deepEqual(
    list.map((p) => [p.name, p.default]),
    [
      ["fast", 10],
      ["slow", 30],
    ],
  );
  assert.deepEqual(request.described(strategies[0]), strategies[0]);
});

test("a request holds what was chosen and leaves defaults to the service", () => {
  assert.deepEqual(toRequest(values()), {
    symbol: "BTCUSDT",
    interval: "1h",
    startDate: "2023-01-01",
    endDate: "2024-01-01",
    strategies: ["sma"],
    strategyParams: { sma: { fast: 12, slow: 26 } },
  });
});

test("percentages become exact fractions and back", () => {
  const texts = { commission: "0.07", stopLoss: "2.5", size: "50", cash: "2500", funding: "0.01" };
  const sent = toRequest(values({ texts }));
  assert.equal(sent.commission, 0.0007);
  assert.equal(sent.stopLoss, 0.025);
  assert.equal(sent.size, 0.5);
  assert.equal(sent.cash, 2500);
  assert.equal(sent.funding, 0.0001);
  const back = fromParams(sent);
  assert.deepEqual(back.texts, texts);
  assert.deepEqual(toRequest(back), sent);
});

test("a profile is not sent words that it lacks", () => {
  const texts = { slippage: "1", trailingStop: "5", spread: "0.1", exclusiveOrders: "true" };
  const sent = toRequest(values({ texts: { ...texts, profile: "backtesting.py" } }));
  assert.equal(sent.profile, "backtesting.py");
  assert.equal(sent.slippage, undefined);
  assert.equal(sent.trailingStop, undefined);
  assert.equal(sent.spread, 0.001);
  assert.equal(sent.exclusiveOrders, true);
  const other = toRequest(values({ texts }));
  assert.equal(other.slippage, 0.01);
  assert.equal(other.exclusiveOrders, undefined);
});

test("a size is a number or an expression, of a share or of what it counts", () => {
  for (const size of [
    0.25,
    "0.5 / atr(14)",
    { type: "risk", value: 0.01 },
    { type: "cash", value: 500 },
    { type: "units", value: "floor(equity / close)" },
  ]) {
    const { texts, carried } = fromParams({ size });
    assert.deepEqual(carried, {});
    assert.deepEqual(toRequest(values({ texts })).size, size);
  }
});

test("a field that was emptied says nothing", () => {
  const sent = toRequest(values({ texts: { cash: "", stopLoss: "", tags: "", size: "" } }));
  assert.deepEqual(sent, toRequest(values()));
});

test("running again loses nothing, also what no field can hold", () => {
  const params = {
    symbol: "BTCUSDT",
    interval: "1h",
    startDate: "2023-01-01T00:00:00Z",
    endDate: "2023-06-01T12:30:00Z",
    strategies: ["sma", { name: "mine", rules: { "long.entry": "true" } }],
    strategyParams: { sma: { fast: 5, slow: 9 }, mine: { n: 3 } },
    commission: { rate: 0.001, minimum: 1 },
    stopLoss: "close - 2 * atr(14)",
    takeProfit: "105", // a price, which as a number would be a fraction
    size: { type: "risk", value: 0.01 },
    lot: { step: 0.001 },
    funding: "FUNDING",
    borrow: 0.03,
    finalize: false,
    pyramiding: 2,
    tags: ["a", "b,c"],
    note: "why",
    unheard: [1],
  };
  const values = fromParams(params);
  assert.deepEqual(toRequest(values), { ...params, startDate: "2023-01-01" });
  assert.deepEqual(Object.keys(values.carried).sort(), [
    "endDate",
    "strategyParams",
    "tags",
    "takeProfit",
    "unheard",
  ]);
});

test("every word of the service is a field of a known kind", () => {
  assert.deepEqual(
    fields.filter((f) => f.kind === "json" || f.group === "More" || !f.help),
    [],
  );
  const kinds = Object.fromEntries(fields.map((f) => [f.name, f.kind]));
  assert.equal(kinds["size"], "sort");
  assert.equal(kinds["commission"], "number");
  assert.equal(kinds["commission/perUnit"], "number");
  assert.equal(kinds["lot/minValue"], "number");
  assert.equal(kinds["stopLoss"], "either");
  assert.equal(kinds["lowerInterval"], "choice");
  assert.equal(kinds["hedging"], "flag");
  assert.equal(kinds["tags"], "list");
  assert.deepEqual(
    fields.filter((f) => f.basic).map((f) => f.name),
    ["cash", "size", "commission"],
  );
});

test("many strategies are named in a few words", () => {
  const named = (...strategies) => request.strategyNames({ strategies });
  assert.equal(named("sma", { name: "mine", rules: {} }), "sma, mine");
  assert.equal(named("a", "b", "c", "d", "e"), "a, b, c, d, e");
  assert.equal(named("a", "b", "c", "d", "e", "f"), "a, b, c, d and 2 more");
  assert.equal(named(), "no strategy");
});

test("pointers of errors name fields, in both forms of the body", () => {
  assert.equal(request.fieldOf("/strategyParams/sma/fast"), "strategyParams/sma/fast");
  assert.equal(request.fieldOf("/params/cash"), "cash");
  assert.equal(request.fieldOf("/a~1b~0c"), "a/b~c");
  assert.equal(request.fieldOf(undefined), "");
});

test("a metric that this page does not know is shown all the same", () => {
  const expectancy = metrics.metricRow("expectancy");
  assert.equal(metrics.show(expectancy, -0.00312), "−0.0031\u00a0%", "a tiny loss keeps its sign");
  const [row, ...others] = metrics.otherRows({ totalReturn: 1, ulcerIndex: 2 });
  assert.deepEqual([row.label, metrics.show(row, 2), others.length], ["Ulcer index", "2.00", 0]);
});

test("only ids of the service's form are routes", () => {
  assert.deepEqual(parse("#/run/bt_0123"), { screen: "run", id: "bt_0123" });
  assert.deepEqual(parse("#/?from=bt_1"), { screen: "start", from: "bt_1" });
  assert.deepEqual(parse(""), { screen: "start", from: null });
  assert.deepEqual(parse("#/run/a/b"), { screen: "unknown" });
  assert.deepEqual(parse("#/run/%3Cscript"), { screen: "unknown" });
});

test("a row of the list never goes backwards", () => {
  const row = { backtestId: "bt_1", status: "running", progress: 40 };
  const event = (name, data) => moved(row, { event: name, data: { backtestId: "bt_1", ...data } });
  assert.equal(event("backtest:progress", { progress: 30 }).progress, 40);
  assert.equal(event("backtest:progress", { progress: 55 }).progress, 55);
  assert.equal(event("backtest:error", { status: "cancelled" }).status, "cancelled");
  assert.equal(event("backtest:error", { status: "error" }).status, "failed");
  const done = { ...row, status: "completed" };
  const late = { event: "backtest:progress", data: { backtestId: "bt_1", progress: 99 } };
  assert.equal(moved(done, late), done);
  assert.equal(moved(row, { ...late, data: { backtestId: "bt_2" } }), row);
});
