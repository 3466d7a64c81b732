/**
 * Makes models in TensorFlow.js, saves them as it does, also with quantised weights, and writes them with what it computes with
 * them once it has read them again into test/golden/io/tensorFlowJs.json: `node test/bench/golden/tensorFlowJs.mjs`, after `npm ci` in test/bench.
 */
import { writeFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";

await tf.setBackend("cpu");
const { dense, batchNormalization, activation, dropout, flatten, leakyReLU, elu, reLU, softmax } = tf.layers;

/** Numbers that are the same whenever this runs. */
let state = 1;
function drawn() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.fround((state / 2 ** 32) * 2 - 1);
}
const draw = (shape, least = -1) => {
  const count = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => (least > 0 ? least + (drawn() + 1) / 2 : drawn())),
    shape,
  );
};

const named = (name) => dense({ units: 4, activation: name });
const models = {
  "a network with batch norm": [
    dense({ units: 6, activation: "relu", inputShape: [4] }),
    batchNormalization(),
    activation({ activation: "tanh" }),
    dropout({ rate: 0.25 }),
    dense({ units: 5, useBias: false }),
    batchNormalization({ epsilon: 0.05, momentum: 0.8, scale: false }),
    batchNormalization({ center: false }),
    batchNormalization({ center: false, scale: false }),
    dense({ units: 3, activation: "softmax" }),
  ],
  "activations of dense layers": [
    dense({ units: 4, activation: "elu", inputShape: [4] }),
    ...["sigmoid", "softplus", "swish", "gelu", "relu6", "linear", "tanh"].map(named),
    dense({ units: 3, activation: "logSoftmax" }),
  ],
  "sequences, flattened, and layers of activations": [
    dense({ units: 5, inputShape: [3, 4] }),
    leakyReLU(),
    leakyReLU({ alpha: 0.1 }),
    flatten(),
    elu(),
    reLU({ maxValue: 0.7 }),
    dense({ units: 3 }),
    reLU(),
    softmax(),
  ],
};

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** Weights in fewer bytes, as the converter quantises them: the rows of the manifest, and the bytes. */
function quantised(specs, data, dtype) {
  let at = 0;
  const parts = [];
  const entries = specs.map((spec) => {
    const count = spec.shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(data.slice(at, at + 4 * count));
    at += 4 * count;
    if (dtype === "float16") {
      parts.push(Uint16Array.from(values, halfOf));
      return { ...spec, quantization: { dtype, original_dtype: "float32" } };
    }
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const scale = (most - least) / (dtype === "uint8" ? 255 : 65535) || 1;
    const Stored = dtype === "uint8" ? Uint8Array : Uint16Array;
    parts.push(Stored.from(values, (value) => Math.round((value - least) / scale)));
    return { ...spec, quantization: { dtype, min: least, scale, original_dtype: "float32" } };
  });
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.buffer)));
  return { entries, bytes };
}

/** The bits of a float16 near a number of ordinary size. */
function halfOf(value) {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.floor((Math.abs(value) / 2 ** exponent - 1) * 1024);
  const sign = value < 0 ? 0x8000 : 0;
  return exponent < -14 ? sign : sign | ((exponent + 15) << 10) | fraction;
}

/** A model.json with its shards, and what the library computes with them. */
async function golden(name, json, shards, specs, x) {
  const bytes = Buffer.concat(shards);
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: specs, weightData }),
  );
  const y = model.predict(x);
  const weights = tf.io.decodeWeights(weightData, specs);
  return {
    name,
    json: JSON.stringify(json),
    shards: shards.map(base64),
    // What is not quantised stands in the shards as it is.
    ...(specs.some(({ quantization }) => quantization !== undefined) && { weights: plainAll(weights) }),
    x: plain(x),
    y: plain(y),
  };
}

const plainAll = (weights) => Object.fromEntries(Object.entries(weights).map(([key, w]) => [key, plain(w)]));

const plain = (x) => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] });

const cases = [];
for (const [name, layers] of Object.entries(models)) {
  const model = tf.sequential({ layers });
  for (const layer of model.layers) {
    layer.setWeights(layer.weights.map((w) => draw(w.shape, /variance/.test(w.originalName) ? 0.3 : -1)));
  }
  const x = draw([5, ...layers[0].batchInputShape.slice(1)]);
  let saved;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  const { modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy } = saved;
  const whole = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
  const written = (paths, weights) => ({
    modelTopology,
    format,
    generatedBy,
    convertedBy,
    weightsManifest: [{ paths, weights }],
  });
  const half = 4 * Math.floor(whole.length / 8) + 2; // a shard ends in the middle of a number
  const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  const shards = [whole.subarray(0, half), whole.subarray(half)];
  cases.push(await golden(name, written(paths, weightSpecs), shards, weightSpecs, x));
  if (cases.length > 1) continue;
  for (const dtype of ["uint8", "uint16", "float16"]) {
    const { entries, bytes } = quantised(
      weightSpecs,
      whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length),
      dtype,
    );
    cases.push(await golden(`${name}, in ${dtype}`, written(["weights.bin"], entries), [bytes], entries, x));
  }
}

/** Weights of whole numbers and truth values, of which a graph model has some. */
const specs = [
  { name: "whole", shape: [3], dtype: "int32" },
  { name: "flags", shape: [2, 2], dtype: "bool" },
  { name: "few", shape: [4], dtype: "int32", quantization: { dtype: "uint8", min: -7, scale: 2.5 } },
  { name: "one", shape: [], dtype: "float32" },
];
const bytes = Buffer.concat([
  Buffer.from(Int32Array.of(1, -2, 2 ** 30).buffer),
  Buffer.from([1, 0, 0, 1]),
  Buffer.from([0, 1, 2, 255]),
  Buffer.from(Float32Array.of(0.1).buffer),
]);
const decoded = tf.io.decodeWeights(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), specs);
const graph = {
  json: JSON.stringify({ format: "graph-model", weightsManifest: [{ paths: ["a.bin"], weights: specs }] }),
  shards: [base64(bytes)],
  weights: plainAll(decoded),
};

const file = new URL("../../golden/io/tensorFlowJs.json", import.meta.url);
writeFileSync(
  file,
  `${JSON.stringify({ version: tf.version.tfjs, cases, graph }, null, 1).replace(/\[\n[\s\d.e,-]+\]/g, (list) => list.replace(/\s+/g, ""))}\n`,
);
