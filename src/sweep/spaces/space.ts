import type { Plain } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";

/** What a cell is given: plain values by names. */
export type Configuration = Readonly<Record<string, Plain>>;

/** The configurations of a sweep in an order, each made when it is asked for: a space of 10⁹ of them takes no memory. */
export interface Space {
  /** How many configurations there are. */
  readonly size: number;
  /** The configuration at a place, counted from 0. */
  at(place: number): Configuration;
}

/** Whether something is a space. */
const isSpace = (space: unknown): space is Space =>
  typeof space === "object" &&
  space !== null &&
  Number.isSafeInteger((space as Space).size) &&
  (space as Space).size > 0 &&
  typeof (space as Space).at === "function";

/** Refuses what is no space. */
export function checkSpace(where: string, name: string, space: unknown): asserts space is Space {
  if (isSpace(space)) return;
  const isArray = Array.isArray(space);
  throw new TensorError(where, {
    expected: `a space as ${name}, such as grid({ lr: [0.1, 1] })`,
    got: describe(space),
    hint: isArray ? "Configurations that are written down are list([…])." : "",
  });
}

/** A space of so many configurations; more than can be counted are refused. */
export function spaceOf(where: string, size: number, at: (place: number) => Configuration): Space {
  if (!Number.isSafeInteger(size)) {
    throw new TensorError(where, { expected: "at most 2^53 configurations", got: `about ${size.toPrecision(3)}` });
  }
  return {
    size,
    at: (place) => {
      if (Number.isInteger(place) && place >= 0 && place < size) return at(place);
      throw new TensorError(`${where}.at`, { expected: `a place from 0 to ${size - 1}`, got: describe(place) });
    },
  };
}
