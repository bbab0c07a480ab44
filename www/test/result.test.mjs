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
  assert.equal(await rows.count(), 25);
  await page.getByRole("button", { name: "Later →" }).click();
  await shows("26–50 of 120");
  for (let i = 0; i < 3; i++) await page.getByRole("button", { name: "Later →" }).click();
  await shows("101–120 of 120");
  assert.equal(await rows.count(), 20);
  assert.ok(await page.getByRole("button", { name: "Later →" }).isDisabled());
  await page.getByRole("button", { name: "← Earlier" }).click();
  await shows("76–100 of 120");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Trades as CSV" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), `${backtestId}-trades.csv`);
});

for (const width of [1280, 390]) {
  test(`a trade says why it was made and what its series were worth, at ${width} px`, async () => {
    const { fake, page } = world;
    await page.setViewportSize({ width, height: 800 });
    const { backtestId } = fake.add({ ...params, strategies: ["sma", "rsi"] }, "completed");
    await run(backtestId);
    const [first, second] = [0, 1].map((i) => page.locator(".trade-rows tbody tr").nth(i));
    await first.waitFor();
    const text = async (row, name) =>
      (await row.locator(`[data-label="${name}"]`).innerText()).replaceAll(/\s+/g, " ");
    assert.match(await text(first, "Entry"), /^2023-01-01 00:00 [\d,.]+ Signal f 31,250\.12$/);
    assert.match(await text(first, "Exit"), / Reverse f 31,249\.50, s 31,000\.00$/);
    assert.match(await text(second, "Entry"), / Signal$/, "no values were kept");
    assert.match(await text(first, "Worst, best"), /^−[\d.]+ % \+[\d.]+ %$/);
    // Everything of a trade is in sight: nothing is cut at the right.
    const cut = await page.locator(".trades").evaluate((panel) => {
      const { right } = panel.getBoundingClientRect();
      return [...panel.querySelectorAll("td, th")]
        .filter((cell) => cell.getBoundingClientRect().right > right)
        .map((cell) => cell.textContent);
    });
    assert.deepEqual(cut, []);
  });
}

test("twenty thousand trades are no more to draw than a hundred", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  const size = async () => {
    await run(backtestId);
    await page.locator(".trades tbody tr").first().waitFor();
    return page.evaluate(() => document.querySelectorAll("*").length);
  };
  const few = await size();
  fake.tradeCount = 20_000;
  await page.reload();
  assert.equal(await size(), few);
  await shows("1–25 of 20,000");
  await page.getByRole("button", { name: "As a table" }).click();
  await page.getByRole("button", { name: "Show 250 more of 1,750" }).click();
  assert.equal(await page.locator(".chart tbody tr").count(), 500);
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
  assert.equal(await page.locator(".chart tbody tr").count(), 250);
  assert.deepEqual(page.complaints, []);
});

test("what the totals are made of is shown, and the report can be taken away", async () => {
  const { fake, page } = world;
  const { backtestId } = fake.add(params, "completed");
  await run(backtestId);
  const months = page.getByRole("region", { name: "Returns by month" });
  await months.getByRole("cell", { name: "−12.5" }).waitFor();
  await shows("not yet");
  await months.getByRole("cell", { name: "+1,790" }).waitFor();
  await page.getByRole("img", { name: /^Chart\. 120 trades in steps of 1 %\./ }).waitFor();
  const rolling = page.getByRole("img", { name: /^Chart\. Windows of 90 days, 2023-04-01 to/ });
  assert.match(await rolling.getAttribute("aria-label"), /volatility .* between 22\.00.% and/);
  await rolling
    .locator(".u-over")
    .first()
    .hover({ position: { x: 200, y: 40 } });
  await page.locator(".rolling .readout", { hasText: /2023-\d\d-\d\d\s*Sharpe ratio/ }).waitFor();
  const band = page.getByRole("region", { name: "Two runs under different orders of prices" });
  await band.getByRole("row", { name: /^Optimistic 14,990\.50 \+49\.91\s% −13\.02\s%$/ }).waitFor();
  await shows(/It decided something in 18 bars/);
  const exits = page.getByRole("region", { name: "Closed by" });
  await exits.getByRole("row", { name: /^Take profit 40 43.3\s% \+900/ }).waitFor();
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
