import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "esbuild";
import { defineConfig } from "tsup";

/** The entries of the package. */
const entries = {
  index: "src/index.ts",
  analysis: "src/analysis/index.ts",
  io: "src/io/index.ts",
  "io/node": "src/io/node/index.ts",
  plot: "src/plot/index.ts",
  sweep: "src/sweep/index.ts",
  testing: "src/testing/index.ts",
};

/** Namespaces: files of their own, of which bundlers leave out what nobody names. */
const namespaces = {
  nn: "src/nn/index.ts",
  "nn/functional": "src/nn/functional.ts",
  "nn/init": "src/nn/init/index.ts",
  "nn/utils": "src/nn/utils/index.ts",
  optim: "src/optim/index.ts",
  "optim/lrScheduler": "src/optim/lrScheduler/index.ts",
  "optim/optionRules": "src/optim/optionRules.ts",
  data: "src/data/index.ts",
};

/** Programs of their own, which Node is given as files. */
const programs = { "sweep/command": "src/sweep/command.ts", "sweep/worker": "src/sweep/worker.ts" };

/** What is of use without a tensor: in files of their own, for a bundler keeps all of a file whose class it cannot leave out. */
const apart = {
  "base/brand": "src/base/brand.ts",
  "base/errors": "src/base/errors.ts",
  "base/version": "src/base/version.ts",
};

/** Has `export * as nn` stay what it says, of another file: esbuild makes an object of it, which holds on to all of its names. */
const namespacesApart: Plugin = {
  name: "namespaces apart",
  setup({ onResolve, initialOptions: { outExtension } }) {
    if (outExtension?.[".js"] === ".cjs") return; // required, a file would have a name "default" too
    onResolve({ filter: /^\.\// }, ({ path, importer, resolveDir }) => {
      const file = relative(import.meta.dirname, join(resolveDir, path)).replaceAll("\\", "/");
      const [name] = Object.entries(namespaces).find(([, entry]) => entry === file) ?? [];
      const asNamespace = `export * as ${name?.split("/").at(-1)} from "${path}";`;
      if (name === undefined || importer === "" || !readFileSync(importer, "utf8").includes(asNamespace)) return null;
      return { path: `./${name}.js`, external: true };
    });
  },
};

const namesMap = /\n\/\/# sourceMappingURL=\S+/g;

/**
 * Rollup names the map of a file, and tsup does so once more; what only hands on what others have has nothing to map. The sources
 * lie in the package, where maps say, and need not stand in each of them too.
 */
function nameMapsOnce(files: readonly string[]): void {
  for (const file of files.filter((name) => /\.c?js$/.test(name))) {
    const code = readFileSync(file, "utf8");
    const [name] = code.match(namesMap) ?? [];
    if (name === undefined) continue;
    const { sourcesContent: _, ...map } = JSON.parse(readFileSync(`${file}.map`, "utf8"));
    const { sources } = map as { sources: string[] };
    if (sources.length === 0) rmSync(`${file}.map`);
    else writeFileSync(`${file}.map`, JSON.stringify(map));
    writeFileSync(file, `${code.replace(namesMap, "").trimEnd()}${sources.length === 0 ? "" : name}\n`);
  }
}

export default defineConfig({
  entry: { ...entries, ...namespaces, ...apart, ...programs },
  esbuildPlugins: [namespacesApart],
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  // Of CJS, where a file is known by another name.
  esbuildOptions: (options) => {
    options.logOverride = { "empty-import-meta": "silent" };
  },
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
