import { describe, TensorError } from "../../base/errors.ts";
import { displayed } from "./display.ts";

/** How far a long analysis has come. */
export interface Progress {
  /** The passes made, forward and backward. */
  readonly done: number;
  /** Those that it will have made in the end. */
  readonly total: number;
}

/** What long analyses may be told beside their own options. */
export interface LongOptions {
  /** Called after each part of the work. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the analysis early, by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** The most passes, forward and backward, that it may take; where it would take more, it is refused. */
  readonly maxEvaluations?: number;
}

/** The names of {@link LongOptions}. */
export const longOptionNames = ["onProgress", "signal", "maxEvaluations"] as const;

/** An analysis in parts: the model is as it was between them. */
export type Parts<T> = Generator<Progress, T>;

const isSignal = (signal: unknown): signal is AbortSignal =>
  typeof (signal as Partial<AbortSignal> | null | undefined)?.throwIfAborted === "function";

/** Refuses an analysis that would take more passes than it may, before it starts. */
export function checkBudget(where: string, total: number, { maxEvaluations, onProgress, signal }: LongOptions): void {
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TensorError(where, { expected: "a function as onProgress", got: describe(onProgress) });
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw new TensorError(where, { expected: "an AbortSignal as signal", got: describe(signal) });
  }
  if (maxEvaluations === undefined) return;
  if (typeof maxEvaluations !== "number" || !(maxEvaluations > 0)) {
    throw new TensorError(where, { expected: "maxEvaluations above 0", got: describe(maxEvaluations) });
  }
  if (total <= maxEvaluations) return;
  throw new TensorError(where, {
    expected: `at most ${maxEvaluations} passes (maxEvaluations)`,
    got: `options that take ${total}`,
    hint: "Ask for fewer points, or allow more.",
  });
}

/** Whether the part that is running belongs to an analysis that nobody interrupts. */
let undisturbed = false;

/** Whether nobody can have done anything between the parts of the analysis that is running. */
export const isUndisturbed = (): boolean => undisturbed;

/** Runs the next part of an analysis, which says whether nobody works between its parts. */
function next<T>(parts: Parts<T>, isAlone: boolean): IteratorResult<Progress, T> {
  const outer = undisturbed; // of an analysis within whose part this one runs
  undisturbed = isAlone;
  try {
    return parts.next();
  } finally {
    undisturbed = outer;
  }
}

/** Runs an analysis to its end. */
export function finish<T>(parts: Parts<T>, options: LongOptions): T {
  const isAlone = options?.onProgress === undefined && options?.signal === undefined;
  for (;;) {
    if (isSignal(options?.signal)) options.signal.throwIfAborted(); // what is none, the first part refuses
    const { done, value } = next(parts, isAlone);
    if (done) return displayed(value);
    options.onProgress?.(value);
  }
}

/** Runs an analysis to its end, and lets others work between its parts, so that a page stays alive. */
export async function finishAsync<T>(parts: Parts<T>, options: LongOptions): Promise<T> {
  let rested = performance.now();
  for (;;) {
    if (isSignal(options?.signal)) options.signal.throwIfAborted(); // what is none, the first part refuses
    const { done, value } = next(parts, false);
    if (done) return displayed(value);
    options.onProgress?.(value);
    if (performance.now() - rested < mostBusy) continue;
    await rest();
    rested = performance.now();
  }
}

/** For how long a page may be kept from other work, in milliseconds. */
const mostBusy = 12;

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
