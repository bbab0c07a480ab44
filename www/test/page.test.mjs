// The built page in a browser, against a service that the test moves by hand.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { findings, fits, launch, open } from "./browser.mjs";
import { Fake } from "./fake.mjs";

let browser;
let fake;
let page;

before(async () => {
    browser = await launch();
});
after(() => browser?.close());

beforeEach(async () => {
    fake = await new Fake().start();
    page = await open(browser);
    page.setDefaultTimeout(10_000);
});
afterEach(async () => {
    await page.context().close();
    await fake.stop();
});

const params = {
    symbol: "BTCUSDT",
    interval: "1h",
    startDate: "2023-01-01",
    endDate: "2024-01-01",
    strategies: ["sma"],
    strategyParams: { sma: { fast: 10, slow: 30 } },
};

const run = (id) => page.goto(`${fake.url}#/run/${id}`);
const bar = () => page.getByRole("progressbar", { name: "Progress", exact: true });
const shows = (text) => page.getByText(text).first().waitFor();
const posts = () => fake.requests.filter((r) => r === "POST /api/algo/backtest").length;

async function percentIs(value) {
    await page.waitForFunction(
        (v) => document.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow") === v,
        String(value),
    );
}

async function until(what, condition) {
    const deadline = Date.now() + 10_000;
    while (!condition()) {
        assert.ok(Date.now() < deadline, `in time: ${what}`);
        await new Promise((done) => setTimeout(done, 20));
    }
}

/** The socket is up and has subscribed to the run. */
const subscribed = (id) =>
    until("subscribed", () => [...fake.sockets].some((socket) => socket.rooms.has(id)));

test("a backtest is filled in, sent, watched, and its result is read", async () => {
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
    await shows("System quality number");
    assert.deepEqual(page.complaints, []);
});

test("trades are paged by the service and can be taken away as CSV", async () => {
    const { backtestId } = fake.add(params, "completed");
    await run(backtestId);
    const rows = page.locator(".trades tbody tr");
    await rows.first().waitFor();
    assert.equal(await rows.count(), 50);
    await page.getByRole("button", { name: "Later →" }).click();
    await shows("51–100");
    await page.getByRole("button", { name: "Later →" }).click();
    await shows("101–120");
    assert.equal(await rows.count(), 20);
    assert.ok(await page.getByRole("button", { name: "Later →" }).isDisabled());
    await page.getByRole("button", { name: "← Earlier" }).click();
    await shows("51–100");
    const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Trades as CSV" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `${backtestId}-trades.csv`);
});

test("the chart can be read without eyes, and as a table", async () => {
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

test("a double click is one job, and what fails is sent again with the same key", async () => {
    await page.goto(fake.url);
    const button = page.getByRole("button", { name: "Run backtest" });
    await button.waitFor();
    // The first answer is lost on its way: the job exists, the page does not know.
    let lose;
    let lost = false;
    const clicked = new Promise((done) => (lose = done));
    await page.route("**/api/algo/backtest", async (route) => {
        if (route.request().method() !== "POST") return route.continue();
        await page.unroute("**/api/algo/backtest");
        await route.fetch();
        await clicked;
        await route.abort();
    });
    await button.click();
    await page.getByRole("button", { name: "Sending…" }).dblclick();
    lose();
    await shows("The server cannot be reached.");
    assert.equal(posts(), 1);
    await button.click();
    await page.getByRole("heading", { name: "BTCUSDT 1h" }).waitFor();
    assert.equal(posts(), 2);
    assert.equal(fake.records.size, 1);
});

test("what the service finds wrong stands beside its field", async () => {
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
    assert.equal(posts(), 1);
});

test("too many jobs at once: says when to try again", async () => {
    await page.goto(fake.url);
    const button = page.getByRole("button", { name: "Run backtest" });
    await button.waitFor();
    const body = { detail: "You have 100 jobs queued." };
    fake.rejectNext = { status: 429, body, headers: { "Retry-After": "30" } };
    await button.click();
    await shows("You have 100 jobs queued.");
    await shows("Try again in 30 seconds.");
});

test("a reload in the middle goes on where the run is", async () => {
    const { backtestId: id } = fake.add(params);
    await run(id);
    await subscribed(id);
    fake.progress(id, 41);
    await percentIs(41);
    await page.reload();
    await percentIs(41);
    await until("subscribed anew", () => [...fake.sockets].some((s) => s.rooms.has(id)));
    fake.progress(id, 58);
    await percentIs(58);
    fake.complete(id);
    await shows("Equity and drawdown");
});

test("a dropped socket: says so, polls meanwhile, catches up, never falls back", async () => {
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
    assert.equal(await bar().getAttribute("aria-valuenow"), "53");
    fake.complete(id);
    await shows("Equity and drawdown");
    fake.publish("backtest:error", { backtestId: id, status: "error", error: "too late" });
    await page.waitForFunction(() => document.querySelector(".u-over"));
    assert.equal(await page.getByText("too late").count(), 0);
});

test("an end that came while the socket was away is seen after the reconnect", async () => {
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
    const one = fake.add(params, "running", { progress: 20 });
    await run(one.backtestId);
    await page.getByRole("button", { name: "Cancel" }).click();
    await shows("This backtest was cancelled.");
    fake.add(params, "running", { progress: 10 });
    await page.getByRole("link", { name: "Backtests" }).click();
    await page.getByRole("button", { name: /^Cancel/ }).click();
    await until("cancelled", () =>
        [...fake.records.values()].every((r) => r.status === "cancelled"),
    );
    await page.getByRole("button", { name: /^Cancel/ }).waitFor({ state: "detached" });
});

test("a failed run gives its reason, and a missing one says so", async () => {
    const error =
        "Insufficient market data: BTCUSDT 1h has 2023-01-01 to 2023-12-31, asked for 2024";
    const { backtestId: id } = fake.add(params);
    await run(id);
    await subscribed(id);
    fake.fail(id, error);
    await shows("This backtest failed.");
    await shows(error);
    await run("bt_ffffffffffffffffffffffff");
    await page.getByRole("heading", { name: "No such backtest" }).waitFor();
});

test("a run without trades says why", async () => {
    const { backtestId } = fake.add(params, "completed");
    fake.withoutTrades.add(backtestId);
    await run(backtestId);
    await page.getByRole("heading", { name: "Why there were no trades" }).waitFor();
    await shows("17 entries were refused.");
    await shows("The stop was on the wrong side of the price");
    await page.getByText("2 examples").click();
    await shows("2023-02-03 04:00");
    assert.equal(await page.locator(".trades").count(), 0);
    assert.match(await page.locator("[data-metric=sharpeRatio]").innerText(), /–\s+No trades/);
});

test("synthetic candles are called synthetic, on the form and on the result", async () => {
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
    fake.symbols = [];
    await page.goto(fake.url);
    await shows("No candles are stored yet");
    await shows(/candlemill import/);
    assert.deepEqual(await findings(page), []);
});

test("runs again with the settings of an earlier one, also those without a field", async () => {
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

test("the whole way by keyboard", async () => {
    await page.goto(fake.url);
    await page.getByLabel("Symbol").focus();
    const reach = async (matches) => {
        for (let i = 0; i < 60; i++) {
            await page.keyboard.press("Tab");
            if (
                await page.evaluate(
                    (m) => document.activeElement?.textContent?.includes(m),
                    matches,
                )
            ) {
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
