import { eye, Generator, nn, ones, type Tensor, TensorError, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";

const { init } = nn;

describe("an initialiser", () => {
  const all: Record<string, (x: nn.Parameter) => Tensor> = {
    uniform_: init.uniform_,
    normal_: init.normal_,
    constant_: (x) => init.constant_(x, 3),
    zeros_: init.zeros_,
    ones_: init.ones_,
    xavierUniform_: init.xavierUniform_,
    xavierNormal_: init.xavierNormal_,
    kaimingUniform_: init.kaimingUniform_,
    kaimingNormal_: init.kaimingNormal_,
    orthogonal_: init.orthogonal_,
    truncNormal_: init.truncNormal_,
  };

  test("is in this list", () => {
    expect(Object.keys(all).sort()).toEqual(
      Object.keys(init)
        .filter((name) => name.endsWith("_"))
        .sort(),
    );
  });

  for (const [name, run] of Object.entries(all)) {
    test(`${name} changes a parameter in place, unrecorded, and returns it`, () => {
      const p = new nn.Parameter(zeros([4, 5]));
      expect(run(p)).toBe(p);
      expect([p.isLeaf, p.requiresGrad, p.grad]).toEqual([true, true, null]);
      if (name !== "zeros_") expect(p.ne(0).any().item()).toBe(true);
    });

    test(`${name} leaves a tensor of no elements`, () => {
      const p = new nn.Parameter(zeros([0, 5]));
      expect(run(p)).toBe(p);
    });
  }

  test("orthogonal_ makes rows or columns orthogonal, of the length of the gain", () => {
    for (const shape of [
      [3, 7],
      [7, 3],
      [4, 4],
      [3, 2, 4],
    ]) {
      const generator = new Generator().manualSeed(1);
      const q = init.orthogonal_(zeros(shape, { dtype: "float64" }), { gain: 2, generator }).flatten(1);
      const product = q.shape[0] <= q.shape[1] ? q.matmul(q.T) : q.T.matmul(q);
      expectClose(product.data, eye(product.shape[0], { dtype: "float64" }).mul(4).data, 1e-14);
    }
  });

  const refused: Record<string, nn.init.TruncNormalOptions> = {
    "a above b": { a: 3 },
    "a deviation of 0": { std: 0 },
    "a mean that is NaN": { mean: Number.NaN },
    "an infinite bound": { a: Number.NEGATIVE_INFINITY },
    "bounds too far out": { a: 7, b: 9 },
  };

  test.each(Object.entries(refused))("truncNormal_ refuses %s before it draws or writes", (_, options) => {
    const generator = new Generator().manualSeed(4);
    const x = ones([3]);
    expect(() => init.truncNormal_(x, { ...options, generator })).toThrow(TensorError);
    expect(x.toArray()).toEqual([1, 1, 1]);
    expect(generator.getState()).toEqual(new Generator().manualSeed(4).getState());
  });

  test("truncNormal_ keeps its bounds, and has the mean and the deviation of a normal distribution that is cut off", () => {
    const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const below = (z: number) =>
      (1 +
        tensor(z / Math.SQRT2, { dtype: "float64" })
          .erf()
          .item()) /
      2;
    for (const dtype of ["float32", "float64"] as const) {
      for (const [mean, std, a, b] of [
        [0, 1, -2, 2],
        [0.3, 0.1, 0.25, 0.6],
        [-1, 3, 0, 2],
        [0, 1, 2.5, 5],
        [0, 1, -100, 100],
        [0, 1, 4, 4.2], // float32 rounds the ends of the uniform numbers outwards
        [0, 1, -4.7, -4.5],
      ]) {
        const generator = new Generator().manualSeed(2);
        const x = init.truncNormal_(zeros([100, 400], { dtype }), { mean, std, a, b, generator });
        const [low, high] = [a, b].map((bound) => (dtype === "float32" ? Math.fround(bound) : bound));
        expect(x.min().item()).toBeGreaterThanOrEqual(low);
        expect(x.max().item()).toBeLessThanOrEqual(high);
        const [p, q] = [(a - mean) / std, (b - mean) / std];
        const inside = below(q) - below(p);
        const shift = (density(p) - density(q)) / inside;
        const spread = std * Math.sqrt(1 + (p * density(p) - q * density(q)) / inside - shift * shift);
        expect(Math.abs(x.mean().item() - (mean + std * shift)) / spread).toBeLessThan(0.02);
        expect(Math.abs(x.std().item() / spread - 1)).toBeLessThan(0.02);
      }
    }
  });

  test("xavier and kaiming have the deviation that they promise", () => {
    const generator = new Generator().manualSeed(1);
    const deviation = (x: Tensor) => x.std().item();
    const weight = () => zeros([200, 300]);
    const expectNear = (actual: number, variance: number) =>
      expect(Math.abs(actual / Math.sqrt(variance) - 1)).toBeLessThan(0.02);
    for (const xavier of [init.xavierUniform_, init.xavierNormal_]) {
      expectNear(deviation(xavier(weight(), { gain: 3, generator })), 9 * (2 / 500));
    }
    for (const kaiming of [init.kaimingUniform_, init.kaimingNormal_]) {
      const options = { nonlinearity: "relu", generator } as const;
      expectNear(deviation(kaiming(weight(), options)), 2 / 300);
      expectNear(deviation(kaiming(weight(), { ...options, mode: "fanOut" })), 2 / 200);
    }
  });
});
