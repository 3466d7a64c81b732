import { describe, TensorError } from "../../errors.ts";
import { ones } from "../../factories.ts";
import { isFloat } from "../../kernels/array.ts";
import type { CrossEntropyLoss } from "../../nn/crossEntropyLoss.ts";
import type { Reduction } from "../../nn/functional/reduction.ts";
import type { MSELoss } from "../../nn/mseLoss.ts";
import type { NLLLoss } from "../../nn/nllLoss.ts";
import type { Tensor } from "../../tensor.ts";
import type { ModuleRun } from "./moduleNodes.ts";

/** The mean of squared differences. */
export function mseLoss({ reduction }: MSELoss, run: ModuleRun): string {
  const { graph, input } = run;
  const difference = graph.node("Sub", [input, targetOf(run).target]);
  const losses = graph.node("Mul", [difference, difference]);
  return reduced(run, losses, reduction);
}

/** Minus the log-probability of each label. */
export function nllLoss({ weight, ignoreIndex, reduction }: NLLLoss, run: ModuleRun): string {
  checkScores(run);
  return ofLabels(run, run.input, { weight, ignoreIndex, reduction, labelSmoothing: 0 });
}

/** The same of scores; the target may be probabilities as well. */
export function crossEntropyLoss(settings: CrossEntropyLoss, run: ModuleRun): string {
  checkScores(run);
  const logP = run.graph.node("LogSoftmax", [run.input], { axis: 1 });
  const isLabels = !isFloat(targetOf(run).y.dtype);
  return isLabels ? ofLabels(run, logP, settings) : ofProbabilities(run, logP, settings);
}

/** What the losses over classes are told. */
interface Settings {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly reduction: Reduction;
  readonly labelSmoothing: number;
}

function ofLabels(run: ModuleRun, logP: string, settings: Settings): string {
  const { weight, ignoreIndex, reduction, labelSmoothing } = settings;
  const { graph, name, x } = run;
  const { target } = targetOf(run);
  const [numClasses, zero] = [x.shape[1], numberOf(run, 0)];
  const int = (value: number) => graph.scalar(`${name}.constant`, value, "int32");
  const classes = graph.shape(`${name}.dim`, [1]);

  const isIgnored = graph.node("Equal", [target, int(ignoreIndex)]);
  const counted = (values: string) => graph.node("Where", [isIgnored, zero, values]);
  const labels = graph.node("Where", [isIgnored, int(0), target]);
  const weights = weight ?? ones([numClasses], { dtype: x.dtype as "float32" });
  const weightOfLabel = counted(graph.node("Gather", [graph.constant(`${name}.weight`, weights), labels]));

  const places = graph.node("Unsqueeze", [labels, classes]);
  const ofLabel = graph.node("Squeeze", [graph.node("GatherElements", [logP, places], { axis: 1 }), classes]);
  let losses = graph.node("Mul", [ofLabel, weightOfLabel]);
  if (labelSmoothing > 0) {
    const ofAll = graph.node("ReduceSum", [weighted(run, logP, weight), classes], { keepdims: 0 });
    losses = graph.node("Add", [
      graph.node("Mul", [losses, numberOf(run, 1 - labelSmoothing)]),
      graph.node("Mul", [ofAll, numberOf(run, labelSmoothing / numClasses)]),
    ]);
  }
  losses = counted(graph.node("Neg", [losses]));
  if (reduction !== "mean") return reduced(run, losses, reduction);
  return graph.node("Div", [reduced(run, losses, "sum"), reduced(run, weightOfLabel, "sum")]);
}

function ofProbabilities(run: ModuleRun, logP: string, { weight, reduction, labelSmoothing }: Settings): string {
  const { graph, name, x } = run;
  const kept = graph.node("Mul", [targetOf(run).target, numberOf(run, 1 - labelSmoothing)]);
  const wanted = graph.node("Add", [kept, numberOf(run, labelSmoothing / x.shape[1])]);
  const terms = graph.node("Mul", [weighted(run, logP, weight), wanted]);
  const ofAll = graph.node("ReduceSum", [terms, graph.shape(`${name}.dim`, [1])], { keepdims: 0 });
  const losses = graph.node("Neg", [ofAll]);
  return reduced(run, losses, reduction);
}

/** What a reduction makes of single losses. */
function reduced({ graph }: ModuleRun, losses: string, reduction: Reduction): string {
  if (reduction === "none") return losses;
  return graph.node(reduction === "mean" ? "ReduceMean" : "ReduceSum", [losses], { keepdims: 0 });
}

/** Log-probabilities times the weights of their classes. */
function weighted({ graph, name, x }: ModuleRun, logP: string, weight: Tensor | null): string {
  if (weight === null) return logP;
  const shape = x.shape.map((size, dim) => (dim === 1 ? size : 1));
  return graph.node("Mul", [logP, graph.constant(`${name}.weight`, weight.reshape(shape))]);
}

const numberOf = ({ graph, name, x }: ModuleRun, value: number): string =>
  graph.scalar(`${name}.constant`, value, x.dtype as "float32" | "float64");

/** The name of the target in the graph, and the target itself. */
function targetOf({ others: [[target, y]] }: ModuleRun): { target: string; y: Tensor } {
  return { target, y };
}

/** One example alone, `[c]`, has no dimension of which there may be any number. */
function checkScores({ x }: ModuleRun): void {
  if (x.ndim > 1) return;
  throw new TensorError("exportOnnx", { expected: "a loss of scores [n, c] or [n, c, …]", got: describe(x) });
}
