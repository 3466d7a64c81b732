import { Generator, nn, noGrad, randint, randn, type Tensor, tensor } from "evenkeel";
import {
  estimateCost,
  interpolate,
  type LossSurface,
  lossSurface,
  lossSurfaceAsync,
  surfaceRoughness,
} from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { filterNormalised } from "../../../src/analysis/landscape/directions.ts";
import { eigenSymmetric } from "../../../src/analysis/numbers/eigenSymmetric.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const dtype = "float64";

/** `½xᵀDx` with curvatures 1, 2, 3, 4. */
class Quadratic extends nn.Module {
  readonly x: nn.Parameter;
  constructor(x: number[]) {
    super();
    this.x = new nn.Parameter(tensor(x, { dtype }));
  }
  override forward(): Tensor {
    return this.x
      .square()
      .mul(tensor([1, 2, 3, 4], { dtype }))
      .sum()
      .mul(0.5);
  }
}

const value = (x: number[]) => 0.5 * x.reduce((sum, xi, i) => sum + (i + 1) * xi * xi, 0);
const doubled = (from: nn.StateDict): nn.StateDict =>
  Object.fromEntries(Object.entries(from).map(([name, x]) => [name, x.mul(2)]));
const state = (x: number[]) => ({ x: tensor(x, { dtype }) });

function network() {
  const generator = new Generator().manualSeed(1);
  const model = new nn.Sequential(
    new nn.Linear(4, 6, { generator, dtype }),
    new nn.BatchNorm1d(6, { dtype }),
    new nn.Tanh(),
    new nn.Linear(6, 3, { generator, dtype }),
  );
  const [x, labels] = [randn([12, 4], { generator, dtype }), randint(0, 3, [12], { generator })];
  return { model, loss: () => nn.functional.crossEntropy(model.forward(x), labels) };
}

