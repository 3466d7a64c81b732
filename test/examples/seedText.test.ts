import { Generator, nn, noGrad, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { seedText } from "../../examples/seed-text.ts";
import { expectClose } from "../close.ts";
import golden from "../golden/nn/seedText.json" with { type: "json" };

const printed: string[] = [];
const run = seedText(golden.losses.length, (line) => printed.push(line));

describe("the network written out by hand", () => {
  test.each(Object.entries(golden.initial))("draws %s as PyTorch does, bit for bit", (name, values) => {
    expect(run.initial[name]).toEqual(Float32Array.from(values));
  });

  test("has PyTorch's loss at every one of 200 steps", () => {
    golden.losses.forEach((loss, step) => {
      expect(Math.abs(run.losses[step] / loss - 1), `step ${step}`).toBeLessThan(1e-5);
    });
  });

  test("ends with PyTorch's running statistics", () => {
    expectClose(run.final.bnmeanRunning, golden.bnmeanRunning, 1e-5);
    expectClose(run.final.bnstdRunning, golden.bnstdRunning, 1e-5);
  });

  test.each(Object.entries(golden.parameters))("ends with PyTorch's %s", (name, values) => {
    expectClose(run.final[name], values, 1e-5);
  });

  test("prints the loss on its way", () => {
    expect(printed).toHaveLength(5);
    expect(printed[0]).toBe("step   0  loss 5.2523");
    expect(printed[4]).toBe("step 199  loss 0.5982");
  });
});

test("the same network of modules has PyTorch's losses, parameters and running statistics too", () => {
  const generator = new Generator().manualSeed(7);
  const points = randn([1000, 5], { generator });
  const labels = points.abs().argmax(1);
  const g = new Generator().manualSeed(42);
  const [W1, W2, b2] = [[5, 100], [100, 5], [5]].map((shape) => randn(shape, { generator: g }));
  const hidden = new nn.Linear(5, 100, { bias: false });
  const norm = new nn.BatchNorm1d(100, { variance: "unbiased", eps: 0, momentum: 0.001, runningAverage: "std" });
  const out = new nn.Linear(100, 5);
  noGrad(() => {
    hidden.weight.copy_(W1.t());
    out.weight.copy_(W2.t());
    out.bias?.copy_(b2);
  });
  const model = new nn.Sequential(hidden, norm, new nn.Tanh(), out);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  golden.losses.forEach((expected, step) => {
    const i = randint(0, 1000, [32], { generator: g });
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(points.index(i)), labels.index(i));
    loss.backward();
    optimizer.step();
    expect(Math.abs(loss.item() / expected - 1), `step ${step}`).toBeLessThan(1e-5);
  });
  expectClose((norm.runningMean as Tensor).data, golden.bnmeanRunning, 1e-5);
  expectClose((norm.runningVar as Tensor).sqrt().data, golden.bnstdRunning, 1e-5);
  expectClose(hidden.weight.detach().t().data, golden.parameters.W1, 1e-5);
  expectClose((norm.weight as Tensor).data, golden.parameters.bngain, 1e-5);
  expectClose(tensor([...golden.parameters.b2]).data, (out.bias as Tensor).data, 1e-5);
});
