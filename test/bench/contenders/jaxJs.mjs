/** jax-js: every step one function, compiled by `jit` and called with what it returned. `.ref` keeps an array alive. */
import { readFileSync } from "node:fs";
import {
  blockUntilReady,
  defaultDevice,
  grad,
  init,
  jit,
  jvp,
  lax,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { serve } from "./serve.ts";

await init("wasm");
defaultDevice("wasm");

/** Has everything computed: what nobody reads, and nothing needs, is never computed. */
const read = (arrays) => {
  for (const array of tree.leaves(arrays)) array.dataSync();
};

let seed = 0;
const normal = (shape, scale = 1) => random.normal(random.key(++seed), shape).mul(scale);
const integers = (shape, maxval) => random.randint(random.key(++seed), { minval: 0, maxval, shape });

function makeParameters(sizes) {
  const hidden = sizes.slice(1, -1).map((width, i) => ({
    weight: normal([sizes[i], width], 1 / Math.sqrt(sizes[i])),
    gain: np.ones([width]),
    shift: np.zeros([width]),
  }));
  const [last, classes] = sizes.slice(-2);
  return { hidden, weight: normal([last, classes], 1 / Math.sqrt(last)), bias: np.zeros([classes]) };
}

const makeRunning = (sizes) =>
  sizes.slice(1, -1).map((width) => ({ mean: np.zeros([width]), variance: np.ones([width]) }));

function crossEntropy(logits, labels) {
  const [n, classes] = logits.shape;
  return nn
    .logSoftmax(logits)
    .mul(nn.oneHot(labels, classes))
    .sum()
    .mul(-1 / n);
}

/** `[loss, running statistics]`. */
const makeLoss = (activation) => (parameters, running, x, labels) => {
  const n = x.shape[0];
  let h = x;
  const moved = parameters.hidden.map(({ weight, gain, shift }, i) => {
    h = np.matmul(h, weight);
    const mean = h.ref.mean(0);
    const centred = h.sub(mean.ref);
    const variance = centred.ref.mul(centred.ref).mean(0);
    h = centred
      .mul(np.reciprocal(np.sqrt(variance.ref.add(1e-5))))
      .mul(gain)
      .add(shift);
    if (activation === "tanh") h = np.tanh(h);
    return {
      mean: running[i].mean.mul(0.9).add(lax.stopGradient(mean).mul(0.1)),
      variance: running[i].variance.mul(0.9).add(lax.stopGradient(variance).mul((0.1 * n) / (n - 1))),
    };
  });
  return [crossEntropy(np.matmul(h, parameters.weight).add(parameters.bias), labels), moved];
};

const descend = (parameters, gradient) => tree.map((p, g) => p.sub(g.mul(0.1)), parameters, gradient);

const dataFor = ({ sizes, batch }) => [normal([batch, sizes[0]]), integers([batch], sizes[sizes.length - 1])];

function train({ sizes, batch, activation = "tanh" }) {
  const [x, labels] = dataFor({ sizes, batch });
  const loss = makeLoss(activation);
  const update = jit((parameters, running, x, labels) => {
    const [[value, moved], gradient] = valueAndGrad(loss, { hasAux: true })(tree.ref(parameters), running, x, labels);
    return [descend(parameters, gradient), moved, value];
  });
  let state = [makeParameters(sizes), makeRunning(sizes), np.zeros([])];
  // Read in every step: where steps pile up unread, each takes three times as long.
  let last = Number.NaN;
  const step = () => {
    const [parameters, running, value] = state;
    value.dispose();
    state = update(parameters, running, x.ref, labels.ref);
    last = state[2].ref.item();
  };
  return { step, loss: () => last, finish: () => blockUntilReady(state) };
}

function handwritten({ characters, context, embedding, hidden, examples, batch }) {
  const X = integers([examples, context], characters);
  const Y = integers([examples], characters);
  const width = context * embedding;
  const loss = ({ C, W1, W2, b2, gain, shift }, running, x, labels) => {
    // By one-hot rows: the gradient of `take` does not compile.
    let h = np.matmul(np.matmul(nn.oneHot(x.reshape([batch * context]), characters), C).reshape([batch, width]), W1);
    const mean = h.ref.mean(0, { keepdims: true });
    const centred = h.sub(mean.ref);
    const std = np.sqrt(
      centred.ref
        .mul(centred.ref)
        .sum(0, { keepdims: true })
        .mul(1 / (batch - 1)),
    );
    h = np.tanh(gain.mul(centred).div(std.ref).add(shift));
    const moved = {
      mean: running.mean.mul(0.999).add(lax.stopGradient(mean).mul(0.001)),
      std: running.std.mul(0.999).add(lax.stopGradient(std).mul(0.001)),
    };
    return [crossEntropy(np.matmul(h, W2).add(b2), labels), moved];
  };
  const update = jit((parameters, running, key, X, Y) => {
    const [next, now] = np.split(random.split(key), 2);
    const ix = random.randint(now.reshape(key.shape), { minval: 0, maxval: examples, shape: [batch] });
    const batchOf = [np.take(X, ix.ref, 0), np.take(Y, ix, 0)];
    const [[value, moved], gradient] = valueAndGrad(loss, { hasAux: true })(tree.ref(parameters), running, ...batchOf);
    return [descend(parameters, gradient), moved, next.reshape(key.shape), value];
  });
  const parameters = {
    C: normal([characters, embedding]),
    W1: normal([width, hidden], 5 / 3 / Math.sqrt(width)),
    W2: normal([hidden, characters], 0.01),
    b2: np.zeros([characters]),
    gain: np.ones([1, hidden]),
    shift: np.zeros([1, hidden]),
  };
  let state = [parameters, { mean: np.zeros([1, hidden]), std: np.ones([1, hidden]) }, random.key(1), np.zeros([])];
  let last = Number.NaN;
  const step = () => {
    const [parameters, running, key, value] = state;
    value.dispose();
    state = update(parameters, running, key, X.ref, Y.ref);
    last = state[3].ref.item();
  };
  return { step, loss: () => last, finish: () => blockUntilReady(state) };
}

function matmul({ size }) {
  const [a, b] = [normal([size, size]), normal([size, size])];
  const multiply = jit((a, b) => np.matmul(a, b));
  return { step: () => read(multiply(a.ref, b.ref)) };
}

function hvp({ sizes, batch }) {
  const [x, labels] = dataFor({ sizes, batch });
  const running = makeRunning(sizes);
  const [parameters, direction] = [makeParameters(sizes), makeParameters(sizes)];
  const loss = makeLoss("tanh");
  const product = jit((parameters, direction, running, x, labels) => {
    const gradient = (p) => grad((p) => loss(p, running, x, labels)[0])(p);
    return jvp(gradient, [parameters], [direction])[1];
  });
  const step = () => read(product(tree.ref(parameters), tree.ref(direction), tree.ref(running), x.ref, labels.ref));
  return { step };
}

function surface({ sizes, batch }) {
  const [x, labels] = dataFor({ sizes, batch });
  const running = makeRunning(sizes);
  const [start, first, second] = [0, 1, 2].map(() => makeParameters(sizes));
  const loss = makeLoss("tanh");
  const lossAt = jit((a, b, start, first, second, running, x, labels) => {
    const parameters = tree.map((s, d, e) => s.add(d.mul(a.ref)).add(e.mul(b.ref)), start, first, second);
    return loss(parameters, running, x, labels)[0];
  });
  let value = Number.NaN;
  const step = () => {
    const [a, b] = [np.array(Math.random() - 0.5), np.array(Math.random() - 0.5)];
    const held = [start, first, second, running, x, labels].map((held) => tree.ref(held));
    value = lossAt(a, b, ...held).item();
  };
  return { step, loss: () => value };
}

const { version } = JSON.parse(
  readFileSync(new URL("../node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"),
);
await serve(version, { train, handwritten, matmul, hvp, surface });
