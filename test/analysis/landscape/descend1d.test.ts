import { manualSeed, nn, optim, rand, type Tensor, tensor } from "evenkeel";
import { descend1d, descend1dAsync, estimateCost } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { network, Quadratic } from "../curvature/quadratic.ts";
import { expectUntouched } from "../untouched.ts";

const dtype = "float64";
/** `½·4·x²`. */
const parabola = (x: Tensor) => x.square().mul(2);

describe("descent on a function of one number", () => {
  test("goes by powers of 1 − 4·lr down 2x², within 2/β, and up beyond", () => {
    const starts = [-1, 3];
    const { descents, cost, options } = descend1d(parabola, { starts, lr: 0.1, steps: 6 });
    descents.forEach(({ x, loss, slope, outcome }, i) => {
      const expected = Array.from({ length: 7 }, (_, k) => starts[i] * 0.6 ** k);
      expectClose(x, expected, 1e-14);
      expectClose(
        loss.map(Number),
        expected.map((at) => 2 * at * at),
        1e-14,
      );
      expectClose(
        slope.map(Number),
        expected.map((at) => 4 * at),
        1e-14,
      );
      expect(outcome).toBe("moving");
    });
    expect(cost).toEqual({ forward: 16, backward: 14 }); // two of them to see that it is the same each time
    const most = estimateCost("descend1d", { starts: 2, steps: 6 });
    expect([most.forward, most.backward]).toEqual([17, 15]);
    expect(options).toMatchObject({ of: "function", starts, range: [-3, 5], seed: null });
    const beyond = descend1d(parabola, { starts: [1], lr: 0.51, steps: 5 }).descents[0];
    expect(Number(beyond.loss[5])).toBeGreaterThan(Number(beyond.loss[0]));
    expect(beyond.overshoots).toBe(5);
  });

  test("at several rates arrives below 2/β, and diverges above, start by start", () => {
    const rates = [0.1, 0.4, 0.6];
    const { descents, cost, options } = descend1d(parabola, { starts: [1, -2], lr: rates, steps: 2000 });
    expect(descents.map(({ lr, x }) => [lr, x[0]])).toEqual([1, -2].flatMap((x) => rates.map((lr) => [lr, x])));
    expect(descents.map(({ outcome }) => outcome === "arrived")).toEqual([true, true, false, true, true, false]);
    descents.forEach(({ lr, x }) => {
      expect(x[3]).toBeCloseTo(x[0] * (1 - 4 * lr) ** 3, 12);
    });
    const most = estimateCost("descend1d", { starts: 2, rates: 3, steps: 2000 });
    expect(cost.forward).toBeLessThan(most.forward);
    expect(options.lr).toEqual(rates);
    expect(refusal(() => descend1d(parabola, { starts: [1], lr: [] })).expected).toMatch(/list of them, as lr/);
    expect(refusal(() => descend1d(parabola, { starts: [1], lr: [0.1, Number.NaN] })).expected).toMatch(/as lr/);
  });

  test("ends in the valley it starts in, says where it has diverged, and stays on a maximum", () => {
    const double = (x: Tensor) => x.square().sub(1).square(); // valleys at −1 and 1, a maximum at 0
    const { descents } = descend1d(double, { starts: [-0.1, 0, 0.1, 10], lr: 0.05, steps: 300 });
    expect(descents.map(({ outcome }) => outcome)).toEqual(["arrived", "arrived", "arrived", "diverged"]);
    expectClose(
      descents.slice(0, 3).map(({ x }) => x[x.length - 1]),
      [-1, 0, 1],
      1e-6,
    );
    for (const value of descents.flatMap(({ x }) => x)) {
      expect(Number.isFinite(value)).toBe(true);
    }
    expect(JSON.parse(JSON.stringify(descents))).toEqual(descents);
  });

  test("comes with the curve, with gaps where it is not finite", () => {
    const { curve } = descend1d((x) => x.log().mul(-1), { starts: [1], lr: 0.1, steps: 1, range: [-1, 2], points: 4 });
    expect(curve.x).toEqual([-1, 0, 1, 2]);
    expect(curve.loss.map((y) => y?.toFixed(3) ?? null)).toEqual([null, null, "0.000", "-0.693"]);
  });
});

