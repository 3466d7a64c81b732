import { emptyLike } from "../../array.ts";
import { placesAlong } from "../../reference/ways.ts";
import type { Beside, BesideRun } from "../beside.ts";

/** Along which dimension an index array counts, and whether what it says is added to what is there. */
interface Scattering {
  readonly dim: number;
  readonly adds: boolean;
}

const scattered: BesideRun<Scattering> = ([x, values, index], { dim, adds }) => {
  const places = placesAlong(index, x.shape, dim);
  const y = emptyLike(x);
  const [from, to] = [values.data, y.data];
  to.set(x.data);
  const isBool = x.dtype === "bool";
  for (let at = 0; at < places.length; at++) {
    const p = places[at];
    to[p] = adds ? (isBool ? to[p] | from[at] : to[p] + from[at]) : from[at];
  }
  return y;
};

/**
 * `x` with the elements of the second input where an index array, the third, says, one after the other: in place of its own, or
 * added to them, which of bools is whether one is true.
 */
export const scatterOf: Beside<Scattering> = { name: "scatter", plain: scattered, simd: () => scattered };
