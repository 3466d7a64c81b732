import { sweep, sweepRateScaleMap } from "evenkeel/sweep";
import { expect, test } from "vitest";
import { learningRateAndScale } from "../../examples/experiments/learningRateAndScale.ts";
import { spaceOf } from "../../examples/experiments/rateAndScaleCell.ts";

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
