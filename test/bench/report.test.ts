import { expect, test } from "vitest";
import { Unmeasured } from "./contender.ts";
import { ratioOf, withSection, wrap } from "./format.ts";
import type { Measurements } from "./measure.ts";
import { operationsHeading, operationsSection } from "./operations/section.ts";
import { analysesHeading, analysesSection } from "./parts/analyses.ts";
import { type Results, report } from "./report.ts";
import { multiplyAdds, type WorkloadName, workloads } from "./workloads.ts";

const took = (microseconds: number) => ({ microseconds, fastest: microseconds, each: [microseconds], spread: 0.1 });

const compiled = "evenkeel, compiled";
const tables = new Map<WorkloadName, Measurements>([
  [
    "A",
    new Map([
      ...Object.entries({ evenkeel: took(100), [compiled]: took(75), PyTorch: took(200), "jax-js": took(499) }),
    ]),
  ],
  ["layered", new Map([...Object.entries({ evenkeel: took(110), [compiled]: { ...took(76), inSteps: 1.019 } })])],
  ["C", new Map([...Object.entries({ evenkeel: took(4000), PyTorch: took(1000) })])],
  ["D2", new Map([["evenkeel", new Unmeasured("it has no threads")]])],
  [
    "hvp",
    new Map([
      ...Object.entries({
        evenkeel: { ...took(700), inSteps: 5.5 },
        [compiled]: { ...took(500), inSteps: 4.01 },
        PyTorch: took(800),
      }),
    ]),
  ],
  // 50 GFLOP/s.
  ["limit", new Map([["evenkeel", took((2 * multiplyAdds(workloads.limit)) / 50e3)]])],
]);
const results: Results = {
  names: ["evenkeel", compiled, "PyTorch", "jax-js"],
  versions: new Map([
    ["evenkeel", "1.0.0"],
    [compiled, "1.0.0"],
  ]),
  tables,
  series: new Map([["batch", [new Map([["PyTorch", new Unmeasured("refused")]]), new Map([["PyTorch", took(7)]])]]]),
  profiles: new Map([
    [
      "A",
      {
        shares: { products: 0.65, sums: 0.25, "arrays for results": 0.1, crumbs: 0.001 },
        withinWebAssembly: 0.5,
        microseconds: 110,
      },
    ],
  ]),
  analyses: [
    { parameters: 10, what: "a look", ratio: 2, unit: "gradients", target: 5 },
    { parameters: 10, what: "another", ratio: 1.6, unit: "its passes", target: 1.5 },
  ],
  operations: [
    { name: "pow", shapes: [[8, 8], []], pass: "forward", microseconds: 4, ratio: 2.5, target: null, profile: null },
    {
      ...{ name: "topk", shapes: [[8]], pass: "gradients", microseconds: 900, ratio: 12, target: null },
      profile: {
        shares: { reduce: 0.2, "arrays for results": 0.5, "garbage collection": 0.3 },
        withinWebAssembly: 0.1,
      },
    },
    {
      ...{
        name: "`outer` of two",
        shapes: [[1000], [1000]],
        pass: "forward",
        microseconds: 900,
        ratio: 3.5,
        target: 3,
      },
      profile: { shares: { "other kernels": 0.9, "copies to and from WebAssembly": 0.1 }, withinWebAssembly: 0.4 },
    },
  ],
  isComplete: true,
};
const page = report(results);

test("each target is met, missed or not measured", () => {
  expect(page).toContain("| A: times PyTorch's | at most 0.5 | 0.5 | met |");
  expect(page).toContain("| C: times PyTorch's | at most 1.3 | 4 | missed |");
  expect(page).toContain("| D, two threads each: times PyTorch's | at most 1 | – | not measured |");
  expect(page).toContain("| A: jax-js's time in times evenkeel's | at least 5 | 4.99 | missed |");
  expect(page).toContain("| Hessian times a vector on A: in steps of A | at most 6 | 5.5 | met |");
  expect(page).toContain("| … in its own steps of A | 5.5 | 4 | – | – |");
});

test("what is compiled has a column, and targets, of its own", () => {
  expect(page).toContain("|  | evenkeel | evenkeel, compiled | PyTorch | jax-js |");
  expect(page).toContain("| **A** 30-200-27, batch 32 | 100 (0.5 ×) | 75 (0.38 ×) | 200 | 499 (2.5 ×) |");
  expect(page).toContain("| **A** in a module that calls its layers | 110 | 76 | – | – |");
  expect(page).toContain("| A, compiled: times PyTorch's | at most 0.37 | 0.375 | missed |");
  expect(page).toContain("| A, compiled: jax-js's time in times evenkeel's | at least 10 | 6.65 | missed |");
  expect(page).toContain(
    "| Hessian times a vector on A, compiled: in steps of A as it is written | at most 4 | 4.01 | missed |",
  );
  expect(page).toContain("| A layer by layer, compiled: in compiled steps of A | at most 1.02 | 1.02 | met |");
  expect(page).toContain("Compiled, it takes 0.38 to 0.38 times as long.");
  expect(page.split("1.0.0")).toHaveLength(2);
  // Half of a step as it is written is arithmetic, which is the same.
  expect(page).toContain("| A, compiled: times PyTorch's | at most 0.37 | 0.375 | 0.25 | – | what else there is |");
});

