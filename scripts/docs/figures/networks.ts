import { nn, optim } from "evenkeel";
import {
  type Batch,
  batchNorm,
  namesBatches,
  namesLoss,
  namesNetwork,
  nothing,
} from "../../../examples/experiments/networks.ts";

/** A network on names that is sick, for its weights start too large, and the same with batch norm. */
export function sickAndHealthy({ hidden = 4, scale = 8, seed = 0 } = {}): Record<string, nn.Sequential> {
  return {
    standard: namesNetwork(nothing, { hidden, scale, seed }),
    "batch norm": namesNetwork(batchNorm, { hidden, scale, seed }),
  };
}

/** One result for each network, by its name. */
export function each<T, Y>(networks: Readonly<Record<string, T>>, of: (network: T) => Y): Record<string, Y> {
  return Object.fromEntries(Object.entries(networks).map(([name, network]) => [name, of(network)]));
}

/** Batches of names, the same each time. */
export function batches(count: number, size = 64): Batch[] {
  const next = namesBatches(size, 0);
  return Array.from({ length: count }, (_, step) => next(step));
}

/** The name of the last tanh of a network. */
export function lastTanh(model: nn.Module): string {
  const names = model.namedModules().flatMap(([name, module]) => (module instanceof nn.Tanh ? [name] : []));
  return names[names.length - 1];
}

/** Trains on batches in turn, and shows each step before and after it is made. */
export function train(
  model: nn.Module,
  data: readonly Batch[],
  {
    lr = 0.3,
    before = () => {},
    after = () => {},
  }: { lr?: number; before?: (step: number, batch: Batch) => void; after?: () => void } = {},
): void {
  const optimizer = new optim.SGD(model.parameters(), { lr });
  for (const [step, batch] of data.entries()) {
    before(step, batch);
    optimizer.zeroGrad();
    namesLoss(model, batch).backward();
    optimizer.step();
    after();
  }
}
