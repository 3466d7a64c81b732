import { describe, TensorError } from "../../base/errors.ts";
import { canonical } from "../cells/plainData.ts";
import { type Configuration, checkSpace, type Space, spaceOf } from "./space.ts";

/**
 * Configurations that are written down.
 *
 * @param configurations - one or more.
 * @throws TensorError for none, and for what is not plain data by names.
 *
 * @example
 * ```ts
 * import { list } from "evenkeel/sweep";
 *
 * console.log(list([{ lr: 0.1 }, { lr: 1, momentum: 0.9 }]).at(1)); // => { lr: 1, momentum: 0.9 }
 * ```
 */
export function list(configurations: readonly Configuration[]): Space {
  const where = "list";
  if (!Array.isArray(configurations) || configurations.length === 0) {
    throw new TensorError(where, { expected: "a list of configurations, one or more", got: describe(configurations) });
  }
  for (const [i, configuration] of configurations.entries())
    checkConfiguration(where, `configuration ${i}`, configuration);
  const own = [...configurations];
  return spaceOf(where, own.length, (place) => own[place]);
}

/** Refuses what a cell cannot be given. */
export function checkConfiguration(where: string, name: string, configuration: unknown): void {
  if (typeof configuration !== "object" || configuration === null || Array.isArray(configuration)) {
    throw new TensorError(where, { expected: `plain values by names as ${name}`, got: describe(configuration) });
  }
  canonical(where, name, configuration);
}

/**
 * Each configuration of each space with each of the others, put together: the last space changes fastest.
 *
 * @param spaces - one or more, which have no name in common.
 * @throws TensorError for what is no space, and for a name that two spaces have.
 *
 * @example
 * ```ts
 * import { grid, product, range, zip } from "evenkeel/sweep";
 *
 * const space = product(zip({ lr: [0.1, 1], steps: [1000, 100] }), grid({ seed: range(5) }));
 * console.log(space.size, space.at(5)); // => 10 { lr: 1, steps: 100, seed: 0 }
 * ```
 */
export function product(...spaces: readonly Space[]): Space {
  const where = "product";
  if (spaces.length === 0) throw new TensorError(where, { expected: "one space or more", got: "none" });
  for (const [i, space] of spaces.entries()) checkSpace(where, `space ${i}`, space);
  const size = spaces.reduce((result, space) => result * space.size, 1);
  const names = spaces.flatMap((space) => Object.keys(space.at(0)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new TensorError(where, { expected: "each name in one space", got: `${JSON.stringify(twice)} in two` });
  }
  return spaceOf(where, size, (place) => {
    let rest = place;
    const parts = spaces.toReversed().map((space) => {
      const own = rest % space.size;
      rest = Math.floor(rest / space.size);
      return space.at(own);
    });
    return Object.assign({}, ...parts.reverse());
  });
}
