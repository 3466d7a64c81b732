/**
 * What every engine computes, in parts: a hash of the bits of each. Plain JavaScript, as engines run it as it is. Nothing
 * here may compute with `Math` itself beyond what IEEE 754 fixes, and no part may hold a NaN: its bits are the
 * processor's choice.
 */

/** Runs `library`, and tells what each part gave: SHA-256 of the bits, by name. */
export async function run(library) {
  const parts = {};
  for (const [name, tensors] of compute(library)) {
    if (tensors.some((x) => x.data.some(Number.isNaN))) throw new Error(`${name} holds NaN`);
    parts[name] = await hash(tensors);
  }
  return { kernels: library.kernelsName(), parts };
}

function* compute(library) {
  yield* draws(library);
  yield* functions(library);
  yield* reductions(library);
  yield* schedulers(library);
  yield* elementary(library);
  yield* layers(library);
  yield* network("network A", networkA(library));
  yield* network("network A, compiled", networkA(library, compiling(library)));
  for (const dtype of ["float32", "float64"]) {
    yield* network(`network B, ${dtype}`, networkB(library, dtype));
    yield* network(`network B, ${dtype}, compiled`, networkB(library, dtype, compiling(library)));
  }
}

/** Random numbers, and how weights start. */
function* draws({ bernoulli, multinomial, nn, rand, randint, randn, randperm, zeros, manualSeed }) {
  manualSeed(1);
  for (const dtype of ["float32", "float64"]) {
    yield [`rand ${dtype}`, [rand([1001], { dtype })]];
    for (const version of ["current", "1.13"]) {
      yield [`randn ${dtype} ${version}`, [randn([5], { dtype, version }), randn([1001], { dtype, version })]];
      yield [`exponential_ ${dtype} ${version}`, [zeros([1001], { dtype }).exponential_(2, { version })]];
    }
    const p = rand([20, 30], { dtype });
    yield [`bernoulli ${dtype}`, [bernoulli(p)]];
    yield [`multinomial ${dtype}`, [multinomial(p, 10), multinomial(p, 50, { replacement: true })]];
    for (const name of ["xavierNormal_", "kaimingUniform_", "kaimingNormal_", "orthogonal_"]) {
      yield [`${name} ${dtype}`, [nn.init[name](zeros([30, 20], { dtype }))]];
    }
  }
  yield ["randint, randperm", [randint(-5, 1000, [1001]), randperm(1001)]];
}

/** Functions of each element, and their gradients. */
function* functions({ rand, randn, manualSeed }) {
  manualSeed(2);
  for (const dtype of ["float32", "float64"]) {
    // Of every size: far in the tails, near nothing, and between.
    const spread = randn([4003], { dtype })
      .mul(8)
      .mul(rand([4003], { dtype }).square());
    const positive = spread.abs().add(2 ** -40);
    const exponents = randn([4003], { dtype });
    const all = {
      exp: [spread, (x) => x.exp()],
      log: [positive, (x) => x.log()],
      log1p: [positive, (x) => x.log1p()],
      sqrt: [positive, (x) => x.sqrt()],
      rsqrt: [positive, (x) => x.rsqrt()],
      tanh: [spread, (x) => x.tanh()],
      sigmoid: [spread, (x) => x.sigmoid()],
      relu: [spread, (x) => x.relu()],
      gelu: [spread, (x) => x.gelu()],
      "gelu by tanh": [spread, (x) => x.gelu({ approximate: "tanh" })],
      erf: [spread, (x) => x.erf()],
      softplus: [spread, (x) => x.softplus()],
      sin: [spread, (x) => x.sin()],
      cos: [spread, (x) => x.cos()],
      "pow of a whole number": [spread, (x) => x.pow(3)],
      "pow of a fraction": [positive, (x) => x.pow(-0.3)],
      "pow of a tensor": [positive, (x) => x.pow(exponents)],
      arithmetic: [spread, (x) => x.mul(3).add(exponents).div(positive).sub(x)],
    };
    for (const [name, [x, f]] of Object.entries(all)) yield [`${name} ${dtype}`, valueAndGradient(f, x)];
  }
}

