import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumOptions } from "./scripts/docs/chromium.ts";
import { otherCopy } from "./test/copies/plugin.ts";
import { docExamples } from "./test/docs/plugin.ts";
import { broken } from "./test/mutants/broken.ts";
import { marked } from "./test/mutants/marked.ts";
import { switched } from "./test/mutants/switched.ts";

const src = fileURLToPath(new URL("src", import.meta.url));

/** Tests of the unit project that run in the browser too. */
const alsoInBrowser = [
  "test/{analysis,autograd,compiled,data,functions,nn,ops,optim,tensor,testing}/**/*.test.ts",
  "test/kernels/{accuracy,crossEntropy,elementwise,optimizer,random,reduce,relaxed,softmax,wasm}.test.ts",
  "test/random/{boxMuller32,draws,fma,golden,libm}.test.ts",
];

/**
 * Files of a worker share their modules, as a program does: to load the library for each takes a third of the time. Not where one
 * source after another is broken.
 */
const isolate = process.env.ISOLATED !== undefined;

/**
 * What waits for nothing may still be slow on a machine that is busy with other things; where that would count as a failure that was
 * looked for, it has longer.
 */
const testTimeout = isolate ? 300_000 : 60_000;

/** What breaks src for `npm run mutants`, or records which of its functions the tests run. */
const records = process.env.TOUCHED !== undefined;
const switches = process.env.SWITCHED !== undefined;
const watched = () => (switches ? [switched()] : records ? [marked()] : [broken()]);
const recording = records ? ["test/mutants/record.ts"] : [];
const running = switches ? { runner: "test/mutants/switchRunner.ts" } : {};

/** What takes long and has more than one way to say the same: a project of its own, which CI runs too. */
const long = [
  "test/copies/*.test.ts",
  "test/docs/pictures/true.test.ts",
  "test/examples/{course,demo}.test.ts",
  "test/examples/experiments.test.ts",
  "test/io/killed.test.ts",
  "test/io/logging/{manyRows,recipes}.test.ts",
  "test/lab/runs.test.ts",
  "test/memory/copies.test.ts",
  "test/random/boxMuller32.test.ts",
  "test/sweep/{experiment,pool}.test.ts",
  "test/tensor/limits.test.ts",
];

/** What needs a redis-server: `npm run test:redis`. */
const redis = ["test/sweep/redis/*.test.ts"];

/** What looks where memory lies, or how much of it is kept: what other files have left there would count. */
const alone = [
  "test/faults/faults.test.ts",
  "test/kernels/{crossEntropy,reduce}.test.ts",
  "test/kernels/memory/*.test.ts",
  "test/memory/*.test.ts",
];

const chromium = playwright({ launchOptions: chromiumOptions });

export default defineConfig({
  resolve: {
    alias: [
      { find: /^evenkeel$/, replacement: `${src}/index.ts` },
      { find: /^evenkeel\/(.*)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
  test: {
    maxWorkers: availableParallelism(),
    coverage: {
      provider: "v8",
      include: ["src/**"],
      exclude: ["src/kernels/assembly/**", "**/*.generated.ts"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 95, branches: 90 },
    },
    projects: [
      {
        extends: true,
        plugins: [otherCopy(), docExamples(), ...watched()],
        test: {
          name: "unit",
          testTimeout,
          isolate,
          ...running,
          setupFiles: switches ? [] : ["test/leavesAsFound.ts", ...recording],
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", ...long, ...redis, ...alone],
          typecheck: { enabled: true, include: ["test/**/*.test-d.ts"], ignoreSourceErrors: true },
        },
      },
      {
        extends: true,
        plugins: [otherCopy(), ...watched()],
        test: { name: "alone", testTimeout, ...running, setupFiles: recording, include: alone, exclude: long },
      },
      {
        extends: true,
        plugins: watched(),
        test: {
          name: "plain loops",
          testTimeout,
          isolate,
          ...running,
          include: [
            "test/{autograd,data,functions,nn,ops,optim,random,tensor,testing}/**/*.test.ts",
            "test/compiled/training.test.ts",
          ],
          // Both are about no kernels, and take long.
          exclude: ["test/random/boxMuller32.test.ts", "test/tensor/limits.test.ts"],
          setupFiles: ["test/plainLoops.ts", ...recording],
        },
      },
      {
        extends: true,
        plugins: [otherCopy(), docExamples(), ...watched()],
        test: { name: "long", testTimeout, ...running, setupFiles: recording, include: long },
      },
      {
        extends: true,
        test: { name: "redis", testTimeout, include: redis, maxConcurrency: 16 },
      },
      {
        extends: true,
        test: {
          name: "inverted",
          testTimeout,
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", ...redis, "test/{copies,docs}/examples.test.ts"],
          setupFiles: ["test/inverted.ts"],
        },
      },
      {
        extends: true,
        // Cross-origin isolation, without which there is no shared memory.
        server: {
          headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
        },
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts", ...alsoInBrowser],
          // They read sources, draw with packages that a notebook finds by their names, or collect what is garbage.
          exclude: [
            "test/analysis/declarations.test.ts",
            "test/analysis/measuring/display.test.ts",
            "test/compiled/held.test.ts",
          ],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: chromium,
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
