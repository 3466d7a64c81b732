import { ones, zeros } from "../../factories.ts";
import { BatchNorm1d } from "../../nn/batchNorm1d.ts";
import { CrossEntropyLoss } from "../../nn/crossEntropyLoss.ts";
import { Embedding } from "../../nn/embedding.ts";
import { Flatten } from "../../nn/flatten.ts";
import { GELU } from "../../nn/gelu.ts";
import { hasOwnForward, isLayer, type LayerClass } from "../../nn/layerClass.ts";
import { LayerNorm } from "../../nn/layerNorm.ts";
import { Linear } from "../../nn/linear.ts";
import { LpNorm1d } from "../../nn/lpNorm1d.ts";
import type { Module } from "../../nn/module.ts";
import { MSELoss } from "../../nn/mseLoss.ts";
import { NLLLoss } from "../../nn/nllLoss.ts";
import { NoisyBatchNorm1d } from "../../nn/noisyBatchNorm1d.ts";
import { ReLU } from "../../nn/relu.ts";
import { Sigmoid } from "../../nn/sigmoid.ts";
import { Tanh } from "../../nn/tanh.ts";
import type { Tensor } from "../../tensor.ts";
import { geluNode } from "./geluNode.ts";
import type { Graph } from "./graph.ts";
import { crossEntropyLoss, mseLoss, nllLoss } from "./lossNodes.ts";

/**
 * One run of a module: the name of its input in the graph, the name that its numbers are kept under, the input itself, and
 * the other inputs, such as a loss's target.
 */
export interface ModuleRun {
  readonly graph: Graph;
  readonly input: string;
  readonly name: string;
  readonly x: Tensor;
  readonly others: readonly (readonly [name: string, x: Tensor])[];
}

/** What a module is in ONNX: adds its nodes, and returns the name of its output. */
type ModuleNodes<M> = (module: M, run: ModuleRun) => string;

/** Modules that are written as a whole, by their class: those that do nothing in evaluation leave no node, and are not here. */
const classes: readonly (readonly [LayerClass, ModuleNodes<never>])[] = [
  [Linear, linear],
  [NoisyBatchNorm1d, batchNorm],
  [BatchNorm1d, batchNorm],
  [LpNorm1d, lpNorm],
  [LayerNorm, layerNorm],
  [Embedding, embedding],
  [Flatten, flatten],
  [
    GELU,
    ({ approximate }: GELU, { graph, input, name, x }) =>
      geluNode(graph, input, approximate, x.dtype, `${name}.constant`),
  ],
  [MSELoss, mseLoss],
  [NLLLoss, nllLoss],
  [CrossEntropyLoss, crossEntropyLoss],
  [ReLU, (_: ReLU, { graph, input }) => graph.node("Relu", [input])],
  [Sigmoid, (_: Sigmoid, { graph, input }) => graph.node("Sigmoid", [input])],
  [Tanh, (_: Tanh, { graph, input }) => graph.node("Tanh", [input])],
];

/**
 * What writes a module; null for one that is seen by what it does: containers, modules of a user's own, and those whose
 * `forward` is another than their class's.
 */
export function nodesOf(module: Module): ((run: ModuleRun) => string) | null {
  const found = hasOwnForward(module) ? classes.find(([type]) => isLayer(module, type)) : undefined;
  return found === undefined ? null : (run) => found[1](module as never, run);
}

/** Why a module's output in evaluation is not a function of one example; null if it is. */
export function refusalOf(module: Module): string | null {
  const isNorm = isLayer(module, BatchNorm1d) || isLayer(module, LpNorm1d);
  return isNorm && module.runningMean === null
    ? "has no running statistics, so that its output depends on the batch"
    : null;
}

function linear({ weight, bias }: Linear, { graph, input, name, x }: ModuleRun): string {
  const kept = bias === null ? [] : [graph.constant(`${name}.bias`, bias)];
  if (x.ndim === 2)
    return graph.node("Gemm", [input, graph.constant(`${name}.weight`, weight), ...kept], { transB: 1 });
  const product = graph.node("MatMul", [input, graph.constant(`${name}.weight`, weight.detach().T)]);
  return kept.length === 0 ? product : graph.node("Add", [product, ...kept]);
}

function batchNorm(module: BatchNorm1d, { graph, input, name }: ModuleRun): string {
  const { numFeatures, runningMean, runningVar, weight, bias, eps } = module;
  const options = { dtype: (runningMean as Tensor).dtype };
  const values = {
    weight: weight ?? ones([numFeatures], options),
    bias: bias ?? zeros([numFeatures], options),
    running_mean: runningMean as Tensor,
    running_var: runningVar as Tensor,
  };
  const kept = Object.entries(values).map(([field, value]) => graph.constant(`${name}.${field}`, value));
  return graph.node("BatchNormalization", [input, ...kept], { epsilon: { float: eps } });
}

function lpNorm(module: LpNorm1d, { graph, input, name, x }: ModuleRun): string {
  const { runningMean, runningNorm, weight, bias, eps, numFeatures } = module;
  const shape = x.ndim === 2 ? [numFeatures] : [numFeatures, 1];
  const kept = (field: string, value: Tensor) => graph.constant(`${name}.${field}`, value.detach().reshape(shape));
  let y = graph.node("Sub", [input, kept("running_mean", runningMean as Tensor)]);
  y = graph.node("Div", [y, kept("running_norm", (runningNorm as Tensor).add(eps))]);
  if (weight !== null) y = graph.node("Mul", [y, kept("weight", weight)]);
  return bias === null ? y : graph.node("Add", [y, kept("bias", bias)]);
}

function layerNorm({ normalizedShape, weight, bias, eps }: LayerNorm, { graph, input, name, x }: ModuleRun): string {
  const scale = weight ?? ones(normalizedShape, { dtype: x.dtype as "float32" });
  const kept = [
    graph.constant(`${name}.weight`, scale),
    ...(bias === null ? [] : [graph.constant(`${name}.bias`, bias)]),
  ];
  const attributes = { axis: -normalizedShape.length, epsilon: { float: eps } };
  return graph.node("LayerNormalization", [input, ...kept], attributes);
}

function embedding({ weight }: Embedding, { graph, input, name }: ModuleRun): string {
  return graph.node("Gather", [graph.constant(`${name}.weight`, weight), input], { axis: 0 });
}

function flatten({ startDim, endDim }: Flatten, { graph, input, name, x }: ModuleRun): string {
  const [from, to] = [startDim, endDim].map((dim) => (dim < 0 ? dim + x.ndim : dim));
  // 0 keeps a size, whatever it is; −1 is what is left.
  const sizes = [...x.shape.slice(0, from).map(() => 0), -1, ...x.shape.slice(to + 1)];
  return graph.node("Reshape", [input, graph.shape(`${name}.shape`, sizes)]);
}