describe("descent on a slice", () => {
  test("of ½xᵀHx + Σx along a direction is that on its parabola, and lets an optimiser be", () => {
    const model = new Quadratic([
      [4, 1],
      [1, 3],
    ]);
    const [a, b] = model.x.toArray<number[]>();
    const d = [tensor([1, 2], { dtype })]; // dᵀHd = 20, f′(0) = (Hx + 1)·d
    const slope = (x: number) => 20 * x + (4 * a + b + 1) + 2 * (a + 3 * b + 1);
    const { descents } = expectUntouched(model, () =>
      descend1d(
        { model, loss: () => model.forward(), direction: d },
        { starts: [0, 1], lr: 0.02, steps: 4, points: 3 },
      ),
    );
    for (const descent of descents) {
      expectClose(descent.slope.map(Number), descent.x.map(slope), 1e-12);
      expectClose(
        descent.x.slice(1),
        descent.x.slice(0, -1).map((x) => x - 0.02 * slope(x)),
        1e-12,
      );
    }
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const of = { model, loss: () => model.forward() };
    const along = expectUntouched(model, () => descend1d({ ...of, direction: sgd }, { starts: [0], lr: 1 }), sgd);
    const down = descend1d(of, { starts: [0], lr: 0.01 });
    expect([along.options.of, down.options.of]).toEqual(["SGD", "gradient"]);
    expectClose(
      down.descents[0].x.slice(-1),
      along.descents[0].x.slice(-1).map((x) => x * 0.1),
      1e-3,
    );
  });

  test("leaves a network as it was, in either mode of batch norm, also when aborted; the twin agrees", async () => {
    const { model, loss } = network();
    loss().backward();
    const slice = { model, loss, direction: "random" } as const;
    const options = { starts: [-1, 1], lr: 0.1, steps: 3, points: 5, seed: 2 };
    const whole = expectUntouched(model, () => descend1d(slice, options));
    const running = expectUntouched(model, () => descend1d(slice, { ...options, batchNorm: "running" }));
    expect(running.curve).not.toEqual(whole.curve);
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => void seen.push(done / total);
    expect(await descend1dAsync(slice, { ...options, onProgress })).toEqual(whole);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const abort = new AbortController();
    const stop = () =>
      descend1d(slice, { ...options, signal: abort.signal, onProgress: ({ done }) => done > 9 && abort.abort() });
    expect(() => expectUntouched(model, stop)).toThrow(/abort/i);
    const boom = () => {
      throw new Error("boom");
    };
    expect(() => expectUntouched(model, () => descend1d({ model, loss: boom }, options))).toThrow("boom");
  });

  test("refuses what it cannot descend", async () => {
    const model = new Quadratic([[1]]);
    const loss = () => model.forward();
    const refused = (...args: unknown[]) =>
      expectUntouched(model, () => refusal(() => descend1d(...(args as Parameters<typeof descend1d>))));
    expect(refused(parabola, { starts: [], lr: 1 }).got).toBe("[]");
    expect(refused(parabola, { starts: [Number.NaN], lr: 1 }).expected).toMatch(/one finite number or more as starts/);
    expect(refused(parabola).expected).toMatch(/start/);
    expect(refused(parabola, null).got).toBe("null");
    expect(refused(parabola, { starts: [1] }).expected).toMatch(/lr/);
    expect(refused(parabola, { starts: [1], lr: 1, step: 3 }).hint).toMatch(/steps/);
    expect(refused(parabola, { starts: [1], lr: 1, steps: -1 }).got).toBe("-1");
    expect(refused(parabola, { starts: [1], lr: 1, range: [1, 1] }).expected).toMatch(/range/);
    expect(refused(parabola, { starts: [1], lr: 1, maxEvaluations: 10 }).where).toBe("descend1d");
    expect(refused((x: Tensor) => x.log(), { starts: [1, -1], lr: 1 }).expected).toMatch(/finite/);
    expect(refused(() => tensor(1), { starts: [1], lr: 1 }).expected).toMatch(/depends/);
    expect(refused((x: Tensor) => x.expand([2]), { starts: [1], lr: 1 }).expected).toMatch(/one number/);
    expect(refused({ model, loss, direction: [tensor([1, 1])] }, { starts: [1], lr: 1 }).hint).toMatch(/1 parameters/);
    expect(refused({ model, loss, direction: [tensor([0], { dtype })] }, { starts: [1], lr: 1 }).got).toMatch(
      /length 0/,
    );
    expect(refused({ model, loss, way: 1 }, { starts: [1], lr: 1 }).got).toBe('"way"');
    expect(refused({ model: new nn.Tanh(), loss }, { starts: [1], lr: 1 }).expected).toMatch(/parameters/);
    manualSeed(1);
    expect(refused((x: Tensor) => x.mul(rand([], { dtype })).add(rand([])), { starts: [1], lr: 1 }).hint).toMatch(
      /random/,
    );
    await expect(descend1dAsync(parabola, { starts: [], lr: 1 })).rejects.toThrow(
      /descend1dAsync: expected one finite number or more as starts/,
    );
  });
});

test("a descent on ½λx² shrinks x by 1 − lr·λ a step, and diverges where that is beyond −1", () => {
  const fn = (curvature: number) => (x: Tensor) => x.square().mul(curvature / 2);
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
  expect(cost.backward).toBe(descents.reduce((sum, { x }) => sum + x.length, 0));
});
