/**
 * Prints how large the library is, minified and gzipped, and fails if a limit is exceeded, or if the README has other sizes, which
 * `--update` writes there. With `--parts`, also how much of the core is due to each file. Needs `npm run build` first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transformSync } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const namespaces = ["nn", "optim", "data"];
const core = Object.keys(await import("evenkeel"))
  .filter((name) => !namespaces.includes(name))
  .join(", ");

/** What is imported, and the most kilobytes (of 1000 bytes) that it may take. */
const table = [
  { name: "evenkeel, all of it", source: 'export * from "evenkeel";', limit: 75 },
  { name: `the core: all but ${namespaces.join(", ")}`, source: `export { ${core} } from "evenkeel";`, limit: 55 },
  {
    name: "a small trainer",
    source: `
      import { manualSeed, nn, optim, randint, randn } from "evenkeel";
      const { BatchNorm1d, Linear, Sequential, Tanh, functional } = nn;
      manualSeed(0);
      const model = new Sequential(new Linear(2, 9, { bias: false }), new BatchNorm1d(9), new Tanh(), new Linear(9, 3));
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      functional.crossEntropy(model.forward(randn([8, 2])), randint(0, 3, [8])).backward();
      optimizer.step();`,
    limit: 69,
  },
  { name: "evenkeel/plot", source: 'export * from "evenkeel/plot";', limit: 73 },
  { name: "evenkeel/io", source: 'export * from "evenkeel/io";', limit: 80 },
  { name: "evenkeel/testing", source: 'export * from "evenkeel/testing";', limit: 51 },
  { name: "the WebAssembly", source: 'export { binary } from "./src/kernels/wasm/module.generated.ts";', limit: 13.5 },
];

const packedSize = (code) => gzipSync(code, { level: 9 }).length / 1000;

async function bundle(source, options) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "error",
    external: ["@viz-js/viz", "vega", "vega-lite", "@resvg/resvg-js"],
    tsconfigRaw: {}, // whose paths would lead to the source, not to what is shipped
    ...options,
  });
  return outputFiles[0].text;
}

/** What each file of src adds to the core: how much smaller it packs without the file. */
async function printParts() {
  // White space stays at first, and with it the comments that name the files.
  const options = { minify: false, minifyIdentifiers: true, minifySyntax: true };
  const text = await bundle(`export { ${core} } from "./src/index.ts";`, options);
  const parts = text
    .replace(/^export \{[\s\S]*/m, "")
    .split(/^(?=\/\/ src\/)/m)
    .map((part) => ({ file: /src\/\S+/.exec(part)?.[0], code: transformSync(part, { minifyWhitespace: true }).code }));
  const packedWithout = (left) => packedSize(parts.map((part) => (part === left ? "" : part.code)).join(""));
  const rows = parts.map((part) => ({ file: part.file, adds: packedWithout(null) - packedWithout(part) }));
  for (const { file, adds } of rows.sort((a, b) => b.adds - a.adds))
    console.log(`${adds.toFixed(2).padStart(6)}  ${file}`);
}

let exceeded = 0;
const rows = ["| minified and gzipped | kB | at most |", "| --- | ---: | ---: |"];
for (const { name, source, limit } of table) {
  const code = await bundle(source);
  const size = packedSize(code);
  const minified = (code.length / 1000).toFixed(1);
  console.log(`${size.toFixed(1).padStart(6)} kB of at most ${limit}: ${name} (minified only, ${minified} kB)`);
  rows.push(`| ${name.startsWith("evenkeel/") ? `\`${name}\`` : name} | ${Math.round(size)} | ${limit} |`);
  if (size > limit) exceeded++;
}
if (process.argv.includes("--parts")) await printParts();
const readme = `${root}README.md`;
const text = readFileSync(readme, "utf8");
const updated = text.replace(/(<!-- sizes, by npm run size -->\n)[\s\S]*?(<!-- -->)/, `$1\n${rows.join("\n")}\n\n$2`);
if (updated !== text && process.argv.includes("--update")) writeFileSync(readme, updated);
else if (updated !== text) {
  console.log("the README has other sizes: npm run size -- --update");
  exceeded++;
}
if (exceeded > 0) console.log(`${exceeded} too large`);
process.exit(exceeded === 0 ? 0 : 1);
