import { manualSeed } from "evenkeel";
import {
  deadUnitsAsync,
  descend1dAsync,
  hessianEigenvaluesAsync,
  hessianTraceAsync,
  internalCovariateShiftAsync,
  interpolateAsync,
  type LongOptions,
  layerInterferenceAsync,
  lineProbeAsync,
  lossSurfaceAsync,
  recalibrateBatchNormAsync,
  spectralDensityAsync,
  weightScaleInvarianceAsync,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { expectUsable, setting, sizeAt, stateOf, trainedHash } from "./usable.ts";

beforeEach(() => void manualSeed(0));

type Setting = ReturnType<typeof setting>;

/** Every analysis that can be stopped. */
const analyses: Readonly<Record<string, (own: Setting, options: LongOptions) => Promise<unknown>>> = {
  deadUnitsAsync: ({ model, x }, o) => deadUnitsAsync(model, [x, x, x], o),
  descend1dAsync: (_, o) => descend1dAsync((t) => t.square(), { starts: [1, 2], lr: 0.1, steps: 20, ...o }),
  hessianEigenvaluesAsync: ({ model, loss }, o) => hessianEigenvaluesAsync(model, loss, o),
  hessianTraceAsync: ({ model, loss }, o) => hessianTraceAsync(model, loss, { seed: 0, ...o }),
  internalCovariateShiftAsync: ({ model, loss }, o) => internalCovariateShiftAsync(model, loss, { lr: 0.1, ...o }),
  interpolateAsync: ({ model, loss }, o) => interpolateAsync(model, loss, model.stateDict(), model.stateDict(), o),
  layerInterferenceAsync: ({ model, loss }, o) => layerInterferenceAsync(model, loss, { lr: 0.1, ...o }),
  lineProbeAsync: ({ model, loss }, o) => lineProbeAsync(model, loss, { steps: [0.1, 1, 2], ...o }),
  lossSurfaceAsync: ({ model, loss }, o) => lossSurfaceAsync(model, loss, { points: 5, seed: 0, ...o }),
  recalibrateBatchNormAsync: ({ model, x }, o) => recalibrateBatchNormAsync(model, [x, x, x], o),
  spectralDensityAsync: ({ model, loss }, o) =>
    spectralDensityAsync(model, loss, { iterations: 5, starts: 2, seed: 0, ...o }),
  weightScaleInvarianceAsync: ({ model, loss }, o) => weightScaleInvarianceAsync(model, loss, o),
};

describe.each(Object.entries(analyses).map(([name, run], i) => [name, run, i] as const))("%s", (_, run, i) => {
  test("is stopped at each of its stages, and leaves everything as it was", async () => {
    const before = trainedHash(sizeAt(2 * i));
    let stages = 0;
    await run(setting(sizeAt(2 * i)), { onProgress: () => void stages++ });
    expect(stages).toBeGreaterThan(0);
    for (let stage = 0; stage <= Math.min(stages - 1, 12); stage++) {
      const own = setting(sizeAt(2 * i));
      const was = stateOf(own);
      const stopping = new AbortController();
      const reason = new Error("enough");
      let seen = 0;
      if (stage === 0) stopping.abort(reason);
      const onProgress = () => {
        if (++seen === stage) stopping.abort(reason);
      };
      await expect(run(own, { signal: stopping.signal, onProgress })).rejects.toBe(reason);
      expect(stateOf(own)).toEqual(was);
    }
    expectUsable(sizeAt(2 * i), before);
  });

  test("does not mix with others that run at the same time", async () => {
    const size = sizeAt(2 * i + 1);
    const before = trainedHash(size);
    const alone = JSON.stringify(await run(setting(size), {}));
    const together = await Promise.all([1, 2, 3].map(() => run(setting(size), {})));
    for (const result of together) expect(JSON.stringify(result)).toBe(alone);
    expectUsable(size, before);
  });
});
