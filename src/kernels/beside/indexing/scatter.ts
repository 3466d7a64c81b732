import { emptyLike } from "../../array.ts";
import { writeAlong } from "../../reference/ways.ts";
import type { Beside, BesideRun } from "../beside.ts";

/** Along which dimension an index array counts, and whether what it says is added to what is there. */
interface Scattering {
  readonly dim: number;
  readonly adds: boolean;
}

const scattered: BesideRun<Scattering> = ([x, values, index], { dim, adds }) => {
  const y = emptyLike(x);
  y.data.set(x.data);
  writeAlong(y, values, index, dim, adds);
  return y;
};

/**
 * `x` with the elements of the second input where an index array, the third, says, one after the other: in place of its own, or
 * added to them, which of bools is whether one is true.
 */
export const scatterOf: Beside<Scattering> = { name: "scatter", plain: scattered, simd: () => scattered };
