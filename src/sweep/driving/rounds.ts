import { TensorError } from "../../base/errors.ts";
import { fromTwo, positive, text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Outcome } from "../cells/cell.ts";
import { plainOf } from "../cells/plainData.ts";
import type { Configuration, Space } from "../spaces/space.ts";

/** How cells are given up that do badly: by successive halving, a whole round after the other. */
export interface PruneOptions {
  /** The name, in what a cell returns, of the number that is to be small, such as `"loss"`. */
  readonly metric: string;
  /** The name, in what a cell is given, of how much it may do, such as `"steps"`; the space leaves it to rounds. */
  readonly budget: string;
  /** What each cell may do in the first round. */
  readonly from: number;
  /** What those that are left may do in the last. */
  readonly to: number;
  /** One cell of so many goes on to the next round, where it may do so many times as much. Default `3`. */
  readonly factor?: number;
}

const rules = {
  metric: { is: text, isRequired: true },
  budget: { is: text, isRequired: true },
  from: { is: positive, isRequired: true },
  to: { is: positive, isRequired: true },
  factor: { is: fromTwo, default: 3 },
} satisfies OptionRules<PruneOptions>;

/** Cells none of which waits for another. */
export interface Round {
  readonly size: number;
  at(place: number): Configuration;
  /** The round after it, by what has become of its cells, in order; null if it is the last. */
  next(outcomes: readonly (Outcome | undefined)[]): Round | null;
}

/** One round after the other, and how many cells all have together. */
export interface Rounds {
  readonly first: Round;
  readonly total: number;
}

/** All cells in one round. */
export const allAtOnce = (space: Space): Rounds => ({
  first: { size: space.size, at: (place) => space.at(place), next: () => null },
  total: space.size,
});

/**
 * Successive halving with a barrier: who goes on depends on what all cells of a round have returned, never on which came first, and
 * so is the same every time. Cells begin each round anew, for they are functions of what they are given.
 *
 * @see Jamieson & Talwalkar 2016, arXiv:1502.07943, algorithm 1.
 */
export function halving(where: string, space: Space, options: PruneOptions): Rounds {
  const { metric, budget, from, to, factor } = optionsOf(where, options, rules, "prune");
  if (from > to) {
    throw new TensorError(where, { expected: "a prune.to of prune.from or more", got: `${from} and ${to}` });
  }
  if (budget in space.at(0)) {
    throw new TensorError(where, {
      expected: `a space that leaves ${JSON.stringify(budget)}, prune.budget, to rounds`,
      got: "one that says it",
    });
  }
  const budgets = [from];
  while ((budgets.at(-1) as number) < to) budgets.push(Math.min((budgets.at(-1) as number) * factor, to));
  const sizes = budgets.map(() => 0);
  for (let [i, left] = [0, space.size]; i < sizes.length; i++, left = Math.ceil(left / factor)) sizes[i] = left;

  const roundOf = (level: number, places: readonly number[] | null): Round => ({
    size: places?.length ?? space.size,
    at: (place) => ({ ...space.at(places?.[place] ?? place), [budget]: budgets[level] }),
    next(outcomes) {
      if (level === budgets.length - 1) return null;
      const ranked = outcomes
        .map((outcome, i) => ({ place: places?.[i] ?? i, metric: metricOf(outcome, metric) }))
        .filter((one) => Number.isFinite(one.metric))
        // Of equal ones the first in the space.
        .sort((a, b) => a.metric - b.metric || a.place - b.place)
        .slice(0, sizes[level + 1]);
      if (ranked.length === 0) return null;
      return roundOf(
        level + 1,
        ranked.map(({ place }) => place).sort((a, b) => a - b),
      );
    },
  });
  return { first: roundOf(0, null), total: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The number that decides; none where a cell has diverged or failed, or has no such number. */
function metricOf(outcome: Outcome | undefined, name: string): number {
  if (outcome === undefined || !("value" in outcome)) return Number.NaN;
  const value = plainOf(outcome.value);
  const metric =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : null;
  return typeof metric === "number" ? metric : Number.NaN;
}