describe("a loss surface", () => {
  test("on several random planes is that of each, with the spread between them", () => {
    const { model, loss } = network();
    const surface = expectUntouched(model, () => lossSurface(model, loss, { points: 3, repeats: 3, seed: 2 }));
    expect(surface.loss).toEqual(lossSurface(model, loss, { points: 3, seed: 2 }).loss);
    expect(surface.repeats.length).toBe(2);
    expect(surface.repeats[0]).not.toEqual(surface.loss);
    expect(surface.repeats[1]).not.toEqual(surface.repeats[0]);
    const [a, b, c] = [surface.loss, ...surface.repeats].map((plane) => plane[0][2] ?? Number.NaN);
    const mean = (a + b + c) / 3;
    expect(surface.spread?.[0][2]).toBeCloseTo(
      Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2),
      12,
    );
    expect(surface.spread?.[1][1]).toBe(0);
    expect(surface.cost).toEqual(estimateCost("lossSurface", { points: 3, repeats: 3 }));
    expect(refusal(() => lossSurface(model, loss, { repeats: 0 })).expected).toMatch(/as repeats/);
    expect(refusal(() => lossSurface(model, loss, { repeats: 2, directions: "hessian" })).hint).toMatch(/the same/);
  });

  test("on the Hessian's plane is the parabola of its two leading eigenvalues, from directions of length 1", async () => {
    const model = new Quadratic([0, 0, 0, 0]);
    const options = { directions: "hessian", extent: 2, points: 5, seed: 3 } as const;
    const surface = expectUntouched(model, () => lossSurface(model, () => model.forward(), options));
    const [first, second] = surface.eigenvalues ?? [];
    expect([first, second].map((value) => value?.toFixed(9))).toEqual(["4.000000000", "3.000000000"]);
    for (const length of surface.lengths) expect(length).toBeCloseTo(1, 12);
    surface.y.forEach((y, j) => {
      surface.x.forEach((x, i) => {
        expect(surface.loss[j][i]).toBeCloseTo(0.5 * (4 * x * x + 3 * y * y), 9);
      });
    });
    const most = estimateCost("lossSurface", { points: 5, hessian: 4 });
    expect(surface.cost.forward).toBeLessThanOrEqual(most.forward);
    expect(surface.cost.backward).toBeLessThanOrEqual(most.backward);
    expect(surface.cost.backward).toBeGreaterThan(1);
    expect(await lossSurfaceAsync(model, () => model.forward(), options)).toEqual(surface);
    const { model: net, loss } = network();
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => void seen.push(done / total);
    const running = expectUntouched(net, () =>
      lossSurface(net, loss, { directions: "hessian", points: 3, batchNorm: "running", onProgress }),
    );
    expect(running.loss[1][1]).toBe(running.centre);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThanOrEqual(1);
    const one = new nn.Linear(1, 1, { bias: false, dtype });
    const square = () =>
      one
        .forward(tensor([[1]], { dtype }))
        .square()
        .sum();
    expect(refusal(() => lossSurface(one, square, { directions: "hessian" })).expected).toMatch(/two parameters/);
  });

  test("of ½xᵀDx on a given plane is that quadratic, and shows a path with its distance from the plane", () => {
    const model = new Quadratic([1, 1, 1, 1]);
    const directions = [[tensor([1, 0, 0, 0], { dtype })], [tensor([1, 2, 0, 0], { dtype })]] as const;
    const path = [state([2, 3, 1, 1]), state([1, 1, 4, 5])];
    const surface = lossSurface(model, () => model.forward(), { directions, extent: 2, points: 5, path });
    surface.y.forEach((y, j) => {
      surface.x.forEach((x, i) => {
        expect(surface.loss[j][i]).toBeCloseTo(value([1 + x + y, 1 + 2 * y, 1, 1]), 12);
      });
    });
    expect(surface.loss[2][2]).toBe(surface.centre);
    expect(surface.path[0]).toMatchObject({ x: 0, y: 1 });
    expect(surface.path[0].distance).toBeCloseTo(0, 12);
    expect(surface.path[1].distance).toBeCloseTo(5, 12);
    expect(surface.path[1].loss).toBeCloseTo(value([1, 1, 4, 5]), 12);
    expect(surface.cost).toEqual({ forward: 29, backward: 0 });
  });

  test("by principal directions holds all of a path that lies in a plane, and says what it holds of others", () => {
    const model = new Quadratic([0, 0, 0, 0]);
    const flat = [
      [3, 0],
      [2, 1],
      [1, -1],
      [0.5, 0.5],
    ].map(([a, b]) => state([a, b, a + b, 0]));
    const inPlane = lossSurface(model, () => model.forward(), { directions: "pca", path: flat, points: 3 });
    expect(inPlane.explained?.[0] as number).toBeGreaterThan(inPlane.explained?.[1] as number);
    expect((inPlane.explained ?? []).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    for (const { distance } of inPlane.path) expect(distance).toBeCloseTo(0, 10);
    expect(inPlane.lengths.every((length) => Math.abs(length - 1) < 1e-12)).toBe(true);
    const off = [...flat, state([0, 0, 0, 2])];
    const partly = lossSurface(model, () => model.forward(), { directions: "pca", path: off, points: 3 });
    expect((partly.explained ?? []).reduce((a, b) => a + b, 0)).toBeLessThan(1);
    expect(Math.max(...partly.path.map(({ distance }) => distance))).toBeGreaterThan(0.5);
  });

  test("has random directions whose filters are as long as the weights', and the same for the same seed", () => {
    const { model, loss } = network();
    const drawn = filterNormalised(model.parameters(), new Generator().manualSeed(4));
    model.parameters().forEach((p, i) => {
      if (p.ndim < 2) return expect(drawn[i].abs().sum().item()).toBe(0);
      const [own, other] = [p.norm(2, 1).toArray<number[]>(), drawn[i].norm(2, 1).toArray<number[]>()];
      own.forEach((length, row) => {
        expect(other[row]).toBeCloseTo(length, 12);
      });
    });
    const at = (seed: number) => lossSurface(model, loss, { points: 3, seed }).loss;
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
    const zero = new nn.Linear(2, 2, { bias: false });
    zero.weight.data.fill(0);
    expect(filterNormalised(zero.parameters(), new Generator())[0].abs().sum().item()).toBe(0);
  });

  test("leaves the model as it was, also when it is aborted, and refuses what it cannot draw", async () => {
    const { model, loss } = network();
    loss().backward();
    const whole = expectUntouched(model, () => lossSurface(model, loss, { points: 5, seed: 3 }));
    expectUntouched(model, () => lossSurface(model, loss, { points: 3, batchNorm: "running" }));
    expect(await lossSurfaceAsync(model, loss, { points: 5, seed: 3 })).toEqual(whole);
    const abort = new AbortController();
    const stop = () => lossSurface(model, loss, { points: 9, signal: abort.signal, onProgress: () => abort.abort() });
    expect(() => expectUntouched(model, stop)).toThrow(/abort/i);
    const refused = (options: Parameters<typeof lossSurface>[2]) => refusal(() => lossSurface(model, loss, options));
    expect(refused({ points: 4 }).expected).toMatch(/odd/);
    expect(refused({ extent: 0 }).got).toBe("0");
    expect(refused({ directions: "pca" }).hint).toMatch(/stateDict/);
    expect(refused({ path: [{}] }).got).toBe("one without it");
    expect(refused({ directions: [[], []] }).hint).toMatch(/6 parameters/);
    expect(refused({ points: 51, maxEvaluations: 100 }).got).toMatch(/2603/);
    expect(refused({ path: [{}] }).where).toBe("lossSurface");
    expect(refused({ path: 5 as never }).expected).toMatch(/list of states/);
    expect(refusal(() => lossSurface(model, loss, null as never)).got).toBe("null");
    const one = model.parameters().map((p) => p.detach());
    expect(refused({ directions: [one, one.map((d) => d.mul(-2))] }).expected).toMatch(/span a plane/);
    const flat = new Quadratic([1, 2, 3, 4]);
    const lacking = expectUntouched(flat, () => refusal(() => lossSurface(flat, () => flat.forward(), { points: 3 })));
    expect(lacking.hint).toMatch(/one dimension/);
  });

  test("is refused for a loss that is another model's, and drawn for one without a gradient that differs", () => {
    const { model, loss } = network();
    const value = loss().detach();
    const others = expectUntouched(model, () => refusal(() => lossSurface(model, () => value, { points: 3 })));
    expect(others.expected).toMatch(/depends on the parameters/);
    const [a, b] = [model.stateDict(), new nn.Sequential(...network().model).stateDict()];
    expect(refusal(() => interpolate(model, () => value, a, doubled(b))).expected).toMatch(/depends on the parameters/);
    expect(interpolate(model, () => value, a, b).barrier).toBe(0);
    const plain = lossSurface(model, loss, { points: 3 });
    expect(lossSurface(model, () => noGrad(loss), { points: 3 })).toEqual(plain);
  });
});

