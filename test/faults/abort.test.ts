import { manualSeed, nn, optim, type Tensor } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { longAnalyses } from "../../src/analysis/estimateCost.ts";
import { expectUsable, setting, sizeAt, stateOf, trainedHash } from "./usable.ts";

beforeEach(() => void manualSeed(0));

type Setting = ReturnType<typeof setting>;

/** What analyses are of, by the names that their declarations give it. */
const of: Readonly<Record<string, (own: Setting) => unknown>> = {
  model: ({ model }) => model,
  loss: ({ loss }) => loss,
  batches: ({ x }) => [x, x, x],
  target: () => (t: Tensor) => t.square(),
  from: ({ model }) => model.stateDict(),
  to: ({ model }) => model.stateDict(),
};

/** Options without which one would be refused, or take long. */
const needed: Readonly<Record<string, (own: Setting) => object>> = {
  compare: ({ x }) => ({
    variants: { one: () => new nn.Linear(x.shape[1], 1), other: () => new nn.Linear(x.shape[1], 2) },
    data: [x],
    loss: (model: nn.Module, batch: Tensor) => model.forward(batch).square().mean(),
    optimizer: (model: nn.Module) => new optim.SGD(model.parameters(), { lr: 0.1 }),
    steps: 3,
  }),
  descend1d: () => ({ starts: [1, 2], lr: 0.1, steps: 20 }),
  internalCovariateShift: () => ({ lr: 0.1 }),
  layerInterference: () => ({ lr: 0.1 }),
  lineProbe: () => ({ steps: [0.1, 1, 2] }),
  lossSurface: () => ({ points: 5 }),
  spectralDensity: () => ({ iterations: 5, starts: 2 }),
};

/** Every analysis that can be stopped. */
const functions = analysis as unknown as Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;
const analyses = Object.values(longAnalyses).map(({ name, of: names }) => {
  const run = (own: Setting, options: analysis.LongOptions) =>
    functions[`${name}Async`](...names.map((what) => of[what](own)), { ...needed[name]?.(own), ...options });
  return [`${name}Async`, run] as const;
});

describe.each(analyses.map(([name, run], i) => [name, run, i] as const))("%s", (_, run, i) => {
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
