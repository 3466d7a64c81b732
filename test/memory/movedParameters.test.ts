import {
  apply,
  grad,
  manualSeed,
  NDArray,
  nn,
  noGrad,
  optim,
  type Primitive,
  randint,
  randn,
  type Tensor,
} from "evenkeel";
import { lineProbe } from "evenkeel/analysis";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { hide, isInArena, take } from "../../src/kernels/memory/pool.ts";

// The parameters of layers move to where kernels find them, unless somebody may hold their numbers.

interface Training {
  readonly layer: nn.Linear;
  readonly model: nn.Sequential;
  readonly step: () => void;
}

beforeEach(() => {
  manualSeed(0);
});

function training(): Training {
  const layer = new nn.Linear(30, 64, { bias: false });
  const model = new nn.Sequential(layer, new nn.BatchNorm1d(64), new nn.Tanh(), new nn.Linear(64, 27));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const [x, labels] = [randn([32, 30]), randint(0, 27, [32])];
  const step = () => {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(x), labels).backward();
    optimizer.step();
  };
  return { layer, model, step };
}

function trained(steps: number, meanwhile: (training: Training, step: number) => void = () => {}): Float32Array[] {
  manualSeed(0);
  const run = training();
  for (let i = 0; i < steps; i++) {
    meanwhile(run, i);
    run.step();
  }
  return run.model.parameters().map((p) => (p.data as Float32Array).slice());
}

test("weights that nobody has seen move once they are trained, and gradients with them", () => {
  const { layer, step } = training();
  expect(isInArena(layer.weight.array)).toBe(false);
  step();
  expect(isInArena(layer.weight.array)).toBe(true);
  step();
  expect(isInArena(layer.weight.array)).toBe(true);
  expect(isInArena((layer.weight.hiddenGrad() as Tensor).array)).toBe(true);
});

test("the parameters of every layer move, and what is read of them is theirs", () => {
  const embedding = new nn.Embedding(27, 10);
  const layers = [new nn.Linear(30, 64), new nn.BatchNorm1d(64), new nn.LayerNorm(64), new nn.LpNorm1d(64, { p: 1 })];
  const parameters = [embedding, ...layers].flatMap((layer) => layer.parameters());
  const optimizer = new optim.SGD(parameters, { lr: 0.1 });
  const places = randint(0, 27, [32, 3]);
  const step = () => {
    optimizer.zeroGrad();
    let y = embedding.forward(places).view(32, 30);
    for (const layer of layers) y = layer.forward(y);
    y.square().sum().backward();
    optimizer.step();
  };
  for (let i = 0; i < 2; i++) step();
  expect(parameters.map(({ array }) => isInArena(array))).toEqual(parameters.map(() => true));
  const read = parameters.map(({ data }) => data);
  for (const data of read) expect(data.byteLength).toBe(data.buffer.byteLength);
  const before = read.map((data) => data.slice());
  step();
  for (const [i, { data }] of parameters.entries()) {
    expect(data).toBe(read[i]);
    expect(data).not.toEqual(before[i]);
  }
});

test("weights that are read stay where they are from then on, and are the numbers that are trained", () => {
  const { layer, step } = training();
  for (let i = 0; i < 3; i++) step();
  const data = layer.weight.data;
  expect(data.byteLength).toBe(data.buffer.byteLength);
  expect(isInArena(layer.weight.array)).toBe(false);
  const before = data.slice();
  step();
  expect(layer.weight.data).toBe(data);
  expect(data).not.toEqual(before);
  data.fill(0);
  expect(layer.weight.square().sum().item()).toBe(0);
});

test("weights that were read before the first step stay as well", () => {
  const { layer, step } = training();
  const data = layer.weight.data;
  for (let i = 0; i < 3; i++) step();
  expect(layer.weight.data).toBe(data);
});

test.each([
  ["a view", (w: Tensor) => w.reshape(-1)],
  ["a detached view", (w: Tensor) => w.detach().view(-1)],
  ["a detached tensor", (w: Tensor) => w.detach()],
])("%s goes on showing the weights", (_, of) => {
  const { layer, step } = training();
  step();
  const view = of(layer.weight);
  for (let i = 0; i < 3; i++) step();
  expect(Array.from(view.data)).toEqual(Array.from(layer.weight.data));
  layer.weight.data[5] = 7;
  expect(view.data[5]).toBe(7);
});

test("a gradient that is read is a value of its own", () => {
  const { layer, step } = training();
  step();
  const gradient = layer.weight.grad as Tensor;
  expect(gradient.data.byteLength).toBe(gradient.data.buffer.byteLength);
  expect(layer.weight.grad).toBe(gradient);
  const before = gradient.data.slice();
  for (let i = 0; i < 5; i++) step();
  expect(gradient.data).toEqual(before);
});

