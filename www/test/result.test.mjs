// A result in a browser: trades, chart, and what is said when there is little to show.

import assert from "node:assert/strict";
import { test } from "node:test";
import { params, run, setUp, shows, world } from "./world.mjs";

setUp();

test("trades are paged by the service and can be taken away as CSV", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  await run(backtestId);
  const rows = page.locator(".trades tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 50);
  await rows.first().getByRole("cell", { name: "Signal f 31,250.12", exact: true }).waitFor();
  await rows.first().getByRole("cell", { name: "f 31,249.50, s 31,000.00" }).waitFor();
  await rows.nth(1).getByRole("cell", { name: "Signal", exact: true }).waitFor();
  await page.getByRole("button", { name: "Later →" }).click();
  await shows("51–100 of 120");
  await page.getByRole("button", { name: "Later →" }).click();
  await shows("101–120 of 120");
  assert.equal(await rows.count(), 20);
  assert.ok(await page.getByRole("button", { name: "Later →" }).isDisabled());
  await page.getByRole("button", { name: "← Earlier" }).click();
  await shows("51–100 of 120");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Trades as CSV" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), `${backtestId}-trades.csv`);
});

test("the chart can be read without eyes, and as a table", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  await run(backtestId);
  const chart = page.getByRole("img", { name: /^Chart\. From 9,970\.09 on 2023-01-01/ });
  await chart.waitFor();
  await shows(/deepest drawdown −12\.81\s%/);
  await page.getByRole("button", { name: "Log scale" }).click();
  await page.locator(".u-over").first().waitFor();
  await page
    .locator(".u-over")
    .first()
    .hover({ position: { x: 300, y: 80 } });
  await shows(/2023-0\d-\d\d \d\d:00 UTC/);
  await page.getByRole("button", { name: "As a table" }).click();
  assert.equal(await page.locator(".chart tbody tr").count(), 2000);
  assert.deepEqual(page.complaints, []);
});

test("what the totals are made of is shown, and the report can be taken away", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  await run(backtestId);
  const months = page.getByRole("region", { name: "Returns by month" });
  await months.getByRole("cell", { name: "−12.5" }).waitFor();
  await shows("not yet");
  await page.getByText("Where the trades came from").click();
  const exits = page.getByRole("region", { name: "Closed by" });
  await exits.getByRole("row", { name: /^Take profit 40 43.3\s% \+900\.00/ }).waitFor();
  const report = page.getByRole("link", { name: "The report as one HTML file" });
  assert.ok((await report.getAttribute("href")).endsWith(`/backtest/${backtestId}/report`));
  assert.deepEqual(page.complaints, []);
});

test("a run without trades says why", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  fake.withoutTrades.add(backtestId);
  await run(backtestId);
  await page.getByRole("heading", { name: "Why there were no trades" }).waitFor();
  await shows("Entries were wanted, but each was refused.");
  await shows("The stop was on the wrong side of the price");
  await page.getByText("2 examples").click();
  await shows("2023-02-03 04:00");
  assert.equal(await page.locator(".trades").count(), 0);
  assert.match(await page.locator("[data-metric=sharpeRatio]").innerText(), /–\s+No trades/);
});

test("a result that another program left shows what is known of it", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  fake.foreign.add(backtestId);
  await run(backtestId);
  await shows("No equity curve is stored with this result.");
  await shows("No single trades are stored with this result.");
  assert.match(await page.locator("[data-metric=totalReturn]").innerText(), /\+3\.20/);
  assert.match(await page.locator("[data-metric=winRate]").innerText(), /–\s+Foreign/);
  assert.deepEqual(page.complaints, []);
});
