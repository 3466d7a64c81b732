import { bincount, Generator, nn, noGrad, oneHot, randn, type Tensor } from "evenkeel";
import { characters, endMark } from "../demo/data.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";
import { inventName, shuffledNames, toExamples } from "./shared/names.ts";

const F = nn.functional;
const settings = {
  small: { names: 400, steps: 20 },
  whole: { names: 8000, steps: 200 },
};
const lr = 50;
const n = characters.length;

/** What chapter 2 has gone through. */
export interface BigramsSeen extends Seen {
  /** Names made up by counts, and by the network. */
  readonly names: { readonly byCounts: readonly string[]; readonly byNetwork: readonly string[] };
}

/** Chapter 2: which character follows which, by counting, and by a network of one layer that finds the same. */
export function bigrams(size: Size, print: Print): BigramsSeen {
  const { names, steps } = settings[size];
  const { contexts, next } = toExamples(shuffledNames(3).slice(0, names), 1);
  const before = contexts.flatten();

  // By counts: how often each character follows each, one more than that, so that none is impossible.
  const counts = bincount(before.mul(n).add(next), { minlength: n * n }).reshape(n, n);
  const smoothed = counts.add(1).to("float32");
  const probabilities = smoothed.div(smoothed.sum(1, { keepdim: true }));
  const counted = probabilities.index(before, next).log().mean().neg().item();
  print(`By counts, a character costs ${counted.toFixed(4)}; by guessing, ${Math.log(n).toFixed(4)}.`);

  // By a network: logits are a row of weights for each character, found by descent.
  const weights = randn([n, n], { generator: new Generator().manualSeed(4) });
  weights.requiresGrad = true;
  const x = oneHot(before, n).to("float32");
  const tell = progress(print, steps);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    // What keeps weights small does what adding to each count does.
    const loss = F.crossEntropy(x.matmul(weights), next).add(weights.square().mean().mul(0.01));
    weights.grad = null;
    loss.backward();
    noGrad(() => weights.sub_((weights.grad as Tensor).mul(lr)));
    losses.push(loss.item());
    tell(step, loss.item());
  }

  const learnt = weights.detach().softmax(1);
  const byCounts = invent(probabilities);
  const byNetwork = invent(learnt);
  print(`Names by counts:  ${byCounts.join(", ")}`);
  print(`Names by network: ${byNetwork.join(", ")}`);
  return { losses: { counts: [counted], network: losses }, names: { byCounts, byNetwork } };
}

/** Ten names from the probabilities of what follows what, `[n, n]`. */
function invent(probabilities: Tensor): string[] {
  const generator = new Generator().manualSeed(5);
  const following = (codes: readonly number[]) => probabilities.select(0, codes.at(-1) ?? endMark);
  return Array.from({ length: 10 }, () => inventName(following, generator));
}
