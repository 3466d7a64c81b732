import { enableGrad } from "../../autograd/gradMode.ts";
import type { OptionRule } from "../../base/optionRules.ts";
import { isModule } from "../../nn/module/fields.ts";
import { type Kept, keep } from "../../nn/module/keep.ts";
import type { Module } from "../../nn/module/module.ts";
import { defaultGenerator, type Generator, isGenerator } from "../../random/generator.ts";
import { isUndisturbed } from "./running.ts";

/** Which statistics batch norm uses during an analysis: those of the batch, or the running ones. */
export type BatchNormMode = "batch" | "running";

/** The same on a way through parameters: those of the batch, the running ones, or running ones taken anew at each place. */
export type PathBatchNormMode = BatchNormMode | "recalibrated";

export const batchNormRule = { words: ["batch", "running"], default: "batch" } satisfies OptionRule<BatchNormMode>;

export const pathBatchNormRule = {
  words: ["batch", "running", "recalibrated"],
  default: "batch",
} satisfies OptionRule<PathBatchNormMode>;

export interface PreservingOptions {
  /** Which statistics batch norm uses. Default: as the modules are. */
  readonly batchNorm?: PathBatchNormMode;
}

/**
 * Runs `fn` with the model on memory of its own, gradients enabled, and puts everything back, also when it throws: all
 * fields of all modules with what they hold, modes, gradients and generators are bit for bit as before, and so are versions,
 * so that a loss computed earlier can still be differentiated. What `fn` does in place happens to copies.
 */
export function preserving<T>(model: Module, fn: () => T, options: PreservingOptions = {}): T {
  return during(keep([model, defaultGenerator]), fn, options);
}

function during<T>({ held, restore }: Kept, fn: () => T, options: PreservingOptions): T {
  try {
    return inMode(held, fn, options);
  } finally {
    restore();
  }
}

/**
 * As {@link preserving}, for an analysis in parts: each part has the model as it was when the first began. What others do to
 * the model between the parts stays, and the analysis does not see it. Where nobody works in between, there is nothing to
 * be told apart, and what is put back after a part is what the next one begins with.
 */
export function preservingParts(model: Module, options: PreservingOptions = {}): Within {
  let start: Kept | null = null;
  return (fn, own = options) => {
    if (isUndisturbed()) {
      if (start === null) start = keep([model, defaultGenerator]);
      else start.again();
      return during(start, fn, own);
    }
    const now = keep([model, defaultGenerator, ...(start?.held ?? [])]);
    start?.restore();
    start = keep([model, defaultGenerator]); // once more, so that what was at the start stays for the parts to come
    try {
      return inMode(start.held, fn, own);
    } finally {
      now.restore();
    }
  };
}

/**
 * As {@link preservingParts}, for what trains: each part goes on from where the last one ended, with the model and whatever else
 * it changes, and afterwards all is as it was before the part.
 */
export function evolvingParts(model: Module, others: readonly object[], options: PreservingOptions = {}): Within {
  let state: Kept | null = null;
  const roots = [model, defaultGenerator, ...others];
  return (fn, own = options) => {
    const now = keep([...roots, ...(state?.held ?? [])]);
    state?.restore();
    try {
      const result = inMode(now.held, fn, own);
      state = keep(roots);
      return result;
    } finally {
      now.restore();
    }
  };
}

/** Runs a part of an analysis, with what it was made with or with options of its own. */
type Within = <T>(fn: () => T, options?: PreservingOptions) => T;

function inMode<T>(held: readonly object[], fn: () => T, { batchNorm }: PreservingOptions): T {
  for (const module of held) {
    if (batchNorm !== undefined && isModule(module) && hasRunningStatistics(module)) {
      module.training = batchNorm === "batch";
    }
  }
  return enableGrad(fn);
}

/** Whether a module normalises by statistics of the batch or by running ones, as it is trained or not. */
export function hasRunningStatistics(module: Module): boolean {
  return "runningMean" in module && ("runningVar" in module || "runningNorm" in module);
}

/** The generators that an object, such as a module or a loader, has as fields. */
export function generatorsOf(object: object): Generator[] {
  return Object.values(object).filter(isGenerator);
}
