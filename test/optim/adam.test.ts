import { describe, expect, test } from "vitest";
import { optim, type Tensor, tensor } from "../../src/index.ts";

const leaf = (...values: number[]) => tensor(values, { dtype: "float64", requiresGrad: true });

describe.each([optim.Adam, optim.AdamW])("%o", (Adam) => {
  test("takes a first step of the learning rate, whatever the size of the gradient", () => {
    const p = leaf(0, 0, 0);
    const optimizer = new Adam([p], { lr: 0.5, eps: 0 });
    p.grad = tensor([1e-9, -3, 1e9], { dtype: "float64" });
    optimizer.step();
    expect(p.toArray()).toEqual([-0.5, 0.5, -0.5].map((x) => expect.closeTo(x, 12)));
  });

  test("has PyTorch's defaults", () => {
    const [{ params, ...group }] = new Adam([leaf(1)]).paramGroups;
    const weightDecay = Adam === optim.Adam ? 0 : 1e-2;
    const expected = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay, amsgrad: false, maximize: false };
    expect(group).toEqual(expected);
  });

  test("starts its state with the first gradient, and counts steps for each parameter", () => {
    const [a, b] = [leaf(1), leaf(2)];
    const optimizer = new Adam([a, b], { amsgrad: true });
    expect(optimizer.stateDict().state).toEqual({});
    b.grad = tensor([1], { dtype: "float64" });
    optimizer.step();
    a.grad = tensor([1], { dtype: "float64" });
    optimizer.step();
    const { state } = optimizer.stateDict();
    expect([state[0], state[1]].map(({ step }) => (step as Tensor).item())).toEqual([1, 2]);
    expect(Object.keys(state[0])).toEqual(["step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"]);
    expect(state[0].step).toMatchObject({ shape: [], dtype: "float32" });
  });

  test("begins with the largest squares when amsgrad is turned on late", () => {
    const p = leaf(1);
    const optimizer = new Adam([p]);
    p.grad = tensor([1], { dtype: "float64" });
    optimizer.step();
    optimizer.paramGroups[0].amsgrad = true;
    optimizer.step();
    expect(Object.keys(optimizer.stateDict().state[0])).toContain("max_exp_avg_sq");
  });

  test.each([
    [{ lr: -1 }, "lr to be a finite number, not below 0, got -1."],
    [{ eps: -1 }, "eps to be a finite number, not below 0, got -1."],
    [{ weightDecay: Number.NaN }, "weightDecay to be a finite number, not below 0, got NaN."],
    [{ betas: [0.9, 1] as const }, "betas to be two numbers in [0, 1), got [0.9, 1]."],
    [{ betas: [-0.1, 0.9] as const }, "betas to be two numbers in [0, 1), got [-0.1, 0.9]."],
    [{ betas: 0.9 as never }, "betas to be two numbers in [0, 1), got 0.9."],
    [{ betas: [0.9] as never }, "betas to be two numbers in [0, 1), got [0.9]."],
    [{ amsgrad: 1 as never }, "amsgrad to be true or false, got 1."],
  ])("refuses %o", (options, message) => {
    expect(() => new Adam([leaf(1)], options)).toThrow(message);
  });

  test("does not share its betas between groups", () => {
    const optimizer = new Adam([{ params: leaf(1) }, { params: leaf(2) }]);
    (optimizer.paramGroups[0].betas as [number, number])[0] = 0.5;
    expect(optimizer.paramGroups[1].betas).toEqual([0.9, 0.999]);
  });
});

test("AdamW takes its decay from the parameter, Adam adds it to the gradient", () => {
  const [a, b] = [leaf(1), leaf(1)];
  const options = { lr: 0.1, weightDecay: 0.5 };
  for (const p of [a, b]) p.grad = tensor([0], { dtype: "float64" });
  new optim.AdamW([a], options).step();
  new optim.Adam([b], options).step();
  expect(a.item()).toBe(0.95);
  expect(b.item()).toBeCloseTo(0.9, 7);
});
