import { bincount, data, Generator, manualSeed, nanmean, nn, noGrad, optim, randperm, type Tensor } from "evenkeel";
import { inputsOf, PumpNetwork, probabilities, save } from "./pumps/network.ts";
import { readTable, type Table } from "./pumps/table.ts";
import type { Print, Seen, Size } from "./shared/chapter.ts";

const F = nn.functional;
const settings = {
  small: { epochs: 30, patience: 3, lr: 0.01 },
  whole: { epochs: 200, patience: 20, lr: 0.003 },
};
const batch = 64;

/** What chapter 8 has gone through. */
export interface PumpsSeen extends Seen {
  /** The epoch that was kept, counted from 1: that of the smallest loss on the validation set. */
  readonly kept: number;
  /** Of the pumps that were left alone until the end: how many failed, for how many there was an alarm, and how many are both. */
  readonly test: { readonly failed: number; readonly alarms: number; readonly caught: number };
  /** The probability of the first five of them to fail. */
  readonly asked: readonly number[];
  /** The network that was kept, as a file. */
  readonly model: Uint8Array;
}

/** Chapter 8: a table with missing values and few failures; when to stop; and a file to be served. */
export function pumps(size: Size, print: Print): PumpsSeen {
  const { epochs, patience, lr } = settings[size];
  const [training, validation, test] = parts(readTable());
  const [measurements, kind] = inputsOf(training.pumps);
  const mean = nanmean(measurements, 0);
  const std = nanmean(measurements.sub(mean).square(), 0).sqrt();

  // A failure counts as much more as it is rarer: both classes together weigh the same.
  const counts = bincount(training.failed, { minlength: 2 }).to("float32");
  const weight = counts.sum().div(counts.mul(2));
  print(`${training.pumps.length} pumps to learn from; a failure weighs ${weight.toArray<number[]>()[1].toFixed(2)}.`);

  manualSeed(20);
  const network = new PumpNetwork({ mean, std });
  const optimizer = new optim.AdamW(network.parameters(), { lr });
  const loader = new data.DataLoader(new data.TensorDataset(measurements, kind, training.failed), {
    batchSize: batch,
    shuffle: true,
    generator: new Generator().manualSeed(21),
  });
  const losses: { training: number[]; validation: number[] } = { training: [], validation: [] };
  let kept = { epoch: 0, loss: Number.POSITIVE_INFINITY, state: network.stateDict() };
  for (let epoch = 1; epoch <= epochs && epoch - kept.epoch <= patience; epoch++) {
    network.train();
    let sum = 0;
    for (const [x, kinds, y] of loader) {
      const loss = F.crossEntropy(network.forward(x, kinds), y, { weight });
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      sum += loss.item();
    }
    network.eval();
    const loss = noGrad(() =>
      F.crossEntropy(network.forward(...inputsOf(validation.pumps)), validation.failed, { weight }),
    );
    losses.training.push(sum / loader.length);
    losses.validation.push(loss.item());
    // A state dict is a snapshot: it does not follow the network.
    if (loss.item() < kept.loss) kept = { epoch, loss: loss.item(), state: network.stateDict() };
  }
  network.loadStateDict(kept.state);
  print(
    `Stopped after epoch ${losses.training.length}; epoch ${kept.epoch} is kept, with a loss of ${kept.loss.toFixed(4)}.`,
  );

  const probability = probabilities(network, test.pumps);
  const failed = test.failed.toArray<number[]>();
  const both = failed.filter((one, i) => one === 1 && probability[i] > 0.5).length;
  const result = {
    failed: failed.filter((one) => one === 1).length,
    alarms: probability.filter((one) => one > 0.5).length,
    caught: both,
  };
  print(`Of ${failed.length} others ${result.failed} failed; it gives ${result.alarms} alarms, ${both} of them right.`);
  const model = save(network);
  print(`The network is a file of ${model.length} bytes. npx tsx examples/course/pumps/serve.ts serves it.`);
  return { losses, kept: kept.epoch, test: result, asked: probability.slice(0, 5), model };
}

/** Three fifths of the table to learn from, a fifth to validate on, a fifth to be left alone until the end. */
function parts({ pumps, failed }: Table): [Table, Table, Table] {
  const order = randperm(pumps.length, { generator: new Generator().manualSeed(22) });
  const [first, second] = [Math.floor(0.6 * pumps.length), Math.floor(0.8 * pumps.length)];
  const part = (chosen: Tensor): Table => ({
    pumps: chosen.toArray<number[]>().map((i) => pumps[i]),
    failed: failed.index(chosen),
  });
  return [part(order.slice(0, 0, first)), part(order.slice(0, first, second)), part(order.slice(0, second))];
}
