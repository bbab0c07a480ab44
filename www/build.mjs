// Builds the page: node build.mjs [--out DIR] [--modules DIR] [--watch]
//
// The names of script, style and icon carry a hash of their content, so a web server may let
// browsers keep them for ever; index.html alone changes in place. --modules names the node_modules
// folder to build with when it is not the one beside this file.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: join(here, "dist") },
    modules: { type: "string", default: join(here, "node_modules") },
    watch: { type: "boolean", default: false },
  },
});
const out = resolve(options.out);
const modules = resolve(options.modules);

// What is installed must be what is pinned, or the page would differ from machine to machine.
const pinned = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies;
for (const [name, version] of Object.entries(pinned)) {
  const installed = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
  if (installed !== version) {
    console.error(`${name} is ${installed}, pinned is ${version}: run npm ci`);
    process.exit(1);
  }
}
const esbuild = createRequire(join(modules, "build.cjs"))("esbuild");

function written(outputs) {
  const names = Object.keys(outputs).map((path) => `assets/${basename(path)}`);
  const svg = readFileSync(join(here, "static/icon.svg"));
  const hash = createHash("sha256").update(svg).digest("hex").slice(0, 8);
  const icon = `assets/icon-${hash}.svg`;
  copyFileSync(join(here, "static/icon.svg"), join(out, icon));
  const parts = {
    js: names.find((name) => name.endsWith(".js")),
    css: names.find((name) => name.endsWith(".css")),
    icon,
  };
  const html = readFileSync(join(here, "static/index.html"), "utf8");
  const index = html.replace(/\{\{(\w+)\}\}/g, (_, part) => parts[part]);
  writeFileSync(join(out, "index.html"), index);
  let total = 0;
  for (const name of ["index.html", parts.js, parts.css]) {
    const raw = readFileSync(join(out, name));
    const packed = gzipSync(raw, { level: 9 }).length;
    total += packed;
    console.log(`${name.padEnd(24)} ${String(raw.length).padStart(8)} B  gzip ${packed} B`);
  }
  console.log(`together, gzip ${total} B`);
}

const finish = {
  name: "finish",
  setup(build) {
    build.onStart(() => {
      rmSync(out, { recursive: true, force: true });
      mkdirSync(out, { recursive: true });
    });
    build.onEnd((result) => {
      if (result.errors.length === 0) written(result.metafile.outputs);
    });
  },
};

const context = await esbuild.context({
  absWorkingDir: here,
  entryPoints: { page: "src/main.tsx" },
  outdir: out,
  entryNames: "assets/[name]-[hash]",
  bundle: true,
  format: "esm",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  nodePaths: [modules],
  minify: true,
  metafile: true,
  legalComments: "none",
  banner: { js: "/* Candlemill. Contains preact and uPlot (MIT): see NOTICE. */" },
  logLevel: "warning",
  plugins: [finish],
});
try {
  if (options.watch) await context.watch();
  else {
    await context.rebuild();
    await context.dispose();
  }
} catch {
  // esbuild has printed what is wrong.
  await context.dispose();
  process.exit(1);
}
