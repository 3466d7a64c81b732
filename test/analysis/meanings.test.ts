import { Generator, manualSeed, nn, optim, randn, type Tensor, tensor } from "evenkeel";
import {
  descend1d,
  effectiveLearningRate,
  estimateCost,
  internalCovariateShift,
  interpolate,
  type LineProbe,
  layerInterference,
  learningRateRange,
  lineProbe,
  lossSurface,
  Recorder,
  recalibrateBatchNorm,
  stepProbes,
} from "evenkeel/analysis";
import { landscapeBands, lineProfile } from "evenkeel/plot";
import { describe, expect, test } from "vitest";
import { spread } from "../../src/analysis/curvature/hessianTrace.ts";
import { refusal } from "../refusal.ts";
import { expectUntouched } from "./untouched.ts";

// Each number is what its name and its sentence say: of which state, by which statistics, of which step, over what.

const dtype = "float64";

/** A network with batch norm, states of its training, and its loss when it is evaluated in a state. */
function trained() {
  const generator = new Generator().manualSeed(3);
  const model = new nn.Sequential(
    new nn.Linear(3, 4, { generator, dtype }),
    new nn.BatchNorm1d(4, { dtype }),
    new nn.Tanh(),
    new nn.Linear(4, 1, { generator, dtype }),
  );
  for (const p of model[3].parameters()) p.requiresGrad = false;
  const x = randn([8, 3], { generator, dtype });
  const loss = () => model.forward(x).sub(1).square().mean();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
  const path = Array.from({ length: 4 }, () => {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
    (model[3] as nn.Linear).bias?.detach().add_(0.1); // it is trained by other means
    return model.stateDict();
  });
  const lossIn = (state: nn.StateDict): number => {
    const before = model.stateDict();
    model.loadStateDict(state);
    model.eval();
    const value = loss().item();
    model.train();
    model.loadStateDict(before);
    return value;
  };
  return { model, x, loss, path, lossIn };
}

describe("the loss of a state", () => {
  test("of a path is that of the model in that state, by its own running statistics and frozen parameters", () => {
    const { model, loss, path, lossIn } = trained();
    const expected = path.map(lossIn);
    expect(new Set(expected).size).toBe(4);
    const run = () => lossSurface(model, loss, { directions: "pca", points: 3, path, batchNorm: "running" });
    const surface = expectUntouched(model, run);
    expect(surface.path.map((point) => point.loss)).toEqual(expected);
    expect(surface.centre).toBe(expected[3]);
  });

  test("between two states is by statistics between theirs, and at either end by its own", () => {
    const { model, loss, path, lossIn } = trained();
    const [a, b] = [path[0], path[2]];
    const halfway = Object.fromEntries(
      Object.entries(a).map(([name, x]) => [name, x.dtype === "int32" ? x : x.mul(0.5).add(b[name].mul(0.5))]),
    );
    const run = () => interpolate(model, loss, a, b, { positions: [0, 0.5, 1], batchNorm: "running" });
    const { loss: values } = expectUntouched(model, run);
    expect(values[0]).toBe(lossIn(a));
    expect(values[1]).toBeCloseTo(lossIn(halfway), 12);
    expect(values[2]).toBe(lossIn(b));
  });

  test("is refused by running statistics that it does not have, and taken by the batch's", () => {
    const { model, loss, path } = trained();
    const { "1.running_mean": _, ...without } = path[0];
    const options = (batchNorm: "batch" | "running") => ({ points: 1, path: [without], batchNorm });
    expect(refusal(() => lossSurface(model, loss, options("running"))).expected).toMatch(/"1\.running_mean"/);
    expect(refusal(() => interpolate(model, loss, path[0], without, { batchNorm: "running" })).got).toMatch(/without/);
    expect(lossSurface(model, loss, options("batch")).path[0].loss).toBeGreaterThan(0);
  });
});

