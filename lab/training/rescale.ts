import { grad, nn, type Tensor } from "evenkeel";
import { type BatchNormGradient, explainBatchNormGradient } from "evenkeel/analysis";
import type { Session } from "./session.ts";

/** What batch norm does to the gradient behind the last hidden layer, of the right network or else the left; null where none has. */
export function rescaleOf({
  columns,
  settings,
}: Session): { readonly column: 0 | 1; readonly terms: BatchNormGradient } | null {
  for (const column of [1, 0] as const) {
    if (settings[column === 0 ? "left" : "right"] !== "batch") continue;
    const { model } = columns[column];
    const norm = model
      .namedModules()
      .map(([, module]) => module)
      .findLast((module) => module instanceof nn.BatchNorm1d);
    if (norm === undefined) continue;
    const terms = columns[column].quietly(() => explained(model, norm, columns[column].lossOf));
    if (terms !== null) return { column, terms };
  }
  return null;
}

/** The terms for the last batch; the statistics stay as they are. */
function explained(model: nn.Module, norm: nn.BatchNorm1d, loss: () => Tensor): BatchNormGradient | null {
  const state = Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone()] as const);
  const seen: Tensor[] = [];
  const hook = norm.registerForwardHook((_, [x], y) => void seen.push(x as Tensor, y));
  try {
    const value = loss();
    if (!Number.isFinite(value.item())) return null;
    const [x, y] = seen;
    const [g] = grad(value, [y]);
    return explainBatchNormGradient(norm, x.detach(), g);
  } finally {
    hook.remove();
    model.loadStateDict(Object.fromEntries(state));
  }
}
