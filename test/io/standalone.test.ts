import { manualSeed, nn, randint, randn, type Tensor, TensorError, zeros } from "evenkeel";
import { exportStandalone } from "evenkeel/io";
import { beforeEach, describe, expect, test } from "vitest";
import { apart, predictOf } from "./onnxRun.ts";

// That every module and operation gives the same numbers is in onnx.test.ts and its siblings, beside onnxruntime.

beforeEach(() => void manualSeed(0));

const network = () =>
  new nn.Sequential(new nn.Linear(4, 8, { bias: false }), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 3));

/** What the source exports, called as whoever ships it calls it. */
async function imported(source: string): Promise<(...xs: unknown[]) => { data: Float32Array; shape: number[] }> {
  const url = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
  return (await import(/* @vite-ignore */ url)).predict;
}

test("a trained network is a module that takes rows, nested or flat, and leaves the model as it was", async () => {
  const model = network();
  for (let i = 0; i < 10; i++) model.forward(randn([16, 4]).mul(3).add(1));
  const before = model.stateDict();
  const source = exportStandalone(model, zeros([1, 4]));
  expect(model.training).toBe(true);
  for (const [name, value] of Object.entries(model.stateDict())) expect(value.eq(before[name]).all().item()).toBe(true);
  const x = randn([5, 4]);
  const y = model.eval().forward(x);
  const predict = await imported(source);
  for (const given of [x.toArray(), x.data, [...x.data], Float64Array.from(x.data)]) {
    const { data, shape } = predict(given);
    expect(shape).toEqual([5, 3]);
    expect(apart(y.data, data)).toBeLessThan(1e-6);
  }
  expect(predict([]).shape).toEqual([0, 3]);
});

test("the source says what it takes, imports nothing, and makes no code of text", () => {
  const source = exportStandalone(new nn.Sequential(new nn.Embedding(9, 5), new nn.Flatten()), randint(0, 9, [2, 3]));
  expect(source).toContain("@param {ArrayLike<number> | readonly unknown[]} input Int32Array of [n, 3]");
  expect(source).toContain("@returns {{ data: Float32Array, shape: number[] }} Float32Array of [n, 15]");
  expect(source).not.toMatch(/\b(eval|Function|import|require|process|window|globalThis)\b/);
  expect(source.match(/^export /gm)).toHaveLength(1);
});

test("a small network is less than 4 kB beside its weights, and has nothing that it does not call", () => {
  const source = exportStandalone(network(), zeros([1, 4]));
  const code = source.replace(/bytesOf\("[^"]*"\)/, "");
  expect(code.length).toBeLessThan(4000);
  for (const [, name] of source.matchAll(/^function (\w+)/gm)) {
    expect(source.match(new RegExp(`\\b${name}\\b`, "g"))?.length, name).toBeGreaterThan(1);
  }
  expect(source).not.toContain("maxPool");
});

test("several inputs are several parameters, and have as many rows as the first", async () => {
  const source = exportStandalone(new nn.CrossEntropyLoss(), [randn([4, 3]), randint(0, 3, [4])]);
  const predict = await predictOf(source);
  const [x, labels] = [randn([7, 3]), randint(0, 3, [7])];
  expect(predict(x, labels).data[0]).toBeCloseTo(new nn.CrossEntropyLoss().forward(x, labels).item(), 6);
  expect(() => predict(x, randint(0, 3, [6]))).toThrow(/expected 7 of \[\] numbers, got 6/);
});

test("what the module is given is checked", async () => {
  const predict = await imported(exportStandalone(network(), zeros([1, 4])));
  expect(() => predict([1, 2, 3])).toThrow(/expected rows of \[4\] numbers, got 3/);
  expect(() => predict([["1", "2", "3", "4"]])).toThrow(TypeError);
  expect(() => predict(undefined)).toThrow(/numbers/);
  const look = await imported(exportStandalone(new nn.Embedding(9, 5), zeros([1, 1], { dtype: "int32" })));
  expect(() => look([[9]])).toThrow(/an index below 9, got 9/);
});

test("weights of every dtype lie where their elements may, whatever their number", async () => {
  class Mixed extends nn.Module {
    readonly table = new nn.Embedding(7, 3);
    readonly linear = new nn.Linear(3, 9, { dtype: "float64" });
    override forward(x: Tensor): Tensor {
      return this.linear.forward(this.table.forward(x).to("float64"));
    }
  }
  const model = new Mixed();
  const x = randint(0, 7, [5, 3]);
  const y = (await predictOf(exportStandalone(model, x)))(x);
  expect([y.type, ...y.dims]).toEqual(["float64", 5, 3, 9]);
  expect(apart(model.forward(x).data, y.data)).toBeLessThan(1e-12);
});

describe("is refused under its own name:", () => {
  test.each([
    ["what is no module", () => exportStandalone({} as nn.Module, zeros([1, 4])), /a module/],
    ["no example", () => exportStandalone(network(), undefined as never), /an example input/],
    ["statistics of the batch", () => exportStandalone(new nn.GhostBatchNorm1d(4, 2).train(), zeros([])), /example/],
    ["what reads its input", () => exportStandalone(new Reading(), zeros([1, 4])), /item/],
    ["fold", () => exportStandalone(new nn.Unfold(2), zeros([1, 2, 4, 4])), /the operation unfold/],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(TensorError);
    expect(run).toThrow(/^exportStandalone: /);
    expect(run).toThrow(message);
  });
});

class Reading extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.mul(x.sum().item());
  }
}
