import { Generator, grad, nn, noGrad, oneHot, randint, randn, type Tensor, zeros } from "evenkeel";
import { characters } from "../demo/data.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";
import { shuffledNames, toExamples } from "./shared/names.ts";

const F = nn.functional;
const settings = {
  small: { names: 400, hidden: 32, steps: 20 },
  whole: { names: 8000, hidden: 128, steps: 4000 },
};
const [contextLength, embedding, batch, lr, eps] = [3, 10, 32, 0.1, 1e-5];
const n = characters.length;

/** Everything that is trained. */
const names = ["letters", "w1", "gain", "shift", "w2", "b2"] as const;
type Parameters = Record<(typeof names)[number], Tensor>;

/** What chapter 4 has gone through. */
export interface ByHandSeen extends Seen {
  /** The largest difference of a gradient by hand from autograd's in any step, in parts of the largest of its tensor. */
  readonly differ: Readonly<Record<keyof Parameters, number>>;
}

/** Chapter 4: every gradient of a network with batch norm written out by hand, and compared with autograd's. */
export function byHand(size: Size, print: Print): ByHandSeen {
  const { names: count, hidden, steps } = settings[size];
  const { contexts, next } = toExamples(shuffledNames(3).slice(0, count), contextLength);
  const p = firstParameters(hidden);
  const generator = new Generator().manualSeed(9);
  const tell = progress(print, steps);
  const losses: number[] = [];
  const differ = { letters: 0, w1: 0, gain: 0, shift: 0, w2: 0, b2: 0 };
  for (let step = 0; step < steps; step++) {
    const i = randint(0, next.numel(), [batch], { generator });
    const [x, y] = [contexts.index(i), next.index(i)];

    for (const name of names) p[name].requiresGrad = true;
    const recorded = forward(p, x);
    const loss = F.crossEntropy(recorded.logits, y);
    const automatic = grad(
      loss,
      names.map((name) => p[name]),
    );

    noGrad(() => {
      const gradients = backward(p, recorded, x, y);
      names.forEach((name, j) => {
        const difference = gradients[name].sub(automatic[j]).abs().max().item();
        differ[name] = Math.max(differ[name], difference / automatic[j].abs().max().item());
        p[name].sub_(gradients[name].mul(lr));
      });
    });
    losses.push(loss.item());
    tell(step, loss.item());
  }
  for (const name of names)
    print(`${name.padEnd(8)} differs from autograd's gradient by ${differ[name].toExponential(1)}`);
  return { losses: { byHand: losses }, differ };
}

function firstParameters(hidden: number): Parameters {
  const generator = new Generator().manualSeed(8);
  const inputs = contextLength * embedding;
  return {
    letters: randn([n, embedding], { generator }),
    w1: randn([inputs, hidden], { generator }).mul(5 / 3 / Math.sqrt(inputs)),
    // Neither 1 nor 0, so that a gradient that forgets them is seen.
    gain: randn([hidden], { generator }).mul(0.1).add(1),
    shift: randn([hidden], { generator }).mul(0.1),
    w2: randn([hidden, n], { generator }).mul(0.1),
    b2: zeros([n]),
  };
}

/** What the forward pass computes on its way, for the way back. */
type Forward = ReturnType<typeof forward>;

/** Contexts `[b, 3]` to logits `[b, n]`, step by step. */
function forward({ letters, w1, gain, shift, w2, b2 }: Parameters, x: Tensor) {
  const embedded = letters.index(x).reshape(x.shape[0], contextLength * embedding);
  const summed = embedded.matmul(w1);
  const centred = summed.sub(summed.mean(0));
  const scale = centred.square().mean(0).add(eps).rsqrt(); // 1/σ
  const normalised = centred.mul(scale);
  const h = normalised.mul(gain).add(shift).tanh();
  return { embedded, scale, normalised, h, logits: h.matmul(w2).add(b2) };
}

/** The gradient of the mean cross-entropy at every parameter, from the last step to the first. */
function backward(
  p: Parameters,
  { embedded, scale, normalised, h, logits }: Forward,
  x: Tensor,
  y: Tensor,
): Parameters {
  // Softmax and cross-entropy: what each character was given, less 1 for the one that came.
  const atLogits = logits.softmax(1).sub(oneHot(y, n)).div(batch);
  const w2 = h.t().matmul(atLogits);
  const b2 = atLogits.sum(0);
  // tanh: its slope is 1 − tanh².
  const atTanh = atLogits.matmul(p.w2.t()).mul(h.square().neg().add(1));
  const gain = atTanh.mul(normalised).sum(0);
  const shift = atTanh.sum(0);
  // Batch norm: what all examples share, through mean and σ, is taken out.
  const atNormalised = atTanh.mul(p.gain);
  const atSum = atNormalised
    .sub(atNormalised.mean(0))
    .sub(normalised.mul(atNormalised.mul(normalised).mean(0)))
    .mul(scale);
  const w1 = embedded.t().matmul(atSum);
  // Embedding: a letter gets what arrives at each place where it stands.
  const atEmbedded = atSum.matmul(p.w1.t()).reshape(batch * contextLength, embedding);
  const letters = oneHot(x.flatten(), n).to("float32").t().matmul(atEmbedded);
  return { letters, w1, gain, shift, w2, b2 };
}
