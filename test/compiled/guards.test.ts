/** What a replay leaves to the machine alone holds only under conditions; where one fails, the kernel is called as it is. */
import { compiled, Generator, nn, noGrad, optim, randint, randn, type Tensor, tensor, zeros } from "evenkeel";
import { lossSurface } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { Recorder } from "../../src/compiled/recorder.ts";
import { onLine } from "../../src/kernels/beside/onLine.ts";
import { kernels } from "../../src/kernels/index.ts";
import { expectReplayed, type World } from "./alike.ts";

const F = nn.functional;
const sgdSettings = { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false };
const drawn = (seed: number, shape: readonly number[], dtype: "float32" | "float64" = "float32") =>
  randn(shape, { generator: new Generator().manualSeed(seed + 1), dtype });

/** Calls with numbers of these magnitudes, one after the other, the first several times. */
const magnitudes = (dtype: "float32" | "float64", far: readonly number[]) => {
  const sizes = [1, 1, 1, 1, ...far.flatMap((size) => [size, 1])];
  return { args: (call: number) => [drawn(call, [40, 20], dtype).mul(sizes[call])], calls: sizes.length };
};

/** The same, of a leaf outside that the argument is copied into. */
const onLeaf = (fn: (x: Tensor) => Tensor, dtype: "float32" | "float64") => (): World => {
  const leaf = zeros([40, 20], { dtype, requiresGrad: true });
  return {
    call: (x: Tensor) => {
      leaf.grad = null;
      const y = fn(leaf.mul(0).add(x));
      y.backward(y.detach().mul(0.5));
      return [y, fn(x)];
    },
    state: () => leaf.grad,
  };
};

const far = [1e15, 1e-30, 1e30, Number.NaN, Number.POSITIVE_INFINITY, 0, 1e-160, 1e160];

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each<[string, (x: Tensor) => Tensor]>([
    ["batch norm", (x) => F.batchNorm(x, null, null, { training: true, eps: 0 })],
    ["batch norm with eps", (x) => F.batchNorm(x, null, null, { training: true })],
    ["the standard deviation", (x) => x.std(0)],
    ["the variance", (x) => x.var(0)],
    ["the norm", (x) => x.norm(2, 0)],
    ["the mean", (x) => x.mean(0)],
    ["softmax", (x) => F.softmax(x, 1)],
    ["a choice", (x) => x.maskedFill(x.gt(0.5), 2)],
  ])("%s of numbers far from those that were recorded", (_name, fn) => {
    expectReplayed(onLeaf(fn, dtype), magnitudes(dtype, far));
  });
});

test("an analysis of values may be given a compiled loss, and finds the same", () => {
  const generator = new Generator().manualSeed(9);
  const model = new nn.Sequential(
    new nn.Linear(20, 16, { generator }),
    new nn.BatchNorm1d(16),
    new nn.Tanh(),
    new nn.Linear(16, 5, { generator }),
  );
  const [x, labels] = [drawn(2, [32, 20]), randint(0, 5, [32], { generator })];
  const loss = () => F.crossEntropy(model.forward(x), labels);
  const options = { points: 9, seed: 1 };
  const made = compiled(() => noGrad(loss));
  expect(lossSurface(model, made, options)).toEqual(lossSurface(model, loss, options));
  expect(made.report()).toMatchObject({ reason: null });
  expect(made.report().replayed).toBeGreaterThan(made.report().eager);
});

test("rows by indices that are checked at each replay", () => {
  const table = drawn(1, [50, 12]);
  const make = (): World => ({ call: (i: Tensor) => [table.index(i), F.embedding(i, table)] });
  const args = (call: number) => [
    call === 6 ? tensor([0, 50]).to("int32").expand([20, 2]).reshape([40]) : randint(0, 50, [40]),
  ];
  expectReplayed(make, { args, calls: 9 });
});

test("a parameter that moves between replays is found where it is", () => {
  const make = (): World => {
    const generator = new Generator().manualSeed(3);
    const model = new nn.Sequential(
      new nn.Linear(20, 16, { generator }),
      new nn.Tanh(),
      new nn.Linear(16, 5, { generator }),
    );
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const labels = randint(0, 5, [32], { generator });
    return {
      call: (x: Tensor) => {
        optimizer.zeroGrad();
        const loss = F.crossEntropy(model.forward(x) as Tensor, labels);
        loss.backward();
        optimizer.step();
        return loss;
      },
      state: () => model.stateDict(),
      before: (call) => {
        // Whoever has the elements may write to them whenever they like.
        const { data } = [...model.parameters()][call % 2];
        if (call > 4) data[0] += 0.25;
      },
    };
  };
  const args = (call: number) => [drawn(call, [32, 20])];
  expectReplayed(make, { args, calls: 16, looks: () => false }, 4);
});

test("numbers that are outside and are written between replays are read again", () => {
  const w = drawn(5, [30, 20]);
  const held = w.data;
  const step = compiled((x: Tensor) => x.matmul(w).add(w.select(0, 0)));
  const x = drawn(6, [40, 30]);
  for (let call = 0; call < 6; call++) {
    held[0] = call;
    expect(step(x).data).toEqual(x.matmul(w).add(w.select(0, 0)).data);
  }
});

test.each<[string, (w: Tensor) => () => void, RegExp]>([
  [
    "an optimiser's step",
    (w) => {
      const optimizer = new optim.SGD([w], { lr: 0.1 });
      return () => optimizer.step();
    },
    /an argument that SGD\.step has to do with too/,
  ],
  [
    "an average of parameters",
    (w) => {
      const model = new nn.Linear(20, 16);
      model.weight = w as nn.Parameter;
      const averaged = new optim.AveragedModel(model);
      return () => averaged.updateParameters(model);
    },
    /an argument that AveragedModel\.updateParameters has to do with too/,
  ],
])("%s that changes an argument, which is copied, is refused by name", (_name, make, reason) => {
  const w = new nn.Parameter(drawn(8, [16, 20]));
  const change = make(w);
  const said: string[] = [];
  const step = compiled(
    (x: Tensor) => {
      change();
      return x.sum();
    },
    { warn: (message) => said.push(message) },
  );
  for (let call = 0; call < 4; call++) step(w);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(reason);
});

test.each([
  [
    "onLine",
    () =>
      kernels().beside(
        onLine,
        [0, 1, 2].map((i) => drawn(i, [8]).array),
        { scale: 2 },
      ),
  ],
  ["sgd", () => kernels().sgd(drawn(1, [8]).array, drawn(2, [8]).array, null, false, sgdSettings)],
])(
  "the kernel %s, which changes what it is given, is refused by name outside of a step that is one as a whole",
  (name, run) => {
    const { recording } = new Recorder([]).record(run);
    expect(recording.obstacle?.got).toBe(`${name}, which changes its input`);
  },
);
