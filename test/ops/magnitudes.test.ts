import { type Dtype, grad, nn, type Tensor, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";

/** One way to reduce or normalise `x` `[n, c]`. */
interface Row {
  readonly title: string;
  readonly run: (x: Tensor) => Tensor;
}

const row = (title: string, run: Row["run"]): Row => ({ title, run });
const powers = [0.5, 1, 1.5, 2, 3, 7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
const labels = (x: Tensor) => tensor(Int32Array.from({ length: x.shape[0] }, (_, i) => (i * 5) % x.shape[1]));
const values = (x: Tensor, from: number, by: number, count = x.shape[1]) =>
  tensor(Float64Array.from({ length: count }, (_, i) => from + (i % 5) * by)).to(x.dtype);

function evaluating<M extends nn.Module>(module: M): M {
  module.eval();
  return module;
}

const rows: readonly Row[] = [
  ...([0, 1, undefined] as const).flatMap((dim) => [
    row(`sum of ${dim}`, (x) => x.sum(dim)),
    row(`mean of ${dim}`, (x) => x.mean(dim)),
    row(`var of ${dim}`, (x) => x.var(dim)),
    row(`std of ${dim}`, (x) => x.std(dim)),
    row(`biased std of ${dim}, kept`, (x) => x.std(dim, { correction: 0, keepdim: true })),
    row(`amax of ${dim}`, (x) => x.amax(dim)),
    row(`amin of ${dim}`, (x) => x.amin(dim)),
    ...powers.map((p) => row(`norm ${p} of ${dim}`, (x) => x.norm(p, dim))),
  ]),
  row("std of dimensions that are no neighbours", (x) => x.reshape(x.shape[0], 2, -1).std([0, 2])),
  row("prod", (x) => x.slice(0, 0, 3).prod(0)),
  ...[0, 1].flatMap((dim) => [
    row(`logsumexp of ${dim}`, (x) => x.logsumexp(dim)),
    row(`softmax of ${dim}`, (x) => x.softmax(dim)),
    row(`logSoftmax of ${dim}`, (x) => x.logSoftmax(dim)),
    row(`cumsum of ${dim}`, (x) => x.cumsum(dim)),
  ]),
  ...[1e-5, 0].flatMap((eps) => [
    row(`batch norm by the batch, eps ${eps}`, (x) =>
      nn.functional.batchNorm(x, null, null, {
        training: true,
        eps,
        weight: values(x, 0.5, 0.25),
        bias: values(x, -1, 0.5),
      }),
    ),
    row(`batch norm by the batch, of places, eps ${eps}`, (x) =>
      nn.functional.batchNorm(x.reshape(x.shape[0], 2, -1), null, null, { training: true, eps }),
    ),
    row(`layer norm, eps ${eps}`, (x) => nn.functional.layerNorm(x, [x.shape[1]], { eps })),
  ]),
  row("batch norm by running statistics", (x) =>
    nn.functional.batchNorm(x, values(x, -0.5, 0.5), values(x, 0.5, 0.25), {
      weight: values(x, 0.5, 0.25),
      bias: values(x, -1, 0.5),
    }),
  ),
  ...[1, 2, Number.POSITIVE_INFINITY].flatMap((p) =>
    [true, false].map((isTraining) =>
      row(`LpNorm1d ${p}${isTraining ? "" : " in evaluation"}`, (x) => {
        const norm = new nn.LpNorm1d(x.shape[1], { p, dtype: x.dtype });
        return (isTraining ? norm : evaluating(norm)).forward(x);
      }),
    ),
  ),
  ...(["mean", "sum", "none"] as const).flatMap((reduction) => [
    row(`crossEntropy, ${reduction}`, (x) => nn.functional.crossEntropy(x, labels(x), { reduction })),
    row(`crossEntropy, smoothed, ${reduction}`, (x) =>
      nn.functional.crossEntropy(x, labels(x), { reduction, labelSmoothing: 0.1, weight: values(x, 0.5, 0.25) }),
    ),
    row(`nllLoss, ${reduction}`, (x) => nn.functional.nllLoss(x, labels(x), { reduction })),
    row(`mseLoss, ${reduction}`, (x) => nn.functional.mseLoss(x, x.detach().flip(0).mul(0.5), { reduction })),
  ]),
];

const magnitudes = [
  1e-44, 1e-41, 1e-38, 1e-30, 1e-23, 1e-20, 1e-15, 1e-10, 1e-5, 1, 1e5, 1e10, 1e15, 1e18, 1e20, 1e23, 1e30, 1e37, 1e38,
];

/** Numbers about as large as `magnitude`, the same in both dtypes; few for the plain loops, many for the fast ones. */
function inputs(shape: readonly [number, number], magnitude: number, dtype: Dtype): Tensor {
  const spread = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => {
    const unit = (((i * 7919 + 31) % 1009) + 0.5) / 1009; // no two alike, none 0
    return (1.3 * unit - 0.3) * magnitude;
  });
  return tensor(spread).to(dtype).reshape(shape);
}

/** Values and gradients, for upstream gradients about 1. */
function outcome(run: Row["run"], x: Tensor): { readonly value: Float64Array; readonly gradient: Float64Array } {
  const leaf = x.detach().clone();
  leaf.requiresGrad = true;
  const y = run(leaf);
  const upstream = Float64Array.from({ length: y.numel() }, (_, i) => (((i * 37 + 11) % 23) - 10.5) / 8);
  const [g] = grad(y, [leaf], { gradOutput: tensor(upstream).to(y.dtype).reshape(y.shape) });
  return { value: Float64Array.from(y.data), gradient: Float64Array.from(g.data) };
}

const step = 2 ** -149;
const largest = 3.4028234663852886e38;

/** How far apart two lists are, in parts of the largest that is expected; a number beyond float32 may be infinite. */
function distance(actual: Float64Array, expected: Float64Array, count: number): number {
  let [worst, scale] = [0, 0];
  for (const e of expected) if (Math.abs(e) <= largest) scale = Math.max(scale, Math.abs(e));
  for (const [i, e] of expected.entries()) {
    const a = actual[i];
    if (Object.is(a, e) || a === e) continue;
    if (Math.abs(e) > largest * (1 - 2 ** -20)) {
      if (!(Math.abs(a) > largest * (1 - 2 ** -20) && a > 0 === e > 0)) return Number.POSITIVE_INFINITY;
      continue;
    }
    const off = Math.max(0, Math.abs(a - e) - (8 + count) * step);
    worst = Math.max(
      worst,
      Number.isFinite(off) ? (scale === 0 ? (off === 0 ? 0 : 1) : off / scale) : Number.POSITIVE_INFINITY,
    );
  }
  return worst;
}

/** In parts of an array's largest element, beside a step of the smallest numbers for each that is summed. */
const bound = { value: 2e-6, gradient: 2e-5 };

describe("in float32, of any magnitude, it is what it is in float64, with its gradient:", () => {
  test.each(rows.map(({ title, run }) => [title, run] as const))("%s", (_, run) => {
    const misses: string[] = [];
    for (const shape of [
      [6, 4],
      [40, 12],
    ] as const) {
      for (const magnitude of magnitudes) {
        const found = outcome(run, inputs(shape, magnitude, "float32"));
        const expected = outcome(run, inputs(shape, magnitude, "float64"));
        for (const what of ["value", "gradient"] as const) {
          const off = distance(found[what], expected[what], shape[0] * shape[1]);
          if (off <= bound[what]) continue;
          const [a, e] = [found, expected].map((of) => of[what].slice(0, 3).join(" "));
          misses.push(`${what} of [${shape}] about ${magnitude}: ${a} for ${e}, off by ${off}`);
        }
      }
    }
    expect(misses).toEqual([]);
  });
});
