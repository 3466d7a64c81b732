import type { Module } from "../../nn/module/module.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Loss } from "../measuring/loss.ts";

/** One number that a probe returns. */
export interface StepRow {
  /** The name of the layer, module or parameter. Default: empty, for the whole model. */
  readonly layer?: string;
  /** What was measured, with its unit if it has one. */
  readonly metric: string;
  /** The number. */
  readonly value: number;
}

/** What a probe is told before a step. */
export interface StepContext {
  /** The step, counted from 0. */
  readonly step: number;
  /** The model, before the update. */
  readonly model: Module;
  /** The optimiser, before its step. */
  readonly optimizer: Optimizer;
  /** The loss on the batch of this step, which any analysis takes; each call is counted. */
  readonly loss: Loss;
  /** What the probe wants to keep from step to step; its own, empty at first. */
  readonly memory: Map<string, unknown>;
  /**
   * Asks for the outputs of the step's own forward pass, by dotted names, of all modules that contain no others. The map
   * is filled when the second part of the probe runs. A module that ran more than once shows its first output. No
   * further pass is needed.
   */
  watch(): ReadonlyMap<string, WatchedOutput>;
}

/** A module, and what it returned. */
export interface WatchedOutput {
  /** The module. */
  readonly module: Module;
  /** Its output. */
  readonly output: Tensor;
}

/** What a probe is told after a step. */
export interface StepResult {
  /** The loss that the step has started from. */
  readonly loss: number;
}

/** The second part of a probe, after the update; the parameters still have the gradients of the step. */
export type AfterStep = (result: StepResult) => readonly StepRow[];

/**
 * Looks at one step of training. It is called before the step, and returns rows; or a function that is called after the
 * step, and returns rows.
 *
 * Whatever it does to the model, its memory, its modes or the generators is undone, so that it cannot change the
 * training that it looks at. The optimiser is not protected.
 */
export interface StepProbe {
  (context: StepContext): readonly StepRow[] | AfterStep;
  /** Says that it changes nothing by itself, and draws nothing, so that nothing has to be copied for it. */
  readonly readsOnly?: boolean;
}

/** A probe, and how often it runs. */
export interface ScheduledProbe {
  /** The probe. */
  readonly probe: StepProbe;
  /** Every so many steps, from step 0 on; or a function that says whether in this one. Default `1`. */
  readonly every?: number | ((step: number) => boolean);
}

/** Probes by name. */
export type StepProbes = Readonly<Record<string, StepProbe | ScheduledProbe>>;
