// The page for everyone: by keyboard, in light and dark, on small screens, for screen readers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findings, fits } from "./browser.mjs";
import { params, run, setUp, shows, world } from "./world.mjs";

setUp();

test("the whole way by keyboard", async () => {
  const { fake, page } = world;
  await page.goto(fake.url);
  await page.getByLabel("Symbol").focus();
  const reach = async (matches) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((m) => document.activeElement?.textContent?.includes(m), matches)) {
        return;
      }
    }
    assert.fail(`${matches} is not reached by Tab`);
  };
  await reach("Run backtest");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "BTCUSDT 1h" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  await reach("Cancel");
  await page.keyboard.press("Enter");
  await shows("This backtest was cancelled.");
});

test("light or dark: the system's choice, then the user's, which stays", async () => {
  const { fake, page } = world;
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(fake.url);
  assert.equal(await theme(), "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
  await page.getByRole("button", { name: "Dark" }).click();
  assert.equal(await theme(), "dark");
  await page.reload();
  assert.equal(await theme(), "dark");
});

for (const width of [1280, 360]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`every screen fits ${width} px in ${colorScheme} and has no serious finding`, async () => {
      const { fake, page } = world;
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const both = { ...params, strategies: ["sma", "rsi"] };
      const done = fake.add(both, "completed").backtestId;
      const none = fake.add({ ...both, symbol: "SAMPLE-TREND" }, "completed").backtestId;
      fake.withoutTrades.add(none);
      const failed = fake.add(both, "failed", {
        error: "Insufficient market data",
      }).backtestId;
      const running = fake.add(both, "running", { progress: 37 }).backtestId;
      for (const [path, selector] of [
        ["", ".runs"],
        [`#/run/${running}`, ".percent"],
        [`#/run/${done}`, ".u-over"],
        [`#/run/${none}`, ".no-trades"],
        [`#/run/${failed}`, ".notice-bad"],
      ]) {
        await page.goto(fake.url + path);
        await page.locator(selector).first().waitFor();
        await page.evaluate(() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
        });
        assert.ok(await fits(page), `${path || "start"} fits`);
        assert.deepEqual(await findings(page), [], path || "start");
      }
      await page.goto(`${fake.url}#/run/${done}`);
      for (const word of await page.locator(".tile .term > button").all()) {
        await word.hover();
        assert.ok(await fits(page), "an open explanation fits");
      }
      assert.deepEqual(page.complaints, []);
    });
  }
}