describe("statistics that are taken anew", () => {
  const batchNorm = "recalibrated" as const;

  /** The loss in a state, after `recalibrateBatchNorm` by hand. */
  const byHand = ({ model, x, loss }: ReturnType<typeof trained>, state: nn.StateDict): number => {
    const before = model.stateDict();
    model.loadStateDict(state);
    recalibrateBatchNorm(model, [x]);
    model.eval();
    const value = loss().item();
    model.train();
    model.loadStateDict(before);
    return value;
  };

  /** The state with its parameters moved. */
  const moved = (
    state: nn.StateDict,
    directions: readonly Tensor[],
    names: readonly string[],
    t: number,
  ): nn.StateDict => ({
    ...state,
    ...Object.fromEntries(names.map((name, i) => [name, state[name].add(directions[i].mul(t))])),
  });

  test("are those of each place of a line, a surface and its path, and a way between states", () => {
    const t = trained();
    const { model, loss, path } = t;
    const names = model
      .namedParameters()
      .filter(([, p]) => p.requiresGrad)
      .map(([name]) => name);
    const [a, b] = [1, 2].map((seed) => {
      const generator = new Generator().manualSeed(seed);
      return names.map((name) => randn([...path[3][name].shape], { generator, dtype }));
    });
    const probe = expectUntouched(model, () => lineProbe(model, loss, { steps: [0.5, 1], direction: a, batchNorm }));
    expect(probe.loss).toEqual([0.5, 1].map((step) => byHand(t, moved(path[3], a, names, step))));
    expect(probe.cost).toEqual(estimateCost("lineProbe", { steps: 2, batchNorm }));
    const options = { directions: [a, b], points: 3, extent: 1, path, batchNorm } as const;
    const surface = expectUntouched(model, () => lossSurface(model, loss, options));
    expect(surface.loss[2][0]).toBe(byHand(t, moved(moved(path[3], b, names, 1), a, names, -1)));
    expect(surface.path.map((point) => point.loss)).toEqual(path.map((state) => byHand(t, state)));
    expect(surface.cost).toEqual(estimateCost("lossSurface", { points: 3, path: 4, batchNorm }));
    const between = expectUntouched(model, () =>
      interpolate(model, loss, path[0], path[2], { positions: [0, 1], batchNorm }),
    );
    expect(between.loss).toEqual([byHand(t, path[0]), byHand(t, path[2])]);
    expect(between.cost).toEqual(estimateCost("interpolate", { positions: 2, batchNorm }));
    const slice = { model, loss, direction: a };
    const descents = expectUntouched(model, () =>
      descend1d(slice, { starts: [0.5], lr: 0, steps: 0, points: 0, batchNorm }),
    );
    expect(descents.descents[0].loss[0]).toBe(byHand(t, moved(path[3], a, names, 0.5)));
  });

  test("are constants to the gradient of a place", () => {
    const t = trained();
    const { model, loss } = t;
    const probe = lineProbe(model, loss, { steps: [0.1], batchNorm });
    recalibrateBatchNorm(model, [t.x]);
    const running = lineProbe(model, loss, { steps: [0.1], batchNorm: "running" });
    expect(probe.start).toEqual(running.start);
    expect(probe.loss).not.toEqual(running.loss);
  });

  test("are refused where statistics are not batch norm's, and for the Hessian's plane", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.LpNorm1d(3));
    const loss = () =>
      model
        .forward(randn([4, 2], { generator: new Generator().manualSeed(0) }))
        .square()
        .mean();
    expect(refusal(() => lineProbe(model, loss, { steps: [1], batchNorm })).got).toMatch(/"1", a LpNorm1d/);
    const t = trained();
    const run = () => lossSurface(t.model, t.loss, { directions: "hessian", points: 1, batchNorm });
    expect(refusal(run).hint).toMatch(/hessianEigenvalues/);
  });
});

test("the shift of one module that has all parameters is refused, and given for groups of them", () => {
  class ByHand extends nn.Module {
    w1 = new nn.Parameter(randn([3, 4], { dtype }));
    w2 = new nn.Parameter(randn([4, 1], { dtype }));
    override forward(x: Tensor): Tensor {
      return x.matmul(this.w1).tanh().matmul(this.w2);
    }
  }
  manualSeed(0);
  const [model, x] = [new ByHand(), randn([5, 3], { dtype })];
  const loss = () => model.forward(x).square().mean();
  for (const analysis of [internalCovariateShift, layerInterference]) {
    const { hint, got } = expectUntouched(model, () => refusal(() => analysis(model, loss, { lr: 0.1 })));
    expect(got).toMatch(/w1, w2/);
    expect(hint).toContain('{ groups: {"first":["w1"],"second":["w2"]} }');
  }
  const groups = { first: ["w1"], second: ["w2"] };
  expect(internalCovariateShift(model, loss, { lr: 0.1, groups }).layers[1].l2).toBeGreaterThan(0);
});

