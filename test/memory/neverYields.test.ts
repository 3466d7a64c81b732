import { Generator, grad, nn, noGrad, optim, randint, randn, type Tensor } from "evenkeel";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Arena } from "../../src/kernels/memory/arena.ts";

// What is dropped without being given back comes back once it is collected, which is never in a loop that does not yield. So
// whatever such a loop takes from the arena it has to give back.

let out = 0;

beforeEach(() => {
  const { take, give } = Arena.prototype;
  out = 0;
  vi.spyOn(Arena.prototype, "take").mockImplementation(function (this: Arena, ...wanted) {
    const data = take.apply(this, wanted);
    if (data !== null) out++;
    return data;
  });
  vi.spyOn(Arena.prototype, "give").mockImplementation(function (this: Arena, data) {
    out--;
    give.call(this, data);
  });
});

afterEach(() => void vi.restoreAllMocks());

const generator = () => new Generator().manualSeed(1);
const norms = {
  usual: () => new nn.BatchNorm1d(80),
  "without parameters": () => new nn.BatchNorm1d(80, { affine: false }),
  "without running statistics": () => new nn.BatchNorm1d(80, { trackRunningStats: false }),
  "by the unbiased variance": () => new nn.BatchNorm1d(80, { variance: "unbiased" }),
  "with an average of deviations": () => new nn.BatchNorm1d(80, { runningAverage: "std" }),
};
const network = (norm: () => nn.Module) =>
  new nn.Sequential(
    new nn.Linear(70, 80, { bias: false, generator: generator() }),
    norm(),
    new nn.Tanh(),
    new nn.Linear(80, 80, { generator: generator() }),
    norm(),
    new nn.ReLU(),
    new nn.Linear(80, 3, { generator: generator() }),
  );
const rows = randn([64, 70], { generator: generator() });
const labels = randint(0, 3, [64], { generator: generator() });
const lossOf = (model: nn.Module): Tensor => nn.functional.crossEntropy(model.forward(rows), labels);

/** How many arrays are out after ten rounds, and after ten more. */
function kept(round: () => void): readonly [number, number] {
  for (let i = 0; i < 10; i++) round();
  const before = out;
  for (let i = 0; i < 10; i++) round();
  return [before, out];
}

test.each(Object.entries(norms))("training gives back all that it takes: batch norm %s", (_, norm) => {
  const model = network(norm);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const [before, after] = kept(() => {
    optimizer.zeroGrad();
    lossOf(model).backward();
    optimizer.step();
  });
  expect(before).toBeGreaterThan(0);
  expect(after).toBe(before);
});

const layerNorms = {
  usual: { elementwiseAffine: true },
  "without bias": { bias: false },
  "without parameters": { elementwiseAffine: false },
};

test.each(Object.entries(layerNorms))("so does layer norm, %s: trained, frozen, without a tape", (_, options) => {
  const norm = new nn.LayerNorm([5, 14], options);
  const x = rows.reshape(64, 5, 14).detach();
  x.requiresGrad = true;
  const passes = {
    trained: () => void grad(norm.forward(x).sum(), [x, ...norm.parameters()]),
    "twice, by one graph": () => {
      const y = norm.forward(x).sum();
      expect(grad(y, [x])[0].data).toEqual(grad(y, [x])[0].data);
    },
    "behind frozen parameters": () => void norm.requiresGrad_(false).forward(x).sum().backward(),
    "without a tape": () => void noGrad(() => norm.forward(x)),
  };
  for (const pass of Object.values(passes)) {
    const [before, after] = kept(pass);
    expect(after).toBe(before);
  }
});

test.each([1, 2, 3, 4, 5, 6])("so does training of what stands behind %i frozen layers", (frozen) => {
  const model = network(norms.usual);
  for (const layer of [...model].slice(0, frozen)) for (const p of layer.parameters()) p.requiresGrad = false;
  const optimizer = new optim.SGD(
    model.parameters().filter((p) => p.requiresGrad),
    { lr: 0.1 },
  );
  const [before, after] = kept(() => {
    optimizer.zeroGrad();
    lossOf(model).backward();
    optimizer.step();
  });
  expect(after).toBe(before);
});

test.each([true, false])("so does evaluation, where training is %s", (training) => {
  const model = network(norms.usual).train(training);
  const [before, after] = kept(() => void noGrad(() => lossOf(model).item()));
  expect(after).toBe(before);
});

test("and products with the Hessian leave the arena to others", () => {
  const model = network(norms.usual);
  const directions = model.parameters().map((p) => randn(p.shape, { generator: generator() }));
  const [before, after] = kept(() => {
    const slopes = grad(lossOf(model), model.parameters(), { createGraph: true });
    const along = slopes.map((g, i) => g.mul(directions[i]).sum()).reduce((sum, x) => sum.add(x));
    grad(along, model.parameters());
  });
  expect(after).toBe(before);
});