test("operations are counted, the slowest first, those that are named by themselves", () => {
  expect(page).toContain("| at most 3 times PyTorch's time | nine in ten | 1, 50 % | missed |");
  expect(page).toContain("| above 10 times | none | 1 | missed |");
  const [slow, fast] = [
    "| `topk` | [8] | gradients too | 900 | 12 × | 80 % | 10 % |",
    "| `pow` | [8, 8] [] | the result | 4 | 2.5 × |  |  |",
  ];
  expect(page).toContain(`${slow}\n${fast}`);
  expect(page).toContain("| `outer` of two | [1000] [1000] | the result | 900 | 3.5 × | 3 × | missed | 10 % | 40 % |");
  expect(page).toContain("| arrays for results, and copies to and from WebAssembly | 1 | 1 |");
  expect(page).toContain("| arithmetic within WebAssembly | 0 | 0 |");
});

test("analyses have a section of their own, which can be written by itself", () => {
  expect(page).toContain("| a look, in gradients | 2 × | 5 × | met |");
  expect(page).toContain("| another, in its passes | 1.6 × | 1.5 × | missed |");
  const section = analysesSection(results.analyses).map(wrap).join("\n\n");
  expect(withSection(page, analysesHeading, section)).toBe(page);
  const without = report({ ...results, analyses: [], operations: [] });
  expect(without).not.toContain("## Analyses");
  const operations = operationsSection(results.operations).map(wrap).join("\n\n");
  expect(withSection(withSection(without, analysesHeading, section), operationsHeading, operations)).toBe(page);
});

test("a machine that is slow for a while does not change a ratio", () => {
  const busy = (factor: number) => ({ ...took(7), each: [1, 1, 9, 9, 9].map((slow) => factor * slow) });
  expect(ratioOf(busy(2), { ...took(7), each: [1, 1, 9, 9, 1] })).toBe(2);
});

test("what is out of reach is computed from the limit", () => {
  // C multiplies and adds 128 · (2 · 784 · 256 + 3 · 256 · 256 + 3 · 256 · 10) times.
  expect(multiplyAdds(workloads.C)).toBe(77_529_088);
  expect(page).toContain("| C | 78 | 3,100 (78 %) | 4,000 | 3.1 × | 1.3 |");
  expect(page).toMatch(/a\s+ratio\s+below\s+3\.1\s+on\s+C\s+\(the\s+target\s+is\s+1\.3\)\./);
});

test("what is missed has what would be reached without all else", () => {
  // Half of the time is arithmetic, and a tenth arrays.
  expect(page).toContain(
    "| A: jax-js's time in times evenkeel's | at least 5 | 4.99 | 9.98 | 8.32 | what else there is |",
  );
  expect(page).toContain("| C: times PyTorch's | at most 1.3 | 4 | – | – | not known |");
});

test("two threads can at best halve the arithmetic of one", () => {
  const two = report({
    ...results,
    tables: new Map([
      ["D", new Map([...Object.entries({ evenkeel: took(800), PyTorch: took(900) })])],
      ["D2", new Map([...Object.entries({ evenkeel: took(600), PyTorch: took(500) })])],
    ]),
    profiles: new Map([["D", { shares: {}, withinWebAssembly: 0.9, microseconds: 800 }]]),
  });
  expect(two).toContain("| D, two threads each: times PyTorch's | at most 1 | 1.2 | 0.72 | – | what else there is |");
});

test("profiles leave crumbs out, and what is missing has its reason once", () => {
  expect(page).toContain(
    "| products | 65 % |\n| sums | 25 % |\n| arrays for results | 10 % |\n| a step in that process, µs | 110 |",
  );
  expect(page).toContain("| of these within WebAssembly, µs | 55 |\n| that alone, to PyTorch's step | 0.25 × |");
  expect(page).toContain("- **evenkeel**: it has no threads (D2)");
  expect(page).toContain("n = 1 has no time: batch norm in training needs more than one example.");
  expect(page).not.toContain("refused");
});

test("nothing measured is a page too", () => {
  const nothing = report({
    analyses: [],
    operations: [],
    isComplete: false,
    names: ["evenkeel"],
    versions: new Map(),
    tables: new Map(),
    series: new Map(),
    profiles: new Map(),
  });
  expect(nothing).toContain("PyTorch was not measured");
  expect(nothing).not.toContain("## Targets");
});
