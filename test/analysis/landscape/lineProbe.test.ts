import { Generator, manualSeed, nn, ones, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import { estimateCost, internalCovariateShift, learningRateRange, lineProbe, lineProbeAsync } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const dtype = "float64";

/** `½xᵀHx`. */
class Quadratic extends nn.Module {
  readonly x: nn.Parameter;
  private readonly matrix: number[][];
  constructor(matrix: number[][], x: number[]) {
    super();
    this.matrix = matrix;
    this.x = new nn.Parameter(tensor(x, { dtype }));
  }
  override forward(): Tensor {
    return this.x.matmul(tensor(this.matrix, { dtype })).dot(this.x).mul(0.5);
  }
}

const H = [
  [4, 1, 0],
  [1, 3, -1],
  [0, -1, 2],
];
const start = [1, -2, 0.5];
const times = (m: number[][], x: number[]) => m.map((row) => row.reduce((sum, value, j) => sum + value * x[j], 0));
const inner = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe("a line probe", () => {
  test("of ½xᵀHx along the gradient is a parabola, of smoothness ‖Hg‖/‖g‖ at every step", () => {
    const model = new Quadratic(H, start);
    const steps = [0.01, 0.1, 0.3, 1];
    const probe = lineProbe(model, () => model.forward(), { steps });
    const g = times(H, start);
    const beta = Math.hypot(...times(H, g)) / Math.hypot(...g);
    const value = 0.5 * inner(start, g);
    steps.forEach((h, i) => {
      expect(probe.loss[i]).toBeCloseTo(value - h * inner(g, g) + 0.5 * h * h * inner(g, times(H, g)), 12);
      expect(probe.smoothness[i]).toBeCloseTo(beta, 12);
      expect(probe.distance[i]).toBeCloseTo(h * Math.hypot(...g), 12);
      expect(probe.gradientDistance[i]).toBeCloseTo(beta * h * Math.hypot(...g), 12);
      expect(probe.lipschitz[i]).toBeCloseTo(Math.abs((probe.loss[i] as number) - value) / (h * Math.hypot(...g)), 12);
    });
    expect(probe.effectiveBeta).toBeCloseTo(beta, 12);
    expect(probe.start).toEqual({
      loss: value,
      gradientNorm: Math.hypot(...g),
      directionNorm: Math.hypot(...g),
      slope: -inner(g, g),
    });
    expect(probe.lossRange).toEqual([Math.min(...(probe.loss as number[])), Math.max(...(probe.loss as number[]))]);
    expect(probe.cost).toEqual({ forward: 7, backward: 5 });
    expect(estimateCost("lineProbe", { steps: 4 })).toEqual(probe.cost);
    expect(refusal(() => estimateCost("nothing" as "lineProbe", { steps: 4 })).expected).toMatch(/lossSurface/);
    expect(learningRateRange(probe).bound).toBeCloseTo(2 / beta, 12);
  });

  test("goes along an optimiser's step, a random direction, and one that is given", () => {
    const model = new Quadratic(H, start);
    const loss = () => model.forward();
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
    const along = expectUntouched(model, () => lineProbe(model, loss, { steps: [0, 1, 3], direction: sgd }), sgd);
    const plain = lineProbe(model, loss, { steps: [0, 0.1, 0.3] });
    expect(along.loss[0]).toBe(plain.loss[0]);
    expect(along.start.slope).toBeCloseTo(0.1 * plain.start.slope, 12);
    const [steps, rates] = [along, plain].map((probe) => learningRateRange(probe).bound as number);
    expect(steps).toBeCloseTo(rates / 0.1, 11);
    const up = lineProbe(model, loss, { steps: [0.1], direction: [tensor(times(H, start), { dtype })] });
    expect(learningRateRange(up).bound).toBeNull();
    along.loss.forEach((value, i) => {
      expect(value).toBeCloseTo(plain.loss[i] as number, 12);
    });
    const given = lineProbe(model, loss, { steps: [2], direction: [tensor([1, 0, 0], { dtype })] });
    expect(given.loss[0]).toBeCloseTo(0.5 * inner([3, -2, 0.5], times(H, [3, -2, 0.5])), 12);
    const random = (seed: number) => lineProbe(model, loss, { steps: [1], direction: "random", seed }).loss[0];
    expect(random(1)).toBe(random(1));
    expect(random(1)).not.toBe(random(2));
  });

  test("has the paper's ranges, in learning rates, and other ranges", () => {
    const model = new Quadratic(H, start);
    const steps = (options: Parameters<typeof lineProbe>[2]) => lineProbe(model, () => model.forward(), options).steps;
    const vgg = steps({ preset: "vgg", lr: 0.1 });
    expect([vgg.length, vgg[0], vgg[8]]).toEqual([9, 0.05, 0.4]);
    expect(steps({ preset: "dln", lr: 1e-3 })[0]).toBeCloseTo(1e-5, 15);
    expect(steps({ steps: { from: 0, to: 1, points: 3, scale: "linear" } })).toEqual([0, 0.5, 1]);
    expect(steps({ steps: { from: 1, to: 100, points: 3 }, lr: 2 })).toEqual([2, 20, 200]);
  });

  test("leaves the model as it was, in either mode of batch norm, also when it throws or is aborted", async () => {
    const generator = new Generator().manualSeed(1);
    const model = new nn.Sequential(
      new nn.Linear(4, 6, { generator, dtype }),
      new nn.BatchNorm1d(6, { dtype }),
      new nn.Tanh(),
      new nn.Linear(6, 3, { generator, dtype }),
    );
    const [x, labels] = [randn([12, 4], { generator, dtype }), randint(0, 3, [12], { generator })];
    const loss = () => nn.functional.crossEntropy(model.forward(x), labels);
    loss().backward();
    const steps = [0.1, 1, 5];
    const batch = expectUntouched(model, () => lineProbe(model, loss, { steps }));
    const running = expectUntouched(model, () => lineProbe(model, loss, { steps, batchNorm: "running" }));
    expect(running.loss).not.toEqual(batch.loss);
    const abort = new AbortController();
    const stop = () => lineProbe(model, loss, { steps, signal: abort.signal, onProgress: () => abort.abort() });
    expect(() => expectUntouched(model, stop)).toThrow(/abort/i);
    const seen: number[] = [];
    const later = lineProbeAsync(model, loss, { steps, onProgress: ({ done, total }) => seen.push(done / total) });
    expect(await later).toEqual(batch);
    expect(seen.at(-1)).toBe(1);
    const dropout = new nn.Sequential(model, new nn.Dropout(0.5));
    manualSeed(0);
    const noisy = () => nn.functional.crossEntropy(dropout.forward(x), labels);
    expect(expectUntouched(dropout, () => refusal(() => lineProbe(dropout, noisy, { steps }))).hint).toMatch(/dropout/);
  });

  test("leaves alone what else an optimiser holds, and refuses one that holds nothing of the model", () => {
    const [model, other] = [new Quadratic(H, start), new Quadratic(H, [3, 2, 1])];
    other.forward().backward();
    const both = new optim.SGD([model.x, other.x], { lr: 0.1, momentum: 0.9 });
    const along = (optimizer: optim.SGD) =>
      expectUntouched(other, () => lineProbe(model, () => model.forward(), { steps: [1], direction: optimizer }), both);
    expect(along(both).loss).toEqual(along(new optim.SGD([model.x], { lr: 0.1, momentum: 0.9 })).loss);
    expect(refusal(() => along(new optim.SGD([other.x], { lr: 0.1 }))).expected).toMatch(/this model's parameters/);
    const net = new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 1));
    const more = new optim.SGD([...net.parameters(), other.x], { lr: 0.1, momentum: 0.9 });
    const shift = () => internalCovariateShift(net, () => net.forward(ones([4, 3])).mean(), { optimizer: more });
    expect(expectUntouched(other, shift, more).layers.length).toBe(2);
  });

  test("refuses what it cannot walk, and shows infinite losses as gaps", () => {
    const model = new Quadratic(H, start);
    const loss = () => model.forward();
    const refused = (options: Parameters<typeof lineProbe>[2]) => refusal(() => lineProbe(model, loss, options));
    expect(refused({}).got).toBe("neither");
    expect(refusal(() => lineProbe(model, loss)).got).toBe("neither");
    expect(refusal(() => lineProbe(model, loss, null as never)).got).toBe("null");
    expect(refusal(() => lineProbe(new nn.Tanh(), loss, { steps: [1] })).expected).toMatch(/parameters/);
    expect(refusal(() => lineProbe(model, () => tensor(1), { steps: [1] })).expected).toMatch(/depends/);
    expect(refusal(() => lineProbe(model, () => model.x, { steps: [1] })).expected).toMatch(/one number/);
    expect(refusal(() => lineProbe(model, () => model.forward().mul(Number.NaN), { steps: [1] })).got).toBe("NaN");
    expect(refused({ steps: [] }).expected).toMatch(/steps, one finite number/);
    expect(refused({ steps: { from: 0, to: 1 } }).expected).toMatch(/above 0/);
    expect(refused({ steps: [1], direction: "up" as "random" }).got).toBe('"up"');
    expect(refused({ steps: [1], direction: [tensor([1, 2], { dtype })] }).hint).toMatch(/1 parameters/);
    expect(refused({ steps: [1, 2, 3], maxEvaluations: 5 }).got).toMatch(/take 10/);
    const probe = lineProbe(model, () => model.forward().exp(), { steps: [1e-5, 1e6] });
    expect(probe.loss).toEqual([expect.any(Number), null]);
    expect(probe.lossRange?.[0]).toBe(probe.loss[0]);
  });
});

test("the range of learning rates on a parabola of curvature 4 ends where it does by hand, in any order of steps", () => {
  const model = new Quadratic([[4]], [1]); // loss 2(1 − 4h)²: least at 1/4, its start again at 1/2
  const range = (steps: number[]) => learningRateRange(lineProbe(model, () => model.forward(), { steps }));
  const kind = "learningRateRange";
  const expected = { kind, monotone: 0.25, lowering: 0.49, best: 0.25, bound: expect.closeTo(0.5, 12) };
  expect(range([0, 0.1, 0.25, 0.3, 0.49, 0.51])).toEqual(expected);
  expect(range([0.51, 0.25, 0.49, -1, 0.1, 0, 0.3])).toEqual(expected);
  expect(range([0.6, 1])).toEqual({ kind, monotone: null, lowering: null, best: 0.6, bound: expect.closeTo(0.5, 12) });
});
