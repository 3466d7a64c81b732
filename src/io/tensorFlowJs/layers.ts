import { noGrad } from "../../autograd/gradMode.ts";
import { describe, show } from "../../base/errors.ts";
import { ELU } from "../../nn/activations/elu.ts";
import { GELU } from "../../nn/activations/gelu.ts";
import { Hardtanh } from "../../nn/activations/hardtanh.ts";
import { LeakyReLU } from "../../nn/activations/leakyRelu.ts";
import { ReLU } from "../../nn/activations/relu.ts";
import { Sigmoid } from "../../nn/activations/sigmoid.ts";
import { SiLU } from "../../nn/activations/silu.ts";
import { LogSoftmax, Softmax } from "../../nn/activations/softmax.ts";
import { Softplus } from "../../nn/activations/softplus.ts";
import { Tanh } from "../../nn/activations/tanh.ts";
import { Dropout } from "../../nn/layers/dropout.ts";
import { Flatten } from "../../nn/layers/flatten.ts";
import { Linear } from "../../nn/layers/linear.ts";
import type { Module } from "../../nn/module/module.ts";
import { BatchNorm1d } from "../../nn/normalisation/batchNorm1d.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Place, refuse } from "../bytes/checks.ts";
import type { Json } from "../bytes/json.ts";
import type { JsonObject } from "./manifest.ts";

/** A layer of a file. */
export interface FileLayer {
  readonly place: Place;
  readonly name: string;
  readonly kind: string;
  readonly config: JsonObject;
  /** The shape of an example before it, `-1` for a size that is open. */
  readonly shape: readonly number[];
  /** The weight of the layer that has this name, of so many dimensions. */
  readonly weight: (name: string, ndim: number) => Tensor;
}

/** The modules that a layer becomes, and the shape of an example behind it. */
export interface Made {
  readonly modules: readonly Module[];
  readonly shape: readonly number[];
}

/** What each activation is. */
const activations = (): Readonly<Record<string, () => Module | null>> => ({
  linear: () => null,
  relu: () => new ReLU(),
  relu6: () => new Hardtanh({ minVal: 0, maxVal: 6 }),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  softmax: () => new Softmax(-1),
  logsoftmax: () => new LogSoftmax(-1),
  elu: () => new ELU(),
  softplus: () => new Softplus({ threshold: 40 }),
  swish: () => new SiLU(),
  silu: () => new SiLU(),
  gelu: () => new GELU(),
});

/** The module of an activation, or none. */
function activationOf({ place, config }: FileLayer): Module[] {
  const name = config.get("activation") ?? "linear";
  const plain = typeof name === "string" ? name.replaceAll("_", "").toLowerCase() : "";
  const known = activations();
  if (!Object.hasOwn(known, plain)) return refuse(place, "an activation that is known", describe(name));
  const made = known[plain]();
  return made === null ? [] : [made];
}

/** A field that is a number. */
function numberOf({ place, config }: FileLayer, field: string, otherwise: number): number {
  const value = config.get(field) ?? otherwise;
  return typeof value === "number" ? value : refuse(place, `a number as ${field}`, describe(value));
}

/** A field that is true or false. */
function flagOf({ place, config }: FileLayer, field: string, otherwise: boolean): boolean {
  const value = config.get(field) ?? otherwise;
  return typeof value === "boolean" ? value : refuse(place, `true or false as ${field}`, describe(value));
}

/** Refuses a field that has another value than these, or is there at all. */
function only({ place, config }: FileLayer, field: string, ...values: readonly Json[]): void {
  const value = config.get(field) ?? null;
  if (value !== null && !values.includes(value)) refuse(place, `no ${field}`, describe(value));
}

function dense(layer: FileLayer): Made {
  const kernel = layer.weight("kernel", 2);
  const [inFeatures, outFeatures] = kernel.shape;
  const last = layer.shape.at(-1);
  if (last !== inFeatures) refuse(layer.place, `a kernel of ${last} inputs`, show(kernel.shape));
  const bias = flagOf(layer, "use_bias", true) ? layer.weight("bias", 1) : null;
  const linear = new Linear(inFeatures, outFeatures, { bias: bias !== null });
  put(layer, linear.weight, kernel.T);
  put(layer, linear.bias, bias);
  return { modules: [linear, ...activationOf(layer)], shape: [...layer.shape.slice(0, -1), outFeatures] };
}

function batchNorm(layer: FileLayer): Made {
  const { place, shape } = layer;
  const { length } = shape;
  if (length !== 1) refuse(place, "batch norm of features [n, c]", `one of examples ${show(shape)}`);
  const axis = layer.config.get("axis") ?? -1;
  const [own] = Array.isArray(axis) ? (axis as readonly Json[]) : [axis];
  if (own !== -1 && own !== 1) refuse(place, "the last axis", describe(own));
  const [mean, variance] = [layer.weight("moving_mean", 1), layer.weight("moving_variance", 1)];
  const weight = flagOf(layer, "scale", true) ? layer.weight("gamma", 1) : null;
  const bias = flagOf(layer, "center", true) ? layer.weight("beta", 1) : null;
  const norm = new BatchNorm1d(shape[0], {
    eps: numberOf(layer, "epsilon", 1e-3),
    momentum: 1 - numberOf(layer, "momentum", 0.99),
    affine: weight !== null || bias !== null,
  });
  put(layer, norm.runningMean, mean);
  put(layer, norm.runningVar, variance);
  put(layer, norm.weight, weight);
  put(layer, norm.bias, bias);
  return { modules: [norm], shape };
}

/** Copies the numbers of a file into a layer's own. */
function put({ place }: FileLayer, own: Tensor | null, given: Tensor | null): void {
  if (own === null || given === null) return;
  if (show(own.shape) !== show(given.shape)) refuse(place, `weights ${show(own.shape)}`, show(given.shape));
  noGrad(() => own.copy_(given));
}

function flatten(layer: FileLayer): Made {
  only(layer, "data_format", "channels_last", "channelsLast");
  const { place, shape } = layer;
  if (shape.includes(-1)) refuse(place, "sizes that are known", show(shape));
  const count = shape.reduce((product, size) => product * size, 1);
  return { modules: shape.length === 1 ? [] : [new Flatten()], shape: [count] };
}

const alone =
  (make: (layer: FileLayer) => readonly Module[]) =>
  (layer: FileLayer): Made => ({ modules: make(layer), shape: layer.shape });

/** What each kind of layer becomes. */
export const layers = (): Readonly<Record<string, (layer: FileLayer) => Made>> => ({
  InputLayer: alone(() => []),
  Dense: dense,
  BatchNormalization: batchNorm,
  Flatten: flatten,
  Activation: alone(activationOf),
  Dropout: alone((layer) => {
    only(layer, "noise_shape");
    return [new Dropout(numberOf(layer, "rate", 0.5))];
  }),
  ReLU: alone((layer) => {
    only(layer, "negative_slope", 0);
    only(layer, "threshold", 0);
    const most = layer.config.get("max_value") ?? null;
    return [most === null ? new ReLU() : new Hardtanh({ minVal: 0, maxVal: numberOf(layer, "max_value", 0) })];
  }),
  LeakyReLU: alone((layer) => [new LeakyReLU({ negativeSlope: numberOf(layer, "alpha", 0.3) })]),
  ELU: alone((layer) => [new ELU({ alpha: numberOf(layer, "alpha", 1) })]),
  Softmax: alone((layer) => {
    only(layer, "axis", -1, layer.shape.length);
    return [new Softmax(-1)];
  }),
});
