import { grad } from "../autograd/grad.ts";
import { enableGrad } from "../autograd/gradMode.ts";
import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { flag, notNegative, positive } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { zerosLike } from "../functions/factories.ts";
import { randn } from "../functions/sample.ts";
import { Generator } from "../random/generator.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { position } from "./allclose.ts";

/** Options of {@link gradcheck} and {@link gradgradcheck}. */
export interface GradcheckOptions {
  /** How far each input is moved either way. Default `1e-6`. */
  readonly eps?: number;
  /** Allowed difference beside the relative one. Default `1e-5`. */
  readonly atol?: number;
  /** Allowed difference in proportion to the numeric derivative. Default `1e-3`. */
  readonly rtol?: number;
  /** Whether to throw where a derivative is wrong, rather than return `false`. Default `true`. */
  readonly raise?: boolean;
}

/** A function to be checked: of some tensors, to one or several. */
export type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const rules = {
  eps: { is: positive, default: 1e-6 },
  atol: { is: notNegative, default: 1e-5 },
  rtol: { is: notNegative, default: 1e-3 },
  raise: { is: flag, default: true },
} satisfies OptionRules<GradcheckOptions>;

/**
 * Compares every entry of every Jacobian of `fn` with central differences: `(f(x + ε) − f(x − ε))/2ε`.
 *
 * The gradient is taken both ways, recorded (`createGraph`) and not: a fused operation has a kernel for the one and its
 * composite for the other. Inputs that want no gradient are passed on as they are. Values are put back as they were.
 *
 * @param fn - called many times; it must be deterministic.
 * @param inputs - float64 tensors, at least one with `requiresGrad`, and any others.
 * @returns `true`, or, with `raise: false`, whether all agree.
 * @throws a {@link TensorError} that names input, output, entry and both numbers, where they disagree; or if the inputs
 * are float32, or no gradient is wanted of any.
 * @see PyTorch `torch.autograd.gradcheck`, same defaults; that looks at one way of taking the gradient only.
 *
 * @example
 * ```ts
 * import { randn } from "evenkeel";
 * import { gradcheck } from "evenkeel/testing";
 *
 * const x = randn([3, 2], { dtype: "float64", requiresGrad: true });
 * console.log(gradcheck((x) => x.tanh().sum(0), [x])); // => true
 * ```
 */
export function gradcheck(fn: Checked, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  return check("gradcheck", fn, inputs, optionsOf("gradcheck", options, rules));
}

/**
 * {@link gradcheck} of the gradient of `fn`, weighted at random: whether second derivatives are right.
 *
 * @throws a {@link TensorError} as {@link gradcheck}.
 * @see PyTorch `torch.autograd.gradgradcheck`, same defaults.
 *
 * @example
 * ```ts
 * import { randn } from "evenkeel";
 * import { gradgradcheck } from "evenkeel/testing";
 *
 * const x = randn([3, 2], { dtype: "float64", requiresGrad: true });
 * console.log(gradgradcheck((x) => x.tanh().sum(0), [x])); // => true
 * ```
 */
export function gradgradcheck(fn: Checked, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const settings = optionsOf("gradgradcheck", options, rules);
  checkInputs("gradgradcheck", fn, inputs);
  const wanted = inputs.filter((x) => x.requiresGrad);
  const generator = new Generator().manualSeed(0);
  const outputs = enableGrad(() => listOf("gradgradcheck", fn(...inputs)));
  const weights = outputs.map((y) => randn(y.shape, { dtype: "float64", generator, requiresGrad: true }));
  const gradient: Checked = (...all) => {
    const xs = all.slice(0, inputs.length);
    const targets = xs.filter((_, i) => inputs[i].requiresGrad);
    const ys = listOf("gradgradcheck", fn(...xs));
    const sums = targets.map((x) => zerosLike(x));
    ys.forEach((y, i) => {
      if (!y.requiresGrad) return;
      const gradOutput = all[inputs.length + i];
      const gradients = grad(y, targets, { gradOutput, createGraph: true, allowUnused: true });
      gradients.forEach((g, j) => {
        if (g !== null) sums[j] = sums[j].add(g);
      });
    });
    return sums;
  };
  return wanted.length === 0 || check("gradgradcheck", gradient, [...inputs, ...weights], settings);
}

