import * as library from "evenkeel";
import { type Primitive, Tensor } from "evenkeel";
import { expect, test } from "vitest";
import * as batchNorm from "../../src/ops/batchNorm.ts";
import * as crossEntropy from "../../src/ops/crossEntropy.ts";
import * as elementwise from "../../src/ops/elementwise.ts";
import * as indexing from "../../src/ops/indexing.ts";
import * as matmul from "../../src/ops/matmul.ts";
import * as reduce from "../../src/ops/reduce.ts";
import * as shape from "../../src/ops/shape.ts";
import { cotangent, draw, rows } from "./ops.table.ts";

/** Methods of a tensor that are no operations: they have tests of their own. */
const noOperations = new Set(
  `constructor numel item toArray toString backward accumulate detach retainGrad registerHook refuseWithoutGrad apply
   wrap sumToSize meeting binary expanded floated reduceOver varianceOver best inOrder alongDim refuseEmpty
   refuseInPlace refuseRandom become triangle indexMask add_ sub_ mul_ div_ copy_ fill_ zero_ lerp_ uniform_ normal_
   exponential_ bernoulli_`.split(/\s+/),
);

test("every operation that is a method of Tensor has a row", () => {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
    .filter(([name, { value }]) => typeof value === "function" && !noOperations.has(name))
    .map(([name]) => name);
  const known = new Set(rows.map(({ op }) => op));
  expect(methods.filter((name) => !known.has(name))).toEqual([]);
});

test("every operation that is a function has a row", () => {
  const known = new Set(rows.map(({ op }) => op));
  const functions = ["cat", "stack", "where", "maximum", "minimum", "oneHot"];
  expect(functions.filter((name) => !(name in library))).toEqual([]);
  expect(functions.filter((name) => !known.has(name))).toEqual([]);
});

test("every record in src/ops is run by some row, forward or in a gradient of it", () => {
  const seen = new Set<string>();
  for (const row of rows) {
    const inputs = draw(row, [2, 3], 1, "float32");
    const y = row.run(...inputs);
    collect(y, seen);
    if (!y.requiresGrad) continue;
    const targets = inputs.filter((x) => x.requiresGrad);
    const gradients = library.grad(y, targets, {
      gradOutput: Object.assign(cotangent(y), { requiresGrad: true }),
      createGraph: true,
      allowUnused: true,
    });
    for (const g of gradients) if (g !== null) collect(g, seen);
  }
  const unseen = exportedNames().filter((name) => !seen.has(name) && !withoutTape.has(name));
  expect(unseen).toEqual([]);
});

/** Operations whose outputs are never recorded: rows that compare or find positions run them. */
const withoutTape = new Set([
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "argmax",
  "argmin",
  "any",
  "all",
  "argsort",
  "nonzero",
]);

/** The names of all operations on the tape behind a tensor. */
function collect(y: Tensor, seen: Set<string>): void {
  const open = [y];
  const visited = new Set<Tensor>();
  for (let x = open.pop(); x !== undefined; x = open.pop()) {
    if (x.node === null || visited.has(x)) continue;
    visited.add(x);
    seen.add(x.node.op.name);
    open.push(...x.node.inputs);
  }
}

/** The name of every operation that src/ops exports, those made by functions among them. */
function exportedNames(): string[] {
  const files = [batchNorm, crossEntropy, elementwise, indexing, matmul, reduce, shape];
  return files.flatMap((file) =>
    Object.values(file as Record<string, unknown>).map((value) => {
      if (typeof value !== "function") return (value as Primitive).name;
      const make = value as (...parts: unknown[]) => Primitive;
      return make(...(value === shape.cat ? [0, [1]] : [0, 1, 1, 1])).name;
    }),
  );
}
