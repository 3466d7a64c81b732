// Cross-entropy of logits [n, c, d] and labels [n, d]. A line is the `c` logits of one label. Losses are in float64.

import { logF64 } from "./elementwise/math64";
import { rowTotal } from "./reduce";
import { exponentials, exponentials4, findLines, gather, lineAt, powers as keepPowers, scatter } from "./softmax";

/** The weight of a class; 1 where there are none. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function weightOf<T>(weight: usize, j: i32): f64 {
  return weight == 0 ? 1 : <f64>load<T>(weight + j * sizeof<T>());
}

/** `−(1 − ε)·w_t·ln p_t − ε/c·Σ w_j·ln p_j` of one line, given its largest logit and `Σ e^(x − most)`. */
function lossOf<T>(
  x: usize,
  step: usize,
  c: i32,
  weight: usize,
  label: i32,
  most: f64,
  total: f64,
  smoothing: f64,
): f64 {
  const logTotal = logF64(total);
  const hit = logTotal - (<f64>load<T>(x + <usize>label * step) - most);
  let loss = (1 - smoothing) * weightOf<T>(weight, label) * hit;
  if (smoothing > 0) {
    let smooth: f64 = 0;
    for (let j = 0; j < c; j++, x += step) smooth += weightOf<T>(weight, j) * (logTotal - (<f64>load<T>(x) - most));
    loss += (smoothing / <f64>c) * smooth;
  }
  return loss;
}

function forward<T>(
  x: usize,
  labels: usize,
  weight: usize,
  powers: usize,
  totals: usize,
  losses: usize,
  n: i32,
  c: i32,
  d: i32,
  ignoreIndex: i32,
  isMean: bool,
  smoothing: f64,
  scratch: usize,
): f64 {
  const lines = n * d;
  const step = d * sizeof<T>();
  const delta = powers - x;
  const hits = losses + (<usize>lines << 3) + 64;
  const isSingle = sizeof<T>() == 4;
  for (let q = 0; q < lines; q += isSingle ? 4 : 1) {
    findLines<T>(x, q, lines, c, d, scratch);
    if (isSingle) exponentials4(delta, step, c, keepPowers, scratch);
    else exponentials(delta, step, c, keepPowers, scratch);
    for (let k = q; k < min(lines, isSingle ? q + 4 : q + 1); k++) {
      const label = load<i32>(labels + (k << 2));
      const total = load<f64>(scratch + ((k - q) << 3), 16);
      const most = <f64>load<T>(scratch + (k - q) * sizeof<T>());
      const line = lineAt(k - q, scratch);
      const counts = label != ignoreIndex;
      store<f64>(totals + (k << 3), total);
      store<f64>(losses + (k << 3), counts ? lossOf<T>(line, step, c, weight, label, most, total, smoothing) : 0);
      store<f64>(hits + (k << 3), counts ? weightOf<T>(weight, label) : 0);
    }
  }
  const divisor = isMean ? rowTotal<f64>(hits, lines, 0, false, scratch) : 1;
  store<f64>(totals + (lines << 3), divisor);
  return rowTotal<f64>(losses, lines, 0, false, scratch) / divisor;
}

/**
 * The reduced loss. Writes `e^(x − most)` to `powers`, its sums to `totals`, and behind them what the loss was divided
 * by; to `losses` those of the single labels, behind which is room for as many numbers and 64 bytes.
 */
export function crossEntropy<T>(
  x: usize,
  labels: usize,
  weight: usize,
  powers: usize,
  totals: usize,
  losses: usize,
  n: i32,
  c: i32,
  d: i32,
  ignoreIndex: i32,
  isMean: bool,
  smoothing: f64,
  scratch: usize,
): f64 {
  return forward<T>(x, labels, weight, powers, totals, losses, n, c, d, ignoreIndex, isMean, smoothing, scratch);
}

function backward<T>(
  g: usize,
  gStep: usize,
  powers: usize,
  totals: usize,
  labels: usize,
  weight: usize,
  dx: usize,
  n: i32,
  c: i32,
  d: i32,
  ignoreIndex: i32,
  smoothing: f64,
  scratch: usize,
): void {
  const lines = n * d;
  const step = d * sizeof<T>();
  const delta = dx - powers;
  const isSingle = sizeof<T>() == 4;
  const width = isSingle ? 4 : 1;
  const divisor = load<f64>(totals + (lines << 3));
  const weights = weight == 0 ? <f64>c : rowTotal<T>(weight, c, 0, false, scratch);
  const spread = smoothing / <f64>c;
  const bend = scratch + 16;
  const atLabel = scratch + 32;
  const counting = scratch + 64;
  for (let q = 0; q < lines; q += width) {
    findLines<T>(powers, q, lines, c, d, scratch);
    for (let k = 0; k < width; k++) {
      const line = min(q + k, lines - 1);
      const label = load<i32>(labels + (line << 2));
      const lane = k * sizeof<T>();
      const counts = label != ignoreIndex;
      store<i32>(counting + lane, counts ? -1 : 0);
      if (!counts) continue;
      const scale = <f64>load<T>(g + <usize>line * gStep) / divisor;
      const w = weightOf<T>(weight, label);
      const hit = (1 - smoothing) * w;
      const slope = (hit + spread * weights) / load<f64>(totals + (line << 3));
      const power = <f64>load<T>(lineAt(k, scratch) + <usize>label * step);
      store<T>(scratch + lane, <T>(scale * slope));
      store<T>(bend + lane, spread == 0 ? 0 : <T>(scale * spread));
      store<T>(atLabel + lane, <T>(scale * (slope * power - (hit + spread * w))));
    }
    const line0 = lineAt(0, scratch);
    if (isSingle) {
      const line1 = lineAt(1, scratch);
      const line2 = lineAt(2, scratch);
      const line3 = lineAt(3, scratch);
      const slopes = v128.load(scratch);
      const bends = v128.load(bend);
      const mask = v128.load(counting);
      for (let j = 0, i: usize = 0; j < c; j++, i += step) {
        const v = f32x4.mul(gather(line0, line1, line2, line3, i), slopes);
        const w = f32x4.splat(weight == 0 ? 1 : load<f32>(weight + (j << 2)));
        const slopesAtX = v128.and(f32x4.sub(v, f32x4.mul(w, bends)), mask);
        scatter(line0, line1, line2, line3, i + delta, slopesAtX);
      }
    } else {
      const counts = load<i32>(counting) != 0;
      const slope = load<f64>(scratch);
      const b = load<f64>(bend);
      for (let j = 0, at = line0; j < c; j++, at += step) {
        store<f64>(at + delta, counts ? load<f64>(at) * slope - weightOf<T>(weight, j) * b : 0);
      }
    }
    for (let k = q; k < min(lines, q + width); k++) {
      const label = load<i32>(labels + (k << 2));
      if (label == ignoreIndex) continue;
      const lane = (k - q) * sizeof<T>();
      store<T>(lineAt(k - q, scratch) + delta + <usize>label * step, load<T>(atLabel + lane));
    }
  }
}

/** The gradient at the logits, which may take the place of `powers`; `gStep` bytes lie between the gradients at two losses. */
export function crossEntropyBackward<T>(
  g: usize,
  gStep: usize,
  powers: usize,
  totals: usize,
  labels: usize,
  weight: usize,
  dx: usize,
  n: i32,
  c: i32,
  d: i32,
  ignoreIndex: i32,
  smoothing: f64,
  scratch: usize,
): void {
  backward<T>(g, gStep, powers, totals, labels, weight, dx, n, c, d, ignoreIndex, smoothing, scratch);
}
