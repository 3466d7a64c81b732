/** The rates and scales of the map. */
export const rates = [0.01, 0.03, 0.1, 0.3, 1, 3, 10] as const;
export const scales = [0.1, 0.3, 1, 3, 10, 30] as const;

/** So many steps tell whether a pair trains. */
export const pairSteps = 100;

/** A pair, and what both networks come to: their mean loss in the last fifth of the steps, NaN where it was no number. */
export interface Pair {
  readonly lr: number;
  readonly scale: number;
  readonly losses: readonly [number, number];
}

/** The rates of gradient descent at the edge of stability, without batch norm and with it. */
export const edgeRates = [0.4, 0.04] as const;

/** Its steps in all, and from one look at the Hessian to the next. */
export const [edgeSteps, edgeEvery] = [1500, 30] as const;

/** The rate of the walk through three neurons, and its steps. */
export const [walkRate, walkSteps] = [0.1, 3] as const;

/** The most groups of group norm, up to five, into which so many units go. */
export const groupsOf = (width: number): number => [5, 4, 3, 2, 1].find((groups) => width % groups === 0) ?? 1;

/** How many examples a ghost batch has: a quarter of the batch or less, so that it goes into it; the whole of one that has no such part. */
export function ghostOf(batch: number): number {
  for (let size = Math.floor(batch / 4); size > 1; size--) if (batch % size === 0) return size;
  return batch;
}