describe("interpolation", () => {
  test("of ½xᵀDx between two states is the parabola, and its barrier is 0", () => {
    const model = new Quadratic([0, 0, 0, 0]);
    const [a, b] = [
      [1, 0, 0, 2],
      [-1, 1, 0, 0],
    ];
    const { positions, loss, barrier } = expectUntouched(model, () =>
      interpolate(model, () => model.forward(), state(a), state(b), { positions: [-0.5, 0, 0.25, 1, 2] }),
    );
    positions.forEach((t, i) => {
      expect(loss[i]).toBeCloseTo(value(a.map((ai, k) => ai + t * (b[k] - ai))), 12);
    });
    expect(barrier).toBeGreaterThan(0); // beyond its ends the parabola is above the line
    const half = new Quadratic([1, 1, 1, 1]);
    const gap = interpolate(half, () => half.x.sum().log(), state([1, 1, 0, 0]), state([-1, 0, 0, 0]));
    expect([gap.barrier, gap.loss.at(-1)]).toEqual([null, null]);
    const boom = () => {
      throw new Error("boom");
    };
    expect(() => expectUntouched(model, () => interpolate(model, boom, state(a), state(b)))).toThrow("boom");
    const between = interpolate(model, () => model.forward(), state(a), state(b));
    expect([between.positions.length, between.barrier]).toEqual([21, 0]);
    expect(refusal(() => interpolate(model, () => model.forward(), state([1]), state(b))).expected).toMatch(/"x"/);
    expect(refusal(() => interpolate(model, () => model.forward(), state(a), state(b), { positions: [] })).got).toBe(
      "[]",
    );
  });
});

