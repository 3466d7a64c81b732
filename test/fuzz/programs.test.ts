import { cat, Generator, grad, randn, type Tensor, TensorError, tensor } from "evenkeel";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Plain } from "./reference.ts";
import * as reference from "./reference.ts";
import { numRuns, patience } from "./runs.ts";

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

const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const inputs = fc.array(
  shapes.chain((shape) =>
    fc
      .array(fc.double({ min: -2, max: 2, noNaN: true }), {
        minLength: shape.reduce((a, b) => a * b, 1),
        maxLength: shape.reduce((a, b) => a * b, 1),
      })
      .map((data): Plain => ({ shape, data })),
  ),
  { minLength: 1, maxLength: 3 },
);
const program = fc.array(fc.tuple(steps, fc.nat(20), fc.nat(20)), { maxLength: 12 });

const ownOf = ({ shape, data }: Plain) =>
  tensor([...data], { dtype: "float64", requiresGrad: true }).reshape([...shape]);

test("programs of operations compute what the simplest interpreter computes, or refuse what it refuses", {
  timeout: patience,
}, () => {
  fc.assert(
    fc.property(inputs, program, (given, lines) => {
      const plains = [...given];
      const owns = given.map(ownOf);
      const before = owns.map(({ data }) => Array.from(data));
      for (const [{ name, own, plain }, i, j] of lines) {
        const [a, b] = [i % plains.length, j % plains.length];
        const expected = plain(plains[a], plains[b]);
        if (expected !== null && expected.data.length > 2000) continue;
        const made = attempt(() => own(owns[a], owns[b]));
        if (expected === null) {
          expect(made, `${name} on ${owns[a].shape} and ${owns[b].shape}`).toBeNull();
          continue;
        }
        if (made === null) throw new Error(`${name} of [${owns[a].shape}] and [${owns[b].shape}] is refused`);
        expect(made.shape, name).toEqual(expected.shape);
        for (const [k, value] of expected.data.entries()) expect(isClose(Number(made.data[k]), value), name).toBe(true);
        plains.push(expected);
        owns.push(made);
      }
      // Whatever was computed, inputs are as they were, and gradients reach them.
      for (const [i, values] of before.entries()) expect(Array.from(owns[i].data)).toEqual(values);
      const last = owns[owns.length - 1];
      const gradients = grad(last.sum(), owns.slice(0, given.length), { allowUnused: true });
      for (const [i, g] of gradients.entries()) if (g !== null) expect(g.shape).toEqual(owns[i].shape);
    }),
    { numRuns: numRuns(4000) },
  );
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
  const smooth = program.map((lines) => lines.filter(([{ name }]) => !/maximum|abs|relu/.test(name)).slice(0, 6));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), smooth, (seed, lines) => {
      const generator = new Generator().manualSeed(seed);
      const x = randn([2, 2], { generator, dtype: "float64" });
      const direction = randn([2, 2], { generator, dtype: "float64" });
      const run = (at: Tensor): Tensor => {
        const values = [at];
        for (const [{ own }, i, j] of lines) {
          const made = attempt(() => own(values[i % values.length], values[j % values.length]));
          if (made !== null && made.numel() < 500) values.push(made);
        }
        return values[values.length - 1].sin().sum();
      };
      const leaf = x.clone();
      leaf.requiresGrad = true;
      const [g] = grad(run(leaf), [leaf], { allowUnused: true });
      const slope = g === null ? 0 : g.mul(direction).sum().item();
      const h = 1e-6;
      const difference = (run(x.add(direction.mul(h))).item() - run(x.sub(direction.mul(h))).item()) / (2 * h);
      if (!Number.isFinite(difference)) return; // the mean of nothing
      expect(Math.abs(slope - difference)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
    }),
    { numRuns: numRuns(1500) },
  );
});
