import { isTensor } from "../../base/brand.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { matchNames } from "./spelling.ts";

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

/** What a state dict has for a module, and how it differs from what that has. */
interface Comparison extends Differences {
  readonly values: readonly (readonly [target: Tensor, value: Tensor])[];
}

/** Compares what a module has with what it is given. A missing count of batches keeps its value, as in PyTorch. */
export function compareStates(own: ReadonlyMap<string, Tensor>, dict: StateDict): Comparison {
  const given = new Map<string, unknown>(Object.entries(dict));
  const matches = matchNames(own.keys(), [...given.keys()]);
  const taken = new Set(matches.values());
  const missing = [...own.keys()].filter((name) => !matches.has(name) && !/(^|\.)num_batches_tracked$/.test(name));
  const unexpected = [...given.keys()].filter((name) => !taken.has(name));
  const values: [target: Tensor, value: Tensor][] = [];
  const misshaped: string[] = [];
  for (const [name, theirs] of matches) {
    const target = own.get(name) as Tensor;
    const value = given.get(theirs);
    if (!isTensor(value)) misshaped.push(`${name}: ${describe(value)} instead of a tensor`);
    else if (sameShape(value.shape, target.shape)) values.push([target, value]);
    else misshaped.push(`${name}: ${show(value.shape)} instead of ${show(target.shape)}`);
  }
  return { values, missing, unexpected, misshaped };
}

/** Refuses a state dict, with everything that is wrong with it. */
export function refuseProblems(problems: Differences): void {
  const listed = Object.entries(problems).filter(([, names]) => names.length > 0);
  if (listed.length === 0) return;
  throw new TensorError("Module.loadStateDict", {
    expected: "an entry of the right shape for each parameter and buffer",
    got: listed.map(([kind, names]) => `${kind} ${shorten(names)}`).join("; "),
    hint: problems.misshaped.length === 0 ? "With { strict: false } what fits is loaded." : "Nothing was loaded.",
    code: "EVENKEEL_STATE",
  });
}

const mostListed = 100;

/** Names for a message, of which only the first are written where there are very many. */
function shorten(names: readonly string[]): string {
  const rest = names.length - mostListed;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, mostListed).join(", ")} and ${rest} more`;
}
