import { TensorError } from "../../../base/errors.ts";
import type { CrossEntropySettings } from "../../../kernels/kernels.ts";
import { type Amount, fixed, isFixed } from "../amount.ts";
import { type MergedCall, reshaped, type Write } from "../call.ts";
import type { Graph } from "../graph.ts";

/** Minus the log-probability of each label, from scores `[n, c]` or `[n, c, …]`. */
function crossEntropy(graph: Graph, { inputs, settings, dtype }: MergedCall): string {
  const [x, target, weight] = inputs;
  const { ignoreIndex, reduction, labelSmoothing } = settings.at(-1) as CrossEntropySettings;
  const [numClasses] = x.shape[1] as Amount;
  if (!isFixed(x.shape[1])) {
    throw new TensorError("exportOnnx", {
      expected: "a loss of scores [n, c] or [n, c, …]",
      got: "one of a single example's, whose classes would be the examples",
    });
  }
  const [number, whole] = [
    (value: number) => graph.scalar(value, dtype),
    (value: number) => graph.scalar(value, "int32"),
  ];
  const classes = graph.fixedInts([1]);
  const reduced = (losses: string) => graph.node("ReduceSum", [losses], { keepdims: 0 });

  const isIgnored = graph.node("Equal", [target.name, whole(ignoreIndex)]);
  const counted = (values: string) => graph.node("Where", [isIgnored, number(0), values]);
  const labels = graph.node("Where", [isIgnored, whole(0), target.name]);
  const logP = graph.node("LogSoftmax", [x.name], { axis: 1 });
  const places = graph.node("Unsqueeze", [labels, classes]);
  const ofLabel = graph.node("Squeeze", [graph.node("GatherElements", [logP, places], { axis: 1 }), classes]);
  const weightOfLabel = counted(
    weight === undefined ? number(1) : graph.node("Gather", [weight.name, labels], { axis: 0 }),
  );

  let losses = weight === undefined ? ofLabel : graph.node("Mul", [ofLabel, weightOfLabel]);
  if (labelSmoothing > 0) {
    const across = x.shape.map((_, d) => (d === 1 ? fixed(numClasses) : fixed(1)));
    const all =
      weight === undefined ? logP : graph.node("Mul", [logP, reshaped(graph, weight.name, weight.shape, across)]);
    losses = graph.node("Add", [
      graph.node("Mul", [losses, number(1 - labelSmoothing)]),
      graph.node("Mul", [
        graph.node("ReduceSum", [all, classes], { keepdims: 0 }),
        number(labelSmoothing / numClasses),
      ]),
    ]);
  }
  losses = counted(graph.node("Neg", [losses]));
  if (reduction === "none") return losses;
  return reduction === "sum" ? reduced(losses) : graph.node("Div", [reduced(losses), reduced(weightOfLabel)]);
}

/** Kernels of losses. */
export const losses: Readonly<Record<string, Write>> = { crossEntropy };
