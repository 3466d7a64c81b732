import type { Shape } from "../base/dtype.ts";
import { own, type Primitive } from "./op.ts";

/** The rows of `x` that an index array (the second input) names. */
export const rows: Primitive = {
  [own]: true,
  name: "index",
  forward: (k, x, index) => k.rows(x, index),
  vjp: [(g, _y, x, index) => g.through(addRows(x.shape[0]), index), null],
  needs: [[1], []],
};

/** The reverse of {@link rows}: rows added up where an index array (the second input) says, among `count`. */
export const addRows = (count: number): Primitive => ({
  [own]: true,
  name: "addRows",
  forward: (k, x, index) => k.addRows(x, index, count),
  vjp: [(g, _y, _x, index) => g.through(rows, index), null],
  needs: [[1], []],
});

/** Elements picked along `dim` by an index array (the second input) of the result's shape. */
export const gather = (dim: number): Primitive => ({
  [own]: true,
  name: "gather",
  forward: (k, x, index) => k.gather(x, index, dim),
  vjp: [(g, _y, x, index) => g.through(scatterAdd(dim, x.shape), index), null],
  needs: [[1], []],
});

/** The reverse of {@link gather}: each element added where the index array says, in zeros of `shape`. */
export const scatterAdd = (dim: number, shape: Shape): Primitive => ({
  [own]: true,
  name: "scatterAdd",
  forward: (k, x, index) => k.scatterAdd(x, index, dim, shape),
  vjp: [(g, _y, _x, index) => g.through(gather(dim), index), null],
  needs: [[1], []],
});

/** The flat positions of the elements that are not zero; no gradient. */
export const nonzero: Primitive = {
  [own]: true,
  name: "nonzero",
  forward: (k, x) => k.nonzero(x),
  vjp: [null],
  needs: "nothing",
};
