import { isTensorError, manualSeed, type nn, type Tensor, TensorError, tensor } from "evenkeel";
import { fromTensorFlowJs, tensorFlowJsWeights } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import golden from "../golden/io/tensorFlowJs.json" with { type: "json" };
import { apart } from "./onnxRun.ts";

// Models that TensorFlow.js has made and saved, and what it computed with them once it had read them again.

/** A tensor of the golden file, whose bools are numbers. */
interface Plain {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

const bytesOf = (letters: string): Uint8Array => new Uint8Array(Buffer.from(letters, "base64"));
const shardsOf = ({ shards }: { shards: readonly string[] }): Uint8Array[] => shards.map(bytesOf);
const tensorOf = ({ shape, values }: Plain): Tensor => tensor([...values]).reshape([...shape]);

function compare(own: Record<string, Tensor>, theirs: Readonly<Record<string, Plain>>): void {
  expect(Object.keys(own).sort()).toEqual(Object.keys(theirs).sort());
  for (const [name, { shape, dtype, values }] of Object.entries(theirs)) {
    expect([own[name].dtype, ...own[name].shape], name).toEqual([dtype, ...shape]);
    expect(Array.from(own[name].data, Number), name).toEqual(values); // to the bit
  }
}

describe.each(golden.cases)("$name", (saved) => {
  test("says the same here", () => {
    manualSeed(0);
    const model = fromTensorFlowJs(saved.json, shardsOf(saved)).eval();
    const y = model.forward(tensorOf(saved.x));
    expect(y.shape).toEqual(saved.y.shape);
    expect(apart(saved.y.values, y.data)).toBeLessThan(1e-5);
  });

  test("has the weights that it has there", () => {
    const weights = tensorFlowJsWeights(new TextEncoder().encode(saved.json), shardsOf(saved));
    if ("weights" in saved) compare(weights, saved.weights as Readonly<Record<string, Plain>>);
    else
      expect(Object.values(weights).reduce((sum, w) => sum + 4 * w.numel(), 0)).toBe(
        shardsOf(saved).flatMap((s) => [...s]).length,
      );
  });
});

test("weights of whole numbers and truth values, of a graph model", () => {
  compare(tensorFlowJsWeights(golden.graph.json, shardsOf(golden.graph)), golden.graph.weights);
});

const [first] = golden.cases;

test("batch norm keeps its epsilon, its running variance, and the share of the new batch", () => {
  const model = fromTensorFlowJs(first.json, shardsOf(first));
  const norms = [...model].filter((layer): layer is nn.BatchNorm1d => "runningVar" in layer);
  expect(norms.map(({ eps, weight, bias }) => [eps, weight !== null, bias !== null])).toEqual([
    [0.001, true, true],
    [0.05, true, true], // its scale, which there is none of in the file, is 1
    [0.001, true, true],
    [0.001, false, false],
  ]);
  expect(norms.map(({ momentum }) => momentum)).toEqual([0.99, 0.8, 0.99, 0.99].map((kept) => 1 - kept));
  expect([...(norms[1].weight as Tensor).data]).toEqual([1, 1, 1, 1, 1]);
  const stored = tensorFlowJsWeights(first.json, shardsOf(first))[
    "batch_normalization_BatchNormalization1/moving_variance"
  ];
  expect([...(norms[0].runningVar as Tensor).data]).toEqual([...stored.data]);
  expect(model.training).toBe(true);
});

test("shards may come by their paths", () => {
  const [a, b] = shardsOf(first);
  const byPath = { "group1-shard2of2.bin": b, "group1-shard1of2.bin": a };
  const model = fromTensorFlowJs(first.json, byPath).eval();
  expect(apart(first.y.values, model.forward(tensorOf(first.x)).data)).toBeLessThan(1e-5);
});

/** The file of the first model with something in it replaced. */
const changed = (from: string | RegExp, to: string): string => {
  const json = first.json.replace(from, to);
  expect(json).not.toBe(first.json);
  return json;
};

describe("is refused:", () => {
  const shards = shardsOf(first);
  test.each([
    ["a layer that is not known", () => changed(/"class_name":"Dropout"/, '"class_name":"LSTM"'), shards, /"LSTM"/],
    ["an activation that is not known", () => changed('"activation":"tanh"', '"activation":"mish"'), shards, /"mish"/],
    [
      "an option of another meaning",
      () => changed('"noise_shape":null', '"noise_shape":[1]'),
      shards,
      /no noise_shape/,
    ],
    ["another axis", () => changed('"axis":-1', '"axis":2'), shards, /last axis/],
    [
      "a model that is no chain",
      () => changed('"class_name":"Sequential"', '"class_name":"Model"'),
      shards,
      /a Sequential/,
    ],
    [
      "a layer without its weights",
      () => changed('"dense_Dense1/kernel"', '"other/kernel"'),
      shards,
      /dense_Dense1\/kernel/,
    ],
    ["weights of no layer", () => changed('"use_bias":true', '"use_bias":false'), shards, /dense_Dense1\/bias/],
    ["a kernel of another size", () => changed("[null,4]", "[null,5]"), shards, /a kernel of 5 inputs/],
    ["no shape of the input", () => changed('"batch_input_shape":[null,4],', ""), shards, /batch_input_shape/],
    ["texts", () => changed('"dtype":"float32"}]', '"dtype":"string"}]'), shards, /float32, int32 or bool/],
    ["a name twice", () => changed('"format":', '"format":1,"format":'), shards, /format/],
    ["a file that is missing", () => first.json, shards.slice(1), /group1-shard2of2/],
    ["a file too many", () => first.json, [...shards, shards[0]], /the files/],
    ["fewer bytes", () => first.json, [shards[0], shards[1].subarray(4)], /bytes in group1/],
    ["what is no JSON", () => "{", shards, /model.json/],
    ["a graph model", () => golden.graph.json, shardsOf(golden.graph), /a graph model/],
    [
      "a graph model that does not say so",
      () =>
        `{"modelTopology":{"node":[]},${golden.graph.json.slice(1).replace(/"format": ?"graph-model"/, '"format":""')}`,
      shardsOf(golden.graph),
      /a graph model.*tensorFlowJsWeights/,
    ],
    ["weight groups alone", () => "[{}, {}]", shards, /an object in model.json, got a list of 2.*weightsManifest/],
    [
      "a layer whose config is a list",
      () => changed('"class_name":"Dense","config":{', '"class_name":"Sequential","config":[],"own":{'),
      shards,
      /the config of a layer "Sequential" to be an object.*got a list of 0/,
    ],
    ["one file that is no list", () => first.json, shards[0] as never, /list of one/],
  ])("%s", (_, json, files, message) => {
    expect(() => fromTensorFlowJs(json(), files)).toThrow(TensorError);
    expect(() => fromTensorFlowJs(json(), files)).toThrow(message);
  });

  test("whatever is damaged, and nothing else is thrown", () => {
    let refused = 0;
    for (let at = 0; at < first.json.length; at += 23) {
      for (const letter of ["0", '"', "]", "-"]) {
        try {
          const model = fromTensorFlowJs(first.json.slice(0, at) + letter + first.json.slice(at + 1), shards);
          model.eval().forward(tensorOf(first.x));
        } catch (error) {
          if (!isTensorError(error)) throw error;
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
