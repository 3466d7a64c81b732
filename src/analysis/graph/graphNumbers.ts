import type { NDArray } from "../../kernels/array.ts";
import { moments } from "../numbers/statistics.ts";

/** The numbers of a tensor: all of them if they are few, and otherwise how far they reach. */
export interface GraphNumbers {
  /** All of them, row-major, null where one is NaN or infinite, and bools as 0 and 1; null if there are too many. */
  readonly values: readonly (number | null)[] | null;
  /** The least of the finite ones; null of none. */
  readonly min: number | null;
  /** The mean of the finite ones; null of none. */
  readonly mean: number | null;
  /** The greatest of the finite ones; null of none. */
  readonly max: number | null;
  /** How many are NaN. */
  readonly nan: number;
  /** How many are infinite, of either sign. */
  readonly infinite: number;
}

/** Of a tensor whose numbers are not there any more. */
export const noNumbers: GraphNumbers = { values: null, min: null, mean: null, max: null, nan: 0, infinite: 0 };

/** The numbers of an array, all of them if they are `most` or fewer, or a single one. */
export function graphNumbers({ data }: NDArray, most: number): GraphNumbers {
  const finite: number[] = [];
  let nan = 0;
  for (const value of data) {
    if (Number.isFinite(value)) finite.push(value + 0);
    else if (Number.isNaN(value)) nan++;
  }
  const all = data.length <= Math.max(1, most);
  return {
    values: all ? Array.from(data, (value) => (Number.isFinite(value) ? value + 0 : null)) : null,
    min: finite.length === 0 ? null : finite.reduce((a, b) => Math.min(a, b)),
    mean: moments(finite).mean,
    max: finite.length === 0 ? null : finite.reduce((a, b) => Math.max(a, b)),
    nan,
    infinite: data.length - finite.length - nan,
  };
}
