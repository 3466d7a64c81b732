import { Generator, hessian, nn, randn, type Tensor, tensor } from "evenkeel";
import { explainBatchNormCurvature } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const generator = new Generator().manualSeed(1);
const random = (shape: number[]) => randn(shape, { generator, dtype: "float64" });

function layer(width: number): nn.BatchNorm1d {
  const norm = new nn.BatchNorm1d(width, { dtype: "float64" });
  norm.weight?.data.set(random([width]).add(1).data);
  norm.bias?.data.set(random([width]).data);
  norm.forward(random([7, width]));
  return norm;
}

/** A loss that couples units and examples. */
const coupled = (z: Tensor) =>
  z
    .square()
    .mul(z.sin())
    .sum()
    .add(z.flatten(1).matmul(z.flatten(1).T).tanh().square().sum().mul(0.1));

describe("explainBatchNormCurvature", () => {
  test.each([
    ["the module's own", {}],
    ["the paper's", { eps: 0 }],
    ["a large eps", { eps: 0.7 }],
    ["the text's: unbiased, no eps", { eps: 0, variance: "unbiased" }],
    ["unbiased, with eps", { eps: 0.3, variance: "unbiased" }],
    ["by running statistics", { batchNorm: "running" }],
  ] as const)("predicts vᵀĤv to 1e-9 in the form: %s", (_, form) => {
    for (const shape of [
      [8, 3],
      [4, 2, 3],
    ]) {
      const norm = layer(shape[1]);
      const x = random(shape).mul(2);
      const { units } = expectUntouched(norm, () => explainBatchNormCurvature(norm, x, coupled, form));
      for (const unit of units) {
        const size = Math.abs(unit.hessianTerm) + Math.abs(unit.gradientTerm) + Math.abs(unit.epsTerm);
        expect(Math.abs(unit.predicted - unit.measured)).toBeLessThan(1e-9 * size);
      }
    }
  });

  test("is an equality in the paper's form, without eps, and not with it", () => {
    const norm = layer(2);
    const x = random([8, 2]);
    for (const { asPrinted, measured, epsTerm } of explainBatchNormCurvature(norm, x, coupled, { eps: 0 }).units) {
      expect(asPrinted / measured).toBeCloseTo(1, 9);
      expect(Math.abs(epsTerm)).toBeLessThan(1e-9 * Math.abs(measured));
    }
    const [unit] = explainBatchNormCurvature(norm, x, coupled, { eps: 0.5 }).units;
    expect(Math.abs(unit.asPrinted / unit.measured - 1)).toBeGreaterThan(1e-3);
  });

  test("measures what the whole Hessian of the engine gives", () => {
    const norm = layer(1);
    const x = random([6, 1]);
    const { units, loss } = explainBatchNormCurvature(norm, x, coupled);
    const through = (y: Tensor) =>
      coupled(
        nn.functional.batchNorm(y, null, null, {
          weight: (norm.weight as Tensor).detach(),
          bias: (norm.bias as Tensor).detach(),
          training: true,
        }),
      );
    expect(loss).toBeCloseTo(through(x).item(), 12);
    const H = (hessian(through, x) as Tensor).reshape([6, 6]);
    const copy = x.clone();
    copy.requiresGrad = true;
    through(copy).backward();
    const v = (copy.grad as Tensor).reshape([6]);
    expect(units[0].measured).toBeCloseTo(v.dot(H.matmul(v)).item(), 9);
    expect(units[0].directionSquared).toBeCloseTo(v.dot(v).item(), 9);
  });

  test("has a smaller curvature than the rescaled one where both conditions hold", () => {
    const norm = new nn.BatchNorm1d(5, { dtype: "float64", eps: 0 });
    const target = random([12, 5]);
    const { units } = explainBatchNormCurvature(norm, random([12, 5]), (z) => z.mul(3).sub(target).square().sum());
    for (const { conditionsHold, measured, scale, outputCurvature, alongXhat } of units) {
      expect(conditionsHold).toBe(alongXhat > 0 && outputCurvature >= 0);
      if (conditionsHold) expect(measured).toBeLessThan(scale * outputCurvature);
    }
    expect(units.some(({ conditionsHold }) => conditionsHold)).toBe(true);
  });

  test("looks at the units asked for, and takes a loss without curvature", () => {
    const norm = layer(3);
    const result = explainBatchNormCurvature(norm, random([6, 3]), (z) => z.mul(random([6, 3])).sum(), {
      units: [2, 0],
    });
    expect(result.units.map(({ unit }) => unit)).toEqual([2, 0]);
    for (const { outputCurvature, predicted, measured } of result.units) {
      expect(outputCurvature).toBe(0);
      expect(Math.abs(predicted)).toBeGreaterThan(0);
      expect(Math.abs(predicted / measured)).toBeGreaterThan(0);
    }
    expect(result.cost).toEqual({ forward: 2, backward: 8 });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test("leaves a model that the loss uses as it was", () => {
    const rest = new nn.Sequential(new nn.Linear(3, 4, { dtype: "float64" }), layer(4));
    const norm = layer(3);
    const x = random([6, 3]);
    const loss = (z: Tensor) => rest.forward(z).square().sum().add(rest.forward(z).pow(3).sum());
    const { units, options } = expectUntouched(rest, () => explainBatchNormCurvature(norm, x, loss, { model: rest }));
    expect(options.model).toBe(true);
    for (const { predicted, measured, hessianTerm } of units) {
      expect(Math.abs(predicted - measured)).toBeLessThan(1e-9 * Math.abs(hessianTerm));
    }
  });

  test("refuses what makes no sense, and leaves the module as it was", () => {
    const norm = layer(2);
    const x = random([6, 2]);
    const bad = (a: unknown, b: unknown, loss: unknown, options: object = {}) =>
      expectUntouched(norm, () =>
        refusal(() => explainBatchNormCurvature(a as nn.BatchNorm1d, b as Tensor, loss as typeof coupled, options)),
      );
    expect(bad(new nn.Tanh(), x, coupled).expected).toBe("a BatchNorm1d");
    expect(bad(norm, tensor([1, 2]), coupled).expected).toContain("[n, c]");
    expect(bad(norm, x, 3).expected).toContain("a function");
    expect(bad(norm, x, (z: Tensor) => z).expected).toBe("a loss of one number");
    expect(bad(norm, x, (z: Tensor) => z.sum().mul(Number.NaN)).expected).toBe("a finite loss");
    expect(bad(norm, x, () => tensor(1)).expected).toContain("depends on the output");
    expect(bad(norm, x, coupled, { units: [2] }).expected).toContain("0 to 1");
    expect(bad(norm, x, coupled, { units: [] }).expected).toContain("0 to 1");
    expect(bad(norm, x, coupled, { unit: [0] }).hint).toContain("units");
    expect(bad(norm, x, coupled, { model: 3 }).expected).toBe("a module as model");
    expect(bad(norm, x.mul(0), coupled, { eps: 0 }).got).toContain("unit 0");
  });
});