/** Sums and what is made of them, products, and their gradients. */
function* reductions({ nn, randint, randn, manualSeed }) {
  manualSeed(3);
  for (const dtype of ["float32", "float64"]) {
    const x = randn([37, 51], { dtype });
    const other = randn([51, 29], { dtype });
    const labels = randint(0, 51, [37]);
    const all = {
      sum: (x) => x.sum(1),
      mean: (x) => x.mean(0),
      prod: (x) => x.mul(0.1).add(1).prod(1),
      var: (x) => x.var(0),
      std: (x) => x.std(1),
      norm: (x) => x.norm(2, 1),
      "norm of p 3": (x) => x.norm(3, 1),
      softmax: (x) => x.softmax(1),
      logSoftmax: (x) => x.logSoftmax(1),
      logsumexp: (x) => x.logsumexp(0),
      "softmax by hand": (x) => x.exp().div(x.exp().sum(1, { keepdim: true })),
      crossEntropy: (x) => nn.functional.crossEntropy(x, labels, { labelSmoothing: 0.1 }),
      batchNorm: (x) => nn.functional.batchNorm(x, null, null, { training: true }),
      layerNorm: (x) => nn.functional.layerNorm(x, [51]),
      cumsum: (x) => x.cumsum(1),
      matmul: (x) => x.matmul(other),
    };
    for (const [name, f] of Object.entries(all)) yield [`${name} ${dtype}`, valueAndGradient(f, x)];
  }
}

/** Functions that are no methods, and their gradients; and weights that start within bounds. */
function* elementary(library) {
  const { cumprod, manualSeed, nn, rand, randn, zeros } = library;
  manualSeed(4);
  for (const dtype of ["float32", "float64"]) {
    const spread = randn([4003], { dtype })
      .mul(8)
      .mul(rand([4003], { dtype }).square());
    const positive = spread.abs().add(2 ** -40);
    const inside = rand([4003], { dtype }).mul(1.98).sub(0.99);
    for (const name of ["log2", "log10"]) yield [`${name} ${dtype}`, valueAndGradient(library[name], positive)];
    for (const name of ["asin", "acos"]) yield [`${name} ${dtype}`, valueAndGradient(library[name], inside)];
    for (const name of ["expm1", "atan", "sinh", "cosh"]) {
      yield [`${name} ${dtype}`, valueAndGradient(library[name], spread)];
    }
    yield [`atan2 ${dtype}`, valueAndGradient((x) => library.atan2(x, inside), positive)];
    yield [`cumprod ${dtype}`, valueAndGradient((x) => cumprod(x.reshape([-1, 1]).add(1.5), 1), inside)];
    yield [`truncNormal_ ${dtype}`, [nn.init.truncNormal_(zeros([50, 20], { dtype }))]];
  }
}

/** Layers on pictures and on sequences, and their gradients. */
function* layers({ manualSeed, nn, randn }) {
  manualSeed(5);
  const F = nn.functional;
  for (const dtype of ["float32", "float64"]) {
    const pictures = randn([3, 4, 9, 9], { dtype });
    const [weight, bias] = [randn([6, 2, 3, 3], { dtype }), randn([6], { dtype })];
    const sequences = randn([2, 7, 8], { dtype });
    const attention = new nn.MultiheadAttention(8, 2, { batchFirst: true, dtype });
    const all = {
      conv2d: [pictures, (x) => F.conv2d(x, weight, bias, { padding: 1, stride: 2, groups: 2 })],
      maxPool2d: [pictures, (x) => F.maxPool2d(x, 2)],
      avgPool2d: [pictures, (x) => F.avgPool2d(x, 3, { padding: 1 })],
      groupNorm: [pictures, (x) => F.groupNorm(x, 2)],
      rmsNorm: [sequences, (x) => F.rmsNorm(x, [8])],
      elu: [sequences, (x) => F.elu(x)],
      silu: [sequences, (x) => F.silu(x)],
      huberLoss: [sequences, (x) => F.huberLoss(x, x.detach().mul(0.5), { delta: 0.3 })],
      binaryCrossEntropyWithLogits: [sequences, (x) => F.binaryCrossEntropyWithLogits(x, x.detach().gt(0).to(dtype))],
      attention: [sequences, (x) => attention.forward(x, x, x)[0]],
    };
    for (const [name, [x, f]] of Object.entries(all)) yield [`${name} ${dtype}`, valueAndGradient(f, x)];
  }
}

