import { around, emptyLike } from "../../array.ts";
import type { Beside, BesideRun } from "../beside.ts";
import { copyRun } from "./runs.ts";

/** How far something is turned round along a dimension, towards its end, from 0 to below its size. */
interface Turn {
  readonly dim: number;
  readonly by: number;
}

const rolled: BesideRun<Turn> = ([x], { dim, by }) => {
  const y = emptyLike(x);
  const [, length, inner] = around(x.shape, dim, dim + 1);
  const [block, turned] = [length * inner, by * inner];
  for (let at = 0; at < x.data.length; at += block) {
    copyRun(x.data, y.data, at, at + turned, block - turned);
    copyRun(x.data, y.data, at + block - turned, at, turned);
  }
  return y;
};

/** `x` turned round along a dimension: what leaves at the end comes in at the front. */
export const rollOf: Beside<Turn> = { name: "roll", plain: rolled, simd: () => rolled };
