import { isTensor } from "../../base/brand.ts";
import type { Dtype } from "../../base/dtype.ts";
import { describe } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { KeptValue } from "../stateDict.ts";

/** What L-BFGS knows of the curvature, and where it stands. */
export interface LBFGSMemory {
  /** How often the closure has run. */
  evaluations: number;
  /** How many directions it has gone. */
  iterations: number;
  /** The last step, and the gradient before it; nothing before the first. */
  last: { direction: Tensor; t: number; gradient: Tensor; loss: number } | null;
  /** For each of the last steps the change of the gradient `y`, the step `s`, and `1/(y·s)`. */
  pairs: { y: Tensor; s: Tensor; rho: number }[];
  /** By what the gradient is scaled where nothing else is known. */
  scale: number;
}

/** The names of PyTorch's state, all of which there are after a step that has moved. */
const names = ["d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss"];

export const emptyMemory = (): LBFGSMemory => ({ evaluations: 0, iterations: 0, last: null, pairs: [], scale: 1 });

/** As PyTorch keeps it, in the state of the first parameter. */
export function packMemory(memory: LBFGSMemory): Record<string, KeptValue | readonly KeptValue[]> {
  const { evaluations, iterations, last, pairs, scale } = memory;
  const counts = { func_evals: evaluations, n_iter: iterations };
  if (last === null) return evaluations === 0 ? {} : counts;
  return {
    ...counts,
    d: last.direction.clone(),
    t: last.t,
    old_dirs: pairs.map(({ y }) => y.clone()),
    old_stps: pairs.map(({ s }) => s.clone()),
    ro: pairs.map(({ rho }) => rho),
    H_diag: scale,
    prev_flat_grad: last.gradient.clone(),
    prev_loss: last.loss,
  };
}

/** What such a state says, as copies; what is wrong with it is added to `problems`. */
export function unpackMemory(
  state: Record<string, unknown>,
  size: number,
  dtype: Dtype,
  problems: string[],
): LBFGSMemory {
  const vector = (name: string, x: unknown): Tensor | null => {
    if (isTensor(x) && x.ndim === 1 && x.numel() === size) return x.detach().clone().to(dtype);
    problems.push(`${name} of ${describe(x)} instead of a tensor of shape [${size}]`);
    return null;
  };
  const number = (name: string, value: unknown): number => {
    const given = isTensor(value) && value.numel() === 1 ? value.item() : value;
    if (typeof given !== "number") problems.push(`${name} of ${describe(value)}`);
    return given as number;
  };
  const list = (name: string): readonly unknown[] => {
    const given = state[name];
    if (!Array.isArray(given)) problems.push(`${name} of ${describe(given)}`);
    return Array.isArray(given) ? given : [];
  };
  const known = ["func_evals", "n_iter", "al", ...names]; // al is PyTorch's room to work in
  for (const name of Object.keys(state)) if (!known.includes(name)) problems.push(`unknown ${name}`);
  if (Object.keys(state).length === 0) return emptyMemory();
  const memory = {
    ...emptyMemory(),
    evaluations: number("func_evals", state.func_evals),
    iterations: number("n_iter", state.n_iter),
  };
  if (!names.some((name) => name in state)) return memory;
  const direction = vector("d", state.d);
  const gradient = vector("prev_flat_grad", state.prev_flat_grad);
  const [t, loss] = [number("t", state.t), number("prev_loss", state.prev_loss)];
  const ys = list("old_dirs").map((y) => vector("old_dirs", y));
  const steps = list("old_stps").map((s) => vector("old_stps", s));
  const rhos = list("ro").map((rho) => number("ro", rho));
  if (ys.length !== steps.length || ys.length !== rhos.length)
    problems.push("old_dirs, old_stps and ro of different lengths");
  if (direction !== null && gradient !== null) memory.last = { direction, t, gradient, loss };
  memory.pairs = ys.map((y, i) => ({ y: y as Tensor, s: steps[i] as Tensor, rho: rhos[i] }));
  memory.scale = number("H_diag", state.H_diag);
  return memory;
}

/** Converts what is kept where the parameters have been. */
export function convertMemory(memory: LBFGSMemory, dtype: Dtype): void {
  const { last } = memory;
  if (last === null || last.direction.dtype === dtype) return;
  memory.last = { ...last, direction: last.direction.to(dtype), gradient: last.gradient.to(dtype) };
  memory.pairs = memory.pairs.map(({ y, s, rho }) => ({ y: y.to(dtype), s: s.to(dtype), rho }));
}
