import { Generator, grad, isGradEnabled, nn, ones, optim, randint, randn, type Tensor } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import { describe, expect, test } from "vitest";

/** A network of two hidden layers, and a loss that counts how it is evaluated. */
function setting() {
  const generator = new Generator().manualSeed(1);
  const hidden = (from: number) => [new nn.Linear(from, 6, { generator }), new nn.BatchNorm1d(6), new nn.Tanh()];
  const model = new nn.Sequential(...hidden(4), ...hidden(6), new nn.Linear(6, 3, { generator }));
  const [x, y] = [randn([8, 4], { generator }), randint(0, 3, [8], { generator })];
  const count = { forward: 0, taped: 0, backward: 0 };
  const loss = () => {
    const z = nn.functional.crossEntropy(model.forward(x), y);
    count.forward++;
    if (isGradEnabled()) count.taped++;
    if (z.requiresGrad) z.registerHook(() => void count.backward++);
    return z;
  };
  const from = model.stateDict();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  loss().backward();
  optimizer.step();
  Object.assign(count, { forward: 0, taped: 0, backward: 0 });
  return { model, x, loss, count, from, optimizer };
}

type Setting = ReturnType<typeof setting>;
type Told = { readonly cost: analysis.Cost };

const estimate = analysis.estimateCost;
const size = setting()
  .model.parameters()
  .reduce((sum, p) => sum + p.numel(), 0);
const density = { starts: 2, iterations: 3 };
const differences = { k: 1, method: "differences", maxIterations: 4 } as const;
const descents = { starts: [0, 1], lr: 0.1, steps: 2, points: 3, tolerance: 0 };

/** Analyses of a loss, and what is told of their passes beforehand. */
const ofLosses: Record<string, { readonly run: (s: Setting) => Told; readonly told?: analysis.Cost }> = {
  descend1d: {
    run: ({ model, loss }) => analysis.descend1d({ model, loss }, descents),
    told: estimate("descend1d", { starts: 2, steps: 2, points: 3 }),
  },
  gradientReport: { run: ({ model, loss }) => analysis.gradientReport(model, loss) },
  "hessianEigenvalues, by differences": {
    run: ({ model, loss }) => analysis.hessianEigenvalues(model, loss, differences),
    told: estimate("hessianEigenvalues", size, differences),
  },
  learningRateTest: {
    run: ({ model, loss, optimizer }) => analysis.learningRateTest(model, loss, { optimizer, steps: 4, to: 0.1 }),
    told: estimate("learningRateTest", { steps: 4 }),
  },
  initialLossCheck: { run: ({ model, loss }) => analysis.initialLossCheck(model, loss, { numClasses: 3 }) },
  internalCovariateShift: {
    run: ({ model, loss }) => analysis.internalCovariateShift(model, loss, { lr: 0.1 }),
    told: estimate("internalCovariateShift", { layers: 5 }),
  },
  interpolate: {
    run: ({ model, loss, from }) => analysis.interpolate(model, loss, from, model.stateDict(), { positions: [0, 0.5] }),
    told: estimate("interpolate", { positions: 2 }),
  },
  lineProbe: {
    run: ({ model, loss, optimizer }) => analysis.lineProbe(model, loss, { steps: [0.1, 1], direction: optimizer }),
    told: estimate("lineProbe", { steps: 2 }),
  },
  lossSurface: {
    run: ({ model, loss, from }) => analysis.lossSurface(model, loss, { points: 3, path: [from] }),
    told: estimate("lossSurface", { points: 3, path: 1 }),
  },
  updateRatios: { run: ({ model, loss }) => analysis.updateRatios(model, loss, { lr: 0.1 }) },
  weightScaleInvariance: {
    run: ({ model, loss }) => analysis.weightScaleInvariance(model, loss),
    told: estimate("weightScaleInvariance", { layers: 2 }),
  },
};