test("a parameter that is given as another's gradient stays whole when that is cleared", () => {
  const { layer, step } = training();
  for (let i = 0; i < 3; i++) step();
  const other = new nn.Linear(30, 64, { bias: false });
  const numbers = layer.weight.toArray();
  other.weight.grad = layer.weight;
  new optim.SGD(other.parameters(), { lr: 0.1 }).zeroGrad();
  for (let i = 0; i < 4; i++) hide(() => take("float32", 1920)).fill(7);
  for (let i = 0; i < 4; i++) take("float32", 1920).fill(7);
  expect(layer.weight.toArray()).toEqual(numbers);
});

test("a gradient that an analysis has put back is a value of its own as well", () => {
  const { layer, model, step } = training();
  step();
  const [x, labels] = [randn([32, 30]), randint(0, 27, [32])];
  lineProbe(model, () => nn.functional.crossEntropy(model.forward(x), labels), { steps: [0.1] });
  expect(isInArena((layer.weight.hiddenGrad() as Tensor).array)).toBe(false);
  const { data } = layer.weight.grad as Tensor;
  expect(data.byteLength).toBe(data.buffer.byteLength);
});

test("what another copy of the package has moved is a value of its own for this one", async () => {
  vi.resetModules();
  const other = await import("evenkeel");
  expect(other.nn.Linear).not.toBe(nn.Linear);
  const { layer, model } = training();
  const optimizer = new other.optim.SGD(model.parameters(), { lr: 0.1 });
  const loss = other.nn.functional.crossEntropy(model.forward(randn([32, 30])), randint(0, 27, [32]));
  loss.backward();
  optimizer.step();
  for (const { data } of [layer.weight, layer.weight.grad as Tensor]) {
    expect(data.byteLength).toBe(data.buffer.byteLength);
  }
});

test("gradients of grad are values of their own, also where two are the same", () => {
  const x = randn([40, 40], { requiresGrad: true });
  const y = randn([40, 40], { requiresGrad: true });
  const [gx, gy] = grad(x.add(y).tanh().sum(), [x, y]);
  for (const g of [gx, gy]) expect(g.data.byteLength).toBe(g.data.buffer.byteLength);
  expect(gx.data).toEqual(gy.data);
  const before = gx.data.slice();
  for (let i = 0; i < 5; i++) grad(x.mul(y).tanh().sum(), [x, y]);
  expect([gx.data, gy.data]).toEqual([before, before]);
});

test("what a model returns is a value of its own, with a graph or without", () => {
  const model = new nn.Sequential(new nn.Linear(30, 64), new nn.Tanh(), new nn.Linear(64, 64), new nn.Tanh());
  for (const requiresGrad of [true, false]) {
    const y = model.forward(randn([32, 30], { requiresGrad }));
    expect(isInArena(y.array)).toBe(false);
  }
  expect(isInArena(noGrad(() => model.forward(randn([32, 30]))).array)).toBe(false);
});

test("an operation of a user's own keeps what it is given", () => {
  const { layer, step } = training();
  for (let i = 0; i < 2; i++) step();
  let held: NDArray["data"] | null = null;
  const op: Primitive = {
    name: "hold",
    forward: (k, x) => {
      held = x.data;
      return k.copy(x);
    },
    vjp: [(g) => g],
  };
  apply(op, layer.weight);
  step();
  expect(held).toBe(layer.weight.data);
});

test("training has the same bits whoever reads what, whenever", () => {
  const expected = trained(12);
  const looks: ((training: Training, step: number) => void)[] = [
    ({ layer }) => void layer.weight.data,
    ({ layer }, i) => i === 5 && layer.weight.data,
    ({ layer }, i) => i % 3 === 0 && layer.weight.grad,
    ({ model }, i) => i === 6 && model.loadStateDict(model.stateDict()),
    ({ layer }, i) => i === 4 && layer.weight.reshape(-1).sum().item(),
  ];
  for (const look of looks) expect(trained(12, look)).toEqual(expected);
});

describe("movable memory", () => {
  test("moves as a whole, with its version", () => {
    const x = new NDArray(Float32Array.of(1, 2), [2], "float32");
    x.bump();
    x.move(new Float32Array(2));
    expect([Array.from(x.data), x.version]).toEqual([[1, 2], 1]);
  });

  test("is nothing of a user's: an array that is handed in never moves", () => {
    const data = new Float32Array(1000);
    expect(new NDArray(data, [1000], "float32").isHidden).toBe(false);
  });
});

test("graphs that are dropped with what was hidden leave the arena to others for a while", () => {
  const { model, step } = training();
  step();
  const hides = () => hide(() => take("float32", 1000)).byteOffset > 0;
  expect(hides()).toBe(true);
  const loss = model
    .forward(randn([32, 30]))
    .square()
    .sum();
  grad(loss, model.parameters(), { createGraph: true });
  expect(hides()).toBe(false);
  for (let i = 0; i < 64; i++) hides();
  expect(hides()).toBe(true);
});
