import * as evenkeel from "evenkeel";
import { Generator, grad, rand, randint, randn, type Tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { draw, nameOf, type Row, rows, sizesOf } from "../ops/ops.table.ts";
import { expectAlike, expectEager, expectReplayed, type World } from "./alike.ts";

const numbers = /a tensor that it makes of numbers of JavaScript/;

/** Rows whose result, or the size of it, depends on numbers: they stay eager, and the reason names it. */
const eager: Readonly<Record<string, RegExp>> = {
  nonzero: /nonzero/,
  "index, a mask": /nonzero/,
  "index, a mask of rows": /nonzero/,
  "at, a mask": /nonzero/,
  "indexPut, by a mask": /nonzero/,
  maskedScatter: /nonzero/,
  bincount: /bincount/,
  "bincount, of weights": /bincount/,
  unique: /unique/,
  histogram: /histogram/,
  "histogram, between edges": /histogram/,
  "histogram, of a range, dense and weighted": /histogram/,
  "repeatInterleave, flat, by numbers": /toArray/,
  "indexSelect, by numbers": numbers,
  "at, neighbouring indices": numbers,
  "at, indices with something between": numbers,
  "setAt, of indices": numbers,
  indexPut: numbers,
};

const forward = (row: Row): World => ({ call: (...inputs: Tensor[]) => row.run(...inputs) });

const gradients = (row: Row): World => ({
  call: (...inputs: Tensor[]) => {
    const y = row.run(...inputs);
    const wanted = inputs.filter((x) => x.requiresGrad);
    if (!y.requiresGrad) return y;
    return grad(y, wanted, { gradOutput: y.detach().mul(0.5).add(1), allowUnused: true });
  },
});

const twice = (row: Row): World => ({
  call: (...inputs: Tensor[]) => {
    const y = row.run(...inputs);
    const wanted = inputs.filter((x) => x.requiresGrad);
    if (!y.requiresGrad) return y;
    const first = grad(y.square().sum(), wanted, { allowUnused: true, createGraph: true });
    const known = first.filter((g) => g?.requiresGrad === true) as Tensor[];
    if (known.length === 0) return first;
    const sum = known.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
    return [...first, ...grad(sum, wanted, { allowUnused: true })];
  },
});

describe.each(rows.map((row) => [nameOf(row), row] as const))("%s", (name, row) => {
  test.each(["float32", "float64"] as const)("in %s is made again, or refused by name", (dtype) => {
    for (const sizes of sizesOf(row)) {
      const args = (call: number) => draw(row, sizes, call + 1, dtype);
      for (const world of [forward, gradients, twice]) {
        const make = () => world(row);
        if (!(name in eager)) {
          expectReplayed(make, { args, calls: 4 }, 2);
          continue;
        }
        const { report } = expectAlike(make, { args, calls: 4 });
        // A single number is a constant, and where nothing is read there is nothing to refuse.
        if (report.replayed === 0) expect(report.reason).toMatch(eager[name]);
        else expect([name, eager[name]]).toEqual([name, numbers]);
      }
    }
  });
});

test("what stays eager is in the table", () => {
  for (const name of Object.keys(eager)) expect(rows.map(nameOf)).toContain(name);
});

const f = (shape: readonly number[]) => (generator: Generator) => randn(shape, { generator });
const positive = (shape: readonly number[]) => (generator: Generator) => rand(shape, { generator }).add(0.1);
const ints =
  (shape: readonly number[], most = 3) =>
  (generator: Generator) =>
    randint(0, most, shape, { generator });

interface Use {
  readonly of: string;
  readonly title?: string;
  readonly inputs?: readonly ((generator: Generator) => Tensor)[];
  /** With a generator of its own, and a tensor that stays from call to call. */
  readonly run: (own: { readonly generator: Generator; readonly state: Tensor }, ...inputs: Tensor[]) => unknown;
  /** Why it stays eager, if it does. */
  readonly eager?: RegExp;
}

const e = evenkeel;

/** Each function that the entry exports, at least once, where it makes or takes tensors. */
const uses: readonly Use[] = [
  { of: "hstack", inputs: [f([2, 3]), f([2, 1])], run: (_, a, b) => e.hstack([a, b]) },
  { of: "vstack", inputs: [f([2, 3]), f([1, 3])], run: (_, a, b) => e.vstack([a, b]) },
  { of: "meshgrid", inputs: [f([2]), f([3])], run: (_, a, b) => e.meshgrid([a, b], { indexing: "ij" }) },
  { of: "movedim", inputs: [f([2, 3, 4])], run: (_, a) => e.movedim(a, 0, 2) },
  { of: "repeatInterleave", inputs: [f([2, 3])], run: (_, a) => e.repeatInterleave(a, 2, 1) },
  {
    of: "repeatInterleave",
    title: "by counts",
    inputs: [f([3]), ints([3])],
    run: (_, a, n) => e.repeatInterleave(a, n, 0),
    eager: /toArray/,
  },
  { of: "roll", inputs: [f([2, 3])], run: (_, a) => e.roll(a, 1, 1) },
  { of: "tile", inputs: [f([2, 3])], run: (_, a) => e.tile(a, [2, 2]) },
  { of: "cat", inputs: [f([2, 3]), f([1, 3])], run: (_, a, b) => e.cat([a, b, a]) },
  { of: "stack", inputs: [f([2, 3]), f([2, 3])], run: (_, a, b) => e.stack([a, b], 1) },
  { of: "clamp", inputs: [f([2, 3])], run: (_, a) => e.clamp(a, -0.5, 0.5) },
  { of: "maximum", inputs: [f([2, 3]), f([3])], run: (_, a, b) => e.maximum(a, b) },
  { of: "minimum", inputs: [f([2, 3]), f([3])], run: (_, a, b) => e.minimum(a, b) },
  { of: "where", inputs: [f([2, 3]), f([3])], run: (_, a, b) => e.where(a.gt(0), a, b) },
  { of: "bincount", inputs: [ints([9])], run: (_, i) => e.bincount(i), eager: /bincount/ },
  { of: "histogram", inputs: [f([9])], run: (_, a) => e.histogram(a, 4), eager: /histogram/ },
  { of: "nonzero", inputs: [f([9])], run: (_, a) => e.nonzero(a.gt(0)), eager: /nonzero/ },
  { of: "searchsorted", inputs: [f([5]), f([3])], run: (_, a, b) => e.searchsorted(a.sort().values, b) },
  { of: "unique", inputs: [ints([9])], run: (_, i) => e.unique(i), eager: /unique/ },
  { of: "tensor", title: "of a number", run: () => e.tensor(0.5).add(1) },
  { of: "tensor", title: "of numbers", run: () => e.tensor([1, 2]), eager: /a tensor that it makes of numbers/ },
  { of: "hessian", inputs: [f([3])], run: (_, a) => e.hessian((x) => x.tanh().square().sum(), a) },
  { of: "hvp", inputs: [f([3]), f([3])], run: (_, a, v) => e.hvp((x) => x.tanh().square().sum(), a, v) },
  { of: "vjp", inputs: [f([3]), f([3])], run: (_, a, v) => e.vjp((x) => x.tanh(), a, v) },
  { of: "jvp", inputs: [f([3]), f([3])], run: (_, a, v) => e.jvp((x) => x.tanh(), a, v) },
  { of: "jacobian", inputs: [f([3])], run: (_, a) => e.jacobian((x) => x.tanh().mul(x.sum()), a) },
  { of: "einsum", inputs: [f([2, 3]), f([3, 4])], run: (_, a, b) => e.einsum("ij,jk->ki", a, b) },
  { of: "expm1", inputs: [f([5])], run: (_, a) => e.expm1(a) },
  { of: "log2", inputs: [positive([5])], run: (_, a) => e.log2(a) },
  { of: "log10", inputs: [positive([5])], run: (_, a) => e.log10(a) },
  ...(["acos", "asin", "atan", "cosh", "sinh", "ceil", "floor", "frac", "round", "trunc"] as const).map(
    (of): Use => ({ of, inputs: [f([5])], run: (_, a) => e[of](a.tanh()) }),
  ),
  { of: "atan2", inputs: [f([5]), f([5])], run: (_, a, b) => e.atan2(a, b) },
  { of: "arange", run: () => e.arange(1, 9, 2) },
  { of: "eye", inputs: [f([3, 3])], run: (_, a) => e.eye(3).mul(a) },
  { of: "full", inputs: [f([3])], run: (_, a) => e.full([3], 2).mul(a) },
  { of: "fullLike", inputs: [f([3])], run: (_, a) => e.fullLike(a, 3) },
  { of: "linspace", run: () => e.linspace(0, 1, 5) },
  { of: "oneHot", inputs: [ints([5])], run: (_, i) => e.oneHot(i, 3) },
  {
    of: "oneHot",
    title: "of as many classes as there are",
    inputs: [ints([5])],
    run: (_, i) => e.oneHot(i),
    eager: /oneHot without numClasses/,
  },
  { of: "ones", inputs: [f([3])], run: (_, a) => e.ones([3]).add_(a) },
  { of: "onesLike", inputs: [f([3])], run: (_, a) => e.onesLike(a).add_(a) },
  { of: "zeros", inputs: [f([3])], run: (_, a) => e.zeros([3]).add_(a) },
  { of: "zerosLike", inputs: [f([3])], run: (_, a) => e.zerosLike(a).sub_(a).mul_(2) },
  { of: "at", inputs: [f([3, 4])], run: (_, a) => e.at(a, 1, "1:3") },
  { of: "at", title: "by indices", inputs: [f([3, 4]), ints([2])], run: (_, a, i) => e.at(a, i) },
  { of: "at", title: "by a mask", inputs: [f([3])], run: (_, a) => e.at(a, a.gt(0)), eager: /nonzero/ },
  { of: "setAt", inputs: [f([3, 4]), f([4])], run: (_, a, b) => e.setAt(a, [1], b) },
  { of: "setAt_", inputs: [f([4])], run: ({ state }, b) => e.setAt_(state, [1], b) },
  {
    of: "indexPut",
    inputs: [f([3, 4]), ints([2]), f([2, 4])],
    run: (_, a, i, b) => e.indexPut(a, [i], b, { accumulate: true }),
  },
  {
    of: "indexPut_",
    inputs: [ints([2]), f([2, 4])],
    run: ({ state }, i, b) => e.indexPut_(state, [i], b, { accumulate: true }),
  },
  {
    of: "maskedScatter",
    inputs: [f([3, 4]), f([12])],
    run: (_, a, b) => e.maskedScatter(a, a.gt(0), b),
    eager: /nonzero/,
  },
  {
    of: "maskedScatter_",
    inputs: [f([12])],
    run: ({ state }, b) => e.maskedScatter_(state, state.gt(0), b),
    eager: /nonzero/,
  },
  { of: "indexAdd", inputs: [f([3, 4]), ints([2]), f([2, 4])], run: (_, a, i, b) => e.indexAdd(a, 0, i, b) },
  { of: "indexAdd_", inputs: [ints([2]), f([2, 4])], run: ({ state }, i, b) => e.indexAdd_(state, 0, i, b) },
  { of: "scatter", inputs: [f([3, 4]), ints([3, 1]), f([3, 1])], run: (_, a, i, b) => e.scatter(a, 1, i, b) },
  { of: "scatter_", inputs: [ints([3, 1]), f([3, 1])], run: ({ state }, i, b) => e.scatter_(state, 1, i, b) },
  { of: "scatterAdd", inputs: [f([3, 4]), ints([3, 1]), f([3, 1])], run: (_, a, i, b) => e.scatterAdd(a, 1, i, b) },
  { of: "scatterAdd_", inputs: [ints([3, 1]), f([3, 1])], run: ({ state }, i, b) => e.scatterAdd_(state, 1, i, b) },
  { of: "randintLike", inputs: [f([3])], run: ({ generator }, a) => e.randintLike(a, 0, 9, { generator }) },
  { of: "randLike", inputs: [f([3])], run: ({ generator }, a) => e.randLike(a, { generator }) },
  { of: "randnLike", inputs: [f([3])], run: ({ generator }, a) => e.randnLike(a, { generator }) },
  { of: "randnLike", title: "by the default generator", inputs: [f([3])], run: (_, a) => e.randnLike(a) },
  ...(["isfinite", "isinf", "isnan", "logicalNot", "nanmean", "nansum", "nanToNum"] as const).map(
    (of): Use => ({ of, inputs: [f([5])], run: (_, a) => e[of](a.log()) }),
  ),
  ...(["logicalAnd", "logicalOr", "logicalXor"] as const).map(
    (of): Use => ({ of, inputs: [f([5]), f([5])], run: (_, a, b) => e[of](a.gt(0), b.gt(0)) }),
  ),
  { of: "chunk", inputs: [f([5, 2])], run: (_, a) => e.chunk(a, 2) },
  { of: "indexSelect", inputs: [f([5, 2]), ints([3])], run: (_, a, i) => e.indexSelect(a, 0, i) },
  { of: "narrow", inputs: [f([5, 2])], run: (_, a) => e.narrow(a, 0, 1, 3) },
  { of: "split", inputs: [f([5, 2])], run: (_, a) => e.split(a, 2) },
  { of: "unbind", inputs: [f([2, 3])], run: (_, a) => e.unbind(a) },
  { of: "bmm", inputs: [f([2, 3, 4]), f([2, 4, 1])], run: (_, a, b) => e.bmm(a, b) },
  { of: "cdist", inputs: [f([3, 2]), f([4, 2])], run: (_, a, b) => e.cdist(a, b) },
  { of: "cumprod", inputs: [f([3, 2])], run: (_, a) => e.cumprod(a, 0) },
  { of: "trace", inputs: [f([3, 3])], run: (_, a) => e.trace(a) },
  { of: "bernoulli", inputs: [positive([5])], run: ({ generator }, p) => e.bernoulli(p.clamp(0, 1), { generator }) },
  { of: "multinomial", inputs: [positive([5])], run: ({ generator }, p) => e.multinomial(p, 3, { generator }) },
  { of: "rand", run: ({ generator }) => e.rand([3, 50], { generator }) },
  { of: "rand", title: "by the default generator", run: () => e.rand([3]) },
  { of: "randint", run: ({ generator }) => e.randint(0, 9, [30], { generator }) },
  { of: "randint", title: "of bools", run: ({ generator }) => e.randint(0, 2, [30], { generator, dtype: "bool" }) },
  { of: "randn", run: ({ generator }) => e.randn([3, 50], { generator }) },
  { of: "randn", title: "of float64", run: ({ generator }) => e.randn([37], { generator, dtype: "float64" }) },
  { of: "randperm", run: ({ generator }) => e.randperm(9, { generator }) },
  { of: "randperm", title: "as floats", run: ({ generator }) => e.randperm(9, { generator, dtype: "float32" }) },
  { of: "argsort", inputs: [f([9])], run: (_, a) => e.argsort(a) },
  { of: "median", inputs: [f([3, 3])], run: (_, a) => e.median(a, 1) },
  { of: "quantile", inputs: [f([9])], run: (_, a) => e.quantile(a, 0.3) },
  { of: "stdMean", inputs: [f([9])], run: (_, a) => e.stdMean(a) },
  { of: "varMean", inputs: [f([3, 3])], run: (_, a) => e.varMean(a, 0) },
  { of: "noGrad", inputs: [f([3])], run: (_, a) => e.noGrad(() => a.mul(2)) },
  { of: "enableGrad", inputs: [f([3])], run: (_, a) => e.enableGrad(() => a.mul(2)) },
  {
    of: "grad",
    inputs: [f([3])],
    run: (_, a) => {
      const x = a.detach();
      x.requiresGrad = true;
      return e.grad(x.square().sum(), [x]);
    },
  },
  { of: "Tensor", title: "uniform_", run: ({ generator, state }) => state.uniform_(-1, 1, { generator }) },
  { of: "Tensor", title: "normal_", run: ({ generator, state }) => state.normal_(1, 2, { generator }) },
  { of: "Tensor", title: "exponential_", run: ({ generator, state }) => state.exponential_(2, { generator }) },
  { of: "Tensor", title: "bernoulli_", run: ({ generator, state }) => state.bernoulli_(0.3, { generator }) },
  {
    of: "Tensor",
    title: "bernoulli_ of probabilities",
    inputs: [positive([4])],
    run: ({ generator, state }, p) => state.bernoulli_(p.clamp(0, 1), { generator }),
  },
  {
    of: "Tensor",
    title: "in place",
    inputs: [f([3, 4])],
    run: ({ state }, a) => state.mul_(0.9).add_(a).copy_(state.tanh()),
  },
  {
    of: "Tensor",
    title: "fill_ and zero_",
    inputs: [f([3, 4])],
    run: ({ state }, a) => [state.add(1), state.fill_(2).add(a), state.zero_().add(a)],
  },
];

describe.each(uses.map((use) => [use.title ? `${use.of}, ${use.title}` : use.of, use] as const))("%s", (_name, use) => {
  test(use.eager ? "stays as it is, and says why" : "is made again, and moves generators alike", () => {
    const make = (): World => {
      const own = {
        generator: new Generator().manualSeed(7),
        state: randn([3, 4], { generator: new Generator().manualSeed(1) }),
      };
      return { call: (...inputs: Tensor[]) => use.run(own, ...inputs), state: () => own };
    };
    const args = (call: number) => {
      const generator = new Generator().manualSeed(50 + call);
      return (use.inputs ?? []).map((input) => input(generator));
    };
    if (use.eager) expectEager(make, use.eager, { args, calls: 6 });
    else expectReplayed(make, { args, calls: 6 }, 2);
  });
});

/** What makes no tensors, is a kind, or is a setting. */
const others = new Set(
  "detectAnomaly isGradEnabled isTensor isTensorError TensorError version compiled data NDArray kernelsName getNumThreads setNumThreads useKernels nn isModule optim defaultGenerator Generator manualSeed setPrintoptions apply".split(
    " ",
  ),
);

test("every function of the entry is used", () => {
  const used = new Set(uses.map(({ of }) => of));
  expect(Object.keys(evenkeel).filter((name) => !used.has(name) && !others.has(name))).toEqual([]);
});
