import { Generator, nn, optim, randint, randn } from "evenkeel";
import type { Cost, LongOptions } from "evenkeel/analysis";
import * as analysis from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const dtype = "float64";
const generator = () => new Generator().manualSeed(1);

/** A trained step or two of a network with batch norm and dropout, whose gradients, state and generators are not fresh. */
function setting() {
  const g = generator();
  const model = new nn.Sequential(
    new nn.Linear(3, 4, { generator: g, dtype }),
    new nn.BatchNorm1d(4, { dtype }),
    new nn.Tanh(),
    new nn.Dropout(0.5).eval(),
    new nn.Linear(4, 2, { generator: g, dtype }),
  );
  const [x, labels] = [randn([10, 3], { generator: g, dtype }), randint(0, 2, [10], { generator: g })];
  const loss = () => nn.functional.crossEntropy(model.forward(x), labels);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
  const from = model.stateDict();
  for (let step = 0; step < 2; step++) {
    loss().backward();
    optimizer.step();
  }
  return { model, x, loss, optimizer, from, to: model.stateDict() };
}

type Setting = ReturnType<typeof setting>;

interface Long {
  readonly run: (s: Setting, long: LongOptions) => { readonly cost: Cost };
  readonly later: (s: Setting, long: LongOptions) => Promise<{ readonly cost: Cost }>;
  readonly estimate: Cost;
  readonly changesStatistics?: boolean;
}

const parameters = 3 * 4 + 4 + 8 + 4 * 2 + 2;
const estimate = analysis.estimateCost;
const { lineProbe, lineProbeAsync, lossSurface, lossSurfaceAsync, descend1d, descend1dAsync } = analysis;
const { internalCovariateShift, internalCovariateShiftAsync, interpolate, interpolateAsync } = analysis;
const { layerInterference, layerInterferenceAsync, weightScaleInvariance, weightScaleInvarianceAsync } = analysis;
const { hessianEigenvalues, hessianEigenvaluesAsync, hessianTrace, hessianTraceAsync } = analysis;
const { spectralDensity, spectralDensityAsync, deadUnits, deadUnitsAsync } = analysis;
const { batchNormHealth, batchNormHealthAsync, recalibrateBatchNorm, recalibrateBatchNormAsync } = analysis;

const positions = [0, 0.5, 1];
const slice = (s: Setting) => ({ model: s.model, loss: s.loss });
const descents = { starts: [0, 1], lr: 0.1, steps: 2, points: 3, tolerance: 0 };

/** Every analysis that may take long, with options that are not its defaults. */
const all: Record<string, Long> = {
  lineProbe: {
    run: (s, long) => lineProbe(s.model, s.loss, { steps: [0.1, 1], direction: s.optimizer, ...long }),
    later: (s, long) => lineProbeAsync(s.model, s.loss, { steps: [0.1, 1], direction: s.optimizer, ...long }),
    estimate: estimate("lineProbe", { steps: 2 }),
  },
  lossSurface: {
    run: (s, long) => lossSurface(s.model, s.loss, { points: 3, path: [s.from], batchNorm: "running", ...long }),
    later: (s, long) => lossSurfaceAsync(s.model, s.loss, { points: 3, path: [s.from], batchNorm: "running", ...long }),
    estimate: estimate("lossSurface", { points: 3, path: 1 }),
  },
  descend1d: {
    run: (s, long) => descend1d(slice(s), { ...descents, ...long }),
    later: (s, long) => descend1dAsync(slice(s), { ...descents, ...long }),
    estimate: estimate("descend1d", { starts: 2, steps: 2, points: 3 }),
  },
  interpolate: {
    run: (s, long) => interpolate(s.model, s.loss, s.from, s.to, { positions, ...long }),
    later: (s, long) => interpolateAsync(s.model, s.loss, s.from, s.to, { positions, ...long }),
    estimate: estimate("interpolate", { positions: 3 }),
  },
  internalCovariateShift: {
    run: (s, long) => internalCovariateShift(s.model, s.loss, { optimizer: s.optimizer, ...long }),
    later: (s, long) => internalCovariateShiftAsync(s.model, s.loss, { optimizer: s.optimizer, ...long }),
    estimate: estimate("internalCovariateShift", { layers: 3 }),
  },
  layerInterference: {
    run: (s, long) => layerInterference(s.model, s.loss, { optimizer: s.optimizer, ...long }),
    later: (s, long) => layerInterferenceAsync(s.model, s.loss, { optimizer: s.optimizer, ...long }),
    estimate: estimate("layerInterference", { layers: 3 }),
  },
  weightScaleInvariance: {
    run: (s, long) => weightScaleInvariance(s.model, s.loss, { scale: 3, layers: ["0", "4"], ...long }),
    later: (s, long) => weightScaleInvarianceAsync(s.model, s.loss, { scale: 3, layers: ["0", "4"], ...long }),
    estimate: estimate("weightScaleInvariance", { layers: 2 }),
  },
  hessianEigenvalues: {
    run: (s, long) => hessianEigenvalues(s.model, s.loss, { k: 2, maxIterations: 12, generator: generator(), ...long }),
    later: (s, long) =>
      hessianEigenvaluesAsync(s.model, s.loss, { k: 2, maxIterations: 12, generator: generator(), ...long }),
    estimate: estimate("hessianEigenvalues", parameters, { k: 2, maxIterations: 12 }),
  },
  hessianTrace: {
    run: (s, long) => hessianTrace(s.model, s.loss, { samples: 2, method: "differences", ...long }),
    later: (s, long) => hessianTraceAsync(s.model, s.loss, { samples: 2, method: "differences", ...long }),
    estimate: estimate("hessianTrace", parameters, { samples: 2, method: "differences" }),
  },
  spectralDensity: {
    run: (s, long) => spectralDensity(s.model, s.loss, { starts: 2, iterations: 4, seed: 3, ...long }),
    later: (s, long) => spectralDensityAsync(s.model, s.loss, { starts: 2, iterations: 4, seed: 3, ...long }),
    estimate: estimate("spectralDensity", parameters, { starts: 2, iterations: 4 }),
  },
  deadUnits: {
    run: (s, long) => deadUnits(s.model, [s.x, s.x], { thresholds: { tanh: 0.9 }, ...long }),
    later: (s, long) => deadUnitsAsync(s.model, [s.x, s.x], { thresholds: { tanh: 0.9 }, ...long }),
    estimate: estimate("deadUnits", { batches: 2 }),
  },
  batchNormHealth: {
    run: (s, long) => batchNormHealth(s.model, [s.x, s.x], { ...long }),
    later: (s, long) => batchNormHealthAsync(s.model, [s.x, s.x], { ...long }),
    estimate: estimate("batchNormHealth", { batches: 2, loss: false }),
  },
  recalibrateBatchNorm: {
    run: (s, long) => recalibrateBatchNorm(s.model, [s.x, s.x], long),
    later: (s, long) => recalibrateBatchNormAsync(s.model, [s.x, s.x], long),
    estimate: estimate("recalibrateBatchNorm", { batches: 2 }),
    changesStatistics: true,
  },
};

