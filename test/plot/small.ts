import { Generator, grad, manualSeed, nn, optim, randn, type Tensor, tensor } from "evenkeel";
import {
  ActivationDrift,
  activationReport,
  type Comparison,
  compare,
  deadUnits,
  descend1d,
  effectiveRank,
  exampleCorrelation,
  explainBatchNormCurvature,
  explainBatchNormGradient,
  explainBatchNormInitialisation,
  explainBatchNormMinimax,
  gradientReport,
  internalCovariateShift,
  interpolate,
  layerInterference,
  learningRateTest,
  lineProbe,
  lossSurface,
  spectralDensity,
  stepProbes,
  updateRatios,
} from "evenkeel/analysis";
import type { DeadUnitsAt, LineProbeAt, RateScaleCell } from "evenkeel/plot";
import type { SweepResult } from "evenkeel/sweep";

/** A result of each analysis that there is a plot of, of small networks, the same each time. */

const x = () => randn([16, 2], { generator: new Generator().manualSeed(7), dtype: "float64" });

function network(): nn.Sequential {
  manualSeed(0);
  const dtype = "float64";
  return new nn.Sequential(
    new nn.Linear(2, 3, { dtype }),
    new nn.BatchNorm1d(3, { dtype }),
    new nn.Tanh(),
    new nn.Linear(3, 1, { dtype }),
  );
}

const lossOf = (model: nn.Module, rows: Tensor = x()) => model.forward(rows).sub(1).square().mean();

export function comparison(): Comparison {
  return compare({
    variants: { standard: network, other: network },
    data: [x()],
    loss: lossOf,
    optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.1 }),
    probes: { loss: stepProbes.loss(), updates: stepProbes.updateRatios() },
    steps: 6,
    seed: [0, 1],
  });
}

/** Examples as they are, a row each. */
export const rows = (values: number[][]): Tensor => tensor(values);

export const activations = () => activationReport(network(), x(), { bins: 8 });
export const gradients = () => {
  const model = network();
  return gradientReport(model, () => lossOf(model), { bins: 8 });
};

export const correlation = () => exampleCorrelation(network(), x());
export const rank = () => effectiveRank(network(), x());
export const rateTest = () => {
  const model = network();
  return learningRateTest(model, () => lossOf(model), { from: 1e-3, to: 10, steps: 12 });
};

/** A loss of `2w²`, in float64. */
export function parabola() {
  const model = new nn.Linear(1, 1, { bias: false, dtype: "float64" });
  model.weight.data[0] = 1;
  return {
    model,
    loss: () =>
      model
        .forward(tensor([[2]], { dtype: "float64" }))
        .square()
        .mul(0.5)
        .sum(),
  };
}

export function drift(units: number[] = []) {
  const model = network();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const watched = new ActivationDrift(model, { units });
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    lossOf(model).backward();
    optimizer.step();
    watched.step();
  }
  watched.detach();
  return watched.report();
}

export const dead = () => deadUnits(network(), [x().mul(3)], { bitmap: "strings" });

export const deadTimeline = (): DeadUnitsAt[] =>
  [1, 10, 100].map((scale, i) => ({ step: 5 * i, report: deadUnits(network(), [x().mul(scale)]) }));

export function ratios() {
  const model = network();
  return updateRatios(model, () => lossOf(model), { lr: 0.1 });
}

export function shift() {
  const model = network();
  return internalCovariateShift(model, () => lossOf(model), { lr: 0.1 });
}

export function interference() {
  const model = network();
  return layerInterference(model, () => lossOf(model), { lr: 0.1 });
}

export function probe(scale = 1) {
  const model = network();
  return lineProbe(model, () => lossOf(model), { steps: [0.1 * scale, 1 * scale, 4 * scale] });
}

export const probes = (): LineProbeAt[] => [1, 2, 3].map((scale, i) => ({ step: 10 * i, probe: probe(scale) }));

export function between() {
  const model = network();
  const other = network();
  for (const p of other.parameters()) p.data.set(p.data.map((value) => -value));
  return interpolate(model, () => lossOf(model), model.stateDict(), other.stateDict());
}

export function surface() {
  const model = network();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const path = [model.stateDict()];
  for (let step = 0; step < 4; step++) {
    optimizer.zeroGrad();
    lossOf(model).backward();
    optimizer.step();
    path.push(model.stateDict());
  }
  return lossSurface(model, () => lossOf(model), { directions: "pca", path, points: 7 });
}

export const descents = () =>
  descend1d((t) => t.square(), { starts: [-1, 2], lr: 0.3, steps: 5, range: [-2, 3], points: 11 });

export function density() {
  const model = network();
  return spectralDensity(model, () => lossOf(model), { iterations: 8, starts: 2, points: 40, seed: 0 });
}

export function theorems() {
  const generator = new Generator().manualSeed(3);
  const options = { dtype: "float64", generator } as const;
  const norm = new nn.BatchNorm1d(3, { dtype: "float64" });
  const y = randn([12, 3], options).mul(2).add(1);
  const target = randn([12, 3], options);
  const loss = (z: Tensor) => z.sub(target).square().mean();
  const z = norm.forward(y);
  const [gradOutput] = grad(loss(z), [z]);
  return {
    gradient: explainBatchNormGradient(norm, y, gradOutput),
    curvature: explainBatchNormCurvature(norm, y, loss),
    minimax: explainBatchNormMinimax(norm, y, gradOutput),
    initialisation: explainBatchNormInitialisation(randn([3, 4], options), randn([3, 4], options)),
  };
}

export const cells = (): RateScaleCell[] =>
  ["standard", "batch norm"].flatMap((variant) =>
    [0.1, 1].flatMap((lr) =>
      [1, 10].map((scale) => ({ variant, lr, scale, loss: lr * scale === 10 ? null : lr + scale })),
    ),
  );

export const swept = (): SweepResult => ({
  kind: "sweep",
  version: "0.0.0",
  kernels: "wasm",
  code: "0",
  total: 4,
  rows: cells().map(({ loss, ...configuration }, i) => ({
    id: String(i),
    configuration,
    value: { loss: loss ?? Number.NaN },
    diverged: null,
    failed: null,
  })),
});
