import type { Plain } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { fromOne, wholeNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { mersenneTwister, uniform64 } from "../../kernels/numbers/mersenneTwister.ts";
import { exp } from "../../random/libm/exp.ts";
import { log } from "../../random/libm/log.ts";
import { type Space, spaceOf } from "./space.ts";
import { areValues, type Values } from "./values.ts";

/** Numbers to draw from: what {@link uniform} and {@link logUniform} return. */
export interface Draw {
  /** The number for one that is uniform from 0 to before 1. */
  from(share: number): number;
}

/** How {@link random} draws. */
export interface RandomOptions {
  /** How many configurations. */
  readonly count: number;
  /** Where the random numbers begin, a whole number from 0 to before 2³². Default `0`. */
  readonly seed?: number;
}

const rules = {
  count: { is: fromOne, isRequired: true },
  seed: {
    is: {
      expected: "a whole number from 0 to before 2^32",
      accepts: (value) => wholeNumber.accepts(value) && Number(value) >= 0 && Number(value) < 2 ** 32,
    },
    default: 0,
  },
} satisfies OptionRules<RandomOptions>;

/**
 * Configurations that are drawn: of a list one of its values, of `uniform` and `logUniform` a number between. The one at a place
 * depends on the seed and the place alone, so that twice as many begin with the same ones.
 *
 * @param values - what to draw from, by names.
 * @param options - see {@link RandomOptions}.
 * @throws TensorError for what cannot be drawn from, and for unknown or missing options.
 *
 * @example
 * ```ts
 * import { logUniform, random } from "evenkeel/sweep";
 *
 * const space = random({ lr: logUniform(1e-3, 1), norm: ["none", "batch"] }, { count: 100, seed: 7 });
 * const { lr, norm } = space.at(0);
 * console.log(space.size, Number(lr) > 1e-3, typeof norm); // => 100 true string
 * ```
 */
export function random(values: Readonly<Record<string, Values<Plain> | Draw>>, options: RandomOptions): Space {
  const where = "random";
  const { count, seed } = optionsOf(where, options, rules);
  const drawn = typeof values === "object" && values !== null ? Object.entries(values) : [];
  if (drawn.length === 0) {
    throw new TensorError(where, { expected: "what to draw from, by names", got: describe(values) });
  }
  for (const [name, from] of drawn) {
    if (isDraw(from) || areValues(from)) continue;
    const expected = `a list of values, uniform(…) or logUniform(…) as ${name}`;
    throw new TensorError(where, { expected, got: describe(from) });
  }
  return spaceOf(where, count, (place) => {
    // Two seeds that follow each other are of the same stream only after the words that each name takes.
    const twister = mersenneTwister(mixed(seed, place));
    const entries = drawn.map(([name, from]): [string, Plain] => {
      const share = uniform64(twister);
      return [name, isDraw(from) ? from.from(share) : (from.at(Math.floor(share * from.length)) as Plain)];
    });
    return Object.fromEntries(entries);
  });
}

const isDraw = (from: unknown): from is Draw => typeof (from as Draw | null)?.from === "function";

/** One seed of a seed and a place: the steps of a multiplicative hash, so that neighbours are far apart. */
function mixed(seed: number, place: number): number {
  let word = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (const part of [place % 2 ** 32, Math.floor(place / 2 ** 32)]) {
    word = Math.imul((word ^ part) >>> 0, 0xcc9e2d51);
    word ^= word >>> 15;
    word = Math.imul(word, 0x1b873593);
    word ^= word >>> 13;
  }
  return word >>> 0;
}

/**
 * A number from `low` to `high`, each as likely as the others.
 *
 * @throws TensorError where they are not finite, or not in order.
 *
 * @example
 * ```ts
 * import { random, uniform } from "evenkeel/sweep";
 *
 * const { momentum } = random({ momentum: uniform(0.5, 0.9) }, { count: 1 }).at(0);
 * console.log(Number(momentum) >= 0.5 && Number(momentum) < 0.9); // => true
 * ```
 */
export function uniform(low: number, high: number): Draw {
  checkInterval("uniform", low, high, Number.NEGATIVE_INFINITY);
  return { from: (share) => Math.min(low + (high - low) * share, high) };
}

/**
 * A number from `low` to `high`, each power of ten as likely as the others: for learning rates, scales and weight decays.
 *
 * @param low - above 0.
 * @throws TensorError where they are not finite, not in order or not above 0.
 *
 * @example
 * ```ts
 * import { logUniform, random, range } from "evenkeel/sweep";
 *
 * const space = random({ lr: logUniform(1e-4, 1) }, { count: 1000 });
 * let small = 0;
 * for (let i = 0; i < 1000; i++) if (Number(space.at(i).lr) < 1e-2) small++;
 * console.log(small > 450 && small < 550); // => true
 * ```
 */
export function logUniform(low: number, high: number): Draw {
  checkInterval("logUniform", low, high, 0);
  const [first, last] = [log(low), log(high)];
  return { from: (share) => Math.min(Math.max(exp(first + (last - first) * share), low), high) };
}

function checkInterval(where: string, low: number, high: number, above: number): void {
  const isRight = [low, high].every((bound) => typeof bound === "number" && Number.isFinite(bound));
  if (isRight && low < high && low > above) return;
  throw new TensorError(where, {
    expected: `two finite numbers${above === 0 ? " above 0" : ""}, the smaller first`,
    got: `${describe(low)} and ${describe(high)}`,
  });
}