const passes = ({ forward, backward }: Cost) => forward + backward;

test("every analysis that may take long is in the table, but for compare, which has no model", () => {
  const asynchronous = Object.keys(analysis).filter((name) => name.endsWith("Async") && name !== "compareAsync");
  expect(Object.keys(all).sort()).toEqual(asynchronous.map((name) => name.slice(0, -"Async".length)).sort());
});

describe.each(Object.entries(all))("%s", (_, { run, later, estimate: most, changesStatistics }) => {
  test("leaves everything as it was, takes no more passes than was told, and is plain data", () => {
    const s = setting();
    const result = changesStatistics ? run(s, {}) : expectUntouched(s.model, () => run(s, {}), s.optimizer);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result.cost.forward).toBeLessThanOrEqual(most.forward);
    expect(result.cost.backward).toBeLessThanOrEqual(most.backward);
  });

  test("gives the same when it lets others work, and says how far it is", async () => {
    const seen: { done: number; total: number }[] = [];
    const result = await later(setting(), { onProgress: (progress) => seen.push(progress) });
    expect(result).toEqual(run(setting(), {}));
    expect(seen.length).toBeGreaterThan(0);
    for (const [i, { done, total }] of seen.entries()) {
      expect(total).toBeLessThanOrEqual(passes(most));
      expect(done).toBeLessThanOrEqual(total);
      if (i > 0) expect(done).toBeGreaterThanOrEqual(seen[i - 1].done);
    }
  });

  test("can be ended wherever it tells of its progress, and leaves everything as it was", async () => {
    let calls = 0;
    run(setting(), { onProgress: () => calls++ });
    for (let end = 0; end < calls; end++) {
      const [abort, reason] = [new AbortController(), new Error(`at ${end}`)];
      const s = setting();
      let call = 0;
      const onProgress = () => void (call++ === end && abort.abort(reason));
      const stop = () => run(s, { signal: abort.signal, onProgress });
      expectUntouched(s.model, () => expect(stop).toThrow(reason), s.optimizer);
    }
    const s = setting();
    await expect(later(s, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });

  test("is refused where it would take more passes than it may, and leaves everything as it was", () => {
    const s = setting();
    expect(expectUntouched(s.model, () => refusal(() => run(s, { maxEvaluations: 1 }))).expected).toMatch(/at most 1/);
    expect(refusal(() => run(s, { maxEvaluations: 0 })).expected).toMatch(/above 0/);
    expect(refusal(() => run(s, { maxEvaluation: 1 } as LongOptions)).hint).toMatch(/maxEvaluations/);
  });
});
