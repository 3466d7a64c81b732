import { nn, noGrad, optim, type Tensor } from "evenkeel";
import { ActivationDrift, internalCovariateShift } from "evenkeel/analysis";
import { namesBatches, namesLoss } from "../experiments/networks.ts";
import { column, meanOf } from "./parts.ts";
import type { UnitSeen } from "./placement.ts";
import type { ShiftSeen } from "./shiftMeasures.ts";

/** The names of all tanhs of a network, from the first on. */
export const tanhsOf = (model: nn.Module): string[] =>
  model.namedModules().flatMap(([name, module]) => (module instanceof nn.Tanh ? [name] : []));

/** What went into a tanh of a network for a batch, and what came out: `[n, units]` each. */
export function tanhSeen(
  model: nn.Module,
  layer: string,
  x: Tensor,
): { readonly input: Tensor; readonly output: Tensor } {
  const seen: { input: Tensor; output: Tensor }[] = [];
  const found = model.namedModules().find(([name]) => name === layer);
  if (found === undefined) throw new Error(`no module "${layer}"`);
  const hook = found[1].registerForwardHook((_, [input], output) => void seen.push({ input: input as Tensor, output }));
  noGrad(() => void model.forward(x));
  hook.remove();
  return seen[0];
}

/** One unit of a tanh on a batch, before it and behind it. */
export function unitSeen(model: nn.Module, layer: string, { x, unit }: { x: Tensor; unit: number }): UnitSeen {
  const { input, output } = tanhSeen(model, layer, x);
  return { before: column(input, unit), behind: column(output, unit) };
}

/** Trains on names, and measures covariate shift in both ways: of the input of the last tanh, and of the gradients. */
export function shiftWhileTraining(
  model: nn.Module,
  { lr, steps, size, seed, every }: { lr: number; steps: number; size: number; seed: number; every: number },
): ShiftSeen[] {
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const next = namesBatches(size, seed);
  const drift = new ActivationDrift(model, { layers: tanhsOf(model).slice(-1), what: "input" });
  const seen = Array.from({ length: steps }, (_, step) => {
    const batch = next(step);
    const loss = () => namesLoss(model, batch);
    const shift = step % every === 0 ? internalCovariateShift(model, loss, { lr, batchNormWith: "preceding" }) : null;
    optimizer.zeroGrad();
    const value = loss();
    value.backward();
    optimizer.step();
    drift.step();
    const later = shift?.layers.slice(1).map(({ relative }) => relative ?? 0);
    return { step, changed: later === undefined ? null : meanOf(later), loss: value.item() };
  });
  drift.detach();
  const { points } = drift.report().series[0];
  return seen.map((one, i) => ({ ...one, moved: points[i].meanStep / Math.sqrt(points[i].variance) }));
}
