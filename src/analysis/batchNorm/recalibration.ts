import { TensorError } from "../../base/errors.ts";
import type { Module } from "../../nn/module/module.ts";
import { type BatchNormLayer, isBatchNorm } from "../../nn/normalisation/batchNormLayer.ts";
import { lightly } from "../measuring/lightly.ts";
import { hasRunningStatistics } from "../measuring/preserving.ts";
import { looking } from "../measuring/watching.ts";
import {
  averaged,
  type BatchMoments,
  batchMoments,
  type NamedBatchNorm,
  setStatistics,
} from "./batchNormStatistics.ts";

/**
 * What takes the running statistics of a model's batch norms anew from one pass, and has them used from then on. To be called
 * within `preserving`. Refuses a model with running statistics of another kind, which have no such meaning.
 */
export function recalibration(where: string, model: Module): (pass: () => unknown) => void {
  const all = model.namedModules().filter(([, module]) => hasRunningStatistics(module));
  const norms = all.filter((named): named is [string, BatchNormLayer] => isBatchNorm(named[1]));
  const other = all.find(([, module]) => !isBatchNorm(module) && Reflect.get(module, "runningMean") !== null);
  if (other !== undefined) {
    throw new TensorError(where, {
      expected: 'running statistics of batch norm alone, with batchNorm: "recalibrated"',
      got: `those of "${other[0]}", a ${other[1].constructor.name}`,
      hint: 'Use "batch", or "running".',
    });
  }
  const tracked: readonly NamedBatchNorm[] = norms.filter(([, { runningMean }]) => runningMean !== null);
  return (pass) => {
    const seen = new Map<string, BatchMoments[]>();
    for (const [, norm] of tracked) norm.training = true;
    lightly((mode) => {
      seen.clear();
      mode(() =>
        looking(
          tracked,
          (name, norm, [x]) =>
            void seen.set(name, [...(seen.get(name) ?? []), ...batchMoments(where, norm as BatchNormLayer, x)]),
          pass,
        ),
      );
    });
    for (const [name, norm] of tracked) {
      const own = seen.get(name);
      if (own !== undefined) setStatistics(norm, averaged(own), own.length);
      norm.training = false;
    }
  };
}
