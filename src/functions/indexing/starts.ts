import { sizeOf } from "../../base/dtype.ts";
import type { Runs } from "../../kernels/beside/indexing/runs.ts";
import { type Steps, startsOf } from "../../kernels/beside/indexing/starts.ts";
import { kernels } from "../../kernels/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { joined, type Named } from "./places.ts";
import { countOf, type Step } from "./steps.ts";

/** A part of a tensor as runs of neighbours, and where these start. */
interface Part {
  readonly index: Tensor;
  readonly runs: Runs;
}

/** A bound as Python takes it: from the end below 0, and no further than there is something. */
const boundOf = (bound: number, size: number): number => Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);

/**
 * The runs that a part of `x` consists of, as long as they can be. The dimensions of indices come in the place of the first, or in
 * front of all if there is something else between them.
 */
export function runsFor(where: string, x: Tensor, steps: readonly Step[]): Part {
  const lines: Steps[] = []; // what is left of each dimension, and new ones
  const [named, dims]: [Named[], number[]] = [[], []];
  let [first, dim, place, isRun] = [0, 0, 0, true];
  const strides = x.shape.map((_, d) => sizeOf(x.shape.slice(d + 1)));
  for (const step of steps) {
    if (step.kind === "select") first += strides[dim] * (step.i < 0 ? step.i + x.shape[dim] : step.i);
    else if (step.kind === "new") lines.push({ size: 1, step: 0 });
    else if (step.kind === "slice") {
      const [start, end, by] = step.bounds;
      const [from, to, every] = [
        boundOf(start ?? 0, x.shape[dim]),
        boundOf(end ?? x.shape[dim], x.shape[dim]),
        by ?? 1,
      ];
      first += from * strides[dim];
      lines.push({ size: Math.max(0, Math.ceil((to - from) / every)), step: every * strides[dim] });
    } else if (step.kind === "index") {
      if (named.length === 0) place = lines.length;
      isRun &&= place === lines.length;
      named.push(step.named);
      dims.push(dim);
    }
    dim += countOf(step);
  }
  const shape = lines.map(({ size }) => size);
  let index: Tensor | null = null;
  if (named.length > 0) {
    const at = joined(where, named, dims, x);
    ({ index } = at);
    if (!isRun) place = 0;
    lines.splice(place, 0, { size: index.numel(), step: at.unit, isNamed: true });
    shape.splice(place, 0, ...index.shape);
  }
  let width = 1;
  for (
    let last = lines.at(-1);
    last !== undefined && !last.isNamed && (last.size === 1 || last.step === width);
    last = lines.at(-1)
  ) {
    width *= last.size;
    lines.pop();
  }
  const starts = { first, lines, shape: lines.map(({ size }) => size) };
  const array = kernels().beside(startsOf, index === null ? [] : [index.array], starts);
  return { index: x.wrap(array), runs: { outer: 1, unit: 1, width, shape } };
}
