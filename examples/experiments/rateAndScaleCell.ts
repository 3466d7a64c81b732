import { compiled, optim, type Tensor } from "evenkeel";
import { grid, type Space } from "evenkeel/sweep";
import { mean, type Scale } from "./experiment.ts";
import { batchNorm, namesBatches, namesLoss, namesNetwork, nothing } from "./networks.ts";

/** The networks that are compared, by what they are called. */
export const variants = { standard: nothing, "batch norm": batchNorm };

/** What is given to a {@link cell}. */
interface Configuration {
  readonly variant: string;
  readonly scale: number;
  readonly lr: number;
  readonly seed: number;
  readonly steps: number;
}

/** A network on names, trained from weights of one scale at one rate: the mean loss of the last fifth of the steps, or that it diverged. */
export function cell({ variant, scale, lr, seed, steps }: Configuration): { readonly loss: number | null } {
  const model = namesNetwork(variants[variant as keyof typeof variants], { hidden: 3, scale, seed });
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const next = namesBatches(64, seed);
  const train = compiled((x: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = namesLoss(model, { x, labels });
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { x, labels } = next(step);
    losses.push(train(x, labels).item());
    if (!Number.isFinite(losses[step])) break;
  }
  return { loss: losses.length < steps ? null : mean(losses.slice(-Math.floor(steps / 5))) };
}

/** The rates, scales and steps of an experiment of this size. */
export const extentOf = (scale: Scale) =>
  scale === "small"
    ? { steps: 150, rates: [0.1, 1, 10], scales: [0.1, 1, 5] }
    : { steps: 1000, rates: [0.01, 0.1, 0.3, 1, 3, 10, 30], scales: [0.03, 0.1, 0.3, 1, 3, 10] };

/** Each variant at each scale and rate. */
export function spaceOf(scale: Scale, seeds: readonly number[]): Space {
  const { steps, rates, scales } = extentOf(scale);
  return grid({ seed: seeds, steps: [steps], variant: Object.keys(variants), scale: scales, lr: rates });
}
