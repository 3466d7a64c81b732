import { addRunsOf, placeRunsOf, type Runs, sumRunsOf, takeRunsOf } from "../../kernels/beside/indexing/runs.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { zerosLike } from "../factories.ts";

/** The runs of `x` that an index (the second input) names. */
export const takeRuns = (runs: Runs): Primitive =>
  ownPrimitive({
    name: "takeRuns",
    forward: (k, x, index) => k.beside(takeRunsOf, [x, index], runs),
    vjp: [(g, _y, x, index) => g.through(sumRuns({ ...runs, shape: x.shape }), index), null],
    needs: [[1], []],
  });

/** The reverse of {@link takeRuns}: runs added up where an index (the second input) says, in zeros. */
const sumRuns = (runs: Runs): Primitive =>
  ownPrimitive({
    name: "sumRuns",
    forward: (k, g, index) => k.beside(sumRunsOf, [g, index], runs),
    vjp: [(g, _y, x, index) => g.through(takeRuns({ ...runs, shape: x.shape }), index), null],
    needs: [[1], []],
  });

/**
 * The runs of the second input, which may be repeated, in place of those of `x` that an index (the third) names. What is replaced
 * gets no gradient; what is written gets that of its place, also where something else was written there later.
 */
export const place = (runs: Runs): Primitive =>
  ownPrimitive({
    name: "place",
    forward: (k, x, values, index) => k.beside(placeRunsOf, [x, values, index], runs),
    vjp: [
      (g, _y, _x, values, index) => g.through(place(runs), zerosLike(values), index),
      (g, _y, _x, values, index) => g.through(takeRuns(runs), index).sumToSize(values.shape),
      null,
    ],
    needs: [[2], [2], []],
  });

/** The runs of the second input added to those of `x` that an index (the third) names. */
export const addAt = (runs: Runs): Primitive =>
  ownPrimitive({
    name: "addAt",
    forward: (k, x, values, index) => k.beside(addRunsOf, [x, values, index], runs),
    vjp: [(g) => g, (g, _y, _x, _values, index) => g.through(takeRuns(runs), index), null],
    needs: [[], [2], []],
  });
