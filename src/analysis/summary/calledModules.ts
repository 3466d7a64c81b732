import { isTensor } from "../../base/brand.ts";
import type { Shape } from "../../base/dtype.ts";
import { hooked } from "../../nn/module/hooks/forwardHooks.ts";
import { tensorsIn } from "../../nn/module/keep.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { liveRangeOf, type SaturationThresholds } from "../measuring/saturation.ts";
import { watchingAll } from "../measuring/watching.ts";
import { numbersOf } from "../numbers/floats.ts";
import { countingMultiplyAdds } from "./multiplyAdds.ts";

/** What a module has done in a pass. */
export interface Called {
  readonly name: string;
  readonly module: Module;
  calls: number;
  /** The shapes of the tensors that it returned, those of one call after those of another; of the same ones once. */
  outputShapes: Shape[];
  /** Without what modules within it did. */
  multiplyAdds: number;
  /** Of outputs in memory that nobody had returned before. */
  activationBytes: number;
  /** How many of its outputs are finite, and how many of those are saturated, where it is known what that is. */
  readonly units: { finite: number; saturated: number } | null;
}

/** The modules that ran: in the order in which they began first, and in that in which they ended first. */
export interface CalledModules {
  readonly begun: readonly Called[];
  readonly ended: readonly Called[];
}

/**
 * Runs `fn`, a pass through a model, and notes what each module of it did.
 *
 * @param known - tensors that were there before: what shares memory with them is no activation.
 */
export function calledModules(
  model: Module,
  known: readonly Tensor[],
  thresholds: SaturationThresholds,
  fn: () => unknown,
): CalledModules {
  const modules = model.namedModules();
  const begun = new Map<Module, Called>();
  const ended = new Set<Called>();
  const open: Called[] = [];
  const memory = new WeakSet<object>(known.map(({ array }) => array.memory));
  const entered = modules.map(([name, module]) => {
    const { entering, release } = hooked(module);
    const enter = () => {
      const called = begun.get(module) ?? newlyCalled(name, module, thresholds);
      begun.set(module, called);
      open.push(called);
    };
    entering.add(enter);
    return () => {
      if (entering.delete(enter)) release();
    };
  });
  const leave = (_name: string, module: Module, _inputs: readonly unknown[], output: unknown) => {
    const [called] = open.splice(open.findLastIndex((at) => at.module === module)); // what lies above has thrown, and was caught
    note(called, isTensor(output) ? [output] : tensorsIn([output]), memory, thresholds);
    ended.add(called);
  };
  const tell = (multiplyAdds: number) => {
    const innermost = open.at(-1);
    if (innermost !== undefined) innermost.multiplyAdds += multiplyAdds;
  };
  try {
    watchingAll(modules, leave, () => countingMultiplyAdds(tell, fn));
  } finally {
    for (const remove of entered) remove();
  }
  return { begun: [...begun.values()], ended: [...ended] };
}

function newlyCalled(name: string, module: Module, thresholds: SaturationThresholds): Called {
  const saturates = liveRangeOf(module, thresholds) !== undefined;
  const units = saturates ? { finite: 0, saturated: 0 } : null;
  return { name, module, calls: 0, outputShapes: [], multiplyAdds: 0, activationBytes: 0, units };
}

/** Adds what a call has returned. */
function note(called: Called, outputs: readonly Tensor[], memory: WeakSet<object>, thresholds: SaturationThresholds) {
  called.calls++;
  const shapes = outputs.map(({ shape }) => shape);
  const before = called.outputShapes.map(String).join(";");
  if (!`;${before};`.includes(`;${shapes.map(String).join(";")};`))
    called.outputShapes = [...called.outputShapes, ...shapes];
  const live = liveRangeOf(called.module, thresholds);
  for (const y of outputs) {
    if (!memory.has(y.array.memory)) called.activationBytes += y.array.data.byteLength;
    memory.add(y.array.memory);
    if (called.units === null || live === undefined) continue;
    for (const value of numbersOf(y)) {
      if (value - value !== 0) continue; // NaN or infinite
      called.units.finite++;
      if (value < live.low || value > live.high) called.units.saturated++;
    }
  }
}