test("a symmetric matrix is made of its eigenvalues and eigenvectors", () => {
  const random = randn([7, 7], { dtype, generator: new Generator().manualSeed(5) });
  const matrix = random.add(random.T).toArray<number[][]>();
  const { values, vectors } = eigenSymmetric(matrix);
  matrix.forEach((row, i) => {
    row.forEach((entry, j) => {
      const rebuilt = values.reduce((sum, lambda, k) => sum + lambda * vectors[i][k] * vectors[j][k], 0);
      expect(rebuilt).toBeCloseTo(entry, 12);
    });
  });
  expect([...values].sort((a, b) => b - a)).toEqual(values);
});

describe("the roughness of a surface", () => {
  const surfaceOf = (points: number, extent: number, f: (x: number, y: number) => number | null): LossSurface => {
    const axis = Array.from({ length: points }, (_, i) => extent * ((2 * i) / (points - 1) - 1));
    const { model, loss } = network();
    return {
      ...lossSurface(model, loss, { points: 1 }),
      x: axis,
      y: axis,
      loss: axis.map((y) => axis.map((x) => f(x, y))),
    };
  };

  test("counts the valleys of an egg box, and none of a plane, a ridge and a floor", () => {
    // cos has its minima at ±π/4 and ±3π/4: 4 by 4 of them.
    const box = (x: number, y: number) => Math.cos(4 * x) + Math.cos(4 * y);
    expect(surfaceRoughness(surfaceOf(61, 3, box))).toMatchObject({ minima: 16, inside: 59 * 59 });
    for (const flat of [(x: number, y: number) => x + 2 * y, (x: number) => -x * x, () => 3])
      expect(surfaceRoughness(surfaceOf(9, 1, flat)).minima).toBe(0);
    // Diagonal neighbours do not count: a saddle that falls along both diagonals is a minimum along both axes.
    expect(surfaceRoughness(surfaceOf(3, 1, (x, y) => x * x + y * y - 4 * Math.abs(x * y))).minima).toBe(1);
  });

  test("has the second differences of a quadratic, and of an egg box", () => {
    const [points, h] = [21, 0.1];
    const quadratic = surfaceRoughness(surfaceOf(points, 1, (x, y) => 3 * x * x - 5 * y * y + x * y + 7));
    expect(quadratic.secondDifference).toBeCloseTo(((6 + 10) / 2) * h * h, 12);
    // cos(x − h) − 2 cos x + cos(x + h) = −2(1 − cos h)·cos x.
    const waves = surfaceOf(points, 1, (x) => Math.cos(x));
    const mean = waves.x.slice(1, -1).reduce((sum, x) => sum + Math.cos(x), 0) / (points - 2);
    expect(surfaceRoughness(waves).secondDifference).toBeCloseTo((2 * (1 - Math.cos(h)) * mean) / 2, 12);
    const { model, loss } = { model: new Quadratic([1, 2, 3, 4]), loss: () => model.forward() };
    const unit = (k: number) => [
      tensor(
        [0, 1, 2, 3].map((i) => Number(i === k)),
        { dtype },
      ),
    ];
    const along = lossSurface(model, loss, { directions: [unit(1), unit(3)], points: 5 });
    expect(surfaceRoughness(along).secondDifference).toBeCloseTo(((2 + 4) / 2) * 0.25, 12);
  });

  test("passes over what is not finite, and says where nothing is left", () => {
    const hole = surfaceRoughness(surfaceOf(5, 2, (x, y) => (x === 0 && y === 0 ? null : x * x + y * y)));
    expect(hole).toEqual({ kind: "surfaceRoughness", minima: 0, inside: 4, secondDifference: 2 });
    expect(surfaceRoughness(surfaceOf(3, 1, () => null))).toMatchObject({ inside: 0, secondDifference: null });
    expect(surfaceRoughness(surfaceOf(1, 1, () => 2))).toMatchObject({ inside: 0, secondDifference: null });
    expect(refusal(() => surfaceRoughness({} as LossSurface)).expected).toBe("a result of lossSurface");
  });
});
