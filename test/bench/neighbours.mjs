/**
 * Runs what the guides "Coming from TensorFlow.js" and "Coming from jax-js" say of these libraries, in the libraries themselves, and writes
 * what it is worth into test/golden/docs/neighbours.json: `npx tsx test/bench/neighbours.mjs`. They are installed by `npm ci` in test/bench.
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as jax from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs";
import { given } from "../docs/given.ts";
import { quoted, tablesOf } from "../docs/tables.ts";

await tf.setBackend("cpu");
await jax.init("cpu");
jax.defaultDevice("cpu");

const rows = (numbers) => [0, 4, 8, 12].map((start) => numbers.slice(start, start + 4));

const scopes = {
  tensorflowJs: () => ({
    tf,
    x: tf.tensor2d(rows(given.x)),
    y: tf.tensor2d(rows(given.y)),
    i: tf.tensor1d(given.i, "int32"),
    labels: tf.tensor1d(given.labels, "int32"),
    mask: tf.tensor2d(rows(given.mask), [4, 4], "bool"),
  }),
  jaxJs: () => {
    const { numpy: np, ...others } = jax;
    return {
      ...others,
      np,
      x: np.array(rows(given.x)),
      y: np.array(rows(given.y)),
      i: np.array(given.i, { dtype: np.int32 }),
      labels: np.array(given.labels, { dtype: np.int32 }),
      mask: np.array(rows(given.mask).map((row) => row.map((value) => value === 1))),
    };
  },
};

const pages = { tensorflowJs: "docs/coming-from-tensorflow-js.md", jaxJs: "docs/coming-from-jax-js.md" };

/** Numbers and arrays as JSON has them; what is neither, by its kind. */
function plain(value) {
  if (typeof value === "number") return Number(value.toPrecision(7));
  if (typeof value === "boolean") return value;
  if (ArrayBuffer.isView(value)) return plain([...value]);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof tf.Tensor) return { shape: value.shape, values: plain([...value.dataSync()]) };
  if (value instanceof jax.Array) return { shape: value.shape, values: plain([...value.dataSync()]) };
  return { kind: value?.constructor?.name ?? String(value) };
}

async function worthIn(library, code) {
  const scope = scopes[library]();
  const AsyncFunction = (async () => {}).constructor;
  return plain(await new AsyncFunction(...Object.keys(scope), `return (${code});`)(...Object.values(scope)));
}

/** Running statistics of batch norm after one batch of 1 and 3, with a momentum of 0.9. */
function runningStatistics() {
  const layer = tf.layers.batchNormalization({ momentum: 0.9, inputShape: [1] });
  layer.apply(tf.tensor2d([[1], [3]]), { training: true });
  const [, , mean, variance] = layer.getWeights();
  return { mean: mean.dataSync()[0], variance: variance.dataSync()[0] };
}

/** The shapes of the weights of layers from 3 to 5, with kernels of 2 by 2. */
function weightShapes() {
  const shapeOf = (layer, x) => {
    layer.apply(x);
    return layer.getWeights()[0].shape;
  };
  return {
    dense: shapeOf(tf.layers.dense({ units: 5 }), tf.zeros([1, 3])),
    conv2d: shapeOf(tf.layers.conv2d({ filters: 5, kernelSize: 2 }), tf.zeros([1, 4, 4, 3])),
  };
}

/** How first weights are drawn. */
function initialisers() {
  const { kernelInitializer, biasInitializer } = tf.layers.dense({ units: 2 }).getConfig();
  const { embeddingsInitializer } = tf.layers.embedding({ inputDim: 3, outputDim: 2 }).getConfig();
  return { kernel: kernelInitializer.config, bias: biasInitializer.className, embedding: embeddingsInitializer };
}

/** Three steps on w², from 1. */
function momentum() {
  const w = tf.variable(tf.scalar(1));
  const optimizer = tf.train.momentum(0.1, 0.9);
  return [0, 1, 2].map(() => {
    optimizer.minimize(() => w.square());
    return w.dataSync()[0];
  });
}

const jaxVersion = JSON.parse(
  readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"),
).version;
const found = { versions: { tensorflowJs: tf.version.tfjs, jaxJs: jaxVersion }, worth: {} };
for (const [library, page] of Object.entries(pages)) {
  found.worth[library] = {};
  for (const { cells } of tablesOf(page)) {
    const [code] = quoted(cells[0]);
    try {
      found.worth[library][code] = await worthIn(library, code);
    } catch (error) {
      console.error(`${library}: ${code}: ${error.message.slice(0, 300)}`);
      process.exitCode = 1;
    }
  }
}
found.layers = {
  runningStatistics: runningStatistics(),
  weightShapes: weightShapes(),
  initialisers: initialisers(),
  momentum: momentum(),
};
const file = new URL("../golden/docs/neighbours.json", import.meta.url);
const lists = /\[\n[\s\d.e,-]+\]/g;
writeFileSync(file, `${JSON.stringify(found, null, 1).replace(lists, (list) => list.replace(/\s+/g, ""))}\n`);
