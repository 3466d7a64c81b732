/**
 * Prints how large the library is, minified and gzipped, and fails if a limit is exceeded, or if a size in the README
 * is more than half a kB off. `--update` writes them there, and docs/size.md. With `--parts`, also how much of the core is due to each file.
 * Needs `npm run build` first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle, packedSize } from "./size/bundle.mjs";
import { sizePage, sizesByFile } from "./size/parts.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const namespaces = ["nn", "optim", "data"];
const core = Object.keys(await import("evenkeel"))
  .filter((name) => !namespaces.includes(name))
  .join(", ");

/** What is imported, and the most kilobytes (of 1000 bytes) that it may take. */
const table = [
  { name: "evenkeel, all of it", source: 'export * from "evenkeel";', limit: 157.5 },
  { name: `the core: all but ${namespaces.join(", ")}`, source: `export { ${core} } from "evenkeel";`, limit: 103 },
  {
    name: "a small trainer",
    source: `
      import { manualSeed, randint, randn } from "evenkeel";
      import { BatchNorm1d, Linear, Sequential, Tanh } from "evenkeel/nn";
      import { crossEntropy } from "evenkeel/nn/functional";
      import { SGD } from "evenkeel/optim";
      manualSeed(0);
      const model = new Sequential(new Linear(2, 9, { bias: false }), new BatchNorm1d(9), new Tanh(), new Linear(9, 3));
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      crossEntropy(model.forward(randn([8, 2])), randint(0, 3, [8])).backward();
      optimizer.step();`,
    limit: 76.6,
  },
  { name: "`TensorError` alone", source: 'export { TensorError } from "evenkeel";', limit: 1.5 },
  { name: "evenkeel/plot", source: 'export * from "evenkeel/plot";', limit: 98.5 },
  { name: "evenkeel/io", source: 'export * from "evenkeel/io";', limit: 134.5 },
  { name: "evenkeel/sweep", source: 'export * from "evenkeel/sweep";', limit: 88 },
  { name: "evenkeel/testing", source: 'export * from "evenkeel/testing";', limit: 64 },
  { name: "the WebAssembly", source: 'export { binary } from "./src/kernels/wasm/module.generated.ts";', limit: 18.2 },
];

let exceeded = 0;
const rows = ["| minified and gzipped | kB | at most |", "| --- | ---: | ---: |"];
for (const { name, source, limit } of table) {
  const code = await bundle(source);
  const size = packedSize(code);
  const minified = (code.length / 1000).toFixed(1);
  console.log(`${size.toFixed(1).padStart(6)} kB of at most ${limit}: ${name} (minified only, ${minified} kB)`);
  rows.push(`| ${name.startsWith("evenkeel/") ? `\`${name}\`` : name} | ${size.toFixed(1)} | ${limit} |`);
  if (size > limit) exceeded++;
}
const alone = await standaloneSize();
const mostAlone = 1.2;
console.log(
  `${alone.toFixed(1).padStart(6)} kB of at most ${mostAlone}: what exportStandalone writes of the small network, beside its weights`,
);
if (alone > mostAlone) exceeded++;
const coreSource = `export { ${core} } from "./src/index.ts";`;
if (process.argv.includes("--parts")) {
  for (const { file, adds } of await sizesByFile(coreSource)) console.log(`${adds.toFixed(2).padStart(6)}  ${file}`);
}
if (process.argv.includes("--update")) writeFileSync(`${root}docs/size.md`, await sizePage(coreSource, 30));
const readme = `${root}README.md`;
const text = readFileSync(readme, "utf8");
const block = /(<!-- sizes, by npm run size -->\n)([\s\S]*?)(<!-- -->)/;
/** The numbers of a table's rows, in order: how gzip packs differs a little between versions of Node. */
const numbersIn = (lines) => [...lines.matchAll(/[\d.]+(?= \|)/g)].map(([number]) => Number(number));
const written = numbersIn(text.match(block)?.[2] ?? "");
const measured = numbersIn(rows.join("\n"));
const isTold = written.length === measured.length && measured.every((size, i) => Math.abs(size - written[i]) <= 0.5);
if (process.argv.includes("--update")) {
  writeFileSync(readme, text.replace(block, `$1\n${rows.join("\n")}\n\n$3`));
} else if (!isTold) {
  console.log("the README has other sizes: npm run size -- --update");
  exceeded++;
}
if (exceeded > 0) console.log(`${exceeded} too large`);
process.exit(exceeded === 0 ? 0 : 1);

/** The size of a network as a module of its own, minified and packed, without the letters of its weights. */
async function standaloneSize() {
  const { manualSeed, nn, zeros } = await import("evenkeel");
  const { exportStandalone } = await import("evenkeel/io");
  manualSeed(0);
  const layers = [new nn.Linear(2, 9, { bias: false }), new nn.BatchNorm1d(9), new nn.Tanh(), new nn.Linear(9, 3)];
  const source = exportStandalone(new nn.Sequential(...layers), zeros([1, 2]));
  return packedSize(await bundle(source.replace(/bytesOf\("[^"]*"\)/, 'bytesOf("")')));
}
