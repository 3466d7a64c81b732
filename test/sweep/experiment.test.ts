import { type Comparison, joinComparisons } from "evenkeel/analysis";
import { lossCurves } from "evenkeel/plot";
import { grid, sweep, sweepRateScaleMap } from "evenkeel/sweep";
import { expect, test } from "vitest";
import { learningRateAndScale } from "../../examples/experiments/learningRateAndScale.ts";
import { spaceOf } from "../../examples/experiments/rateAndScaleCell.ts";
import { compared, sweep as compareNetworks } from "../../examples/sweeps/compareNetworks.ts";

test("the experiment on learning rates and scales is its cells, swept, to the bit", { timeout: 240_000 }, async () => {
  const cell = new URL("../../examples/experiments/rateAndScaleCell.ts", import.meta.url);
  const result = await sweep({ space: spaceOf("small", [3]), cell });
  const { data, figures } = learningRateAndScale("small", 3);
  const expected = (data as { cells: { variant: string; lr: number; scale: number; loss: number | null }[] }).cells;
  const found = result.rows.map(({ configuration: { variant, lr, scale }, value }) => ({
    variant,
    lr,
    scale,
    loss: (value as { loss: number | null }).loss,
  }));
  expect(found).toHaveLength(18);
  expect(found).toEqual(expected.map(({ variant, lr, scale, loss }) => ({ variant, lr, scale, loss })));
  const title = "Learning rate and scale of the weights, on names";
  expect(sweepRateScaleMap(result, { title, mostLoss: 3.4 })).toEqual(figures[0]);
});

test("a comparison from several seeds is its cells, swept, to the bit, and its picture has their spread", {
  timeout: 120_000,
}, async () => {
  const { rows } = await sweep({ ...compareNetworks, space: grid({ seed: [0, 1, 2], steps: [40] }) });
  const comparison = joinComparisons(rows.map(({ value }) => value as unknown as Comparison));
  expect(comparison).toEqual(compared([0, 1, 2], 40));
  const { title } = lossCurves(comparison);
  expect(title.subtitle).toContain("Lines: means over 3 seeds. Bands: smallest to largest.");
  const last = comparison.summary.filter(({ step }) => step === 39);
  expect(last.map(({ variant, runs }) => [variant, runs])).toEqual([
    ["standard", 3],
    ["batch norm", 3],
  ]);
});
