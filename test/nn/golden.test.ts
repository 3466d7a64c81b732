import {
  type Dtype,
  Generator,
  grad,
  manualSeed,
  nn,
  noGrad,
  ones,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "evenkeel";
import { describe, expect, test } from "vitest";
import { bits as allBits } from "../bits.ts";
import { expectClose, fromGolden } from "../close.ts";
import recorded from "../golden/nn/nn.json" with { type: "json" };

type Values = readonly (number | string)[];
type Case = Record<string, unknown> & { readonly dtype: Dtype; readonly shape: number[] };

const golden = recorded as unknown as Record<string, Case[]>;

/** Relative to the largest element of each array. */
const tolerances = { float32: 1e-6, float64: 1e-12 } as Record<Dtype, number>;

function draw(shape: readonly number[], seed: number, dtype: Dtype, scale = 1, shift = 0): Tensor {
  return randn(shape, { dtype, generator: new Generator().manualSeed(seed) })
    .mul(scale)
    .add(shift);
}

function leaf(x: Tensor): Tensor {
  const made = x.detach().clone();
  made.requiresGrad = true;
  return made;
}

const cotangent = (y: Tensor) => (y.ndim > 0 ? draw(y.shape, 90, y.dtype) : ones([], { dtype: y.dtype }));

/** Compares tensors with the values of those names that the golden file has, and finds none of them missing. */
function expectValues(actual: Record<string, Tensor | null>, expected: object, tolerance: number): void {
  const wanted = Object.entries(expected).filter(([name]) => name in actual) as [string, Values][];
  const given = Object.entries(actual).filter(([, x]) => x !== null);
  expect(wanted.map(([name]) => name).sort()).toEqual(given.map(([name]) => name).sort());
  for (const [name, values] of wanted) expectClose((actual[name] as Tensor).data, fromGolden(values), tolerance);
}

const bits = (x: Tensor) => allBits(x.data, 128);

/** The case without its numbers, as the name of a test. */
function title(given: Case): string {
  const isResult = (value: unknown) => typeof value === "object" && value !== null && JSON.stringify(value).length > 40;
  return JSON.stringify(Object.fromEntries(Object.entries(given).filter(([, value]) => !isResult(value))));
}

function replay<T>(part: string, check: (given: Case & T) => unknown): void {
  describe(`PyTorch's ${part}`, () => {
    test("has cases", () => expect(golden[part].length).toBeGreaterThan(0));
    for (const given of golden[part]) test(title(given), () => check(given as Case & T));
  });
}

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

interface BatchNormCase {
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly track: boolean;
  readonly tracked?: number;
  readonly train: Record<string, Values>;
  readonly eval: Record<string, Values>;
}

replay<BatchNormCase>("batchNorm", ({ eps, momentum, affine, track, shape, dtype, ...results }) => {
  const norm = new nn.BatchNorm1d(3, { eps, momentum, affine, trackRunningStats: track, dtype });
  noGrad(() => {
    norm.weight?.copy_(draw([3], 1, dtype));
    norm.bias?.copy_(draw([3], 2, dtype));
  });
  for (const seed of [10, 11]) norm.forward(draw(shape, seed, dtype, 2, 1));
  for (const [mode, seed] of [
    ["train", 12],
    ["eval", 13],
  ] as const) {
    norm.train(mode === "train").zeroGrad();
    const x = leaf(draw(shape, seed, dtype, 2, 1));
    const y = norm.forward(x);
    y.backward(cotangent(y));
    const gradients = { y, dx: x.grad, dweight: norm.weight?.grad ?? null, dbias: norm.bias?.grad ?? null };
    const { runningMean, runningVar } = norm;
    const statistics = mode === "train" ? { runningMean, runningVar } : {};
    expectValues({ ...gradients, ...statistics }, results[mode], tolerances[dtype]);
  }
  expect(norm.numBatchesTracked?.item()).toBe(results.tracked);
});

interface LabelCase {
  readonly probabilities?: boolean;
  readonly dims: 0 | 1 | 2;
  readonly weighted: boolean;
  readonly ignoreIndex: number;
  readonly reduction: nn.functional.Reduction;
  readonly labelSmoothing: number;
}

const labels = [
  2,
  [2, 0, 1, 0],
  [
    [2, 0],
    [1, 1],
    [0, 2],
    [2, 2],
  ],
].map((values) => tensor(values, { dtype: "int32" }));
const scores = [[3], [4, 3], [4, 3, 2]];

replay<LabelCase>("crossEntropy", ({ dtype, dims, weighted, ignoreIndex, reduction, labelSmoothing, ...given }) => {
  const x = leaf(draw(scores[dims], 40, dtype, 2));
  const probabilities = leaf(draw(scores[dims], 41, dtype).softmax(dims === 0 ? 0 : 1));
  const target = given.probabilities ? probabilities : labels[dims];
  const weight = weighted ? tensor([0.2, 1, 3], { dtype }) : null;
  const y = nn.functional.crossEntropy(x, target, { weight, ignoreIndex, reduction, labelSmoothing });
  y.backward(cotangent(y));
  expectValues({ y, dx: x.grad, dtarget: target.grad }, given, tolerances[dtype]);
  const module = new nn.CrossEntropyLoss({ weight, ignoreIndex, reduction, labelSmoothing });
  expect(module.forward(x, target).toArray()).toEqual(y.toArray());
});

replay<LabelCase>("nllLoss", ({ dtype, dims, weighted, ignoreIndex, reduction, ...given }) => {
  const x = leaf(draw(scores[dims], 42, dtype).logSoftmax(dims === 0 ? 0 : 1));
  const weight = weighted ? tensor([0.2, 1, 3], { dtype }) : null;
  const y = nn.functional.nllLoss(x, labels[dims], { weight, ignoreIndex, reduction });
  y.backward(cotangent(y));
  expectValues({ y, dx: x.grad }, given, tolerances[dtype]);
  expect(new nn.NLLLoss({ weight, ignoreIndex, reduction }).forward(x, labels[dims]).toArray()).toEqual(y.toArray());
});

replay<{ readonly reduction: nn.functional.Reduction }>("mseLoss", ({ dtype, shape, reduction, ...given }) => {
  const [x, target] = [43, 44].map((seed) => leaf(draw(shape, seed, dtype)));
  const y = nn.functional.mseLoss(x, target, { reduction });
  y.backward(cotangent(y));
  expectValues({ y, dx: x.grad, dtarget: target.grad }, given, tolerances[dtype]);
  expect(new nn.MSELoss({ reduction }).forward(x, target).toArray()).toEqual(y.toArray());
});

interface LayerNormCase {
  readonly over: number[];
  readonly affine: boolean;
  readonly eps: number;
}

replay<LayerNormCase>("layerNorm", ({ dtype, shape, over, affine, eps, ...given }) => {
  const x = leaf(draw(shape, 50, dtype, 2, 1));
  const [weight, bias] = [51, 52].map((seed) => (affine ? leaf(draw(over, seed, dtype)) : null));
  const y = nn.functional.layerNorm(x, over, { weight, bias, eps });
  y.backward(cotangent(y));
  const gradients = { dx: x.grad, dweight: weight?.grad ?? null, dbias: bias?.grad ?? null };
  // PyTorch's own float32 gradient is off by up to 1.6e-6 from its float64 one.
  expectValues({ y, ...gradients }, given, dtype === "float32" ? 2e-6 : 1e-12);
});

interface EmbeddingCase {
  readonly maxNorm: number | null;
  readonly normType: number | "Infinity";
  readonly paddingIdx: number | null;
  readonly scaleGradByFreq: boolean;
}

replay<EmbeddingCase>("embedding", ({ dtype, maxNorm, normType, paddingIdx, scaleGradByFreq, ...given }) => {
  const weight = leaf(draw([6, 3], 60, dtype));
  const rows = tensor(
    [
      [0, 2, 2],
      [5, 1, 2],
      [0, 5, 4],
    ],
    { dtype: "int32" },
  );
  const y = nn.functional.embedding(rows, weight, { paddingIdx, maxNorm, normType: Number(normType), scaleGradByFreq });
  y.backward(cotangent(y));
  const after = maxNorm === null ? {} : { weight };
  expectValues({ y, dweight: weight.grad, ...after }, given, tolerances[dtype]);
});

replay<{ readonly p: number; readonly seed: number; readonly next: string; readonly y: Values }>(
  "dropout",
  async ({ dtype, shape, p, seed, next, ...given }) => {
    const generator = new Generator().manualSeed(seed);
    const y = nn.functional.dropout(draw(shape, 70, dtype), { p, generator });
    expect(Array.from(y.data, (value) => value === 0)).toEqual(given.y.map((value) => value === 0));
    expectValues({ y }, given, tolerances[dtype]);
    expect(await bits(rand([2], { generator }))).toBe(next);
  },
);

interface InitCase {
  readonly name: string;
  readonly options: Record<string, number | string>;
  readonly seed: number;
  readonly bits: string;
}

type Init = (x: Tensor, options: object) => Tensor;

replay<InitCase>("inits", async ({ name, options, shape, seed, dtype, ...given }) => {
  const words = Object.entries(options).map(([key, v]) => [key, typeof v === "string" ? camelCase(v) : v]);
  const init = nn.init[camelCase(name) as keyof typeof nn.init] as Init;
  const generator = new Generator().manualSeed(seed);
  const x = init(zeros(shape, { dtype }), { ...Object.fromEntries(words), generator });
  expect(await bits(x)).toBe(given.bits);
  manualSeed(seed);
  expect(await bits(init(zeros(shape, { dtype }), Object.fromEntries(words)))).toBe(given.bits);
});

interface TruncatedCase {
  readonly options: Record<string, number>;
  readonly next: string;
}

replay<TruncatedCase>("truncated", async ({ options, shape, dtype, next, ...given }) => {
  const generator = new Generator().manualSeed(3);
  const x = nn.init.truncNormal_(zeros(shape, { dtype }), { ...options, generator });
  expectValues({ x }, given, dtype === "float32" ? 1e-6 : 1e-12);
  expect(await bits(rand([2], { generator }))).toBe(next);
});

replay<{ readonly gain: number }>("orthogonal", ({ shape, gain, dtype, ...given }) => {
  const generator = new Generator().manualSeed(3);
  const x = nn.init.orthogonal_(zeros(shape, { dtype }), { gain, generator });
  // PyTorch decomposes float32 in float32, and its versions differ among themselves by 1.2e-6.
  expectValues({ x }, given, dtype === "float32" ? 5e-6 : 1e-12);
});

replay<{ readonly name: string; readonly param: number | null; readonly gain: number }>("gains", (given) => {
  const name = camelCase(given.name) as nn.init.Nonlinearity;
  expect(nn.init.calculateGain(name, given.param ?? undefined)).toBe(given.gain);
});

interface InitialCase {
  readonly seed: number;
  readonly modules: readonly [kind: string, a: number, b: number | null, options: Record<string, unknown>][];
  readonly bits: readonly string[];
  readonly next: string;
}

replay<InitialCase>("initial", async ({ seed, modules, next, ...given }) => {
  const make = async (options: object) => {
    const parameters = modules.flatMap(([kind, a, b, own]) => {
      const renamed = Object.fromEntries(Object.entries(own).map(([name, value]) => [camelCase(name), value]));
      if (kind === "Linear") return new nn.Linear(a, b as number, { ...renamed, ...options }).parameters();
      if (kind === "Embedding") return new nn.Embedding(a, b as number, { ...renamed, ...options }).parameters();
      return new nn.BatchNorm1d(a, renamed).parameters();
    });
    expect(await Promise.all(parameters.map(bits))).toEqual(given.bits);
    expect(await bits(randn([3], options))).toBe(next);
  };
  manualSeed(seed);
  await make({});
  await make({ generator: new Generator().manualSeed(seed) });
});

interface HessianCase {
  readonly mode: "train" | "eval";
  readonly labelSmoothing: number;
}

replay<HessianCase>("hessians", ({ mode, labelSmoothing, ...given }) => {
  const dtype = "float64";
  const norm = new nn.BatchNorm1d(2);
  const net = new nn.Sequential(new nn.Linear(2, 2), norm, new nn.Tanh(), new nn.Linear(2, 3)).to(dtype);
  net.train(mode === "train");
  noGrad(() => {
    net.parameters().forEach((p, i) => void p.copy_(draw(p.shape, 80 + i, dtype)));
    norm.runningMean?.copy_(tensor([0.3, -0.2]));
    norm.runningVar?.copy_(tensor([0.7, 1.9]));
  });
  const x = leaf(draw([5, 2], 79, dtype));
  const target = tensor([0, 2, 1, 1, 0], { dtype: "int32" });
  const loss = nn.functional.crossEntropy(net.forward(x), target, {
    weight: tensor([0.2, 1, 3], { dtype }),
    labelSmoothing,
  });
  const inputs = [...net.parameters(), x];
  const gradients = grad(loss, inputs, { createGraph: true });
  const flat = (tensors: readonly Tensor[]) => tensors.flatMap((t) => Array.from(t.data));
  const rows = gradients.flatMap((g) =>
    Array.from({ length: g.numel() }, (_, i) => flat(grad(g.flatten().select(0, i), inputs))),
  );
  const as64 = (values: number[]) => tensor(values, { dtype });
  const results = { loss, gradient: as64(flat(gradients)), hessian: as64(rows.flat()) };
  expectValues(results, given, 1e-12);
});
