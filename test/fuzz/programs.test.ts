import { createHash } from "node:crypto";
import {
  bernoulli,
  cat,
  full,
  Generator,
  grad,
  randn,
  setNumThreads,
  stack,
  type Tensor,
  TensorError,
  tensor,
} from "evenkeel";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { binary as module } from "../../src/kernels/wasm/module.generated.ts";
import { crewFor } from "../../src/kernels/wasm/threads/sharing.ts";
import type { Plain } from "./reference.ts";
import * as reference from "./reference.ts";
import { numRuns, patience } from "./runs.ts";
import { countServed, expectShares, withArena } from "./served.ts";
import { cubeOf, largeSizes, largeThresholds, matrixOf, productSizes, sizes, threadedSizes } from "./sizes.ts";

let counting: ReturnType<typeof countServed>;
beforeEach(() => {
  counting = countServed();
});
afterEach(() => counting.end());

/** One step of a program: what it does with tensors that are there, by the library and by the reference. */
interface Step {
  readonly name: string;
  readonly own: (a: Tensor, b: Tensor) => Tensor;
  readonly plain: (a: Plain, b: Plain) => Plain | null;
}

const dim = fc.integer({ min: -4, max: 3 });
const size = fc.integer({ min: -1, max: 4 });

const binary = (name: "add" | "sub" | "mul" | "maximum", of: (x: number, y: number) => number): fc.Arbitrary<Step> =>
  fc.constant({
    name,
    own: (a: Tensor, b: Tensor) => (name === "maximum" ? a.maximum(b) : a[name](b)),
    plain: (a: Plain, b: Plain) => reference.binary(a, b, of),
  });
const unary = (name: "tanh" | "neg" | "abs" | "relu" | "sin", of: (x: number) => number): fc.Arbitrary<Step> =>
  fc.constant({ name, own: (a: Tensor) => a[name](), plain: (a: Plain) => reference.unary(a, of) });
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const steps: fc.Arbitrary<Step> = fc.oneof(
  binary("add", (x, y) => x + y),
  binary("sub", (x, y) => x - y),
  binary("mul", (x, y) => x * y),
  binary("maximum", Math.max),
  unary("tanh", Math.tanh),
  unary("neg", (x) => -x),
  unary("abs", Math.abs),
  unary("relu", (x) => Math.max(0, x)),
  unary("sin", Math.sin),
  fc.tuple(dim, fc.boolean()).map(([d, keepdim]) => ({
    name: `sum(${d}, ${keepdim})`,
    own: (a: Tensor) => a.sum(d, { keepdim }),
    plain: (a: Plain) => (a.shape.length === 0 ? scalarOrNull(a, d) : reference.reduce(a, d, keepdim, sum)),
  })),
  fc.tuple(dim, fc.boolean()).map(([d, keepdim]) => ({
    name: `mean(${d}, ${keepdim})`,
    own: (a: Tensor) => a.mean(d, { keepdim }),
    plain: (a: Plain) =>
      a.shape.length === 0
        ? scalarOrNull(a, d)
        : reference.reduce(a, d, keepdim, (values) => sum(values) / values.length),
  })),
  fc.tuple(dim, dim).map(([p, q]) => ({
    name: `transpose(${p}, ${q})`,
    own: (a: Tensor) => a.transpose(p, q),
    plain: (a: Plain) =>
      a.shape.length === 0 ? scalarOrNull(a, p) && scalarOrNull(a, q) : reference.transpose(a, p, q),
  })),
  fc.array(size, { maxLength: 3 }).map((shape) => ({
    name: `reshape(${shape})`,
    own: (a: Tensor) => a.reshape(shape),
    plain: (a: Plain) => reference.reshape(a, shape),
  })),
  fc.constant({ name: "matmul", own: (a: Tensor, b: Tensor) => rows(a).matmul(rows(b)), plain: reference.matmul }),
  dim.map((d) => ({
    name: `cat(${d})`,
    own: (a: Tensor, b: Tensor) => cat([a, b], d),
    plain: (a: Plain, b: Plain) => reference.cat(a, b, d),
  })),
  fc.tuple(dim, fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })).map(([d, from, to]) => ({
    name: `slice(${d}, ${from}, ${to})`,
    own: (a: Tensor) => a.slice(d, from, to),
    plain: (a: Plain) => reference.slice(a, d, from, to),
  })),
  dim.map((d) => ({
    name: `unsqueeze(${d})`,
    own: (a: Tensor) => a.unsqueeze(d),
    plain: (a: Plain) => reference.unsqueeze(a, d),
  })),
);

/** A number has the dimensions −1 and 0, as PyTorch has it. */
const scalarOrNull = (a: Plain, d: number): Plain | null => (d === 0 || d === -1 ? a : null);

