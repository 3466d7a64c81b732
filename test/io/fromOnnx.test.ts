import { grad, manualSeed, nn, randn, TensorError, tensor, zeros } from "evenkeel";
import { exportOnnx, fromOnnx } from "evenkeel/io";
import { beforeEach, describe, expect, test } from "vitest";
import { Message } from "../../src/io/bytes/protobuf.ts";
import golden from "../golden/io/onnx.json" with { type: "json" };
import { apart } from "./onnxRun.ts";

// That every module, every operation and random programs come back with the same numbers is in onnx.test.ts and its
// siblings, beside onnxruntime.

beforeEach(() => void manualSeed(0));

const network = () =>
  new nn.Sequential(new nn.Linear(4, 8, { bias: false }), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 3));

test("state dicts go from a file into the model that it was written of", () => {
  const model = network();
  model.forward(randn([9, 4]));
  const again = fromOnnx(exportOnnx(model, zeros([1, 4])));
  const other = network();
  expect(other.loadStateDict(again.stateDict())).toEqual({ missing: [], unexpected: [] });
  const x = randn([5, 4]);
  expect(apart(model.eval().forward(x).data, other.eval().forward(x).data)).toBe(0);
  expect(again.parameters()).toEqual([]);
});

test("what is in it may be replaced, and moved to float64, and gradients go through it", () => {
  const model = network().eval();
  const again = fromOnnx(exportOnnx(model, zeros([1, 4])));
  const other = network().eval();
  again.loadStateDict(fromOnnx(exportOnnx(other, zeros([1, 4]))).stateDict());
  const x = randn([5, 4], { requiresGrad: true });
  expect(apart(other.forward(x).data, again.forward(x).data)).toBeLessThan(1e-6);
  const [own] = grad(other.forward(x).square().sum(), [x]);
  const [theirs] = grad(again.forward(x).square().sum(), [x]);
  expect(apart(own.data, theirs.data)).toBeLessThan(1e-6);
  const y = again.to("float64").forward(x.detach().to("float64"));
  expect(y.dtype).toBe("float64");
  expect(apart(other.to("float64").forward(x.detach().to("float64")).data, y.data)).toBeLessThan(1e-7);
});

test("a file that is read and written again says the same", () => {
  const model = network().eval();
  const again = fromOnnx(exportOnnx(fromOnnx(exportOnnx(model, zeros([1, 4]))), zeros([1, 4])));
  const x = randn([5, 4]);
  expect(apart(model.forward(x).data, again.forward(x).data)).toBeLessThan(1e-6);
});

test.each(golden.cases)(
  "a file that PyTorch has written, of $name, says what it says there",
  ({ file: letters, x, y }) => {
    const model = fromOnnx(new Uint8Array(Buffer.from(letters, "base64")));
    const own = model.forward(tensor(x.values, { dtype: x.dtype as "float32" }).reshape(x.shape));
    expect(own.shape).toEqual(y.shape);
    expect(apart(y.values, own.data)).toBeLessThan(1e-6);
  },
);

/** A file of nodes from `input` [N, 2] to `output`, written by hand. */
function file(nodes: readonly Message[], { opset = 17, output = "output", constants = [] as Message[] } = {}) {
  const size = (n: number | string) => (typeof n === "number" ? new Message().int(1, n) : new Message().put(2, n));
  const value = (name: string) => {
    const shape = new Message().putAll(1, [size("N"), size(2)]);
    return new Message().put(1, name).put(2, new Message().put(1, new Message().int(1, 1).put(2, shape)));
  };
  const graph = new Message().putAll(1, nodes).put(2, "hand").putAll(5, constants);
  graph.put(11, value("input")).put(12, value(output));
  return new Message().int(1, 8).put(7, graph).put(8, new Message().put(1, "").int(2, opset)).bytes();
}

const node = (type: string, inputs: string[], output = "output") =>
  new Message().putAll(1, inputs).put(2, output).put(4, type);

/** A constant whose numbers stand one by one, packed, as other writers have them. */
const listed = (name: string, values: number[]) => {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return new Message().int(1, values.length).int(2, 1).put(4, bytes).put(8, name);
};

test("numbers may stand one by one, as other writers have them", () => {
  const model = fromOnnx(file([node("Mul", ["input", "w"])], { constants: [listed("w", [2, 3])] }));
  expect(model.forward(zeros([1, 2]).add(1)).toArray()).toEqual([[2, 3]]);
});

describe("is refused by name:", () => {
  test.each([
    [
      "operators that are not known, all of them",
      file([node("LSTM", ["input"], "h"), node("Einsum", ["h"])]),
      /"LSTM", "Einsum"/,
    ],
    ["an old set of operators", file([node("Relu", ["input"])], { opset: 9 }), /13 or later/],
    ["an input that nothing makes", file([node("Relu", ["x"])]), /made before in an ONNX file, got "x"/],
    ["an output that nothing makes", file([node("Relu", ["input"])], { output: "y" }), /makes the output/],
    ["a name twice", file([node("Relu", ["input"]), node("Tanh", ["input"])]), /"output"/],
    ["what is no file", new Uint8Array([1, 2, 3]), /ONNX file/],
    ["what is no bytes", "file" as never, /Uint8Array/],
  ])("%s", (_, bytes, message) => {
    expect(() => fromOnnx(bytes)).toThrow(TensorError);
    expect(() => fromOnnx(bytes)).toThrow(message);
  });

  test("inputs that are not what the file says", () => {
    const model = fromOnnx(file([node("Relu", ["input"])]));
    expect(() => model.forward(zeros([1, 3]))).toThrow(/"input", a tensor of the shape \[N, 2\], got \[1, 3\]/);
    expect(() => model.forward()).toThrow(/1 inputs, got 0/);
    expect(() => model.forward(zeros([1, 2], { dtype: "int32" }))).toThrow(/dtype/);
  });

  test("a node that cannot do what it says, when it should", () => {
    const model = fromOnnx(file([node("MatMul", ["input", "input"])]));
    expect(() => model.forward(zeros([1, 2]))).toThrow(
      /a node output that MatMul can run, got what it cannot do: matmul/,
    );
  });
});