function check(where: string, fn: Checked, inputs: readonly Tensor[], settings: Required<GradcheckOptions>): boolean {
  checkInputs(where, fn, inputs);
  const { eps, atol, rtol, raise } = settings;
  const outputs = enableGrad(() => listOf(where, fn(...inputs)));
  for (const [i, x] of inputs.entries()) {
    if (!x.requiresGrad) continue;
    const numeric = centralDifferences(where, fn, inputs, x, outputs, eps);
    for (const [o, y] of outputs.entries()) {
      for (let row = 0; row < y.numel(); row++) {
        const fast = rowOf(y, row, x, false);
        const recorded = rowOf(y, row, x, true);
        for (let at = 0; at < x.numel(); at++) {
          const n = numeric[at][o][row];
          const isClose = (a: number) => Math.abs(a - n) <= atol + rtol * Math.abs(n);
          if (isClose(fast.data[at]) && isClose(recorded.data[at])) continue;
          if (!raise) return false;
          const entry = `d output ${o}${position(row, y.shape)} / d input ${i}${position(at, x.shape)}`;
          throw new TensorError(where, {
            expected: `${entry} to be ${n}, as central differences have it`,
            got: isClose(fast.data[at]) ? `${recorded.data[at]} with createGraph` : `${fast.data[at]}`,
            hint: "The pullback is wrong there, or the function is not smooth at this input.",
          });
        }
      }
    }
  }
  return true;
}

/** `d y[row] / d x`, by the tape. */
function rowOf(y: Tensor, row: number, x: Tensor, createGraph: boolean): Tensor {
  if (!y.requiresGrad) return zerosLike(x);
  const gradOutput = zerosLike(y);
  gradOutput.data[row] = 1;
  return grad(y, [x], { gradOutput, createGraph, allowUnused: true })[0] ?? zerosLike(x);
}

/** For each element of `x`, how each element of each output moves with it. */
function centralDifferences(
  where: string,
  fn: Checked,
  inputs: readonly Tensor[],
  x: Tensor,
  outputs: readonly Tensor[],
  eps: number,
): Float64Array[][] {
  // In place, and past the tape: so a function that does not look at its arguments but at `x` itself is moved too. It
  // may itself take gradients, so recording stays on.
  const outputsAt = (at: number, moved: number) => {
    const value = x.data[at];
    x.data[at] = moved;
    try {
      return enableGrad(() => listOf(where, fn(...inputs))).map((y) => Float64Array.from(y.data));
    } finally {
      x.data[at] = value;
    }
  };
  return Array.from({ length: x.numel() }, (_, at) => {
    const [up, down] = [outputsAt(at, x.data[at] + eps), outputsAt(at, x.data[at] - eps)];
    return outputs.map((_, o) => up[o].map((value, row) => (value - down[o][row]) / (2 * eps)));
  });
}

function checkInputs(where: string, fn: unknown, inputs: unknown): void {
  if (typeof fn !== "function") throw new TensorError(where, { expected: "a function", got: describe(fn) });
  if (!Array.isArray(inputs) || !inputs.every(isTensor)) {
    throw new TensorError(where, { expected: "an array of tensors", got: describe(inputs) });
  }
  const wanted = inputs.filter((x) => x.requiresGrad);
  const isNarrow = wanted.some((x) => x.dtype !== "float64");
  if (wanted.length > 0 && !isNarrow) return;
  throw new TensorError(where, {
    expected: isNarrow ? "float64 inputs" : "at least one input with requiresGrad",
    got: describe(isNarrow ? wanted.find((x) => x.dtype !== "float64") : inputs),
    hint: isNarrow ? 'In float32 the differences drown in rounding: make them with { dtype: "float64" }.' : "",
  });
}

function listOf(where: string, outputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  const list = isTensor(outputs) ? [outputs] : outputs;
  if (Array.isArray(list) && list.every((y) => isTensor(y) && (y.dtype === "float64" || !y.requiresGrad))) return list;
  throw new TensorError(where, { expected: "a function that returns float64 tensors", got: describe(outputs) });
}
