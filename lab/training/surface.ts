import type { nn } from "evenkeel";
import { type LossSurface, lossSurface } from "evenkeel/analysis";
import type { Session } from "./session.ts";

/** The state of a network, as `lossSurface` takes its path. */
export type Weights = ReturnType<nn.Module["stateDict"]>;

/** A copy of a network's state, which training leaves alone. */
export const weightsOf = (model: nn.Module): Weights =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone()])) as Weights;

/**
 * The loss of the last batch on a plane through the weights of both networks, random and as long filter by filter, and their
 * paths; null where a loss is no number.
 */
export function surfacesOf({ columns, paths, settings }: Session, points: number): [LossSurface, LossSurface] | null {
  const surface = (i: 0 | 1) =>
    columns[i].measured(() =>
      lossSurface(columns[i].model, columns[i].lossOf, { extent: 0.5, points, seed: settings.seed, path: paths[i] }),
    );
  const [left, right] = [surface(0), surface(1)];
  return left === null || right === null ? null : [left, right];
}
