import { Generator, nn, randn, type Tensor, tensor } from "evenkeel";
import { explainBatchNormGradient, weightScaleInvariance } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

function network(eps: number): { model: nn.Sequential; loss: () => Tensor; x: Tensor } {
  const generator = new Generator().manualSeed(0);
  const options = { generator, dtype: "float64" } as const;
  const model = new nn.Sequential(
    new nn.Linear(3, 5, options),
    new nn.BatchNorm1d(5, { eps, dtype: "float64" }),
    new nn.Tanh(),
    new nn.Sequential(new nn.Linear(5, 4, options), new nn.BatchNorm1d(4, { eps, dtype: "float64" })),
    new nn.ReLU(),
    new nn.Linear(4, 2, options),
  );
  const x = randn([12, 3], options);
  const labels = tensor([0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1], { dtype: "int32" });
  return { model, loss: () => nn.functional.crossEntropy(model.forward(x), labels), x };
}

describe("weightScaleInvariance", () => {
  test.each([0.01, 2, 100])("is exact to 1e-9 without eps, for linear layers before batch norm (a = %d)", (scale) => {
    const { model, loss } = network(0);
    const { layers, options } = expectUntouched(model, () => weightScaleInvariance(model, loss, { scale }));
    expect(options.layers).toEqual(["0", "3.0"]);
    for (const { units, gradientRatio, lossChange, isInvariant } of layers) {
      for (const { inner, weightNorm, gradientNorm } of units) {
        expect(Math.abs(inner)).toBeLessThan(1e-9 * weightNorm * gradientNorm + 1e-15);
      }
      expect(gradientRatio).toBeCloseTo(1, 9);
      expect(Math.abs(lossChange)).toBeLessThan(1e-12);
      expect(isInvariant).toBe(true);
    }
  });

  test("is exact with eps: ⟨w, dL/dw⟩ = γ⟨g, x̂⟩·eps/(variance + eps)", () => {
    const { model, loss, x } = network(0.3);
    const { layers } = weightScaleInvariance(model, loss);
    expect(layers.map(({ isInvariant }) => isInvariant)).toEqual([false, false]);
    const [linear, norm] = [model[0] as nn.Linear, model[1] as nn.BatchNorm1d];
    let output: Tensor | undefined;
    const handle = norm.registerForwardHook((_, __, y) => {
      y.retainGrad();
      output = y;
    });
    loss().backward();
    handle.remove();
    model.zeroGrad();
    const gradOutput = (output as unknown as Tensor).grad as Tensor;
    // ⟨w, dL/dw⟩ leaves out what the bias gives to y, along which the gradient is 0 anyway.
    const { units } = explainBatchNormGradient(norm, linear.forward(x).detach(), gradOutput);
    units.forEach(({ gamma, alongXhat, variance }, j) => {
      expect(layers[0].units[j].inner).toBeCloseTo((gamma * alongXhat * 0.3) / (variance + 0.3), 12);
    });
  });

  test("does not hold by running statistics, nor for a layer with no batch norm after it", () => {
    const { model, loss } = network(0);
    const running = expectUntouched(model, () => weightScaleInvariance(model, loss, { batchNorm: "running" }));
    expect(running.layers.some(({ isInvariant }) => isInvariant)).toBe(false);
    const [last] = weightScaleInvariance(model, loss, { layers: ["5"] }).layers;
    expect(last.name).toBe("5");
    expect(last.isInvariant).toBe(false);
    expect(last.largestCosine).toBeGreaterThan(1e-3);
  });

  test("measures one layer at a time, in any order, and is plain data", () => {
    const { model, loss } = network(0.1);
    const both = weightScaleInvariance(model, loss, { layers: ["0", "5"], scale: 3 });
    const turned = weightScaleInvariance(model, loss, { layers: ["5", "0"], scale: 3 });
    expect(turned.layers).toEqual(both.layers.toReversed());
    expect(JSON.parse(JSON.stringify(both))).toEqual(both);
    expect(both.cost).toEqual({ forward: 5, backward: 3 });
    model[5].parameters()[0].data.set(model[5].parameters()[0].data.map((x) => 3 * x));
    expect(both.layers[1].lossChange).toBeCloseTo(loss().item() - both.loss, 12);
  });

  test("refuses what makes no sense, and leaves the model as it was", () => {
    const { model, loss } = network(0);
    const bad = (given: unknown, options: object = {}) =>
      expectUntouched(model, () => refusal(() => weightScaleInvariance(model, given as () => Tensor, options)));
    expect(bad(loss, { scales: 2 }).hint).toContain("scale");
    expect(bad(loss, { scale: 0 }).expected).toBe("a finite number above 0 as scale");
    expect(bad(loss, { tolerance: -1 }).expected).toBe("a finite number above 0 as tolerance");
    expect(bad(loss, { batchNorm: "both" }).expected).toContain('"batch" or "running"');
    expect(bad(loss, { layers: ["9"] }).got).toBe('"9"');
    expect(bad(loss, { layers: ["1"] }).got).toBe('"1"');
    expect(bad(loss, { layers: [] }).got).toBe("[]");
    expect(bad(() => tensor([1, 2])).expected).toBe("a loss of one number");
    expect(bad(() => tensor(Number.NaN)).expected).toBe("a finite loss");
    expect(bad(() => loss().add(Math.random())).expected).toContain("the same each time");
    expect(bad(() => tensor(1)).expected).toContain("depends on the parameters");
    const plain = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh());
    expect(refusal(() => weightScaleInvariance(plain, loss)).hint).toContain("layers");
    expect(refusal(() => weightScaleInvariance(3 as unknown as nn.Module, loss)).expected).toBe("a module");
  });
});
