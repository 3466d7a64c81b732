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

/** Between which outputs a module is alive, both included: what lies beyond is saturated, and NaN is not. */
export interface LiveRange {
  readonly low: number;
  readonly high: number;
}

/** Nothing lies beyond: of a module that does not saturate. */
export const everywhere: LiveRange = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Where a module is not saturated; undefined for one that does not saturate, or is not known to. */
export function liveRangeOf(module: Module, at: SaturationThresholds): LiveRange | undefined {
  if (isLayer(module, Tanh)) return { low: -at.tanh, high: at.tanh };
  if (isLayer(module, Sigmoid)) return { low: at.sigmoid, high: 1 - at.sigmoid };
  if (isLayer(module, ReLU)) return { low: nextAbove(at.relu), high: Number.POSITIVE_INFINITY };
  return undefined;
}

/** The next number above one of 0 or more. */
function nextAbove(x: number): number {
  const float = Float64Array.of(x + 0); // not −0, whose bits are the largest
  new BigUint64Array(float.buffer)[0]++;
  return float[0];
}
