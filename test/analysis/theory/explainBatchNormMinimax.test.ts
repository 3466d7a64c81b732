import { Generator, grad, nn, randn, type Tensor } from "evenkeel";
import { explainBatchNormMinimax } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const generator = new Generator().manualSeed(2);
const random = (shape: number[]) => randn(shape, { generator, dtype: "float64" });

describe("explainBatchNormMinimax", () => {
  const linear = new nn.Linear(4, 3, { bias: false, dtype: "float64" });
  const norm = new nn.BatchNorm1d(3, { dtype: "float64" });
  norm.weight?.data.set([0.5, -2, 1]);
  const inputs = random([10, 4]);

  test.each([{}, { eps: 0 }, { eps: 0.4 }, { eps: 0, variance: "unbiased" }, { batchNorm: "running" }] as const)(
    "predicts the largest gradient to 1e-9, and no inputs exceed it: %j",
    (form) => {
      const y = linear.forward(inputs);
      const gradOutput = random([10, 3]);
      const { units, options } = expectUntouched(norm, () =>
        explainBatchNormMinimax(norm, y.detach(), gradOutput, { ...form, inputs }),
      );
      const { lambda } = options;
      for (const { predicted, measured, withoutBatchNorm, actual, actualWithoutBatchNorm } of units) {
        expect(Math.abs(predicted - measured)).toBeLessThan(1e-9 * measured);
        expect(actual as number).toBeLessThanOrEqual(measured * (1 + 1e-9));
        expect(actualWithoutBatchNorm as number).toBeLessThanOrEqual(withoutBatchNorm * (1 + 1e-9));
      }
      // λ is the largest singular value: no direction is stretched more, and λ² is an eigenvalue.
      const gram = inputs.T.matmul(inputs);
      let v = random([4]);
      for (let i = 0; i < 400; i++) v = gram.matmul(v).div(gram.matmul(v).norm());
      expect(lambda).toBeCloseTo(Math.sqrt(v.dot(gram.matmul(v)).item()), 9);
    },
  );

  test("has for the actual gradient that of the linear layer's own weights", () => {
    const z = norm.forward(linear.forward(inputs));
    const loss = z
      .tanh()
      .mul(random([10, 3]))
      .sum();
    const [gradOutput, atWeight] = grad(loss, [z, linear.weight]);
    const { units } = explainBatchNormMinimax(norm, linear.forward(inputs).detach(), gradOutput, { inputs });
    units.forEach(({ actual }, j) => {
      expect(actual).toBeCloseTo(atWeight.select(0, j).square().sum().item(), 10);
    });
  });

  test("is reached by inputs along dL/dy, and grows with λ²", () => {
    const x = random([6, 3]);
    const gradOutput = random([6, 3]);
    const first = explainBatchNormMinimax(norm, x, gradOutput);
    const third = explainBatchNormMinimax(norm, x, gradOutput, { lambda: 3 });
    expect(first.options).toMatchObject({ lambda: 1, inputs: false });
    expect(first.units[0].actual).toBeNull();
    expect(third.units[1].measured).toBeCloseTo(9 * first.units[1].measured, 9);
    const y = x.clone();
    y.requiresGrad = true;
    const [atY] = grad(norm.forward(y), [y], { gradOutput });
    const u = atY.select(1, 1).unsqueeze(1);
    const worst = u
      .div(u.norm())
      .mul(3)
      .matmul(random([1, 1]).sign());
    const reached = explainBatchNormMinimax(norm, x, gradOutput, { inputs: worst });
    expect(reached.options.lambda).toBeCloseTo(3, 12);
    expect(reached.units[1].actual as number).toBeCloseTo(reached.units[1].measured, 9);
  });

  test("is plain data, and refuses what makes no sense", () => {
    const [x, g] = [random([6, 3]), random([6, 3])];
    const result = explainBatchNormMinimax(norm, x, g);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const bad = (options: object, at: Tensor = x) =>
      expectUntouched(norm, () => refusal(() => explainBatchNormMinimax(norm, at, g, options)));
    expect(bad({ lambda: 0 }).expected).toBe("a finite number above 0 as lambda");
    expect(bad({ lamda: 1 }).hint).toContain("lambda");
    expect(bad({ inputs: random([5, 2]) }).expected).toContain("[6, inFeatures]");
    expect(bad({ inputs: 3 }).expected).toContain("[6, inFeatures]");
    expect(bad({ inputs: random([6, 2]).mul(0) }).expected).toBe("lambda above 0");
    expect(bad({}, random([5, 3])).where).toBe("explainBatchNormMinimax");
  });
});
