import { tensor } from "evenkeel";
import { descend1d } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { refusal } from "../refusal.ts";

test("a descent on ½λx² shrinks x by 1 − lr·λ a step, and diverges where that is beyond −1", () => {
  const fn = (curvature: number) => (x: Parameters<Parameters<typeof descend1d>[0]>[0]) =>
    x.square().mul(curvature / 2);
  const [slow] = descend1d(fn(3), { starts: [2], lr: 0.1, steps: 10 }).descents;
  slow.x.forEach((x, i) => {
    expect(x).toBeCloseTo(2 * 0.7 ** i, 12);
    expect(slow.loss[i]).toBeCloseTo(1.5 * x * x, 12);
  });
  expect([slow.outcome, slow.overshoots]).toEqual(["moving", 0]);
  expect(descend1d(fn(3), { starts: [2], lr: 1 / 3 }).descents[0]).toMatchObject({
    outcome: "arrived",
    arrivedAfter: 1,
  });
  expect(descend1d(fn(3), { starts: [2], lr: 0.5, steps: 20 }).descents[0].overshoots).toBe(20);
  expect(descend1d(fn(3), { starts: [2], lr: 1, steps: 2000 }).descents[0].outcome).toBe("diverged");
});

test("three starts on a slice with two valleys end where their valley is", () => {
  const { descents, cost } = descend1d((x) => x.square().sub(1).square(), {
    starts: [-2, 0.1, 3],
    lr: 0.02,
    steps: 500,
  });
  expect(descents.map(({ x }) => Math.round(x[x.length - 1]))).toEqual([-1, 1, 1]);
  expect(cost.forward).toBe(descents.reduce((sum, { x }) => sum + x.length, 0));
});

test("refuses what it cannot descend", () => {
  expect(refusal(() => descend1d((x) => x, { starts: [], lr: 1 })).expected).toMatch(/starts/);
  expect(refusal(() => descend1d(() => tensor(1), { starts: [0], lr: 1 })).hint).toMatch(/square/);
});
