import { isTensor } from "../brand.ts";
import { describe, show, TensorError } from "../errors.ts";
import { sameShape } from "../shapes.ts";
import type { Tensor } from "../tensor.ts";

/** Plain tensors under PyTorch's names, such as `"1.running_mean"`. */
export type StateDict = Record<string, Tensor>;

/** What {@link Module.loadStateDict} found. */
export interface LoadResult {
  /** Names that the module has and the dict has not. */
  readonly missing: readonly string[];
  /** Names that the dict has and the module has not. */
  readonly unexpected: readonly string[];
}

/** How a state dict differs from what a module has, as names or lines for a message. */
interface Differences extends LoadResult {
  readonly misshaped: readonly string[];
}

/** Compares what a module has with what it is given. A missing count of batches keeps its value, as in PyTorch. */
export function compareStates(own: ReadonlyMap<string, Tensor>, dict: StateDict): Differences {
  const given = new Map(Object.entries(dict));
  const missing = [...own.keys()].filter((name) => !given.has(name) && !/(^|\.)num_batches_tracked$/.test(name));
  const unexpected = [...given.keys()].filter((name) => !own.has(name));
  const misshaped = [...own].flatMap(([name, { shape }]) => {
    if (!given.has(name)) return [];
    const value: unknown = given.get(name);
    if (!isTensor(value)) return [`${name}: ${describe(value)} instead of a tensor`];
    return sameShape(value.shape, shape) ? [] : [`${name}: ${show(value.shape)} instead of ${show(shape)}`];
  });
  return { missing, unexpected, misshaped };
}

/** Refuses a state dict, with everything that is wrong with it. */
export function refuseProblems(problems: Differences): void {
  const listed = Object.entries(problems).filter(([, names]) => names.length > 0);
  if (listed.length === 0) return;
  throw new TensorError("Module.loadStateDict", {
    expected: "an entry of the right shape for each parameter and buffer",
    got: listed.map(([kind, names]) => `${kind} ${names.join(", ")}`).join("; "),
    hint: problems.misshaped.length === 0 ? "With { strict: false } what fits is loaded." : "Nothing was loaded.",
    code: "EVENKEEL_STATE",
  });
}
