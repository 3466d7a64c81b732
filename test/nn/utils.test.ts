import { Generator, grad, manualSeed, nn, ones, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose, fromGolden } from "../close.ts";
import golden from "../golden/nn/training.json" with { type: "json" };
import { refusal } from "../refusal.ts";

const { clipGradNorm_, clipGradValue_, parametersToVector, vectorToParameters } = nn.utils;
const tolerances = { float32: 1e-6, float64: 1e-12 } as const;

interface Clipping {
  readonly dtype: "float32" | "float64";
  readonly max_norm?: number;
  readonly norm_type?: string;
  readonly clip_value?: string;
  readonly norms: readonly (number | string)[];
  readonly end: readonly (number | string)[];
}

function modelAndData(dtype: "float32" | "float64") {
  manualSeed(5);
  const model = new nn.Sequential(new nn.Linear(3, 4, { dtype }), new nn.Tanh(), new nn.Linear(4, 2, { dtype }));
  return { model, x: randn([6, 3], { dtype }), y: randn([6, 2], { dtype }) };
}

describe("ten steps with clipped gradients end where PyTorch's do", () => {
  test.each(golden.clipping as unknown as Clipping[])(
    "$dtype, maxNorm $max_norm of order $norm_type, clipValue $clip_value",
    ({ dtype, max_norm, norm_type, clip_value, norms, end }) => {
      const { model, x, y } = modelAndData(dtype);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const found: number[] = [];
      for (let step = 0; step < 10; step++) {
        optimizer.zeroGrad();
        model.forward(x).sub(y).square().sum().backward();
        const bias = model.parameters()[3];
        if (step % 2 === 1) bias.grad = null;
        if (max_norm !== undefined) {
          found.push(clipGradNorm_(model.parameters(), max_norm, { normType: Number(norm_type) }).item());
        } else clipGradValue_(model.parameters(), Number(clip_value));
        optimizer.step();
      }
      expectClose(found, fromGolden(norms), 10 * tolerances[dtype]); // the smallest element is what is left of a sum
      expectClose(parametersToVector(model.parameters()).data, fromGolden(end), 3 * tolerances[dtype]);
    },
  );
});

test.each(golden.special)("a norm of order $norm_type of gradients that are $name scales as PyTorch does", (given) => {
  const params = given.grads.map((values) => {
    const p = zeros([values.length], { requiresGrad: true });
    p.grad = tensor(fromGolden(values), { dtype: "float32" });
    return p;
  });
  const total = clipGradNorm_(params, 1, { normType: Number(given.norm_type) });
  expectClose([total.item()], fromGolden(given.total), 1e-6);
  params.forEach((p, i) => {
    expectClose(p.grad?.data as Float32Array, fromGolden(given.clipped[i]), 1e-6);
  });
});

