import { Generator, grad, manualSeed, nn, noGrad, ones, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { foldBatchNorm } from "evenkeel/analysis";
import { gradcheck, gradgradcheck } from "evenkeel/testing";
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

describe("weights that are made of other parameters", () => {
  function layerAndInput(kind: string): [layer: nn.Linear | nn.Conv2d, x: Tensor] {
    manualSeed(6);
    const dtype = "float64";
    if (kind === "Linear") return [new nn.Linear(4, 3, { dtype }), randn([5, 4], { dtype })];
    return [new nn.Conv2d(2, 3, 2, { dtype }), randn([2, 2, 4, 4], { dtype })];
  }

  const { weightNorm, removeWeightNorm, weightStandardisation, removeWeightStandardisation } = nn.utils;

  test.each(golden.weights)("are trained as in PyTorch: $name of a $kind, $dim $eps", (given) => {
    const [layer, x] = layerAndInput(given.kind);
    const before = layer.forward(x);
    if (given.name === "weight norm") weightNorm(layer, { dim: given.dim as number | null });
    else weightStandardisation(layer, { eps: given.eps as number });
    if (given.name === "weight norm") expectClose(layer.forward(x).detach().data, before.detach().data, 1e-14);
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.05, momentum: 0.9 });
    for (let step = 0; step < 5; step++) {
      optimizer.zeroGrad();
      layer.forward(x).pow(3).mean().backward();
      optimizer.step();
    }
    expectClose(layer.forward(x).detach().data, fromGolden(given.end), 1e-12);
    const state = layer.stateDict();
    expect(Object.keys(state)).toEqual(Object.keys(given.state));
    for (const [name, { shape, data }] of Object.entries(given.state)) {
      expect(state[name].shape).toEqual(shape);
      expectClose(state[name].data, fromGolden(data), 1e-12);
    }
    if (given.name === "weight norm") removeWeightNorm(layer);
    else removeWeightStandardisation(layer);
    expect(Object.keys(layer.stateDict())).toEqual(given.removed ?? ["bias", "weight"]);
    expectClose(layer.forward(x).detach().data, fromGolden(given.end), 1e-12);
  });

  test.each([
    ["weight norm", (layer: nn.Linear) => weightNorm(layer)],
    ["weight norm of all", (layer: nn.Linear) => weightNorm(layer, { dim: null })],
    ["weight standardisation", (layer: nn.Linear) => weightStandardisation(layer, { eps: 0.1 })],
  ])("have gradients to second order: %s", (_, make) => {
    const layer = make(new nn.Linear(3, 2, { dtype: "float64" }));
    const fields = layer as unknown as Record<string, Tensor>;
    const names = Object.keys(layer.stateDict()).filter((name) => name !== "bias");
    const f = (x: Tensor, ...parts: Tensor[]) => {
      names.forEach((name, i) => {
        fields[name] = parts[i];
      });
      return layer.forward(x);
    };
    const x = randn([4, 3], { dtype: "float64", generator: new Generator().manualSeed(1), requiresGrad: true });
    const parts = names.map((name) => fields[name]);
    expect(gradcheck(f, [x, ...parts])).toBe(true);
    expect(gradgradcheck(f, [x, ...parts])).toBe(true);
  });

  test("are no state of their own, follow a model, its copies and its conversion, and give way to what is assigned", () => {
    const layer = weightNorm(new nn.Linear(3, 2));
    const model = new nn.Sequential(layer, new nn.BatchNorm1d(2));
    model.forward(randn([4, 3]));
    noGrad(() => model.forward(randn([4, 3])));
    expect(Object.keys(model.stateDict()).slice(0, 3)).toEqual(["0.bias", "0.weight_g", "0.weight_v"]);
    const other = new nn.Sequential(weightNorm(new nn.Linear(3, 2)), new nn.BatchNorm1d(2));
    expect(other.loadStateDict(model.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(layer.to("float64").weight.dtype).toBe("float64");
    expect(model.to("float32").requiresGrad_(false).parameters().length).toBe(5);
    expect(layer.weight.requiresGrad).toBe(false);
    const x = randn([5, 3]);
    const folded = foldBatchNorm(model);
    expectClose(folded.forward(x).data, model.eval().forward(x).data, 1e-6);
    expect(Object.keys(folded.stateDict())).toEqual(["0.bias", "0.weight"]);
    expect(Object.keys(model.stateDict())).toContain("0.weight_v");
    layer.weight = new nn.Parameter(ones([2, 3]));
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
  });

  test("are refused where there is no such parameter, and once more", () => {
    const layer = () => new nn.Linear(3, 2);
    for (const run of [
      () => weightNorm(layer(), { name: "wait" }),
      () => weightNorm(layer(), { dim: 2 }),
      () => weightNorm(layer(), { dim: -1 }),
      () => weightNorm(layer(), { dim: 0.5 }),
      () => weightNorm(weightNorm(layer())),
      () => weightNorm(null as never),
    ]) {
      expect(refusal(run).where).toBe("weightNorm");
    }
    for (const run of [
      () => weightStandardisation(layer(), { name: "bias" }),
      () => weightStandardisation(weightNorm(layer())),
      () => weightStandardisation(layer(), { eps: -1 }),
    ]) {
      expect(refusal(run).where).toBe("weightStandardisation");
    }
    expect(refusal(() => removeWeightNorm(layer())).where).toBe("removeWeightNorm");
    expect(refusal(() => removeWeightStandardisation(weightNorm(layer()))).expected).toBe(
      "a field under weight standardisation",
    );
  });
});