test("the norm of a gradient in a recording is that of its step, and of what the optimiser has", () => {
  const generator = new Generator().manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(3, 2, { generator }), new nn.Linear(2, 1, { generator }));
  const recorder = new Recorder(model, new optim.SGD(model[0].parameters(), { lr: 0 }), {
    probes: { gradients: stepProbes.gradientNorms() },
  });
  const x = randn([4, 3], { generator });
  for (let step = 0; step < 3; step++) recorder.step(() => model.forward(x).square().mean());
  const { rows } = recorder.recording();
  expect(rows.map(({ step, layer }) => [step, layer])).toEqual([0, 1, 2].map((step) => [step, "0"]));
  expect(new Set(rows.map(({ value }) => value)).size).toBe(1);
});

const probeOf = (part: Partial<LineProbe>) =>
  ({
    kind: "lineProbe",
    lossRange: [-2, 1],
    gradientDistanceRange: [1, 2],
    effectiveBeta: 3,
    ...part,
  }) as LineProbe;

test("what a log scale cannot show is said to be below 0, and what is not finite to be so", () => {
  const notes = (probe: Partial<LineProbe>, log: boolean) =>
    JSON.stringify(landscapeBands([{ step: 0, probe: probeOf(probe) }], { log }));
  expect(notes({}, true)).toMatch(/1 value is 0 or below/);
  expect(notes({}, true)).not.toMatch(/finite/);
  expect(notes({}, false)).not.toMatch(/finite|below/);
  expect(notes({ effectiveBeta: null }, true)).toMatch(/1 value is not finite.*1 value is 0 or below/);
  const model = new nn.Linear(1, 1);
  const still = lineProbe(
    model,
    () =>
      model
        .forward(tensor([[1]]))
        .square()
        .sum(),
    { steps: [0, 0.1] },
  );
  expect(still.smoothness[0]).toBeNull();
  expect(JSON.stringify(lineProfile(still))).not.toMatch(/not finite/);
});

test("a step is monotone only below the loss at the start, whatever the first one's is", () => {
  const start = { loss: 4, gradientNorm: 1, directionNorm: 1, slope: -1 };
  const range = (loss: (number | null)[]) =>
    learningRateRange(probeOf({ steps: loss.map((_, i) => i + 1), loss, start }));
  expect(range([5, 4.5, 3])).toMatchObject({ monotone: null, lowering: 3, best: 3 });
  expect(range([3, 2, 2.5, 1])).toMatchObject({ monotone: 2, lowering: 4, best: 4 });
  expect(range([4, 3])).toMatchObject({ monotone: null, lowering: 2, best: 2 });
  expect(range([null, 3])).toMatchObject({ monotone: null, lowering: 2, best: 2 });
  expect(range([5, 6])).toMatchObject({ monotone: null, lowering: null, best: 1 });
});

test("the standard error of a mean is over n − 1", () => {
  expect(spread([1, 2, 6]).standardError).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 2 / 3), 14);
  expect(spread([1, 2, 6]).mean).toBe(3);
});

test.each([
  ["rises", 1, 8],
  ["falls", 8, 1],
])("the ratio of a recalibration is above 1 where the spread %s", (_, before, after) => {
  const norm = new nn.BatchNorm1d(1, { dtype });
  const batchOf = (variance: number) => tensor([[-1], [1]], { dtype }).mul(Math.sqrt(variance / 2));
  recalibrateBatchNorm(norm, [batchOf(before)]);
  const { layers } = recalibrateBatchNorm(norm, [batchOf(after)]);
  expect(layers[0].largestStdRatio).toBeCloseTo(Math.sqrt(8), 12);
});

test("the effective rate of a layer is by its own optimiser group", () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2));
  const rates = (lr: number) => effectiveLearningRate(model, lr).layers[0];
  expect(JSON.stringify(rates(0.2))).not.toBe(JSON.stringify(rates(0.1)));
});
