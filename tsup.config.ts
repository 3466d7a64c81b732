import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** The entries of the package. */
const entries = {
  index: "src/index.ts",
  analysis: "src/analysis/index.ts",
  io: "src/io/index.ts",
  "io/node": "src/io/node/index.ts",
  plot: "src/plot/index.ts",
  testing: "src/testing/index.ts",
};

const namesMap = /\n\/\/# sourceMappingURL=\S+/g;

/** Rollup names the map of a file, and tsup does so once more; what only hands on what others have has nothing to map. */
function nameMapsOnce(files: readonly string[]): void {
  for (const file of files.filter((name) => /\.c?js$/.test(name))) {
    const code = readFileSync(file, "utf8");
    const [name] = code.match(namesMap) ?? [];
    if (name === undefined) continue;
    const { sources } = JSON.parse(readFileSync(`${file}.map`, "utf8")) as { sources: string[] };
    if (sources.length === 0) rmSync(`${file}.map`);
    writeFileSync(file, `${code.replace(namesMap, "").trimEnd()}${sources.length === 0 ? "" : name}\n`);
  }
}

export default defineConfig({
  // The namespaces have files of their own, which bundlers leave out where nobody uses them.
  entry: { ...entries, nn: "src/nn/index.ts", optim: "src/optim/index.ts", data: "src/data/index.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  // Declarations are written file by file (scripts/build/types.mjs): bundled into one, namespaces lose their types.
  dts: false,
  sourcemap: true,
  plugins: [{ name: "maps", buildEnd: ({ writtenFiles }) => nameMapsOnce(writtenFiles.map(({ name }) => name)) }],
  // Said for CJS, whose default is one copy of everything in each entry.
  splitting: true,
  // Has Rollup write the CJS. Otherwise Sucrase does, which takes a class field `grad = null` for an assignment to an
  // exported `grad`, and so overwrites the export with each new object.
  treeshake: true,
  clean: true,
});
