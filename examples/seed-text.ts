/**
 * A network of two layers with batch norm between them, written out by hand as one does in PyTorch to see every part:
 * each line does what the line of Python does, in the same order, and draws the same random numbers.
 *
 *     npx tsx examples/seed-text.ts
 *
 * PyTorch 1.13 and 2.13 print the same losses: test/golden/nn/seed_text.py is the same network there.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Generator, nn, noGrad, ones, randint, randn, type Tensor, zeros } from "evenkeel";

const F = nn.functional;

/** The tensors at one moment, as plain numbers by name. */
export type Values = Record<string, Float32Array>;

/** What the training has gone through, for comparison with PyTorch. */
export interface SeedTextRun {
  /** The parameters drawn at random, as drawn. */
  readonly initial: Values;
  /** The loss of every step, before its update. */
  readonly losses: readonly number[];
  /** The parameters at the end, and the running statistics. */
  readonly final: Values;
}

/** Trains the network; prints the loss of a few steps. */
export function seedText(steps = 200, print: (line: string) => void = console.log): SeedTextRun {
  // The data: points in five dimensions, whose class is the dimension in which they lie furthest out. A line through
  // the origin has the same class on both sides, so that no linear layer can learn it.
  const dataGenerator = new Generator().manualSeed(7);
  const Xtr = randn([1000, 5], { generator: dataGenerator });
  const Ytr = Xtr.abs().argmax(1);

  // Defining our layers.
  const xDim = 5; // dimensions of a data point; also the number of classes
  const nHidden = 100; // neurons in the hidden layer

  const g = new Generator().manualSeed(42); // for reproducibility
  const W1 = randn([xDim, nHidden], { generator: g });
  const W2 = randn([nHidden, xDim], { generator: g });
  const b2 = randn([xDim], { generator: g });

  // Batch norm.
  const bngain = ones([1, nHidden]);
  const bnbias = zeros([1, nHidden]);
  let bnmeanRunning = zeros([1, nHidden]); // not trained; takes the place of the batch's mean at inference
  let bnstdRunning = ones([1, nHidden]); // likewise

  const parameters = { W1, W2, b2, bngain, bnbias };
  for (const p of Object.values(parameters)) p.requiresGrad = true;

  const initial = valuesOf({ W1, W2, b2 });
  const batchSize = 32;
  const losses: number[] = [];

  for (let step = 0; step < steps; step++) {
    // Minibatch construction.
    const ix = randint(0, Xtr.shape[0], [batchSize], { generator: g });
    const [Xb, Yb] = [Xtr.index(ix), Ytr.index(ix)];
    const embcat = Xb; // nothing is embedded here: the points are the input

    // Linear layer. It has no bias, which batch norm would take away again.
    let preAct = embcat.matmul(W1); // [batchSize, nHidden]

    // Batch norm layer.
    const bnmeani = preAct.mean(0, { keepdim: true });
    const bnstdi = preAct.std(0, { keepdim: true });
    preAct = bngain.mul(preAct.sub(bnmeani)).div(bnstdi).add(bnbias);
    noGrad(() => {
      bnmeanRunning = bnmeanRunning.mul(0.999).add(bnmeani.mul(0.001));
      bnstdRunning = bnstdRunning.mul(0.999).add(bnstdi.mul(0.001));
    });

    // Non-linearity.
    const h = preAct.tanh(); // hidden layer
    const logits = h.matmul(W2).add(b2); // output layer
    const loss = F.crossEntropy(logits, Yb); // loss function

    // Update.
    for (const p of Object.values(parameters)) p.grad = null;
    loss.backward();
    noGrad(() => {
      for (const p of Object.values(parameters)) if (p.grad !== null) p.sub_(p.grad.mul(0.1));
    });

    losses.push(loss.item());
    if (step % 50 === 0 || step === steps - 1) {
      print(`step ${String(step).padStart(3)}  loss ${loss.item().toFixed(4)}`);
    }
  }
  return { initial, losses, final: valuesOf({ ...parameters, bnmeanRunning, bnstdRunning }) };
}

function valuesOf(tensors: Record<string, Tensor>): Values {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, Float32Array.from(x.data)]));
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) seedText();
