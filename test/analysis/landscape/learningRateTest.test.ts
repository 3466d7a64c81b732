import { nn, optim, tensor } from "evenkeel";
import { learningRateTest } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const dtype = "float64";

/** A loss of `2w²`: of curvature 4, so that a rate `r` multiplies `w` by `1 − 4r`. */
function parabola() {
  const model = new nn.Linear(1, 1, { bias: false, dtype });
  model.weight.data[0] = 1;
  return {
    model,
    loss: () =>
      model
        .forward(tensor([[2]], { dtype }))
        .square()
        .mul(0.5)
        .sum(),
  };
}

describe("the range test", () => {
  test("follows a parabola step by step, and ends where it blows up", () => {
    const { model, loss } = parabola();
    const found = expectUntouched(model, () =>
      learningRateTest(model, loss, { from: 0.1, to: 100, steps: 31, smoothing: 0 }),
    );
    let w = 1;
    const expected = found.rates.map((rate) => {
      const value = 2 * w * w;
      w *= 1 - 4 * rate;
      return value;
    });
    expectClose(found.loss as number[], expected, 1e-12, 0);
    expect(found.smoothed).toEqual(found.loss);
    const lowest = Math.min(...expected);
    expect(found.lowest).toBe(found.rates[expected.indexOf(lowest)]);
    expect(found.stopped).toBe(found.rates.at(-1));
    expect(expected.at(-1)).toBeGreaterThan(4 * lowest);
    expect(expected.at(-2)).toBeLessThanOrEqual(4 * lowest);
  });

  test("takes batches in turn, and an optimiser's own steps, whose rate and state are put back", () => {
    const model = new nn.Linear(1, 1, { bias: false, dtype });
    model.weight.data[0] = 1;
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.7, momentum: 0.5 });
    const lossOf = (x: number) => () =>
      model
        .forward(tensor([[x]], { dtype }))
        .square()
        .mul(0.5)
        .sum();
    const options = { optimizer, from: 0.01, to: 0.04, steps: 3, smoothing: 0.5 };
    const run = () => learningRateTest(model, [lossOf(1), lossOf(2)], options);
    const { loss, options: used } = expectUntouched(model, run, optimizer);
    let [w, v] = [1, 0];
    const expected = [1, 2, 1].map((x, i) => {
      v = 0.5 * v + x * x * w;
      const value = 0.5 * (x * w) ** 2;
      w -= [0.01, 0.02, 0.04][i] * v;
      return value;
    });
    expectClose(loss as number[], expected, 1e-12, 0);
    expect([used.optimizer, used.batches]).toEqual(["SGD", 2]);
    expect(optimizer.paramGroups[0].lr).toBe(0.7);
    expect(run().loss).toEqual(loss);
  });

  test("has gaps where the loss is not finite, and no steepest rate where it never falls", () => {
    const { model, loss } = parabola();
    const {
      loss: seen,
      smoothed,
      steepest,
      stopped,
    } = learningRateTest(model, loss, {
      from: 1e200,
      to: 1e300,
      steps: 5,
      stopAt: Number.POSITIVE_INFINITY,
    });
    expect([seen[1], smoothed[1], steepest]).toEqual([null, null, null]);
    expect(stopped).toBeGreaterThan(0);
  });

  test("refuses a range that does not grow, an optimiser of others, and a first loss that is not finite", () => {
    const { model, loss } = parabola();
    expect(refusal(() => learningRateTest(model, loss, { from: 1, to: 1 })).got).toBe("1");
    const other = new optim.SGD(parabola().model.parameters(), { lr: 0.1 });
    expect(refusal(() => learningRateTest(model, loss, { optimizer: other })).expected).toContain("this model's");
    expect(refusal(() => learningRateTest(model, () => loss().log().sub(Number.POSITIVE_INFINITY))).expected).toContain(
      "finite loss",
    );
    expect(refusal(() => learningRateTest(model, loss, { maxEvaluations: 10 })).got).toContain("200");
  });
});
