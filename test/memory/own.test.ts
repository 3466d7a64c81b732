import type { Fused, Primitive, Tensor } from "evenkeel";
import { expect, test } from "vitest";
import { isOwn } from "../../src/ops/op.ts";
import { draw, nameOf, rows, sizesOf } from "../ops/ops.table.ts";

// What is not known as the library's own is walked without using memory again: right, but slow.

/** The names of the operations behind a tensor that are not the library's own. */
function foreignBehind(y: Tensor): string[] {
  const seen = new Set<Tensor>();
  const open = [y];
  const foreign: string[] = [];
  for (let x = open.pop(); x !== undefined; x = open.pop()) {
    if (seen.has(x) || x.node === null) continue;
    seen.add(x);
    if (!isOwn(x.node.op)) foreign.push(x.node.op.name);
    open.push(...x.node.inputs);
  }
  return foreign;
}

test.each(rows.map((row) => [nameOf(row), row] as const))("%s is made of the library's own operations", (_, row) => {
  const y = row.run(...draw(row, sizesOf(row)[0], 1, "float32"));
  expect(foreignBehind(y)).toEqual([]);
});

test("nothing else is: no value, no class, no copy of what they show", () => {
  const primitive: Primitive = { name: "mine", forward: (k, x) => k.copy(x), vjp: [(g) => g] };
  const fused: Fused<null> = {
    name: "mine",
    composite: (x) => x,
    forward: (k, x) => [k.copy(x), null],
    backward: () => [null],
  };
  class Operation {}
  for (const op of [primitive, fused, Operation as unknown as Primitive, JSON.parse(JSON.stringify(primitive))]) {
    expect(isOwn(op)).toBe(false);
  }
});
