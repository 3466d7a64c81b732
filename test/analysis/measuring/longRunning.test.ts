import { Generator, nn, optim, randint, randn } from "evenkeel";
import type { Cost, LongOptions } from "evenkeel/analysis";
import * as analysis from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { longAnalyses } from "../../../src/analysis/estimateCost.ts";
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
  /** What it is of, and its options, which are not its defaults. */
  readonly given: (s: Setting) => readonly [...of: unknown[], options: object];
  readonly estimate: Cost;
  readonly changesStatistics?: boolean;
}

const parameters = 3 * 4 + 4 + 8 + 4 * 2 + 2;
const estimate = analysis.estimateCost;
const slice = (s: Setting) => ({ model: s.model, loss: s.loss });
const ofLoss = (options: (s: Setting) => object) => (s: Setting) => [s.model, s.loss, options(s)] as const;
const ofBatches = (options: object) => (s: Setting) => [s.model, [s.x, s.x], options] as const;

/** Every analysis that may take long. */
const all: Record<string, Long> = {
  lineProbe: {
    given: ofLoss((s) => ({ steps: [0.1, 1], direction: s.optimizer })),
    estimate: estimate("lineProbe", { steps: 2 }),
  },
  lossSurface: {
    given: ofLoss((s) => ({ points: 3, path: [s.from], batchNorm: "running" })),
    estimate: estimate("lossSurface", { points: 3, path: 1 }),
  },
  descend1d: {
    given: (s) => [slice(s), { starts: [0, 1], lr: 0.1, steps: 2, points: 3, tolerance: 0 }],
    estimate: estimate("descend1d", { starts: 2, steps: 2, points: 3 }),
  },
  interpolate: {
    given: (s) => [s.model, s.loss, s.from, s.to, { positions: [0, 0.5, 1] }],
    estimate: estimate("interpolate", { positions: 3 }),
  },
  internalCovariateShift: {
    given: ofLoss((s) => ({ optimizer: s.optimizer })),
    estimate: estimate("internalCovariateShift", { layers: 3 }),
  },
  layerInterference: {
    given: ofLoss((s) => ({ optimizer: s.optimizer })),
    estimate: estimate("layerInterference", { layers: 3 }),
  },
  weightScaleInvariance: {
    given: ofLoss(() => ({ scale: 3, layers: ["0", "4"] })),
    estimate: estimate("weightScaleInvariance", { layers: 2 }),
  },
  gradientAlignment: {
    given: ofLoss(() => ({ k: 2, maxIterations: 12, generator: generator() })),
    estimate: estimate("gradientAlignment", parameters, { k: 2, maxIterations: 12 }),
  },
  hessianDiagonal: {
    given: ofLoss(() => ({ samples: 3, method: "differences", seed: 2 })),
    estimate: estimate("hessianDiagonal", parameters, { samples: 3, method: "differences" }),
  },
  learningRateTest: {
    given: ofLoss((s) => ({ optimizer: s.optimizer, steps: 4, to: 0.1 })),
    estimate: estimate("learningRateTest", { steps: 4 }),
  },
  hessianEigenvalues: {
    given: ofLoss(() => ({ k: 2, maxIterations: 12, generator: generator() })),
    estimate: estimate("hessianEigenvalues", parameters, { k: 2, maxIterations: 12 }),
  },
  hessianTrace: {
    given: ofLoss(() => ({ samples: 2, method: "differences" })),
    estimate: estimate("hessianTrace", parameters, { samples: 2, method: "differences" }),
  },
  spectralDensity: {
    given: ofLoss(() => ({ starts: 2, iterations: 4, seed: 3 })),
    estimate: estimate("spectralDensity", parameters, { starts: 2, iterations: 4 }),
  },
  deadUnits: {
    given: ofBatches({ thresholds: { tanh: 0.9 } }),
    estimate: estimate("deadUnits", { batches: 2 }),
  },
  batchNormHealth: {
    given: ofBatches({}),
    estimate: estimate("batchNormHealth", { batches: 2, loss: false }),
  },
  recalibrateBatchNorm: {
    given: ofBatches({}),
    estimate: estimate("recalibrateBatchNorm", { batches: 2 }),
    changesStatistics: true,
  },
};

type Run = (...given: readonly unknown[]) => { readonly cost: Cost };
const functions = analysis as unknown as Readonly<Record<string, Run>>;

const passes = ({ forward, backward }: Cost) => forward + backward;

test("every analysis that may take long is in the table, but for compare, which has no model", () => {
  expect([...Object.keys(all), "compare"].sort()).toEqual(Object.keys(longAnalyses));
});

describe.each(Object.entries(all))("%s", (name, { given, estimate: most, changesStatistics }) => {
  const [run, later] = [name, `${name}Async`].map((own) => (s: Setting, long: LongOptions) => {
    const of = given(s);
    return functions[own](...of.slice(0, -1), { ...(of.at(-1) as object), ...long });
  });

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