/** `matmul` takes other than matrices as well, which the reference does not know. */
function rows(x: Tensor): Tensor {
  if (x.ndim === 2) return x;
  throw new TensorError("matmul", { expected: "a matrix", got: "another" });
}

/** What a program begins with. */
interface Given {
  readonly inputs: readonly Plain[];
  /** So many elements no step may make. */
  readonly most: number;
}

/** Small tensors, as fast-check likes them: with zeros, and numbers at the edges. */
const small: fc.Arbitrary<Given> = fc
  .array(
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).chain((shape) =>
      fc
        .array(fc.double({ min: -2, max: 2, noNaN: true }), {
          minLength: shape.reduce((a, b) => a * b, 1),
          maxLength: shape.reduce((a, b) => a * b, 1),
        })
        .map((data): Plain => ({ shape, data })),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((inputs) => ({ inputs, most: 2000 }));

const wavesOf = (shape: readonly number[], seed: number): Plain => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 2 * Math.sin(seed + 7 * i)),
});

/** Tensors of so many elements, and what is spread over them. */
const sized = (elements: readonly number[]): fc.Arbitrary<Given> =>
  fc.tuple(fc.constantFrom(...elements), fc.boolean(), fc.nat(1000)).map(([size, isFlat, seed]) => {
    const [rows, columns] = matrixOf(size);
    const shapes = isFlat ? [[size], [size], [1]] : [[rows, columns], [columns], [rows, columns]];
    return { inputs: shapes.map((shape, i) => wavesOf(shape, seed + i)), most: 4 * size };
  });

/** Matrices whose product takes so many multiplications, and a row to add. */
const products: fc.Arbitrary<Given> = fc
  .tuple(fc.constantFrom(...productSizes), fc.nat(1000))
  .map(([size, seed]): Given => {
    const [m, k, n] = cubeOf(size);
    const shapes = [[m, k], [k, n], [n]];
    return { inputs: shapes.map((shape, i) => wavesOf(shape, seed + i)), most: size };
  });

const lines = fc.array(fc.tuple(steps, fc.nat(20), fc.nat(20)), { maxLength: 12 });

const ownOf = ({ shape, data }: Plain) =>
  tensor([...data], { dtype: "float64", requiresGrad: true }).reshape([...shape]);

/** The most elements that two tensors may have where they meet. */
function meetingSize(a: Plain, b: Plain): number {
  const [p, q] = [a, b].map(({ shape }) => shape.toReversed());
  return Array.from({ length: Math.max(p.length, q.length) }, (_, i) => Math.max(p[i] ?? 1, q[i] ?? 1)).reduce(
    (size, length) => size * length,
    1,
  );
}

type Line = readonly [step: Step, a: number, b: number];

/** Fails unless the library computes what the interpreter does, refuses what it refuses, and leaves its inputs alone. */
function expectAlike({ inputs, most }: Given, program: readonly Line[]): void {
  const plains = [...inputs];
  const owns = inputs.map(ownOf);
  const before = owns.map(({ data }) => Array.from(data));
  for (const [{ name, own, plain }, i, j] of program) {
    const [a, b] = [i % plains.length, j % plains.length];
    if (meetingSize(plains[a], plains[b]) > most) continue;
    const expected = plain(plains[a], plains[b]);
    if (expected !== null && expected.data.length > most) continue;
    const made = attempt(() => own(owns[a], owns[b]));
    if (expected === null) {
      expect(made, `${name} on ${owns[a].shape} and ${owns[b].shape}`).toBeNull();
      continue;
    }
    if (made === null) throw new Error(`${name} of [${owns[a].shape}] and [${owns[b].shape}] is refused`);
    expect(made.shape, name).toEqual(expected.shape);
    const { data } = made;
    const wrong = expected.data.findIndex((value, k) => !isClose(Number(data[k]), value));
    expect(wrong, `${name} of [${owns[a].shape}] and [${owns[b].shape}]: an element`).toBe(-1);
    plains.push(expected);
    owns.push(made);
  }
  // Whatever was computed, inputs are as they were, and gradients reach them.
  const last = owns[owns.length - 1];
  const gradients = grad(last.sum(), owns.slice(0, inputs.length), { allowUnused: true });
  for (const [i, g] of gradients.entries()) if (g !== null) expect(g.shape).toEqual(owns[i].shape);
  for (const [i, values] of before.entries()) expect(Array.from(owns[i].data)).toEqual(values);
}

test("programs of operations compute what the simplest interpreter computes, or refuse what it refuses", {
  timeout: patience,
}, () => {
  const given = fc.oneof(
    { weight: 3, arbitrary: small },
    { weight: 2, arbitrary: sized(sizes) },
    { weight: 1, arbitrary: products },
  );
  fc.assert(
    fc.property(given, lines, fc.boolean(), (tensors, program, isFull) =>
      withArena(isFull, () => expectAlike(tensors, program)),
    ),
    { numRuns: numRuns(4000) },
  );
  for (const size of sizes) expect(counting.served.sizes).toContain(size);
  expectShares(counting.served, { usedAgain: 0.01, inArena: 0.01, simd: 0.1 });
});

