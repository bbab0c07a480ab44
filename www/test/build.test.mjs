// What the build gives out: small, self-contained, named by content, and its licences told.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { load } from "./source.mjs";

const www = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(www, "dist");
const read = (...path) => readFileSync(join(www, ...path), "utf8");
const names = ["index.html", ...readdirSync(join(dist, "assets")).map((n) => `assets/${n}`)];

test("page, script and style together stay below 100 KB of gzip", () => {
  const parts = names.filter((name) => /\.(html|js|css)$/.test(name));
  assert.equal(parts.length, 3);
  const bytes = parts.reduce((n, p) => n + gzipSync(readFileSync(join(dist, p))).length, 0);
  assert.ok(bytes <= 100 * 1024, `${bytes} bytes`);
});

test("every file but index.html is named by its content and used by it", () => {
  const index = read("dist", "index.html");
  for (const name of names.filter((n) => n !== "index.html")) {
    assert.match(name, /-[0-9A-Za-z]{8}\.(js|css|svg)$/);
    assert.ok(index.includes(`"${name}"`), `${name} is used`);
  }
});

test("nothing inline and nothing from elsewhere", () => {
  const index = read("dist", "index.html");
  assert.doesNotMatch(index, /<style|\sstyle=|\son\w+=|https?:|<script(?![^>]*\ssrc=)/);
  const css = read(
    "dist",
    names.find((n) => n.endsWith(".css")),
  );
  assert.doesNotMatch(css, /url\(|@import/);
  const js = read(
    "dist",
    names.find((n) => n.endsWith(".js")),
  );
  assert.doesNotMatch(js, /\beval\(|new Function\(/);
  const addresses = js.match(/https?:\/\/[^"'`\s)]+/g) ?? [];
  assert.deepEqual(
    addresses.filter((a) => !a.startsWith("http://www.w3.org/")),
    [],
  );
});

test("NOTICE holds the licence of each package in the bundle", () => {
  const notice = read("..", "NOTICE").replace(/\s+/g, " ");
  for (const name of ["preact", "uplot"]) {
    assert.ok(existsSync(join(www, "node_modules", name, "LICENSE")));
    const licence = read("node_modules", name, "LICENSE").replace(/\s+/g, " ").trim();
    assert.ok(notice.includes(licence), name);
  }
});

test("all pins are exact and the lock names no host of its own", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  for (const version of Object.values({ ...dependencies, ...devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/);
  }
  const lock = JSON.parse(read("package-lock.json"));
  for (const { resolved } of Object.values(lock.packages)) {
    assert.ok(resolved == null || resolved.startsWith("https://registry.npmjs.org/"), resolved);
  }
});

test("every metric of the engine has a row in the page, in its group", async () => {
  const { groups } = await load("metrics.ts");
  const shown = groups.flatMap(({ rows }) => rows);
  const table = readFileSync(join(www, "../engine/metrics.c"), "utf8");
  const infos = [...table.matchAll(/\{"(\w+)",\s*"([^"]+)",\s*UNIT_(\w+)/g)];
  assert.ok(infos.length >= 50);
  assert.deepEqual(
    shown.map((row) => [row.name, row.label, row.unit]),
    infos.map(([, name, label, unit]) => [name, label, unit.toLowerCase()]),
  );
  assert.ok(shown.every((row) => row.definition.length > 8));
});
