import { TensorError } from "../../base/errors.ts";
import { aFunction } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";

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

/** What they may be. */
export const longRules = {
  onProgress: { is: aFunction },
  signal: {
    is: {
      expected: "an AbortSignal",
      accepts: (value) => typeof (value as AbortSignal)?.throwIfAborted === "function",
    },
  },
  maxEvaluations: {
    is: { expected: "a number above 0", accepts: (value) => typeof value === "number" && value > 0 },
  },
} satisfies OptionRules<LongOptions>;

/** An analysis in parts: the model is as it was between them. */
export type Parts<T> = Generator<Progress, T>;

/** Refuses an analysis that would take more passes than it may, before it starts. */
export function checkBudget(where: string, total: number, { maxEvaluations }: LongOptions): void {
  if (maxEvaluations === undefined || total <= maxEvaluations) return;
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
  const isAlone = options.onProgress === undefined && options.signal === undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    const { done, value } = next(parts, isAlone);
    if (done) return value;
    options.onProgress?.(value);
  }
}

/** Runs an analysis to its end, and lets others work between its parts, so that a page stays alive. */
export async function finishAsync<T>(parts: Parts<T>, options: LongOptions): Promise<T> {
  let rested = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const { done, value } = next(parts, false);
    if (done) return value;
    options.onProgress?.(value);
    if (performance.now() - rested < mostBusy) continue;
    await rest();
    rested = performance.now();
  }
}

/** For how long a page may be kept from other work, in milliseconds. */
const mostBusy = 12;

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
