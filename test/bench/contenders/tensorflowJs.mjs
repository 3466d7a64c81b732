/** TensorFlow.js on its WebAssembly backend: functions on variables, gradients by `variableGrads`, memory by `tidy`. */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { serve } from "./serve.ts";

setThreadsCount(1);
if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend does not start");

const normal = (shape, scale = 1) => tf.randomNormal(shape).mul(scale);
const integers = (shape, maxval) => tf.randomUniform(shape, 0, maxval, "int32");
const variable = (x) => tf.variable(x);

function makeNetwork({ sizes, batch, activation = "tanh" }) {
  const hidden = sizes.slice(1, -1).map((width, i) => ({
    weight: variable(normal([sizes[i], width], 1 / Math.sqrt(sizes[i]))),
    gain: variable(tf.ones([width])),
    shift: variable(tf.zeros([width])),
    mean: tf.variable(tf.zeros([width]), false),
    variance: tf.variable(tf.ones([width]), false),
  }));
  const [last, classes] = sizes.slice(-2);
  const weight = variable(normal([last, classes], 1 / Math.sqrt(last)));
  const bias = variable(tf.zeros([classes]));
  const parameters = [...hidden.flatMap(({ weight, gain, shift }) => [weight, gain, shift]), weight, bias];
  const x = normal([batch, sizes[0]]);
  const labels = tf.oneHot(integers([batch], classes), classes);
  const loss = () => {
    let h = x;
    for (const layer of hidden) {
      h = h.matMul(layer.weight);
      const { mean, variance } = tf.moments(h, 0);
      h = tf.batchNorm(h, mean, variance, layer.shift, layer.gain, 1e-5);
      if (activation === "tanh") h = h.tanh();
      layer.mean.assign(layer.mean.mul(0.9).add(mean.mul(0.1)));
      layer.variance.assign(layer.variance.mul(0.9).add(variance.mul((0.1 * batch) / (batch - 1))));
    }
    return tf.losses.softmaxCrossEntropy(labels, h.matMul(weight).add(bias));
  };
  return { parameters, loss };
}

function trainer(loss, parameters) {
  const optimizer = tf.train.sgd(0.1);
  let last = tf.scalar(0);
  const step = () => {
    last.dispose();
    last = optimizer.minimize(loss, true, parameters);
  };
  return { step, loss: () => last.dataSync()[0] };
}

function train(workload) {
  const { parameters, loss } = makeNetwork(workload);
  return trainer(loss, parameters);
}

function handwritten({ characters, context, embedding, hidden, examples, batch }) {
  const X = integers([examples, context], characters);
  const Y = integers([examples], characters);
  const width = context * embedding;
  const C = variable(normal([characters, embedding]));
  const W1 = variable(normal([width, hidden], 5 / 3 / Math.sqrt(width)));
  const W2 = variable(normal([hidden, characters], 0.01));
  const b2 = variable(tf.zeros([characters]));
  const gain = variable(tf.ones([1, hidden]));
  const shift = variable(tf.zeros([1, hidden]));
  const meanRunning = tf.variable(tf.zeros([1, hidden]), false);
  const stdRunning = tf.variable(tf.ones([1, hidden]), false);
  const loss = () => {
    const ix = integers([batch], examples);
    const [x, labels] = [X.gather(ix), tf.oneHot(Y.gather(ix), characters)];
    // By one-hot rows: this backend lacks the gradient of `gather`.
    const embcat = tf.oneHot(x.flatten(), characters).cast("float32").matMul(C).reshape([batch, width]);
    const hpreact = embcat.matMul(W1);
    const mean = hpreact.mean(0, true);
    const centred = hpreact.sub(mean);
    const std = centred
      .square()
      .sum(0, true)
      .div(batch - 1)
      .sqrt();
    meanRunning.assign(meanRunning.mul(0.999).add(mean.mul(0.001)));
    stdRunning.assign(stdRunning.mul(0.999).add(std.mul(0.001)));
    const h = gain.mul(centred).div(std).add(shift).tanh();
    return tf.losses.softmaxCrossEntropy(labels, h.matMul(W2).add(b2));
  };
  return trainer(loss, [C, W1, W2, b2, gain, shift]);
}

function matmul({ size }) {
  const [a, b] = [normal([size, size]), normal([size, size])];
  return { step: () => tf.matMul(a, b).dispose() };
}

function surface(workload) {
  const { parameters, loss } = makeNetwork(workload);
  const start = parameters.map((p) => p.clone());
  const [first, second] = [0, 1].map(() => parameters.map((p) => normal(p.shape)));
  let value = Number.NaN;
  const step = () =>
    tf.tidy(() => {
      const [a, b] = [Math.random() - 0.5, Math.random() - 0.5];
      for (const [i, p] of parameters.entries()) p.assign(start[i].add(first[i].mul(a)).add(second[i].mul(b)));
      value = loss().dataSync()[0];
    });
  return { step, loss: () => value };
}

function images({ side, channels, classes, batch }) {
  const places = (side >> (channels.length - 1)) ** 2;
  const filters = channels.slice(1).map((after, i) => variable(normal([3, 3, channels[i], after], 0.1)));
  const weight = variable(normal([channels[channels.length - 1] * places, classes], 0.01));
  const x = normal([batch, side, side, channels[0]]);
  const labels = tf.oneHot(integers([batch], classes), classes);
  const scores = () => {
    const h = filters.reduce((h, filter) => tf.maxPool(tf.relu(tf.conv2d(h, filter, 1, "same")), 2, 2, "valid"), x);
    return h.reshape([batch, -1]).matMul(weight);
  };
  return trainer(() => tf.losses.softmaxCrossEntropy(labels, scores()), [...filters, weight]);
}

await serve(
  tf.version.tfjs,
  { train, handwritten, matmul, surface, images },
  { hvp: "it has no second derivative of `tanh`" },
);
