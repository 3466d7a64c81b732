import { type Dtype, Generator, grad, noGrad, rand, type Tensor, zeros, zerosLike } from "evenkeel";
import { gradcheck, gradgradcheck } from "evenkeel/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Node } from "../../src/autograd/tape.ts";
import { isFused, type Primitive } from "../../src/ops/op.ts";
import { expectClose, fromGolden } from "../close.ts";
import golden from "../golden/ops/ops.json" with { type: "json" };
import { keyOf } from "./cases.ts";
import { cotangent, draw, nameOf, type Row, rows, sizesOf } from "./ops.table.ts";

interface Answer {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly data: readonly (number | string)[];
  readonly gradients?: readonly (readonly (number | string)[])[];
}

const answers = golden.answers as Record<string, Answer>;
const smooth = rows.filter((row) => row.smooth !== false);

/** Free sizes and a seed. Values come from the seed: shrinking them would hunt for kinks and poles. */
const anyCase = (row: Row) => {
  const least = row.sizes === undefined ? 0 : 1;
  return fc.record({
    n: fc.integer({ min: least, max: 4 }),
    c: fc.integer({ min: Math.max(least, 1), max: 4 }),
    seed: fc.nat(1e6),
  });
};

const wanted = (inputs: readonly Tensor[]) => inputs.filter((x) => x.requiresGrad);

describe.each(rows.map((row) => [nameOf(row), row] as const))("%s", (name, row) => {
  describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
    test.each(sizesOf(row))(`equals PyTorch ${golden.torch}, values and gradients, at sizes %i, %i`, (n, c) => {
      const answer = answers[keyOf(name, [n, c], dtype)];
      const inputs = draw(row, [n, c], 1, dtype);
      const y = row.run(...inputs);
      expect(y.shape).toEqual(answer.shape);
      expect(y.dtype).toBe(answer.dtype);
      const tolerance = dtype === "float32" ? (row.single ?? 1e-6) : 1e-12;
      expectClose(y.data, fromGolden(answer.data), tolerance);
      if (answer.gradients === undefined) return;
      const gradients = grad(y, wanted(inputs), { gradOutput: cotangent(y), allowUnused: true });
      gradients.forEach((g, i) => {
        const expected = fromGolden((answer.gradients as Answer["data"][])[i]);
        expectClose(g?.data ?? new Float64Array(expected.length), expected, tolerance);
      });
    });
  });

  test("leaves its inputs as they are", () => {
    fc.assert(
      fc.property(anyCase(row), ({ n, c, seed }) => {
        const inputs = draw(row, [n, c], seed, "float32");
        const before = inputs.map((x) => x.clone().data);
        const y = row.run(...inputs);
        if (y.requiresGrad) y.backward(cotangent(y));
        inputs.forEach((x, i) => expect(x.data).toEqual(before[i]));
      }),
      { numRuns: 5 },
    );
  });

  test("records nothing under noGrad", () => {
    const y = noGrad(() => row.run(...draw(row, [2, 3], 1, "float32")));
    expect(y.requiresGrad).toBe(false);
    expect(y.isLeaf).toBe(true);
  });
});