describe("the passes that an analysis tells", () => {
  test.each(Object.entries(ofLosses))("%s takes, with a tape where a gradient is taken and nowhere else", (_, row) => {
    const s = setting();
    const { cost } = row.run(s);
    expect(s.count).toEqual({ forward: cost.forward, taped: cost.backward, backward: cost.backward });
    const told = row.told ?? cost;
    expect(cost.forward).toBeLessThanOrEqual(told.forward);
    expect(cost.backward).toBeLessThanOrEqual(told.backward);
    expect(told.forward + told.backward).toBeLessThanOrEqual(2 * (cost.forward + cost.backward));
  });

  const exact: Record<
    string,
    { readonly run: (s: Setting) => Told; readonly told: analysis.Cost; readonly graphs: number }
  > = {
    hessianTrace: {
      run: ({ model, loss }) => analysis.hessianTrace(model, loss, { samples: 3 }),
      told: estimate("hessianTrace", size, { samples: 3 }),
      graphs: 1,
    },
    hessianDiagonal: {
      run: ({ model, loss }) => analysis.hessianDiagonal(model, loss, { samples: 3 }),
      told: estimate("hessianDiagonal", size, { samples: 3 }),
      graphs: 1,
    },
    spectralDensity: {
      run: ({ model, loss }) => analysis.spectralDensity(model, loss, density),
      told: estimate("spectralDensity", size, density),
      graphs: 1,
    },
    layerInterference: {
      run: ({ model, loss }) => analysis.layerInterference(model, loss, { lr: 0.1 }),
      told: estimate("layerInterference", { layers: 5 }),
      graphs: 7, // at the start, of the gradient, and behind each layer's step
    },
  };
  test.each(Object.entries(exact))("%s takes from one graph for all products", (_, { run, told, graphs }) => {
    const s = setting();
    const { cost } = run(s);
    expect(cost).toEqual(told);
    expect([s.count.forward, s.count.taped]).toEqual([cost.forward, graphs]);
  });

  const looking: Record<string, (s: Setting) => Told> = {
    activationReport: ({ model, x }) => analysis.activationReport(model, x),
    batchNormHealth: ({ model, x }) => analysis.batchNormHealth(model, [x, x]),
    deadUnits: ({ model, x }) => analysis.deadUnits(model, [x, x]),
    effectiveRank: ({ model, x }) => analysis.effectiveRank(model, x),
    exampleCorrelation: ({ model, x }) => analysis.exampleCorrelation(model, x),
    recalibrateBatchNorm: ({ model, x }) => analysis.recalibrateBatchNorm(model, [x, x]),
    summary: ({ model, x }) => analysis.summary(model, x),
  };
  test.each(Object.entries(looking))("%s takes without a tape", (_, run) => {
    const s = setting();
    const taped: boolean[] = [];
    s.model[0].registerForwardHook(() => void taped.push(isGradEnabled()));
    expect(run(s).cost).toEqual({ forward: taped.length, backward: 0 });
    expect(taped).not.toContain(true);
  });
});

/** `tanh` of the input, divided by the length of its gradient: a forward pass that takes one. */
class Steepened extends nn.Module {
  norm = new nn.BatchNorm1d(4);
  tanh = new nn.Tanh();
  weight = new nn.Parameter(ones([4]));

  override forward(x: Tensor): Tensor {
    const y = this.tanh.forward(this.norm.forward(x.mul(this.weight)));
    const [slope] = grad(y.square().sum(), [this.weight], { createGraph: true });
    return y.div(slope.square().sum().add(1).sqrt());
  }
}

describe("a model that takes gradients in its own forward pass", () => {
  const x = randn([8, 4], { generator: new Generator().manualSeed(2) });
  const cases: Record<string, (model: Steepened, loss: () => Tensor) => Told> = {
    activationReport: (model) => analysis.activationReport(model, x),
    batchNormHealth: (model) => analysis.batchNormHealth(model, [x, x], { loss: (net) => net.forward(x).sum() }),
    deadUnits: (model) => analysis.deadUnits(model, [x, x]),
    descend1d: (model, loss) => analysis.descend1d({ model, loss }, descents),
    gradientReport: (model, loss) => analysis.gradientReport(model, loss),
    initialLossCheck: (model, loss) => analysis.initialLossCheck(model, loss, { numClasses: 3 }),
    interpolate: (model, loss) => {
      const there = Object.fromEntries(Object.entries(model.stateDict()).map(([name, v]) => [name, v.mul(2)]));
      return analysis.interpolate(model, loss, model.stateDict(), there, { positions: [0, 0.5] });
    },
    lineProbe: (model, loss) => analysis.lineProbe(model, loss, { steps: [0.1, 1] }),
    lossSurface: (model, loss) => {
      const [first, second] = [1, 2].map((seed) =>
        model.parameters().map((p) => randn(p.shape, { generator: new Generator().manualSeed(seed) })),
      );
      return analysis.lossSurface(model, loss, { points: 3, directions: [first, second] });
    },
    recalibrateBatchNorm: (model) => analysis.recalibrateBatchNorm(model, [x, x]),
    summary: (model) => analysis.summary(model, x),
  };
  test.each(Object.entries(cases))("has its %s, with the passes that are told", (_, run) => {
    const model = new Steepened();
    let count = 0;
    const loss = () => {
      const y = model.forward(x).square().mean();
      count++;
      return y;
    };
    const { cost } = run(model, loss);
    if (count > 0) expect(count).toBe(cost.forward);
    expect(cost.forward).toBeGreaterThan(0);
  });

  test("is seen once, by what looks at its layers", () => {
    const model = new Steepened();
    const [layer] = analysis.activationReport(model, x).layers;
    expect([layer.calls, layer.count]).toEqual([1, 32]);
    expect(analysis.deadUnits(model, [x]).examples).toBe(8);
    expect(analysis.batchNormHealth(model, [x]).layers[0].largestBatch).toBe(8);
    expect(analysis.recalibrateBatchNorm(model, [x]).layers[0].batches).toBe(1);
  });
});
