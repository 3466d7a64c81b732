/**
 * Loads the built package by its own name, as ESM and as CJS in one process, and checks that the two copies are one
 * library: their tensors mix, and they share the grad mode and the default generator. Needs `npm run build` first.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const { exports } = require("evenkeel/package.json");
const entries = Object.keys(exports)
  .filter((entry) => !entry.endsWith(".json"))
  .map((entry) => entry.replace(/^\./, "evenkeel"));

const checks = {
  "every entry exports the same names as ESM and as CJS": async () => {
    for (const entry of entries) {
      const esm = Object.keys(await import(entry)).filter((name) => name !== "default" && name !== "module.exports");
      assert.deepEqual(esm.sort(), Object.keys(require(entry)).sort(), entry);
      assert.ok(esm.length > 0, entry);
    }
  },

  "modules and optimisers keep their names, which reports and prints say, also in a bundle that renames classes":
    async () => {
      const source = `import { nn, optim } from "evenkeel";
      globalThis.names = Object.entries({ ...nn, ...optim }).map(([name, made]) => [name, made.name]);`;
      const { outputFiles } = await build({
        stdin: { contents: source, resolveDir: fileURLToPath(new URL("../..", import.meta.url)) },
        bundle: true,
        minify: true,
        format: "esm",
        write: false,
        logLevel: "error",
        tsconfigRaw: {},
      });
      await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
      const { Module, Parameter, Optimizer, ...others } = Object.fromEntries(globalThis.names);
      const classes = Object.entries(others).filter(([name]) => /^[A-Z]/.test(name));
      assert.ok(classes.length > 15);
      for (const [exported, name] of classes) assert.equal(name, exported);
    },

  "of nn and optim a bundle has no class but those that it names, and what these are made of": async () => {
    const used = { Linear: "evenkeel/nn", BatchNorm1d: "evenkeel/nn", SGD: "evenkeel/optim" };
    const source = Object.entries(used).map(([name, entry]) => `export { ${name} } from "${entry}";`);
    const { outputFiles } = await build({
      stdin: { contents: source.join("\n"), resolveDir: fileURLToPath(new URL("../..", import.meta.url)) },
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    const { nn, optim } = await import("evenkeel");
    const bases = [...Object.keys(used), "Module", "Parameter", "Optimizer"];
    const others = Object.keys({ ...nn, ...optim }).filter((name) => /^[A-Z]/.test(name) && !bases.includes(name));
    assert.ok(others.length > 20);
    const found = others.filter((name) => outputFiles[0].text.includes(`name="${name}"`));
    assert.deepEqual(found, []);
    assert.ok(outputFiles[0].text.includes('name="Linear"'));
  },

  "every class that an entry exports has the name that it is exported by": async () => {
    for (const entry of entries) {
      for (const [exported, made] of Object.entries(await import(entry))) {
        const isClass = typeof made === "function" && /^class\b/.test(String(made));
        if (isClass) assert.equal(made.name, exported, entry);
      }
    }
  },

  "gradients flow through tensors of both copies": async () => {
    const [esm, cjs] = await copies();
    assert.notEqual(esm.Tensor, cjs.Tensor);
    for (const [mine, other] of [
      [esm, cjs],
      [cjs, esm],
    ]) {
      const x = mine.tensor([1, 2], { requiresGrad: true });
      const w = other.tensor([3, 4], { requiresGrad: true });
      x.mul(w).sum().backward();
      assert.deepEqual(x.grad.toArray(), [3, 4]);
      assert.deepEqual(w.grad.toArray(), [1, 2]);
      assert.deepEqual(
        other.grad(x.mul(w).sum(), [x, w]).map((g) => g.toArray()),
        [
          [3, 4],
          [1, 2],
        ],
      );
      assert.deepEqual(mine.cat([x, w]).toArray(), [1, 2, 3, 4]);
    }
  },

  "the noGrad of one copy holds in the other": async () => {
    const [esm, cjs] = await copies();
    for (const [mine, other] of [
      [esm, cjs],
      [cjs, esm],
    ]) {
      const x = other.tensor([1], { requiresGrad: true });
      mine.noGrad(() => {
        assert.equal(other.isGradEnabled(), false);
        assert.equal(x.mul(2).requiresGrad, false);
      });
      assert.equal(x.mul(2).requiresGrad, true);
    }
  },

  "the manualSeed of one copy seeds the other": async () => {
    const [esm, cjs] = await copies();
    esm.manualSeed(7);
    const drawn = [...esm.rand([3]).toArray(), ...cjs.rand([3]).toArray()];
    cjs.manualSeed(7);
    assert.deepEqual([...cjs.rand([3]).toArray(), ...esm.rand([3]).toArray()], drawn);
    assert.equal(new Set(drawn).size, 6);
  },

  "a layer of one copy takes a tensor of the other": async () => {
    const [esm, cjs] = await copies();
    assert.deepEqual(new cjs.nn.Linear(2, 3).forward(esm.ones([4, 2])).shape, [4, 3]);
    assert.deepEqual(new esm.nn.Linear(2, 3).forward(cjs.ones([4, 2])).shape, [4, 3]);
  },

  "an analysis and an export of one copy take a model of the other": async () => {
    const [esm, cjs] = await copies();
    const mine = [esm, await import("evenkeel/analysis"), await import("evenkeel/io")];
    const other = [cjs, require("evenkeel/analysis"), require("evenkeel/io")];
    for (const [[{ nn, ones, isModule, isTensorError }], [, analysis, io]] of [
      [mine, other],
      [other, mine],
    ]) {
      const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Tanh());
      const x = ones([4, 2]);
      model.forward(x);
      assert.ok(isModule(model));
      assert.equal(analysis.activationReport(model, x).layers.length, 1);
      assert.equal(analysis.batchNormHealth(model, [x]).layers.length, 1);
      assert.equal(analysis.foldBatchNorm(model.eval()).length, 2);
      assert.ok(io.exportOnnx(model, x).length > 100);
      assert.throws(() => analysis.activationReport(3, x), isTensorError);
    }
  },

  "every link in a Markdown file that is packed leads to a file that is packed": () => {
    const paths = packedFiles();
    const pages = [...paths].filter((path) => path.endsWith(".md"));
    assert.ok(pages.length > 30);
    assert.ok(pages.includes("skills/evenkeel/SKILL.md"));
    const broken = pages.flatMap((page) => {
      const text = readFileSync(page, "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
      // Pictures are on the site, and in the repository.
      const links = [...text.matchAll(/(?<!!)\[(?:[^\][]|\[[^\]]*\])*\]\(([^)\s]+)\)/g)].map(([, link]) => link);
      return links
        .filter((link) => !/^([a-z]+:|#)/.test(link) && !paths.has(posix.join(posix.dirname(page), link.split("#")[0])))
        .map((link) => `${page}: ${link}`);
    });
    assert.deepEqual(broken, []);
  },

  "every page that the skill sends to is packed": () => {
    const named = readFileSync("skills/evenkeel/SKILL.md", "utf8").match(/(?<=`)docs\/[\w./-]+(?=`)/g);
    assert.ok(named.length > 2);
    const paths = packedFiles();
    for (const page of named) assert.ok(paths.has(page), page);
  },

  "every file names its source map once, and that leads to sources which are packed": () => {
    const files = readdirSync("dist", { recursive: true }).filter((name) => /\.c?js$/.test(name));
    assert.ok(files.length > 30);
    for (const file of files) {
      const code = readFileSync(`dist/${file}`, "utf8");
      const named = [...code.matchAll(/^\/\/# sourceMappingURL=(.*)$/gm)].map(([, map]) => map);
      if (named.length === 0) {
        assert.ok(!existsSync(`dist/${file}.map`), `${file} does not name its map`);
        assert.ok(handsOn(file), `${file} has no map`);
        continue;
      }
      assert.deepEqual(named, [`${posix.basename(file)}.map`], file);
      const { sources, mappings } = JSON.parse(readFileSync(`dist/${file}.map`, "utf8"));
      assert.ok(sources.length > 0 && /[A-Z]/i.test(mappings), `${file}.map maps nothing`);
      for (const source of sources) {
        const path = posix.join("dist", posix.dirname(file), source);
        assert.ok(path.startsWith("src/") && existsSync(path), `${file}.map: ${source}`);
      }
    }
    assert.deepEqual(
      readdirSync("dist", { recursive: true }).filter(
        (name) => name.endsWith(".js.map") && !files.includes(name.slice(0, -4)),
      ),
      [],
    );
  },

  "every entry but that for Node's files bundles for a browser, also where the packages that draw are installed":
    async () => {
      const folder = fileURLToPath(new URL("../..", import.meta.url));
      for (const drawing of ["vega", "vega-lite", "@resvg/resvg-js", "@viz-js/viz", "vega-interpreter"]) {
        assert.ok(existsSync(`${folder}/node_modules/${drawing}`), `${drawing} is not installed`);
      }
      for (const entry of entries.filter((name) => name !== "evenkeel/io/node")) {
        const { warnings, outputFiles } = await build({
          stdin: { contents: `export * from "${entry}";`, resolveDir: folder },
          bundle: true,
          platform: "browser",
          format: "esm",
          write: false,
          logLevel: "silent",
          tsconfigRaw: {},
        });
        // Chunks that are imported for nothing but their effects have none.
        assert.deepEqual(
          warnings.filter(({ id }) => id !== "ignored-bare-import"),
          [],
          entry,
        );
        assert.ok(outputFiles[0].text.length > 1000, entry);
      }
    },

  "the declarations show nothing internal": () => {
    for (const file of readdirSync("dist/types", { recursive: true }).filter((name) => name.endsWith(".d.ts"))) {
      assert.doesNotMatch(readFileSync(`dist/types/${file}`, "utf8"), /@internal/, file);
    }
  },
};

/** What would be packed. */
function packedFiles() {
  const [{ files }] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { encoding: "utf8", maxBuffer: 1e8 }),
  );
  return new Set(files.map(({ path }) => path));
}

/** Whether a file has no code of ours: nothing is left without imports, exports and the bundler's helpers. */
function handsOn(file) {
  const code = readFileSync(`dist/${file}`, "utf8");
  const ours = code
    .replaceAll(
      /^'use strict';|^(?:(?:im|ex)port|require\() ?[^;]*;|^var \w+ = require\([^;]*;|^exports\.\w+ = [^;]*;/gm,
      "",
    )
    .replaceAll(/^Object\.defineProperty\(exports, [\s\S]*?\n\}\);/gm, "")
    .replaceAll(/^var __(?:defProp|export) = (?:[^;{]*;|[\s\S]*?\n\};)/gm, "");
  return ours.trim() === "";
}

async function copies() {
  return [await import("evenkeel"), require("evenkeel")];
}

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok  ${name}`);
}
