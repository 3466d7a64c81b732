import { describe, TensorError } from "../../base/errors.ts";
import { ReLU } from "../../nn/activations/relu.ts";
import { Sigmoid } from "../../nn/activations/sigmoid.ts";
import { Tanh } from "../../nn/activations/tanh.ts";
import { isLayer } from "../../nn/module/layerClass.ts";
import type { Module } from "../../nn/module/module.ts";

/** From where on an activation counts as saturated, which is where its gradient is small. */
export interface SaturationThresholds {
  /** A tanh is saturated where `|y|` is above this. Its gradient `1 − y²` is below 0.06 there. Default `0.97`. */
  readonly tanh: number;
  /** A sigmoid is saturated where `y` or `1 − y` is below this. Its gradient `y(1 − y)` is below 0.03. Default `0.03`. */
  readonly sigmoid: number;
  /** A ReLU is saturated where `y` is at most this. Its gradient is 0 at `y = 0`. Default `0`. */
  readonly relu: number;
}

export function saturationThresholds(
  where: string,
  { tanh = 0.97, sigmoid = 0.03, relu = 0 }: Partial<SaturationThresholds>,
): SaturationThresholds {
  for (const [name, value] of Object.entries({ tanh, sigmoid })) {
    if (typeof value === "number" && value >= 0 && value <= 1) continue;
    throw new TensorError(where, { expected: `a threshold from 0 to 1 for ${name}`, got: describe(value) });
  }
  if (typeof relu !== "number" || !(relu >= 0 && relu < Number.POSITIVE_INFINITY)) {
    throw new TensorError(where, { expected: "a threshold of 0 or more for relu", got: describe(relu) });
  }
  return { tanh, sigmoid, relu };
}

/** Whether an output of the module is saturated; undefined for a module that does not saturate, or not known to. */
export function saturationOf(module: Module, at: SaturationThresholds): ((y: number) => boolean) | undefined {
  if (isLayer(module, Tanh)) return (y) => Math.abs(y) > at.tanh;
  if (isLayer(module, Sigmoid)) return (y) => y < at.sigmoid || y > 1 - at.sigmoid;
  if (isLayer(module, ReLU)) return (y) => y <= at.relu;
  return undefined;
}
