import { eye, Generator, nn, type Tensor, zeros } from "evenkeel";
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
