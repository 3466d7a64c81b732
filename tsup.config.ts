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

export default defineConfig({
  // The namespaces have files of their own, which bundlers leave out where nobody uses them.
  entry: { ...entries, nn: "src/nn/index.ts", optim: "src/optim/index.ts", data: "src/data/index.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  // Declarations are written file by file (scripts/build-types.mjs): bundled into one, namespaces lose their types.
  dts: false,
  sourcemap: true,
  // Said for CJS, whose default is one copy of everything in each entry.
  splitting: true,
  // Has Rollup write the CJS. Otherwise Sucrase does, which takes a class field `grad = null` for an assignment to an
  // exported `grad`, and so overwrites the export with each new object.
  treeshake: true,
  clean: true,
});
