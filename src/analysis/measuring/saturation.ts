import { notNegative, share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
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

export const saturationRules = {
  tanh: { is: share, default: 0.97 },
  sigmoid: { is: share, default: 0.03 },
  relu: { is: notNegative, default: 0 },
} satisfies OptionRules<Partial<SaturationThresholds>>;

/** Thresholds with their defaults. */
export const saturationThresholds = (
  where: string,
  given: Partial<SaturationThresholds> | undefined,
): SaturationThresholds => optionsOf(where, given, saturationRules, "thresholds");

/** Whether an output of the module is saturated; undefined for a module that does not saturate, or not known to. */
export function saturationOf(module: Module, at: SaturationThresholds): ((y: number) => boolean) | undefined {
  if (isLayer(module, Tanh)) return (y) => Math.abs(y) > at.tanh;
  if (isLayer(module, Sigmoid)) return (y) => y < at.sigmoid || y > 1 - at.sigmoid;
  if (isLayer(module, ReLU)) return (y) => y <= at.relu;
  return undefined;
}
