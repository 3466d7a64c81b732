import { bincount, data, Generator, manualSeed, nn, noGrad, optim, randperm, type Tensor } from "evenkeel";
import { readDigits } from "../experiments/digits.ts";
import { type Print, progress, type Seen, type Size } from "./shared/chapter.ts";

const F = nn.functional;
const settings = {
  small: { training: 320, test: 200, channels: 6, batch: 32, epochs: 2 },
  whole: { training: 9000, test: 1000, channels: 16, batch: 64, epochs: 4 },
};
const [lr, momentum] = [0.01, 0.9];

/** What chapter 7 has gone through. */
export interface DigitsSeen extends Seen {
  /** The part of the digits held out that the network recognises, after each epoch. */
  readonly accuracies: readonly number[];
  /** The digits that it takes for others, most frequent first: what it is, what it was taken for, how often. */
  readonly mistakes: readonly (readonly [digit: number, takenFor: number, times: number])[];
}

/** Chapter 7: handwritten digits by two convolutions with batch norm. */
export function digits(size: Size, print: Print): DigitsSeen {
  const { training, test, channels, batch, epochs } = settings[size];
  // Of black and white alone, many places are alike, and rounding would decide which of them max pooling takes.
  const { images, labels } = readDigits("all");
  const order = randperm(labels.numel(), { generator: new Generator().manualSeed(16) });
  const part = (from: number, to: number) => {
    const chosen = order.slice(0, from, to);
    return [images.index(chosen).reshape(-1, 1, 28, 28), labels.index(chosen)] as const;
  };
  const [heldImages, heldLabels] = part(0, test);

  manualSeed(17);
  const model = new nn.Sequential(
    ...convolved(1, channels),
    ...convolved(channels, 2 * channels),
    new nn.Flatten(),
    new nn.Linear(2 * channels * 7 * 7, 10),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr, momentum });
  const loader = new data.DataLoader(new data.TensorDataset(...part(test, test + training)), {
    batchSize: batch,
    shuffle: true,
    generator: new Generator().manualSeed(18),
  });
  const tell = progress(print, epochs * loader.length);
  const losses: number[] = [];
  const accuracies: number[] = [];
  let guesses: Tensor = heldLabels;
  for (let epoch = 0; epoch < epochs; epoch++) {
    model.train();
    for (const [x, y] of loader) {
      const loss = F.crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
      tell(losses.length - 1, loss.item());
    }
    model.eval();
    guesses = noGrad(() => model.forward(heldImages).argmax(1));
    accuracies.push(guesses.eq(heldLabels).to("float32").mean().item());
    print(`After epoch ${epoch + 1} it recognises ${(100 * (accuracies.at(-1) ?? 0)).toFixed(1)} % of ${test} others.`);
  }
  const mistakes = mistakesOf(heldLabels, guesses);
  for (const [digit, takenFor, times] of mistakes.slice(0, 3)) {
    print(`${digit} was taken for ${takenFor} ${times === 1 ? "once" : `${times} times`}.`);
  }
  return { losses: { training: losses }, accuracies, mistakes };
}

/** Convolution, batch norm, ReLU, and half the size: `[n, inputs, h, w]` → `[n, outputs, h/2, w/2]`. */
function convolved(inputs: number, outputs: number): nn.Module[] {
  return [
    new nn.Conv2d(inputs, outputs, 3, { padding: "same", bias: false }),
    new nn.BatchNorm2d(outputs),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
  ];
}

function mistakesOf(labels: Tensor, guesses: Tensor): [number, number, number][] {
  const counts = bincount(labels.mul(10).add(guesses), { minlength: 100 }).toArray<number[]>();
  return counts
    .map((times, place): [number, number, number] => [Math.floor(place / 10), place % 10, times])
    .filter(([digit, takenFor, times]) => digit !== takenFor && times > 0)
    .sort(([, , a], [, , b]) => b - a);
}
