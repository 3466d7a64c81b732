import { describe, TensorError } from "../../base/errors.ts";
import { displayed } from "../measuring/display.ts";
import type { Grid, LossSurface } from "./lossSurface.ts";

/** What {@link surfaceRoughness} reads off a surface. */
export interface SurfaceRoughness {
  /** What it is. */
  readonly kind: "surfaceRoughness";
  /** How many points inside the edge are below all four of their neighbours. */
  readonly minima: number;
  /** How many points inside the edge there are, without those that are not finite or have such a neighbour. */
  readonly inside: number;
  /**
   * The mean of `|f(x − h) − 2f(x) + f(x + h)|` over all points and both directions, where all three are finite: 0 of a plane, `|a|·h²`
   * of curvature `a`; null if there are none.
   */
  readonly secondDifference: number | null;
}

/**
 * How jagged a loss surface is: its local minima, and how far, on average, a loss lies off the straight line between its neighbours.
 *
 * Both depend on how close the points are: compare surfaces of the same points, extent and kind of directions.
 *
 * @param surface - from `lossSurface`; of several planes the first.
 * @throws TensorError for anything else.
 * @see Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913, section 6, on what may be read off such planes.
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { lossSurface, surfaceRoughness } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(3, 2);
 * const surface = lossSurface(model, () => model.forward(ones([4, 3])).sum(), { points: 5, seed: 1 }); // a plane
 * const { minima, inside, secondDifference } = surfaceRoughness(surface);
 * console.log(minima, inside, Number(secondDifference) < 1e-5); // => 0 9 true
 * ```
 */
export function surfaceRoughness(surface: LossSurface): SurfaceRoughness {
  if (surface?.kind !== "lossSurface") {
    throw new TensorError("surfaceRoughness", { expected: "a result of lossSurface", got: describe(surface) });
  }
  const rows = surface.loss;
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const bends = [...rows, ...columns].flatMap((line) => line.slice(1, -1).map((_, i) => bend(line.slice(i, i + 3))));
  const known = bends.filter((value) => value !== null);
  const crosses = crossesOf(rows);
  return displayed({
    kind: "surfaceRoughness",
    minima: crosses.filter(([middle, ...around]) => around.every((value) => middle < value)).length,
    inside: crosses.length,
    secondDifference: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
  });
}

function bend([before, at, after]: readonly (number | null)[]): number | null {
  return before === null || at === null || after === null ? null : Math.abs(before - 2 * at + after);
}

/** Each point inside the edge, and its four neighbours, where all are finite. */
function crossesOf(rows: Grid): (readonly number[])[] {
  const crosses = rows
    .slice(1, -1)
    .flatMap((row, above) =>
      row.slice(1, -1).map((middle, i) => [middle, row[i], row[i + 2], rows[above][i + 1], rows[above + 2][i + 1]]),
    );
  return crosses.filter((values): values is number[] => !values.includes(null));
}
