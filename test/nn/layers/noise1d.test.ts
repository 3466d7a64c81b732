import { defaultGenerator, Generator, grad, manualSeed, nn, ones, randn, type Tensor, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";

const seeded = (seed = 0) => new Generator().manualSeed(seed);
const column = (x: Tensor, j: number) => x.select(1, j);
const [n, c] = [1000, 40];

/** What `x` is multiplied by and what is added, value by value, in one step. */
function drawn(options: nn.Noise1dOptions, seed: number): { s: Tensor; m: Tensor } {
  const layer = (generator: Generator) => new nn.Noise1d(c, { ...options, generator });
  const m = layer(seeded(seed)).forward(zeros([n, c], { dtype: "float64" }));
  const s = layer(seeded(seed))
    .forward(ones([n, c], { dtype: "float64" }))
    .sub(m);
  return { s, m };
}

describe("the noise", () => {
  test("shifts each unit within nMu, and each value within rMu of its unit", () => {
    const centres: number[] = [];
    for (let step = 0; step < 20; step++) {
      const { m } = drawn({}, step);
      for (let j = 0; j < c; j++) {
        const [least, most] = [column(m, j).min().item(), column(m, j).max().item()];
        expect(least).toBeGreaterThanOrEqual(-0.6);
        expect(most).toBeLessThanOrEqual(0.6);
        expect(most - least).toBeLessThanOrEqual(0.2);
        expect(most - least).toBeGreaterThan(0.19); // of 1000 draws over a range of 0.2
        centres.push((least + most) / 2);
      }
    }
    expectUniform(centres, -0.5, 0.5, 0.005);
  });

  test("scales each unit between 1 and nSigma, and each value about it with a standard deviation of rSigma", () => {
    const centres: number[] = [];
    for (let step = 0; step < 20; step++) {
      const { s } = drawn({}, step);
      for (let j = 0; j < c; j++) {
        expect(Math.abs(column(s, j).std().item() - 0.1)).toBeLessThan(0.012); // 5 standard errors; a variance would be 0.316
        centres.push(column(s, j).mean().item());
      }
    }
    expectUniform(centres, 1, 1.25, 0.016);
  });

  test("has the spreads that it is given, and none where they are 0", () => {
    const { s, m } = drawn({ nMu: 3, nSigma: 2, rMu: 0, rSigma: 0 }, 1);
    expect(s.std(0).max().item()).toBeLessThan(1e-12);
    expect(m.std(0).max().item()).toBeLessThan(1e-12);
    expect(m.abs().max().item()).toBeGreaterThan(2);
    const still = new nn.Noise1d(2, { nMu: 0, nSigma: 1, rMu: 0, rSigma: 0 });
    expect(still.forward(tensor([[3, 4]])).toArray()).toEqual([[3, 4]]);
  });

  test("is drawn anew in each step, and differs between units", () => {
    const noise = new nn.Noise1d(2, { rMu: 0, rSigma: 0, generator: seeded() });
    const [a, b] = [noise.forward(zeros([3, 2])), noise.forward(zeros([3, 2]))];
    expect(a.toArray()).not.toEqual(b.toArray());
    expect(column(a, 0).eq(column(a, 1)).any().item()).toBe(false);
  });

  test("is drawn per unit, then per value, shifts before scales", () => {
    const x = randn([4, 3, 2], { generator: seeded(9) });
    const y = new nn.Noise1d(3, { generator: seeded(5) }).forward(x);
    const generator = seeded(5);
    const mu = zeros([1, 3, 1]).uniform_(-0.5, 0.5, { generator });
    const sigma = zeros([1, 3, 1]).uniform_(1, 1.25, { generator });
    const m = zeros([4, 3, 2]).uniform_(-0.1, 0.1, { generator }).add(mu);
    const s = zeros([4, 3, 2]).normal_(0, 0.1, { generator }).add(sigma);
    expect(y.toArray()).toEqual(x.mul(s).add(m).toArray());
  });

  test("multiplies the gradient by s, and nothing else", () => {
    const x = randn([n, c], { dtype: "float64", generator: seeded(2), requiresGrad: true });
    const gradOutput = randn([n, c], { dtype: "float64", generator: seeded(3) });
    const y = new nn.Noise1d(c, { generator: seeded(4) }).forward(x);
    const { s } = drawn({}, 4);
    expectClose(grad(y, [x], { gradOutput })[0].data, gradOutput.mul(s).data, 1e-12);
  });

  test("is absent in evaluation, and nothing is drawn", () => {
    const x = randn([4, 2]);
    manualSeed(3);
    const before = defaultGenerator.getState();
    expect(new nn.Noise1d(2).eval().forward(x)).toBe(x);
    const norm = new nn.NoisyBatchNorm1d(2).eval();
    expect(norm.forward(x).toArray()).toEqual(new nn.BatchNorm1d(2).eval().forward(x).toArray());
    expect(defaultGenerator.getState()).toEqual(before);
    expect(new nn.Noise1d(2).forward(x).toArray()).not.toEqual(x.toArray());
    expect(defaultGenerator.getState()).not.toEqual(before);
  });

  test("takes no values at all", () => expect(new nn.Noise1d(2).forward(zeros([0, 2])).shape).toEqual([0, 2]));
});

describe("noisy batch norm", () => {
  test("is batch norm, then noise, with the names of batch norm", () => {
    const x = randn([8, 3], { generator: seeded(1) });
    const [noisy, norm] = [new nn.NoisyBatchNorm1d(3, { generator: seeded(5) }), new nn.BatchNorm1d(3)];
    const noise = new nn.Noise1d(3, { generator: seeded(5) });
    expect(noisy.forward(x).toArray()).toEqual(noise.forward(norm.forward(x)).toArray());
    expect(Object.keys(noisy.stateDict())).toEqual(Object.keys(norm.stateDict()));
    expect(Object.values(noisy.stateDict()).map(String)).toEqual(Object.values(norm.stateDict()).map(String));
  });

  test("is not taken for batch norm in a chain", () => {
    const layers = () => [new nn.Linear(3, 4, { generator: seeded(1) }), new nn.Tanh()];
    const [linear, tanh] = layers();
    const noisy = () => new nn.NoisyBatchNorm1d(4, { generator: seeded(2) });
    const x = randn([6, 3], { generator: seeded(3) });
    const chained = new nn.Sequential(linear, noisy(), tanh).forward(x);
    expect(chained.toArray()).toEqual(tanh.forward(noisy().forward(linear.forward(x))).toArray());
    expect(chained.toArray()).not.toEqual(tanh.forward(new nn.BatchNorm1d(4).forward(linear.forward(x))).toArray());
  });
});

describe("noise refuses", () => {
  const cases: [title: string, run: () => unknown, says: RegExp][] = [
    ["a range below 0", () => new nn.Noise1d(2, { nMu: -1 }), /a finite number of 0 or more as nMu, got -1/],
    ["a range without end", () => new nn.NoisyBatchNorm1d(2, { rMu: Number.POSITIVE_INFINITY }), /rMu.*got Infinity/],
    ["a largest scale below 1", () => new nn.Noise1d(2, { nSigma: 0.5 }), /1 or more as nSigma, got 0.5/],
    ["NaN", () => new nn.Noise1d(2, { rSigma: Number.NaN }), /0 or more as rSigma, got NaN/],
    ["what is no generator", () => new nn.Noise1d(2, { generator: 5 as never }), /a Generator as generator, got 5/],
    ["a misspelt option", () => new nn.NoisyBatchNorm1d(2, { nmu: 1 } as never), /Did you mean "nMu"/],
    ["an option of batch norm", () => new nn.Noise1d(2, { eps: 1 } as never), /got "eps"/],
    ["another number of features", () => new nn.Noise1d(2).forward(zeros([3, 5])), /\[n, 2, l\], got \[3, 5\]/],
    ["whole numbers", () => new nn.Noise1d(2).forward(zeros([3, 2], { dtype: "int32" })), /float32 or float64/],
    ["a negative eps", () => new nn.NoisyBatchNorm1d(2, { eps: -1 }), /0 or more as eps/],
  ];
  test.each(cases)("%s", (_, run, says) => expect(refusal(run).message).toMatch(says));
});

/** Draws with the mean and the standard deviation of `U(low, high)`; `most` is how far the extremes may lie outside. */
function expectUniform(values: readonly number[], low: number, high: number, most: number): void {
  const x = tensor([...values], { dtype: "float64" });
  const width = high - low;
  const spread = width / Math.sqrt(12);
  expect(Math.abs(x.mean().item() - (low + high) / 2)).toBeLessThan((4 * spread) / Math.sqrt(values.length));
  expect(Math.abs(x.std().item() / spread - 1)).toBeLessThan(0.08);
  expect(x.min().item()).toBeGreaterThan(low - most);
  expect(x.max().item()).toBeLessThan(high + most);
  expect(x.min().item()).toBeLessThan(low + width / 20);
  expect(x.max().item()).toBeGreaterThan(high - width / 20);
}