describe("clipping", () => {
  const withGradient = (...values: number[]): Tensor => {
    const p = zeros([values.length], { requiresGrad: true });
    p.grad = tensor(values);
    return p;
  };

  test("takes one tensor, passes over those without a gradient, and gives 0 where there is none", () => {
    const p = withGradient(3, 4);
    const bare = zeros([2], { requiresGrad: true });
    expect(clipGradNorm_(bare, 1).item()).toBe(0);
    expect(clipGradNorm_([], 1).item()).toBe(0);
    expect(clipGradNorm_([bare, p], 10).item()).toBe(5);
    expect(p.grad?.toArray()).toEqual([3, 4]);
    clipGradNorm_(p, 0);
    expect(p.grad?.toArray()).toEqual([0, 0]);
    expect(bare.grad).toBe(null);
  });

  test("scales gradients of two dtypes by one norm, each in its own dtype", () => {
    const wide = zeros([1], { dtype: "float64", requiresGrad: true });
    wide.grad = tensor([4], { dtype: "float64" });
    const narrow = withGradient(3);
    const total = clipGradNorm_([narrow, wide], 1);
    expect([total.item(), narrow.grad?.dtype, wide.grad.dtype]).toEqual([5, "float32", "float64"]);
    expect(wide.grad.item()).toBeCloseTo(0.8, 6);
  });

  test("takes no part of an empty parameter", () => {
    const empty = zeros([0, 3], { requiresGrad: true });
    empty.grad = zeros([0, 3]);
    expect(clipGradNorm_([empty, withGradient(3, 4)], 1, { normType: Number.POSITIVE_INFINITY }).item()).toBe(4);
  });

  test("is a change in place: a graph that still needs the gradient says so", () => {
    const w = tensor([2, 3], { requiresGrad: true });
    w.pow(3).sum().backward(null, { createGraph: true });
    const g = w.grad as Tensor;
    const penalty = g.square().sum();
    clipGradNorm_(w, 1);
    expect(w.grad).toBe(g);
    expect(refusal(() => grad(penalty, w)).code).toBe("EVENKEEL_CHANGED");
  });

  test("refuses a norm that is not finite before anything is changed, if asked", () => {
    for (const normType of [2, Number.POSITIVE_INFINITY]) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const [p, q] = [withGradient(1), withGradient(value)];
        const error = refusal(() => clipGradNorm_([p, q], 0.5, { normType, errorIfNonfinite: true }));
        expect(error.message).toContain(String(value));
        expect([p.grad?.item(), q.grad?.item()]).toEqual([1, value]);
      }
    }
  });

  test("refuses limits below 0, and what are no tensors, in words", () => {
    const p = withGradient(1);
    const model = new nn.Linear(2, 2);
    for (const limit of [-1, Number.NaN, "1", null, undefined]) {
      expect(refusal(() => clipGradNorm_(p, limit as never)).expected).toContain("maxNorm");
      expect(refusal(() => clipGradValue_(p, limit as never)).expected).toContain("clipValue");
    }
    expect(refusal(() => clipGradNorm_(model as never, 1)).hint).toContain("model.parameters()");
    expect(refusal(() => clipGradValue_(model.namedParameters() as never, 1)).got).toContain("among them");
    expect(refusal(() => clipGradNorm_(p, 1, { normType: "inf" as never })).expected).toContain("normType");
    expect(p.grad?.item()).toBe(1);
  });
});

describe("parameters as a vector", () => {
  const draw = (shape: number[]) => randn(shape, { generator: new Generator().manualSeed(1) });

  test("are what they were, in order, and flow back into them", () => {
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
    const vector = parametersToVector(model.parameters());
    expect([...vector.data]).toEqual(model.parameters().flatMap((p) => [...p.data]));
    vector.square().sum().backward();
    for (const p of model.parameters()) expect([...(p.grad?.data ?? [])]).toEqual([...p.data].map((x) => 2 * x));
  });

  test("are changed in place by one, and keep their dtypes", () => {
    const params = [zeros([2, 2]), zeros([3], { dtype: "float64" }), zeros([])];
    const vector = draw([8]);
    vectorToParameters(vector, params);
    expect(params.flatMap((p) => [...p.data])).toEqual([...vector.data]);
    expect(params.map(({ dtype }) => dtype)).toEqual(["float32", "float64", "float32"]);
    vectorToParameters(ones([4]), params[0]);
    expect(params[0].toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test("may be written from memory that one of them shares", () => {
    const p = tensor([1, 2, 3, 4]);
    const [head, tail] = [p.reshape(2, 2), zeros([0])];
    vectorToParameters(p, [tail, head]);
    expect(p.toArray()).toEqual([1, 2, 3, 4]);
  });

  test("keep what they are where the vector does not fit", () => {
    const params = [ones([2]), ones([3])];
    for (const vector of [zeros([4]), zeros([6]), zeros([5, 1]), params, null]) {
      expect(refusal(() => vectorToParameters(vector as never, params)).expected).toContain("[5]");
    }
    expect(params.flatMap((p) => [...p.data])).toEqual([1, 1, 1, 1, 1]);
    expect(refusal(() => parametersToVector([])).got).toBe("none");
  });
});