function* schedulers({ optim, tensor, zeros }) {
  const makers = {
    CosineAnnealingLR: (optimizer) => new optim.lrScheduler.CosineAnnealingLR(optimizer, 30),
    OneCycleLR: (optimizer) => new optim.lrScheduler.OneCycleLR(optimizer, 1, { totalSteps: 101 }),
    ExponentialLR: (optimizer) => new optim.lrScheduler.ExponentialLR(optimizer, 0.97),
    MultiStepLR: (optimizer) =>
      new optim.lrScheduler.MultiStepLR(optimizer, [5, 9, 9, 20, 20, 20, 20, 20, 20, 20], { gamma: 0.7 }),
    StepLR: (optimizer) => new optim.lrScheduler.StepLR(optimizer, 7, { gamma: 0.3 }),
  };
  for (const [name, make] of Object.entries(makers)) {
    const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
    const scheduler = make(optimizer);
    const rates = scheduler.getLastLr();
    for (let step = 0; step < 100; step++) {
      optimizer.step();
      scheduler.step();
      rates.push(...scheduler.getLastLr());
    }
    yield [name, [tensor(rates, { dtype: "float64" })]];
  }
}

/** A small classifier: 500 steps of SGD with momentum. */
function networkA({ nn, optim, randint, randn, manualSeed }, compile = (step) => step) {
  manualSeed(4);
  const x = randn([256, 30]);
  const labels = randint(0, 27, [256]);
  const model = new nn.Sequential(
    new nn.Linear(30, 200, { bias: false }),
    new nn.BatchNorm1d(200),
    new nn.Tanh(),
    new nn.Linear(200, 27),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const train = compile((batch, wanted) => {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(batch), wanted).backward();
    optimizer.step();
  });
  for (let step = 0; step < 500; step++) {
    const at = (step % 8) * 32;
    train(x.slice(0, at, at + 32), labels.slice(0, at, at + 32));
  }
  return model;
}

/** What compiles a step, and fails where it is not made again. */
const compiling =
  ({ compiled }) =>
  (step) =>
    compiled(step, { strict: true });

/** One with the other layers, and with much by hand: 500 steps of Adam, by a schedule. */
function networkB({ cat, nn, optim, randint, manualSeed }, dtype, compile = (step) => step) {
  manualSeed(5);
  const letters = randint(0, 27, [128, 3]);
  const labels = randint(0, 9, [128]);
  const embedding = new nn.Embedding(27, 6, { dtype });
  const body = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(18, 32, { dtype }),
    new nn.LayerNorm(32, { dtype }),
    new nn.GELU(),
    new nn.Dropout(0.2),
  );
  const heads = [
    new nn.Sequential(new nn.Linear(32, 16, { dtype }), new nn.Sigmoid()),
    new nn.Sequential(new nn.Linear(32, 16, { dtype }), new nn.ReLU()),
  ];
  const last = new nn.Linear(32, 9, { dtype });
  const model = new nn.Sequential(embedding, body, ...heads, last);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 500);
  const train = compile((batch, wanted) => {
    const middle = body.forward(embedding.forward(batch));
    const joined = cat(
      heads.map((head) => head.forward(middle)),
      1,
    );
    const standard = joined.sub(joined.mean(0)).div(joined.var(0).add(1e-5).pow(0.5));
    const scores = last.forward(standard).exp();
    const p = scores.div(scores.sum(1, { keepdim: true }));
    const picked = p.gather(1, wanted.unsqueeze(1));
    const loss = picked.log().mean().neg().add(joined.std().sub(0.5).square());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    scheduler.step();
  });
  for (let step = 0; step < 500; step++) {
    const at = (step % 4) * 32;
    train(letters.slice(0, at, at + 32), labels.slice(0, at, at + 32));
  }
  return model;
}

function* network(name, model) {
  for (const [key, values] of Object.entries(model.stateDict())) yield [`${name}: ${key}`, [values]];
}

function valueAndGradient(f, x) {
  const leaf = x.clone().detach();
  leaf.requiresGrad = true;
  const y = f(leaf);
  y.mul(y.detach()).sum().backward();
  return [y, leaf.grad];
}

async function hash(tensors) {
  const bytes = tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const joined = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    joined.set(part, at);
    at += part.length;
  }
  const digest = await crypto.subtle.digest("SHA-256", joined);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
