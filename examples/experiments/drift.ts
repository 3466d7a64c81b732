import { type nn, optim } from "evenkeel";
import { ActivationDrift, type DriftPoint, type DriftReport } from "evenkeel/analysis";
import { namesBatches, namesLoss } from "./networks.ts";

/** How to train on names, and the module whose input is watched. */
interface DriftSettings {
  readonly steps: number;
  readonly lr: number;
  readonly seed: number;
  readonly layer: string;
  /** Units of it that are also watched one by one. */
  readonly units?: readonly number[];
}

/** Trains on names, and follows what goes into one module from step to step. */
export function trainWatched(
  model: nn.Module,
  { steps, lr, seed, layer, units = [] }: DriftSettings,
): { readonly losses: readonly number[]; readonly points: readonly DriftPoint[]; readonly report: DriftReport } {
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const next = namesBatches(64, seed);
  const drift = new ActivationDrift(model, { layers: [layer], what: "input", units });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = namesLoss(model, next(step));
    loss.backward();
    optimizer.step();
    drift.step();
    losses.push(loss.item());
  }
  drift.detach();
  const report = drift.report();
  return { losses, points: report.series[0].points, report };
}
