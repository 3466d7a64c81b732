import { describe, TensorError } from "../base/errors.ts";
import { shared } from "../base/shared.ts";

/**
 * Runs `fn` without recording anything: what it makes needs no gradient. Returns what `fn` returns.
 *
 * @param fn - a synchronous function; one that goes on after an `await` would go on recording, and is refused.
 * @throws {@link TensorError} if `fn` returns a promise.
 * @see PyTorch `torch.no_grad`, which is a context manager.
 *
 * @example
 * ```ts
 * import { noGrad, tensor } from "evenkeel";
 *
 * const w = tensor([1, 2], { requiresGrad: true });
 * console.log(noGrad(() => w.mul(2)).requiresGrad); // => false
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  return withState("noGrad", "gradEnabled", false, fn);
}

/**
 * Runs `fn` with recording on, inside a {@link noGrad}. Returns what `fn` returns.
 *
 * @param fn - a synchronous function.
 * @throws {@link TensorError} if `fn` returns a promise.
 * @see PyTorch `torch.enable_grad`, which is a context manager.
 *
 * @example
 * ```ts
 * import { enableGrad, isGradEnabled, noGrad } from "evenkeel";
 *
 * console.log(noGrad(() => enableGrad(() => isGradEnabled()))); // => true
 * ```
 */
export function enableGrad<T>(fn: () => T): T {
  return withState("enableGrad", "gradEnabled", true, fn);
}

/**
 * Whether operations are being recorded.
 * @see PyTorch `torch.is_grad_enabled`.
 *
 * @example
 * ```ts
 * import { isGradEnabled } from "evenkeel";
 *
 * console.log(isGradEnabled()); // => true
 * ```
 */
export function isGradEnabled(): boolean {
  return shared().gradEnabled;
}

/**
 * Runs `fn`, and throws at the first operation in it whose output, or a gradient of which, holds a NaN or an infinity.
 * The error names the operation and its shapes. Slower than without; for looking, not for training.
 *
 * @param fn - a synchronous function, such as one training step with its `backward()`.
 * @throws {@link TensorError} at the first NaN or infinity, or if `fn` returns a promise.
 * @see PyTorch `torch.autograd.detect_anomaly`, which looks at gradients only, and for NaN only.
 *
 * @example
 * ```ts
 * import { detectAnomaly, isTensorError, tensor } from "evenkeel";
 *
 * try {
 *   detectAnomaly(() => tensor([1, 0]).log());
 * } catch (error) {
 *   if (isTensorError(error)) console.log(error.message);
 *   // => detectAnomaly: expected finite values, got -Infinity in the output of log([2]) -> [2], at element 1.
 * }
 * ```
 */
export function detectAnomaly<T>(fn: () => T): T {
  return withState("detectAnomaly", "detectAnomaly", true, fn);
}

function withState<T>(where: string, name: "gradEnabled" | "detectAnomaly", value: boolean, fn: () => T): T {
  if (typeof fn !== "function") {
    throw new TensorError(where, { expected: "a function", got: describe(fn), hint: `Write ${where}(() => …).` });
  }
  const state = shared();
  if (name === "detectAnomaly") state.listener?.runs?.("detectAnomaly");
  const before = state[name];
  state[name] = value;
  let result: T;
  try {
    result = fn();
  } finally {
    state[name] = before;
  }
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
    throw new TensorError(where, {
      expected: "a synchronous function",
      got: "one that returns a promise",
      hint: `What follows an await would run outside; put ${where} around the parts between.`,
    });
  }
  return result;
}
