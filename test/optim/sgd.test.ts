import { describe, expect, test } from "vitest";
import { optim, type Tensor, tensor } from "../../src/index.ts";

/** Three steps on `(i + 1)·Σp²` from `[1, −2]`: the first element after each. */
function descend(options: Partial<optim.SGDOptions>): number[] {
  const p = tensor([1, -2], { dtype: "float64", requiresGrad: true });
  const optimizer = new optim.SGD([p], { lr: 0.1, ...options });
  return [1, 2, 3].map((factor) => {
    optimizer.zeroGrad();
    p.square().sum().mul(factor).backward();
    optimizer.step();
    return p.data[0];
  });
}

const closeTo = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits));

describe("SGD takes the steps of the closed form", () => {
  test.each<[Partial<optim.SGDOptions>, number[]]>([
    [{}, [0.8, 0.48, 0.192]],
    [{ momentum: 0.9 }, [0.8, 0.3, -0.33]],
    [{ momentum: 0.9, dampening: 0.5 }, [0.8, 0.46, 0.016]],
    [{ momentum: 0.9, nesterov: true }, [0.62, -0.0132, -0.344832]],
    [{ weightDecay: 0.1 }, [0.79, 0.4661, 0.181779]],
    [{ momentum: 0.9, weightDecay: 0.1, nesterov: true }, [0.601, -0.037279, -0.3467547]],
    [{ maximize: true, weightDecay: 0.1 }, [1.19, 1.6541, 2.630019]],
  ])("%o", (options, expected) => {
    expect(descend(options)).toEqual(closeTo(expected, 7));
  });
});

const leaf = (...values: number[]) => tensor(values, { dtype: "float64", requiresGrad: true });

function give(p: Tensor, ...values: number[]): void {
  p.grad = tensor(values, { dtype: p.dtype });
}

describe("SGD", () => {
  test("passes over a parameter without gradient: no decay, no momentum", () => {
    const [a, b] = [leaf(1), leaf(1)];
    const optimizer = new optim.SGD([a, b], { lr: 0.1, momentum: 0.9, weightDecay: 0.5 });
    for (const p of [a, b]) give(p, 1);
    optimizer.step();
    const before = b.item();
    b.grad = null;
    optimizer.step();
    optimizer.step();
    expect(b.item()).toBe(before);
    expect(optimizer.stateDict().state[1].momentum_buffer).toMatchObject({ shape: [1] });
    expect((optimizer.stateDict().state[1].momentum_buffer as Tensor).item()).toBe(1.5);
  });

  test("does not pass over a gradient of zeros", () => {
    const p = leaf(1);
    const optimizer = new optim.SGD([p], { lr: 0.1, momentum: 0.5, weightDecay: 0.5 });
    give(p, 0);
    optimizer.step();
    expect(p.item()).toBe(0.95);
  });

  test("keeps its momentum when the learning rate is changed in the group", () => {
    const p = leaf(0);
    const optimizer = new optim.SGD([p], { lr: 1, momentum: 0.5 });
    give(p, 1);
    optimizer.step();
    optimizer.paramGroups[0].lr = 10;
    give(p, 0);
    optimizer.step();
    expect(p.item()).toBe(-1 - 10 * 0.5);
  });

  test("takes no state where there is no momentum", () => {
    const p = leaf(1);
    const optimizer = new optim.SGD([p], { lr: 1 });
    give(p, 1);
    optimizer.step();
    expect(optimizer.stateDict().state).toEqual({});
  });

  test("does not dampen the first gradient that momentum meets when it is turned on late", () => {
    const p = leaf(0);
    const optimizer = new optim.SGD([p], { lr: 1, dampening: 0.5 });
    give(p, 1);
    optimizer.step();
    optimizer.paramGroups[0].momentum = 0.5;
    optimizer.step();
    optimizer.step();
    expect(p.item()).toBe(-1 - 1 - (0.5 + 0.5));
  });

  test("refuses Nesterov's momentum without momentum, or with dampening", () => {
    const message = "SGD: expected with nesterov, a momentum above 0 and a dampening of 0, got ";
    expect(() => new optim.SGD([leaf(1)], { lr: 1, nesterov: true })).toThrow(`${message}0 and 0.`);
    const options = { lr: 1, nesterov: true, momentum: 0.9, dampening: 0.1 };
    expect(() => new optim.SGD([leaf(1)], options)).toThrow(`${message}0.9 and 0.1.`);
  });

  test("wants a learning rate, for all groups or for each", () => {
    // @ts-expect-error: no options
    expect(() => new optim.SGD([leaf(1)])).toThrow(
      "SGD: expected lr to be a finite number, not below 0, got none. Give it to all groups, as in { lr: 0.1 }, or to each.",
    );
    expect(() => new optim.SGD([{ params: leaf(1), lr: 1 }, { params: leaf(1) }])).toThrow("got none");
    expect(new optim.SGD([{ params: leaf(1), lr: 1 }]).paramGroups[0].lr).toBe(1);
  });
});
