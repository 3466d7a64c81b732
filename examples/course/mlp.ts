import { Generator, manualSeed, nn, noGrad, optim, randint } from "evenkeel";
import { activationReport, deadUnits, diagnose, initialLossCheck, updateRatios } from "evenkeel/analysis";
import { characters } from "../demo/data.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";
import { shuffledNames, toExamples } from "./shared/names.ts";

const F = nn.functional;
const settings = {
  small: { names: 400, hidden: 40, steps: 30 },
  whole: { names: 8000, hidden: 200, steps: 4000 },
};
const [contextLength, embedding, batch, lr] = [3, 10, 32, 0.1];

/** How the same network starts: with weights far too large; of a size that keeps tanh alive; with batch norm. */
const starts = ["tooLarge", "scaled", "batchNorm"] as const;
type Start = (typeof starts)[number];

/** What the library's analyses see of one network. */
interface Diagnosis {
  /** The part of the tanh outputs beyond ±0.97, before training. */
  readonly saturated: number;
  /** Units that are saturated for every example, before training. */
  readonly dead: number;
  /** What is wrong, in words: of each finding its code. */
  readonly codes: readonly string[];
}

/** What chapter 3 has gone through. */
export interface MlpSeen extends Seen {
  readonly diagnoses: Readonly<Record<Start, Diagnosis>>;
}

/** Chapter 3: three starts of one network, looked at before they are trained. */
export function mlp(size: Size, print: Print): MlpSeen {
  const { names, hidden, steps } = settings[size];
  const { contexts, next } = toExamples(shuffledNames(3).slice(0, names), contextLength);
  const looks = starts.map((start) => {
    print(`${start}:`);
    const model = networkOf(hidden, start);
    const first = contexts.slice(0, 0, 500);
    const firstLoss = () => F.crossEntropy(model.forward(contexts.slice(0, 0, batch)), next.slice(0, 0, batch));

    const activations = activationReport(model, first);
    const dead = deadUnits(model, [first]);
    const initial = initialLossCheck(model, firstLoss, { numClasses: characters.length });
    const ratios = updateRatios(model, firstLoss, { lr });
    const verdicts = diagnose(activations, dead, initial, ratios);
    for (const { severity, layer, message } of verdicts) print(`  ${severity}, ${layer ?? "model"}: ${message}`);

    const optimizer = new optim.SGD(model.parameters(), { lr });
    const generator = new Generator().manualSeed(6);
    const tell = progress((line) => print(`  ${line}`), steps);
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const i = randint(0, next.numel(), [batch], { generator });
      const loss = F.crossEntropy(model.forward(contexts.index(i)), next.index(i));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
      tell(step, loss.item());
    }
    const diagnosis: Diagnosis = {
      saturated: activations.layers[0].saturatedFraction ?? 0,
      dead: dead.layers[0].dead.length,
      codes: verdicts.map(({ code }) => code),
    };
    return { start, losses, diagnosis };
  });
  return {
    losses: Object.fromEntries(looks.map(({ start, losses }) => [start, losses])),
    diagnoses: Object.fromEntries(looks.map(({ start, diagnosis }) => [start, diagnosis])) as MlpSeen["diagnoses"],
  };
}

/** Embedding, linear, batch norm or none, tanh, linear. */
function networkOf(hidden: number, start: Start): nn.Sequential {
  manualSeed(7);
  const letters = new nn.Embedding(characters.length, embedding);
  const inward = new nn.Linear(contextLength * embedding, hidden, { bias: false });
  const outward = new nn.Linear(hidden, characters.length);
  if (start === "tooLarge") {
    nn.init.normal_(inward.weight);
    nn.init.normal_(outward.weight);
  } else {
    nn.init.kaimingNormal_(inward.weight, { nonlinearity: "tanh" });
    // All characters about equally likely: the first loss is that of guessing.
    noGrad(() => outward.weight.mul_(0.1));
  }
  const norm = start === "batchNorm" ? [new nn.BatchNorm1d(hidden)] : [];
  return new nn.Sequential(letters, new nn.Flatten(), inward, ...norm, new nn.Tanh(), outward);
}
