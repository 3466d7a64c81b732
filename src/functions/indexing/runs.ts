import { type Runs, takeRunsOf, writeRunsOf } from "../../kernels/beside/indexing/runs.ts";
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
    forward: (k, g, index) => k.beside(writeRunsOf, [g, index], { ...runs, adds: true }),
    vjp: [(g, _y, x, index) => g.through(takeRuns({ ...runs, shape: x.shape }), index), null],
    needs: [[1], []],
  });

/**
 * The runs of the second input in place of those of `x` that an index (the third) names, or added to them. What is replaced gets no
 * gradient; what is written gets that of its place, also where something else was written there later.
 */
export const writeRuns = (runs: Runs, adds: boolean): Primitive =>
  ownPrimitive({
    name: adds ? "addAt" : "place",
    forward: (k, x, values, index) => k.beside(writeRunsOf, [values, index, x], { ...runs, adds }),
    vjp: [
      (g, _y, _x, values, index) => (adds ? g : g.through(writeRuns(runs, false), zerosLike(values), index)),
      (g, _y, _x, values, index) => g.through(takeRuns(runs), index).sumToSize(values.shape),
      null,
    ],
    needs: [adds ? [] : [2], [2], []],
  });
