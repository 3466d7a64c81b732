import { grad, nn, type Tensor } from "evenkeel";
import { type BatchNormGradient, explainBatchNormGradient } from "evenkeel/analysis";
import type { Session } from "./session.ts";

/** What batch norm does to the gradient behind the last hidden layer, of the right network or else the left. */
export function rescaleOf({
  columns,
  settings,
}: Session): { readonly column: 0 | 1; readonly terms: BatchNormGradient } | "none" | "diverged" {
  const column = settings.right === "batch" ? 1 : settings.left === "batch" ? 0 : null;
  if (column === null) return "none";
  const { model } = columns[column];
  const norm = model
    .namedModules()
    .map(([, module]) => module)
    .findLast((module) => module instanceof nn.BatchNorm1d) as nn.BatchNorm1d;
  const terms = columns[column].measured(() => explained(model, norm, columns[column].lossOf));
  return terms === null ? "diverged" : { column, terms };
}

/** The terms for the last batch, null where its loss is no number; the statistics stay as they are. */
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
