import { compiled, Generator, nn, randint, type Tensor } from "evenkeel";
import type { Dataset } from "../data/dataset.ts";
import type { Table } from "../data/table.ts";
import type { Settings } from "../settings.ts";
import { network, optimizerOf } from "./network.ts";
import { type Pair, pairSteps } from "./plan.ts";
import { datasetOf } from "./session.ts";

/** Trains both networks for a short time at a rate, from a scale: as a session does, but nobody looks at what is inside. */
export function pairOf(given: Settings, { lr, scale }: Pick<Pair, "lr" | "scale">, table: Table | null = null): Pair {
  const settings = { ...given, lr, scale };
  const data = datasetOf(settings, table);
  const { x, labels } = data.training;
  const batches = new Generator().manualSeed(settings.seed + 1);
  const steps = (["left", "right"] as const).map((side) => stepOf(data, settings, side));
  const sums: [number, number] = [0, 0];
  const last = pairSteps / 5;
  for (let step = 0; step < pairSteps; step++) {
    const rows = randint(0, labels.numel(), [settings.batch], { generator: batches });
    const batch = [x.index(rows), labels.index(rows)] as const;
    for (const [i, make] of steps.entries()) {
      const loss = make(...batch);
      if (step >= pairSteps - last) sums[i] += loss.item<number>() / last;
    }
  }
  return { lr, scale, losses: [finite(sums[0]), finite(sums[1])] };
}

/** A step of one of the networks: its loss. */
function stepOf(data: Dataset, settings: Settings, side: "left" | "right"): (x: Tensor, labels: Tensor) => Tensor {
  const noise = new Generator().manualSeed(settings.seed + 2);
  const model = network(data, settings, { normalisation: settings[side], noise });
  const optimizer = optimizerOf(model, settings);
  return compiled((x: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x), labels);
    loss.backward();
    optimizer.step();
    return loss;
  });
}

const finite = (loss: number): number => (Number.isFinite(loss) ? loss : Number.NaN);
