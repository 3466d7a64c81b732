/**
 * Networks on names with and without batch norm as `compare` has them, a cell for each seed, which may run at once:
 * `npx tsx src/sweep/command.ts run examples/sweeps/compareNetworks.ts --journal compared.jsonl --pool 2`, in a checkout.
 */
import { oneHot, optim, randint } from "evenkeel";
import { type Comparison, compare } from "evenkeel/analysis";
import { grid, range } from "evenkeel/sweep";
import { characters, readNames, toExamples } from "../demo/data.ts";
import { batchNorm, namesLoss, namesNetwork, nothing } from "../experiments/networks.ts";

/** The comparison from some seeds. Its batches are drawn from the generator that `compare` keeps for each, and from nothing else. */
export function compared(seed: number | readonly number[], steps: number): Comparison {
  const { contexts, next } = toExamples(readNames().slice(0, 1000));
  return compare({
    variants: {
      standard: (own) => namesNetwork(nothing, { seed: own }),
      "batch norm": (own) => namesNetwork(batchNorm, { seed: own }),
    },
    data: (_, generator) => {
      const i = randint(0, next.numel(), [64], { generator });
      const x = oneHot(contexts.index(i), characters.length).to("float32").flatten(1);
      return { x, labels: next.index(i) };
    },
    loss: namesLoss,
    optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.3 }),
    steps,
    seed,
  });
}

/** That from one seed; `joinComparisons` makes of them that from all. */
export const cell = ({ seed, steps }: { seed: number; steps: number }): Comparison => compared(seed, steps);

export const sweep = { space: grid({ seed: range(5), steps: [300] }), cell: new URL(import.meta.url) };
