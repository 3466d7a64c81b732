/**
 * Packs the library and uses it as strangers would: in Node as ESM, as CJS and both, in Deno and Bun, by every TypeScript that is
 * supported, bundled by esbuild and Vite in a page and in a worker, with WebAssembly forbidden, and as the single file, and runs the
 * packed notebooks. Needs `npm run build`, Chromium, Python with jupyter_client and nbformat, and installs what it compares in
 * test/consumers and test/engines.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { resultOf } from "./consumers/browser.ts";
import { drawing, runPackedNotebooks } from "./consumers/notebooks.ts";
import { output, Project, packed } from "./consumers/project.ts";
import "./install-engines.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const compilers = join(root, "test/consumers");
const engines = join(root, "test/engines/node_modules");
if (!existsSync(join(compilers, "node_modules"))) await output("npm", ["ci", "--no-audit", "--no-fund"], compilers);

const temporary = mkdtempSync(join(tmpdir(), "evenkeel-pack-"));
const tarball = await packed(temporary);
const projects: Project[] = [];
const project = async (...args: [fields?: object, more?: readonly string[]]) => {
  const made = await Project.with(tarball, ...args);
  projects.push(made);
  return made;
};

let failed = 0;
async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    console.log(`ok  ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.message.slice(0, 1500) : error}`);
  }
}

const plain = await project({ type: "module" });
const hash = await plain.run(process.execPath, "training.mjs");

await check("Node, ESM, CJS and both in one process", async () => {
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(await plain.run(process.execPath, "training.cjs"), hash);
  assert.equal(await plain.run(process.execPath, "both.mjs"), "one library");
});

const runtimes: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ...[20, 22, 24, 26].map((version) => {
    const command = join(engines, `node-${version}-${process.platform}-${process.arch}/bin/node`);
    return [`Node ${version}`, command, []] as const;
  }),
  ["Deno", join(engines, ".bin/deno"), ["run", "--quiet", "--allow-all", "--node-modules-dir=manual"]],
  ["Bun", join(engines, ".bin/bun"), []],
];
for (const [name, command, args] of runtimes) {
  await check(`${name}, ESM`, async () => assert.equal(await plain.run(command, ...args, "training.mjs"), hash));
}

const typed = await project({ type: "module" }, ["@types/node@20"]);
for (const version of ["5.4", "5.7", "5.9", "6.0", "7.0"]) {
  for (const resolution of ["node16", "nodenext", "bundler"]) {
    await check(`TypeScript ${version}, ${resolution}`, async () => {
      const compilerOptions = {
        strict: true,
        noEmit: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        target: "es2022",
        lib: ["es2022"],
        types: ["node"],
        module: resolution === "bundler" ? "esnext" : resolution,
        moduleResolution: resolution,
      };
      typed.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["types.ts", "mixed.ts"] }));
      await typed.run(process.execPath, join(compilers, `node_modules/typescript-${version}/bin/tsc`), "-p", ".");
    });
  }
}

await check("an optimiser and a scheduler of one's own, from the package alone", async () => {
  const compilerOptions = {
    strict: true,
    noImplicitOverride: true,
    target: "es2022",
    lib: ["es2022"],
    types: ["node"],
    module: "nodenext",
  };
  typed.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["own.ts"] }));
  await typed.run(process.execPath, join(compilers, "node_modules/typescript-5.9/bin/tsc"), "-p", ".");
  assert.equal(await typed.run(process.execPath, "own.js"), "Lion 1");
});

const page = '<!doctype html><script type="module" src="page.js"></script>';
const inWorker = '<!doctype html><script type="module" src="starter.js"></script>';
const starter =
  'const w = new Worker("page.js", { type: "module" }); w.onmessage = ({ data }) => { globalThis.result = data; };';
const [open, closed] = [
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  "default-src 'self'; script-src 'self'", // neither eval nor WebAssembly
];

async function inBrowser(folder: string): Promise<void> {
  const withWasm = { kernels: "wasm", loss: undefined as unknown };
  for (const [where, html] of Object.entries({ page, worker: inWorker })) {
    const fast = (await resultOf(folder, html, open)) as typeof withWasm;
    assert.equal(fast.kernels, "wasm", where);
    withWasm.loss ??= fast.loss;
    assert.deepEqual(fast, withWasm, where);
    const slow = await resultOf(folder, html, closed);
    assert.deepEqual(slow, { kernels: "reference", loss: withWasm.loss }, `${where}, WebAssembly forbidden`);
  }
}

await check("esbuild, in a page and in a worker, also where WebAssembly is forbidden", async () => {
  const folder = join(plain.folder, "esbuild");
  mkdirSync(folder);
  const outfile = join(folder, "page.js");
  const entryPoints = [join(plain.folder, "page.js")];
  await build({ entryPoints, bundle: true, minify: true, format: "esm", target: "es2022", outfile, logLevel: "error" });
  plain.write("esbuild/starter.js", starter);
  await inBrowser(folder);
});

await check("Vite, in a page and in a worker, also where WebAssembly is forbidden", async () => {
  const folder = join(plain.folder, "vite");
  await viteBuild({
    root: plain.folder,
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      target: "es2022",
      lib: { entry: join(plain.folder, "page.js"), formats: ["es"], fileName: () => "page.js" },
    },
  });
  plain.write("vite/starter.js", starter);
  await inBrowser(folder);
});

await check("bundlers, of everything, without the packages that draw and run", async () => {
  const names = ["analysis", "plot", "sweep"];
  plain.write("all.js", names.map((name) => `export * as ${name} from "evenkeel/${name}";`).join("\n"));
  const entry = join(plain.folder, "all.js");
  const { warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  assert.deepEqual(
    warnings.filter(({ text }) => !text.includes("resolve")),
    [],
  );
  await viteBuild({
    root: plain.folder,
    configFile: false,
    logLevel: "silent",
    build: { outDir: join(plain.folder, "all"), lib: { entry, formats: ["es"], fileName: () => "all.js" } },
  });
});

await check("pictures and reports, in a page where code may not be made of texts", async () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const drawn = await project(
    { type: "module" },
    [...drawing, "vega-interpreter"].map((name) => `${name}@${devDependencies[name]}`),
  );
  drawn.write(
    "pictures.js",
    `import { nn, ones, optim } from "evenkeel";
    import { Recorder } from "evenkeel/analysis";
    import { lossCurves, render, report } from "evenkeel/plot";
    const model = new nn.Linear(1, 1);
    const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
    for (let step = 0; step < 5; step++) recorder.step(() => model.forward(ones([1, 1])).square().mean());
    const svg = await render(lossCurves(recorder.recording()), "svg");
    const html = await report(recorder.recording());
    globalThis.result = [svg.includes("Loss while training"), html.includes("<svg")];`,
  );
  const folder = join(drawn.folder, "pictures");
  const outfile = join(folder, "page.js");
  const entryPoints = [join(drawn.folder, "pictures.js")];
  await build({ entryPoints, bundle: true, format: "esm", target: "es2022", outfile, logLevel: "error" });
  assert.deepEqual(await resultOf(folder, page, closed), [true, true]);
});

await check("the notebooks, copied out of the package, with nothing but it and what draws", async () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const reader = await project(
    {},
    drawing.map((name) => `${name}@${devDependencies[name]}`),
  );
  await runPackedNotebooks(reader.folder);
});

await check("the single file, in a page without a bundler", async () => {
  const folder = join(plain.folder, "node_modules/evenkeel/dist");
  const html = `<!doctype html><script type="module">
    import { tensor, nn, analysis, io, plot, sweep } from "./evenkeel.single.js";
    const model = new nn.Linear(2, 1);
    const names = [analysis.lineProbe, io.toNpy, plot.lossCurves].map((made) => typeof made);
    const { rows } = await sweep.sweep({ space: sweep.grid({ x: [2, 3] }), cell: ({ x }) => x * x });
    globalThis.result = [tensor([1, 2]).mul(3).toString(), io.toNpy(model.weight).length, ...names, rows[1].value];
  </script>`;
  const policy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
  const expected = ["tensor([3., 6.])", 136, "function", "function", "function", 9];
  assert.deepEqual(await resultOf(folder, html, policy), expected);
});

await check("what is not imported is not bundled", async () => {
  const bundled = async (source: string) => {
    const stdin = { contents: source, resolveDir: plain.folder };
    const { outputFiles } = await build({
      stdin,
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
      logLevel: "error",
    });
    return outputFiles[0].text;
  };
  const analysis = await bundled('import { lineProbe } from "evenkeel/analysis"; console.log(lineProbe);');
  assert.ok(!analysis.includes("vega.github.io"), "plot is in it");
  assert.ok(!analysis.includes("safetensors"), "io is in it");
  assert.ok(!analysis.includes("lossSurface"), "another analysis is in it");
  const whole = await bundled('export * from "evenkeel/analysis";');
  assert.ok(analysis.length < 0.8 * whole.length, `${analysis.length} of ${whole.length} characters`);
  assert.equal(await bundled('import "evenkeel"; import "evenkeel/plot";'), "", "an import alone brings something");
});

await check("what is published is what should be", async () => {
  const listing = JSON.parse(await output("npm", ["publish", "--dry-run", "--json"], root));
  const { files } = (listing.evenkeel ?? listing) as { files: { path: string }[] };
  const paths = files.map(({ path }) => path);
  const allowed =
    /^(dist\/[\w./-]+|src\/[\w./-]+|package\.json|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md|docs\/(?:(?!api\/)\w+\/)?[\w-]+\.md|docs\/api\.txt|examples\/seed-text\.ts|examples\/notebooks\/[\w-]+\.md|skills\/evenkeel\/SKILL\.md|llms\.txt|LICENSE|NOTICE|CITATION\.cff)$/;
  assert.deepEqual(
    paths.filter((path) => !allowed.test(path)),
    [],
  );
  for (const path of [
    "dist/index.js",
    "dist/index.cjs",
    "dist/types/index.d.mts",
    "dist/types/index.d.ts",
    "dist/evenkeel.single.js",
    "dist/notebooks/1-what-batch-norm-is.ipynb",
    "skills/evenkeel/SKILL.md",
    "LICENSE",
    "NOTICE",
  ]) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(statSync(tarball).size < 4.3e6, `${statSync(tarball).size} bytes`);
  const { dependencies, scripts } = JSON.parse(
    readFileSync(join(plain.folder, "node_modules/evenkeel/package.json"), "utf8"),
  );
  assert.equal(dependencies, undefined);
  for (const hook of ["preinstall", "install", "postinstall"]) assert.equal(scripts[hook], undefined, hook);
});

for (const made of projects) made.remove();
rmSync(temporary, { recursive: true });
console.log(failed === 0 ? "every consumer is served" : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
