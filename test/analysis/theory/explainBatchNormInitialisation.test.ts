import { Generator, nn, randn, type Tensor, tensor } from "evenkeel";
import { explainBatchNormInitialisation } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";

const generator = new Generator().manualSeed(3);
const random = (shape: number[]) => randn(shape, { generator, dtype: "float64" });

describe("explainBatchNormInitialisation", () => {
  test("predicts the distance to the nearest optimum to 1e-9, for the whole and for each unit", () => {
    for (const shape of [[4, 3], [1, 1], [5]]) {
      const result = explainBatchNormInitialisation(random(shape), random(shape));
      expect(result.units.length).toBe(shape.length === 2 ? shape[0] : 1);
      for (const { predicted, measured, distanceSquared } of [result, ...result.units]) {
        expect(Math.abs(predicted - measured)).toBeLessThan(1e-9 * distanceSquared);
        expect(measured).toBeLessThanOrEqual(distanceSquared);
      }
    }
  });

  test("finds the nearest of all multiples", () => {
    const [start, optimum] = [random([3, 2]), random([3, 2])];
    const { k, measured } = explainBatchNormInitialisation(start, optimum);
    for (const other of [k - 0.01, k + 0.01]) {
      expect(start.sub(optimum.mul(other)).square().sum().item()).toBeGreaterThan(measured);
    }
  });

  test("says when the multiple is no optimum, being none of batch norm's", () => {
    const { k, isOptimum, units } = explainBatchNormInitialisation(
      tensor([
        [1, 0],
        [-9, 0],
      ]),
      tensor([
        [1, 0],
        [1, 0],
      ]),
    );
    expect([k, isOptimum]).toEqual([-4, false]);
    expect(units.map((unit) => unit.isOptimum)).toEqual([true, false]);
  });

  test("rests on a loss that is the same at k·W*, as batch norm makes it", () => {
    const model = new nn.Sequential(
      new nn.Linear(3, 2, { bias: false, dtype: "float64" }),
      new nn.BatchNorm1d(2, { dtype: "float64", eps: 0 }),
    );
    const x = random([8, 3]);
    const { weight } = model[0] as nn.Linear;
    const before = model.forward(x).detach();
    const { k } = explainBatchNormInitialisation(weight.detach().add(0.1), weight.detach());
    weight.data.set(weight.detach().mul(k).data);
    expect(model.forward(x).detach().sub(before).abs().max().item()).toBeLessThan(1e-12);
  });

  test("is plain data, and refuses what makes no sense", () => {
    const result = explainBatchNormInitialisation(random([2, 2]), random([2, 2]));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const bad = (a: unknown, b: unknown) =>
      refusal(() => explainBatchNormInitialisation(a as Tensor, b as Tensor)).expected;
    expect(bad([1], tensor([1]))).toContain("[out, in]");
    expect(bad(tensor([1]), tensor([1, 2]))).toContain("an optimum like the weights");
    expect(bad(tensor([[1], [1]]), tensor([[1], [0]]))).toContain("not 0");
    expect(bad(tensor([1]), tensor([1], { dtype: "int32" }))).toContain("[out, in]");
  });
});