test("so do those of large tensors", { timeout: patience }, () => {
  const few = lines.map((list) => list.slice(0, 4));
  fc.assert(
    fc.property(sized(largeSizes), few, fc.boolean(), (tensors, program, isFull) => {
      withArena(isFull, () => expectAlike(tensors, program));
    }),
    { numRuns: 40 },
  );
  expectShares(counting.served, { usedAgain: 0.01, inArena: 0.01, simd: 0.3 });
});

/** What was made, or null for what the library refuses; every other error is one of the library. */
function attempt(run: () => Tensor): Tensor | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof TensorError) return null;
    throw error;
  }
}

const isClose = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-9 * (1 + Math.abs(b));

test("gradients of programs are those of finite differences", { timeout: patience }, () => {
  const smooth = lines.map((list) => list.filter(([{ name }]) => !/maximum|abs|relu/.test(name)).slice(0, 6));
  const shape = fc.oneof(fc.constant([2, 2] as const), fc.constantFrom(...sizes).map(matrixOf));
  const counts = { judged: 0, all: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), shape, smooth, fc.boolean(), (seed, shape, program, isFull) => {
      const generator = new Generator().manualSeed(seed);
      const x = randn([...shape], { generator, dtype: "float64" });
      const towards = randn([...shape], { generator, dtype: "float64" });
      const direction = towards.div(towards.norm());
      const most = Math.max(500, 2 * x.numel());
      const run = (at: Tensor): Tensor => {
        const values = [at];
        for (const [{ own }, i, j] of program) {
          const made = attempt(() => own(values[i % values.length], values[j % values.length]));
          if (made !== null && made.numel() < most) values.push(made);
        }
        return values[values.length - 1].sin().sum();
      };
      const leaf = x.clone();
      leaf.requiresGrad = true;
      const [g] = withArena(isFull, () => grad(run(leaf), [leaf], { allowUnused: true }));
      const slope = g === null ? 0 : g.mul(direction).sum().item();
      const differenceBy = (h: number) =>
        (run(x.add(direction.mul(h))).item() - run(x.sub(direction.mul(h))).item()) / (2 * h);
      const [difference, wider] = [differenceBy(1e-6), differenceBy(2e-6)];
      if (!Number.isFinite(difference)) return; // the mean of nothing
      counts.all++;
      if (Math.abs(difference - wider) > 2e-5 * (1 + Math.abs(difference))) return; // too steep to tell
      counts.judged++;
      expect(Math.abs(slope - difference)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
    }),
    { numRuns: numRuns(1500) },
  );
  expect(counts.judged / counts.all).toBeGreaterThan(0.9);
  expectShares(counting.served, { usedAgain: 0.01, inArena: 0.01, simd: 0.1 });
});

test("lists around the longest that an operation takes are joined in their order", () => {
  for (const length of [-1, 0, 1].map((more) => largeThresholds["base/shapes.ts mostInputs"] + more)) {
    const parts = Array.from({ length }, (_, i) => tensor([i, 0 - i]));
    expect(Array.from(cat(parts).data)).toEqual(parts.flatMap((_, i) => [i, 0 - i]));
    expect(stack(parts).shape).toEqual([length, 2]);
  }
});

test.each(["random/bernoulli.ts block", "random/exponential.ts block"] as const)(
  "numbers drawn around the %s are the first of those of a longer draw",
  (name) => {
    const draw = (size: number) => {
      const generator = new Generator().manualSeed(size % 2);
      const x = full([size], 0.5, { dtype: "float64" });
      return name.includes("bernoulli") ? bernoulli(x, { generator }) : x.exponential_(1, { generator });
    };
    for (const more of [-1, 0, 1]) {
      const size = largeThresholds[name] + more;
      const [short, long] = [draw(size), draw(size + 2 * largeThresholds[name])];
      expect(Array.from(short.data)).toEqual(Array.from(long.data.subarray(0, size)));
    }
  },
);

test("products around the size from which threads share them have the bits of one thread", async () => {
  const given = threadedSizes.map(cubeOf).map(([m, k, n]) => [randn([m, k]), randn([k, n])] as const);
  const bits = () => given.map(([a, b]) => createHash("sha256").update(a.matmul(b).data).digest("hex"));
  const alone = bits();
  try {
    setNumThreads(2);
    await vi.waitUntil(() => crewFor(module) !== null, { timeout: 30_000 });
    expect(bits()).toEqual(alone);
  } finally {
    setNumThreads(1);
  }
  expect(counting.served.shared).toBe(2); // not the one that is smaller by one
});
