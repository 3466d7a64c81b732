import { TensorError } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { descents, runs, steps, surface } from "./runs.ts";
import { analysisNames, meant, modelless, type Setting, setting } from "./settings.ts";
import { expectUntouched } from "./untouched.ts";
import { zoo } from "./zoo.ts";

const { lineProbe, lossSurface, interpolate, hessianTrace, hessianEigenvalues } = analysis;

test("every function that takes a model is here", () => {
  expect(analysisNames).toEqual([...Object.keys(runs), ...modelless].sort());
});

/** Runs an analysis; an error has to be the library's own. */
function attempt(run: () => unknown): TensorError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof TensorError) return error;
    throw error;
  }
}

describe.each(Object.entries(zoo))("%s", (name, kind) => {
  test.each(Object.entries(runs))("is bit for bit as before after %s", (analysisName, run) => {
    for (const n of [1, 2, 3]) {
      const s = setting(kind, n);
      const changes = analysisName === "recalibrateBatchNorm";
      const refused = changes
        ? attempt(() => run(s))
        : expectUntouched(s.model, () => attempt(() => run(s)), s.optimizer);
      if (n === 3) expect(refused === null, refused?.message).toBe(meant[analysisName]?.includes(name) ?? true);
    }
  });
});

/** Analyses in parts, and what they return but for what it took. */
const inParts: Record<string, (s: Setting, options: { onProgress?: () => void }) => object> = {
  batchNormHealth: (s, o) => analysis.batchNormHealth(s.model, [s.x, s.x], { loss: () => s.loss(), ...o }),
  deadUnits: (s, o) => analysis.deadUnits(s.model, [s.x, s.x], o),
  descend1d: (s, o) => analysis.descend1d({ model: s.model, loss: s.loss }, { ...descents, ...o }),
  gradientAlignment: (s, o) => analysis.gradientAlignment(s.model, s.loss, { k: 2, ...o }),
  hessianDiagonal: (s, o) => analysis.hessianDiagonal(s.model, s.loss, { samples: 2, ...o }),
  learningRateTest: (s, o) => analysis.learningRateTest(s.model, s.loss, { steps: 4, ...o }),
  hessianEigenvalues: (s, o) => hessianEigenvalues(s.model, s.loss, { k: 2, ...o }),
  hessianTrace: (s, o) => hessianTrace(s.model, s.loss, { samples: 2, method: "differences", ...o }),
  internalCovariateShift: (s, o) => analysis.internalCovariateShift(s.model, s.loss, { lr: 0.1, ...o }),
  interpolate: (s, o) => interpolate(s.model, s.loss, s.from, s.to, { batchNorm: "running", ...o }),
  layerInterference: (s, o) => analysis.layerInterference(s.model, s.loss, { lr: 0.1, ...o }),
  lineProbe: (s, o) => lineProbe(s.model, s.loss, { steps, batchNorm: "running", ...o }),
  lossSurface: (s, o) => lossSurface(s.model, s.loss, { ...surface, path: [s.from], batchNorm: "running", ...o }),
  recalibrateBatchNorm: (s, o) => analysis.recalibrateBatchNorm(s.model, [s.x, s.x, s.x], o).layers,
  spectralDensity: (s, o) => analysis.spectralDensity(s.model, s.loss, { starts: 2, iterations: 3, ...o }),
  weightScaleInvariance: (s, o) => analysis.weightScaleInvariance(s.model, s.loss, { layers: ["0", "3"], ...o }),
};

test.each(Object.entries(inParts))(
  "%s does not see what becomes of the model between its parts, and leaves it",
  (_, run) => {
    const [alone, disturbed, trained] = [0, 1, 2].map(() => setting(zoo["batch norm"], 3));
    let parts = 0;
    const train = (s: Setting) => {
      s.optimizer.zeroGrad();
      s.loss().backward();
      s.optimizer.step();
    };
    const onProgress = () => {
      parts++;
      train(disturbed);
    };
    const changesStatistics = "recalibrateBatchNorm" === _;
    expect(run(disturbed, { onProgress })).toEqual(run(alone, {}));
    for (let part = 0; part < parts; part++) train(trained);
    const values = ({ model }: Setting) => model.parameters().map((p) => [...p.data, ...(p.grad?.data ?? [])]);
    expect(parts).toBeGreaterThan(0);
    expect(values(disturbed)).toEqual(values(trained));
    if (!changesStatistics) expect(disturbed.model.stateDict()).toEqual(trained.model.stateDict());
  },
);
