import type { Plain } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import { type Space, spaceOf } from "./space.ts";
import { checkNamedValues, type Values } from "./values.ts";

/**
 * Each value of each list with each of the others: the last name changes fastest.
 *
 * @param values - lists by names: arrays, or `range(…)`.
 * @throws TensorError for a list without values, and for more than 2⁵³ configurations.
 *
 * @example
 * ```ts
 * import { grid, range } from "evenkeel/sweep";
 *
 * const space = grid({ lr: [0.1, 1], scale: [1, 10], seed: range(5) });
 * console.log(space.size, space.at(6)); // => 20 { lr: 0.1, scale: 10, seed: 1 }
 * ```
 */
export function grid(values: Readonly<Record<string, Values<Plain>>>): Space {
  const where = "grid";
  checkNamedValues(where, values);
  const lists = Object.entries(values);
  const size = lists.reduce((product, [, { length }]) => product * length, 1);
  return spaceOf(where, size, (place) => {
    let rest = place;
    const entries = lists.toReversed().map(([name, list]) => {
      const own = rest % list.length;
      rest = Math.floor(rest / list.length);
      return [name, list.at(own) as Plain] as const;
    });
    return Object.fromEntries(entries.reverse());
  });
}

/**
 * The first values of all lists together, then the second ones, and so on: lists of one length, side by side.
 *
 * @param values - lists by names.
 * @throws TensorError for lists of different lengths.
 *
 * @example
 * ```ts
 * import { zip } from "evenkeel/sweep";
 *
 * const space = zip({ lr: [0.1, 1], steps: [1000, 100] });
 * console.log(space.size, space.at(1)); // => 2 { lr: 1, steps: 100 }
 * ```
 */
export function zip(values: Readonly<Record<string, Values<Plain>>>): Space {
  const where = "zip";
  checkNamedValues(where, values);
  const lists = Object.entries(values);
  const [[first, { length }]] = lists;
  for (const [name, list] of lists) {
    if (list.length !== length) refuseLengths(where, `${first} and ${name}`, `${length} and ${list.length} of them`);
  }
  return spaceOf(where, length, (place) =>
    Object.fromEntries(lists.map(([name, list]) => [name, list.at(place) as Plain])),
  );
}

function refuseLengths(where: string, names: string, got: string): never {
  throw new TensorError(where, {
    expected: `as many values as ${names}`,
    got,
    hint: "Each with each is grid({ … }).",
  });
}
