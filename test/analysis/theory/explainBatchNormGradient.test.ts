import { Generator, grad, nn, randn, type Tensor, tensor } from "evenkeel";
import { type BatchNormForm, explainBatchNormGradient } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const generator = new Generator().manualSeed(0);
const random = (shape: number[]) => randn(shape, { generator, dtype: "float64" });

/** A batch norm with weights, biases and running statistics that are none of the first ones. */
function layer(width: number, options: nn.BatchNorm1dOptions = {}): nn.BatchNorm1d {
  const norm = new nn.BatchNorm1d(width, { dtype: "float64", ...options });
  norm.weight?.data.set(random([width]).data);
  norm.bias?.data.set(random([width]).data);
  norm.forward(random([7, width]).mul(3));
  return norm;
}

const forms: [string, BatchNormForm][] = [
  ["the module's own", {}],
  ["the paper's", { eps: 0 }],
  ["a large eps", { eps: 0.7 }],
  ["the text's: unbiased, no eps", { eps: 0, variance: "unbiased" }],
  ["unbiased, with eps", { eps: 0.3, variance: "unbiased" }],
  ["by running statistics", { batchNorm: "running" }],
  ["by running statistics, with another eps", { batchNorm: "running", eps: 0.5 }],
];

describe("explainBatchNormGradient", () => {
  describe.each(forms)("in the form %s", (_, form) => {
    test.each([[[16, 3]], [[2, 2]], [[5, 3, 4]]])("predicts ‖dL/dy‖² to 1e-9 for %j", (shape) => {
      const norm = layer(shape[1]);
      const [x, g] = [random(shape).mul(2).add(1), random(shape).add(0.5)];
      const { units, total, m } = expectUntouched(norm, () => explainBatchNormGradient(norm, x, g, form));
      expect(m).toBe(x.numel() / shape[1]);
      for (const { predicted, measured, rescaled, kept, scale, gamma, sigma } of units) {
        expect(Math.abs(predicted - measured)).toBeLessThan(1e-9 * rescaled);
        expect(Math.abs(kept * rescaled - measured)).toBeLessThan(1e-9 * rescaled);
        expect(scale).toBeCloseTo((gamma / sigma) ** 2, 12);
      }
      expect(Math.abs(total.predicted - total.measured)).toBeLessThan(1e-9 * total.rescaled);
    });
  });

  test("measures what backpropagation through the module gives", () => {
    const norm = layer(3);
    const x = random([8, 3]);
    x.requiresGrad = true;
    const z = norm.forward(x);
    const loss = z
      .tanh()
      .mul(random([8, 3]))
      .sum();
    const [g, atX] = grad(loss, [z, x]);
    const { units, total } = explainBatchNormGradient(norm, x, g);
    units.forEach(({ measured, gradOutputSquared, gamma, mean, variance }, j) => {
      expect(measured).toBeCloseTo(atX.select(1, j).square().sum().item(), 12);
      expect(gradOutputSquared).toBeCloseTo(g.select(1, j).square().sum().item(), 12);
      expect(gamma).toBe((norm.weight as Tensor).data[j]);
      expect(mean).toBeCloseTo(x.detach().select(1, j).mean().item(), 12);
      expect(variance).toBeCloseTo(x.detach().select(1, j).var(0, { correction: 0 }).item(), 12);
    });
    const rescaled = g.mul((norm.weight as Tensor).detach().div(x.detach().var(0, { correction: 0 }).add(1e-5).sqrt()));
    const cosine = atX.mul(rescaled).sum().div(atX.square().sum().mul(rescaled.square().sum()).sqrt()).item();
    expect(total.cosine).toBeCloseTo(cosine, 12);
  });

  test("has 1/m in its last term, not the 1/√m that is printed", () => {
    const norm = layer(1, { eps: 0 });
    const x = random([16, 1]);
    const xhat = x.sub(x.mean()).div(x.std(0, { correction: 0 }));
    const { units } = explainBatchNormGradient(norm, x, xhat.mul(3).add(random([16, 1]).mul(0.1)));
    const { gradOutputSquared, meanTerm, xhatTerm, alongXhat, scale, measured } = units[0];
    expect(xhatTerm).toBeCloseTo(alongXhat ** 2 / 16, 10);
    expect(scale * (gradOutputSquared - meanTerm - xhatTerm)).toBeCloseTo(measured, 9);
    expect(gradOutputSquared - meanTerm - alongXhat ** 2 / 4).toBeLessThan(0); // no square of a length
  });

  test("finds gradients orthogonal to 1, and without eps to x̂; with it by γ⟨g, x̂⟩/σ·eps/(variance + eps)", () => {
    const norm = layer(4);
    const [x, g] = [random([9, 4]), random([9, 4])];
    for (const eps of [0, 0.5]) {
      for (const unit of explainBatchNormGradient(norm, x, g, { eps }).units) {
        expect(Math.abs(unit.measuredAlongOnes)).toBeLessThan(1e-12);
        const { gamma, alongXhat, sigma, variance } = unit;
        expect(unit.measuredAlongXhat).toBeCloseTo(((gamma * alongXhat) / sigma) * (eps / (variance + eps)), 12);
      }
    }
  });

  test("is no rescale: a constant gradient and one along x̂ are lost, another is kept whole", () => {
    const norm = new nn.BatchNorm1d(1, { dtype: "float64", eps: 0 });
    const x = tensor([[-1], [1], [-1], [1]], { dtype: "float64" });
    const share = (g: number[][]) => explainBatchNormGradient(norm, x, tensor(g, { dtype: "float64" })).units[0];
    expect(share([[5], [5], [5], [5]])).toMatchObject({ meanShare: 1, xhatShare: 0, kept: 0, cosine: 0 });
    expect(share([[-2], [2], [-2], [2]])).toMatchObject({ meanShare: 0, xhatShare: 1, kept: 0 });
    const whole = share([[1], [2], [-1], [-2]]);
    expect(whole).toMatchObject({ meanShare: 0, xhatShare: 0, kept: 1 });
    expect(whole.cosine).toBeCloseTo(1, 12);
    expect(share([[0], [0], [0], [0]])).toMatchObject({ kept: 1, cosine: 1, measured: 0 });
  });

  test("is a rescale, with cosine 1, by running statistics, whatever mode the module is in", () => {
    for (const module of [layer(3), layer(3).eval()]) {
      const { units } = explainBatchNormGradient(module, random([6, 3]), random([6, 3]), { batchNorm: "running" });
      for (const { kept, meanShare, xhatShare, cosine } of units) {
        expect([kept, meanShare, xhatShare]).toEqual([1, 0, 0]);
        expect(cosine).toBeCloseTo(1, 12);
      }
    }
    const [x, g] = [random([6, 3]), random([6, 3])];
    const module = layer(3);
    const training = explainBatchNormGradient(module, x, g);
    expect(explainBatchNormGradient(module.eval(), x, g)).toEqual(training);
  });

  test("takes batch norm without parameters or running statistics, and float32", () => {
    const plain = new nn.BatchNorm1d(2, { dtype: "float64", affine: false, trackRunningStats: false });
    const { units } = explainBatchNormGradient(plain, random([6, 2]), random([6, 2]));
    for (const { predicted, measured, gamma } of units) {
      expect(gamma).toBe(1);
      expect(predicted).toBeCloseTo(measured, 10);
    }
    const single = new nn.BatchNorm1d(2);
    const result = explainBatchNormGradient(single, random([6, 2]).to("float32"), random([6, 2]).to("float32"));
    expect(result.total.predicted / result.total.measured).toBeCloseTo(1, 4);
  });

  test("is plain data, with its options", () => {
    const result = explainBatchNormGradient(layer(2), random([6, 2]), random([6, 2]));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result.options).toEqual({ eps: 1e-5, variance: "biased", batchNorm: "batch" });
    expect(result.cost).toEqual({ forward: 1, backward: 1 });
  });

  test("refuses what makes no sense, and leaves the module as it was", () => {
    const norm = layer(2);
    const [x, g] = [random([6, 2]), random([6, 2])];
    const bad = (a: unknown, b: unknown, c: unknown, options: object = {}) =>
      expectUntouched(norm, () =>
        refusal(() => explainBatchNormGradient(a as nn.BatchNorm1d, b as Tensor, c as Tensor, options)),
      );
    expect(bad(new nn.Linear(2, 2), x, g).expected).toBe("a BatchNorm1d");
    expect(bad(norm, [1, 2], g).expected).toContain("[n, c]");
    expect(bad(norm, random([6, 3]), g).expected).toContain("2 features");
    expect(bad(norm, random([1, 2]), random([1, 2])).expected).toContain("two or more values");
    expect(bad(norm, x, random([5, 2])).expected).toContain("a gradient like the input");
    expect(bad(norm, x, g, { epss: 0 }).hint).toContain("eps");
    expect(bad(norm, x, g, { eps: -1 }).expected).toBe("a finite number of 0 or more as eps");
    expect(bad(norm, x, g, { variance: "none" }).expected).toContain('"biased" or "unbiased"');
    expect(bad(norm, x, g, { batchNorm: "eval" }).expected).toContain('"batch" or "running"');
    const untracked = new nn.BatchNorm1d(2, { trackRunningStats: false });
    expect(bad(untracked, x, g, { batchNorm: "running" }).expected).toContain("running statistics");
    expect(bad(norm, x.mul(0), g, { eps: 0 }).got).toContain("unit 0");
  });
});