describe.each(smooth.map((row) => [nameOf(row), row] as const))("%s", (_name, row) => {
  test("has the gradient that central differences have", () => {
    fc.assert(
      fc.property(anyCase(row), ({ n, c, seed }) => {
        expect(gradcheck(row.run, draw(row, [n, c], seed, "float64"))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  test("has the gradient of the gradient that central differences have", () => {
    fc.assert(
      fc.property(anyCase(row), ({ n, c, seed }) => {
        expect(gradgradcheck(row.run, draw(row, [n, c], seed, "float64"))).toBe(true);
      }),
      { numRuns: 5 },
    );
  });

  // Neither of the two above sees a recorded gradient that counts an input's own history twice.
  test("has the same gradient fast and recorded, for inputs that share history and random cotangents", () => {
    fc.assert(
      fc.property(anyCase(row), ({ n, c, seed }) => {
        const inputs = draw(row, [n, c], seed, "float64");
        const related = entangled(inputs);
        const y = row.run(...related);
        if (!y.requiresGrad) return;
        const gradOutput = rand(y.shape, { dtype: "float64", generator: new Generator().manualSeed(seed) }).sub(0.5);
        const options = { gradOutput, allowUnused: true } as const;
        const fast = grad(y, wanted(inputs), options);
        const recorded = grad(y, wanted(inputs), { ...options, createGraph: true });
        fast.forEach((g, i) => {
          if (g === null) expect(recorded[i]).toBeNull();
          else expectClose((recorded[i] as Tensor).data, g.data, 1e-10, 1e-14);
        });
      }),
      { numRuns: 10 },
    );
  });
});

/** The operation that a row ends with, and what it is applied to. */
function lastOf(row: Row): Node | null {
  return row.run(...draw(row, [2, 3], 3, "float64")).node;
}

const endsWith = (rule: (node: Node) => boolean) =>
  smooth
    .filter((row) => {
      const node = lastOf(row);
      return node !== null && rule(node);
    })
    .map((row) => [nameOf(row), row] as const);

describe.each(endsWith(({ op }) => isFused(op)))("%s", (_name, row) => {
  // Whoever has a `pull` replays no composite, and yet that is the definition.
  test("is what its composite is, with the same gradients of two orders", () => {
    fc.assert(
      fc.property(anyCase(row), ({ n, c, seed }) => {
        const y = row.run(...draw(row, [n, c], seed, "float64"));
        if (y.node === null || !isFused(y.node.op)) return;
        const { op, inputs } = y.node;
        const defined = op.composite(...inputs);
        expectClose(y.data, defined.data, 1e-10, 1e-14);
        const [own, wanted] = [y, defined].map((output) => ordersOf(output, inputs));
        own.forEach((g, i) => expectClose(g, wanted[i], 1e-9, 1e-12));
      }),
      { numRuns: 10 },
    );
  });
});

describe.each(endsWith(({ op, inputs }) => !isFused(op) && inputs.every((x) => x.isLeaf)))("%s", (_name, row) => {
  test("reads in its pullbacks no values but those that it says it needs", () => {
    const inputs = draw(row, [2, 3], 3, "float64");
    const y = row.run(...inputs);
    const clean = grad(y, wanted(inputs), { gradOutput: cotangent(y), allowUnused: true });
    const { needs } = (y.node as Node).op as Primitive;
    const spoil = (x: Tensor) => x.data.fill(x.dtype === "float64" ? Number.NaN : 0);
    if (needs === "output" || needs === "nothing") wanted(inputs).forEach(spoil);
    if (needs === "inputs" || needs === "nothing") spoil(y);
    const spoilt = grad(y, wanted(inputs), { gradOutput: cotangent(y), allowUnused: true });
    clean.forEach((g, i) => expect(spoilt[i]?.data).toEqual(g?.data));
  });
});

/** Each float input made from itself and the one before it, which is thus an input and behind another input too. */
function entangled(inputs: readonly Tensor[]): Tensor[] {
  let before: Tensor | null = null;
  return inputs.map((x) => {
    if (!x.requiresGrad) return x;
    const related: Tensor = before === null ? x.mul(1.001) : x.add(before.sum().mul(1e-3));
    before = related;
    return related;
  });
}

/** The gradients of `y` at what has one, and those of the sum of their squares. */
function ordersOf(y: Tensor, inputs: readonly Tensor[]): Tensor["data"][] {
  const targets = wanted(inputs);
  const orZero = (g: Tensor | null, i: number) => g ?? zerosLike(targets[i]);
  const options = { allowUnused: true, createGraph: true } as const;
  const first = grad(y, targets, { ...options, gradOutput: cotangent(y) }).map(orZero);
  const squares = first.reduce((sum, g) => sum.add(g.square().sum()), zeros([], { dtype: "float64" }));
  const second = squares.requiresGrad ? grad(squares, targets, options).map(orZero) : [];
  return [...first, ...second].map(({ data }) => data);
}
