/// <reference types="vite/client" />

import type { Tensor } from "evenkeel";
import * as library from "evenkeel";
import { expect, test } from "vitest";
import * as arrange from "../../src/functions/arrange.ts";
import * as combine from "../../src/functions/combine.ts";
import * as count from "../../src/functions/count.ts";
import * as einsum from "../../src/functions/einsum.ts";
import * as logarithms from "../../src/functions/elementary/logarithms.ts";
import * as trigonometry from "../../src/functions/elementary/trigonometry.ts";
import * as at from "../../src/functions/indexing/at.ts";
import * as put from "../../src/functions/indexing/put.ts";
import * as scatter from "../../src/functions/indexing/scatter.ts";
import * as logic from "../../src/functions/logic.ts";
import * as parts from "../../src/functions/parts.ts";
import * as products from "../../src/functions/products.ts";
import * as rounding from "../../src/functions/rounding.ts";
import * as statistics from "../../src/functions/statistics.ts";
import { curve } from "../../src/ops/curve.ts";
import { isFused, isOwn, type Op, ownPrimitive, readsOf } from "../../src/ops/op.ts";
import * as shape from "../../src/ops/shape.ts";
import { operations } from "./methods.ts";
import { cotangent, draw, rows } from "./ops.table.ts";

test("every operation that is a method of Tensor has a row", () => {
  const known = new Set(rows.map(({ op }) => op));
  expect(operations.filter((name) => !known.has(name))).toEqual([]);
});

test("every operation that is a function has a row", () => {
  const known = new Set(rows.map(({ op }) => op));
  const files = [combine, arrange, count, einsum, logic, parts, products, rounding, statistics];
  const functions = [...files, logarithms, trigonometry, at, put, scatter].flatMap((file) => Object.keys(file));
  functions.push("oneHot", "fullLike");
  expect(functions.filter((name) => !known.has(name) && name !== "indicesOf" && !name.endsWith("_"))).toEqual([]);
});

test("every record in src/ops is run by some row, forward or in a gradient of it", () => {
  const seen = new Set<Op>();
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
  const { records, makers } = exported();
  const names = new Set([...seen].filter((op) => !records.includes(op)).map(({ name }) => name));
  const isUnseen = (op: Op) => (records.includes(op) ? !seen.has(op) : !names.has(op.name));
  const unseen = [...records, ...makers].filter(isUnseen).map(({ name }) => name);
  expect(unseen.filter((name) => !withoutTape.has(name))).toEqual([]);
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

/** What some functions make their operation of, where numbers will not do. */
const partsOf = new Map<unknown, readonly unknown[]>([[shape.cat, [0, [1]]]]);

/** All operations on the tape behind a tensor. */
function collect(y: Tensor, seen: Set<Op>): void {
  const open = [y];
  const visited = new Set<Tensor>();
  for (let x = open.pop(); x !== undefined; x = open.pop()) {
    if (x.node === null || visited.has(x)) continue;
    visited.add(x);
    seen.add(x.node.op);
    open.push(...x.node.inputs);
  }
}

/** What the files of src/ops export: operations, and one of each that functions make. */
function exported(): { records: Op[]; makers: Op[] } {
  const files = import.meta.glob<Record<string, unknown>>("../../src/ops/**/*.ts", { eager: true });
  const values = Object.values(files).flatMap((file) => Object.values(file));
  const helpers: unknown[] = [curve, isFused, isOwn, ownPrimitive, readsOf];
  const made = values.filter((value) => typeof value === "function" && !helpers.includes(value));
  return {
    records: values.filter((value) => typeof value === "object") as Op[],
    makers: (made as ((...parts: unknown[]) => Op)[]).map((make) => make(...(partsOf.get(make) ?? [0, 1, 1, 1]))),
  };
}
