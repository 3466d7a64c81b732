import { isFloat } from "../../../base/dtype.ts";
import { NDArray } from "../../../kernels/array.ts";
import { type Amount, derived, fixed } from "../amount.ts";
import { amountAt, fixedShape, type MergedCall, numberAt, numbersAt, reshaped, type Write } from "../call.ts";
import type { Graph } from "../graph.ts";
import { cast } from "./elementwise.ts";

function expand(graph: Graph, { inputs: [{ name, dtype }], shape }: MergedCall): string {
  if (dtype !== "bool") return graph.node("Expand", [name, graph.ints(shape)]);
  return cast(graph, graph.node("Expand", [cast(graph, name, "int32"), graph.ints(shape)]), "bool");
}

function slice(graph: Graph, call: MergedCall): string {
  const dim = numberAt(call, 0);
  const [start, step, count] = [1, 2, 3].map((i) => amountAt(call, i)) as [Amount, Amount, Amount];
  const end = derived((from, by, many) => (many === 0 ? from : from + (many - 1) * by + 1), start, step, count);
  const [{ name }] = call.inputs;
  return graph.node("Slice", [
    name,
    graph.ints([start]),
    graph.ints([end]),
    graph.fixedInts([dim]),
    graph.ints([step]),
  ]);
}

/** From the last to the first: slices that end before the beginning. */
function flip(graph: Graph, call: MergedCall): string {
  const [{ name }] = call.inputs;
  const dims = numbersAt(call, 0);
  const [lasts, ends] = [-1, -0x80000000].map((bound) => graph.fixedInts(dims.map(() => bound)));
  return graph.node("Slice", [name, lasts, ends, graph.fixedInts(dims), lasts]);
}

function triangle(graph: Graph, call: MergedCall): string {
  const [{ name, dtype }] = call.inputs;
  const trilu = (x: string) =>
    graph.node("Trilu", [x, graph.node("Squeeze", [graph.ints([amountAt(call, 0)])])], {
      upper: call.settings[1] === true ? 1 : 0,
    });
  return isFloat(dtype) ? trilu(name) : cast(graph, trilu(cast(graph, name, "int64")), dtype);
}

/** Elements of the flattened `x` at positions that are known. */
function picked(
  graph: Graph,
  name: string,
  from: readonly Amount[],
  positions: readonly number[],
  shape: number[],
): string {
  const count = derived((...sizes) => sizes.reduce((product, size) => product * size, 1), fixed(1), ...from);
  const flat = reshaped(graph, name, from, [count]);
  return graph.node(
    "Gather",
    [flat, graph.constant("positions", new NDArray(Int32Array.from(positions), shape, "int32"))],
    {
      axis: 0,
    },
  );
}

function diagonal(graph: Graph, call: MergedCall): string {
  const [{ name, shape }] = call.inputs;
  const [, columns] = fixedShape("diag", shape);
  const [count] = fixedShape("diag", call.shape);
  const offset = numberAt(call, 0);
  const first = Math.max(0, -offset) * columns + Math.max(0, offset);
  const positions = Array.from({ length: count }, (_, i) => first + i * (columns + 1));
  return picked(graph, name, shape, positions, [count]);
}

/** What is picked for each place of a matrix, and zero beside the diagonal. */
function undiagonal(graph: Graph, call: MergedCall): string {
  const [{ name, shape, dtype }] = call.inputs;
  const [rows, columns] = fixedShape("diag", call.shape);
  const offset = numberAt(call, 0);
  const isOn = Uint8Array.from({ length: rows * columns }, (_, at) =>
    Number((at % columns) - Math.floor(at / columns) === offset),
  );
  let next = 0;
  const positions = Array.from(isOn, (on) => (on ? next++ : 0));
  const spread = picked(graph, name, shape, positions, [rows, columns]);
  const mask = graph.constant("diagonal", new NDArray(isOn, [rows, columns], "bool"));
  if (dtype === "bool") return graph.node("And", [mask, spread]);
  return graph.node("Where", [mask, spread, graph.scalar(0, dtype)]);
}

/** Kernels that change shapes, or put arrays together. */
export const shape: Readonly<Record<string, Write>> = {
  expand,
  permute: (graph, call) => graph.node("Transpose", [call.inputs[0].name], { perm: numbersAt(call, 0) }),
  slice,
  cat: (graph, call) =>
    graph.node(
      "Concat",
      call.inputs.map(({ name }) => name),
      { axis: numberAt(call, 0) },
    ),
  flip,
  triangle,
  diagonal,
  undiagonal,
};
