import { isTensor } from "../base/brand.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { tensor } from "../functions/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { camelCase, snakeCase } from "./names.ts";
import { isSingleNumber, type OptimizerKind } from "./optimizerKind.ts";
import type { OptionRule } from "./optionRules.ts";
import { type ParamGroup, scheduleFields } from "./paramGroup.ts";
import type { ParamState } from "./paramState.ts";

/** One thing that is kept of a parameter. */
export type KeptValue = Tensor | number | null;

/** Everything an optimiser needs to go on, in PyTorch's format. */
export interface OptimizerStateDict {
  /** For each parameter's number what is kept of it, such as `momentum_buffer`; a single number may stand for `step`. */
  readonly state: Readonly<Record<string, Readonly<Record<string, KeptValue | readonly KeptValue[]>>>>;
  /** The options of each group, such as `weight_decay`, and in `params` the numbers of its parameters. */
  readonly param_groups: readonly Readonly<Record<string, unknown>>[];
}

/** What PyTorch keeps in a group to choose between implementations, and for a look. */
const ignored = ["foreach", "fused", "capturable", "differentiable", "param_names"];

/** The snapshot of an optimiser. */
export function packState(
  groups: readonly ParamGroup[],
  names: readonly string[],
  states: ReadonlyMap<Tensor, ParamState>,
): OptimizerStateDict {
  const params = groups.flatMap((group) => group.params);
  const state = params.flatMap((p, id) => {
    const kept = Object.entries(states.get(p) ?? {}).map(([name, value]) => [name, value.clone()]);
    return kept.length === 0 ? [] : [[id, Object.fromEntries(kept)]];
  });
  let next = 0;
  const packed = groups.map((group) => {
    const options = names.flatMap((name) => {
      const value = group[name as keyof ParamGroup] as unknown;
      return value === undefined ? [] : [[snakeCase(name), Array.isArray(value) ? [...value] : value]];
    });
    return { ...Object.fromEntries(options), params: group.params.map(() => next++) };
  });
  return { state: Object.fromEntries(state), param_groups: packed };
}

type PlainRules = Readonly<Record<string, OptionRule>>;

interface Unpacked {
  /** For each group, what is to be written over its options. */
  readonly options: readonly Readonly<Record<string, unknown>>[];
  readonly states: ReadonlyMap<Tensor, ParamState>;
}

/** What a state dict says, as copies; or a refusal that lists all that is wrong with it. */
export function unpackState(
  where: string,
  dict: unknown,
  groups: readonly ParamGroup[],
  kind: OptimizerKind,
  rules: PlainRules,
): Unpacked {
  const { state, param_groups: saved } = (dict ?? {}) as Partial<OptimizerStateDict>;
  if (!isRecord(state) || !Array.isArray(saved)) {
    throw new TensorError(where, {
      expected: "a state dict { state, param_groups }",
      got: describe(dict),
      hint: "It is what stateDict() of an optimiser returns.",
    });
  }
  const problems: string[] = [];
  if (saved.length !== groups.length) problems.push(`${saved.length} groups instead of ${groups.length}`);
  const owners = new Map<string, Tensor>();
  const options = groups.slice(0, saved.length).map((group, i) => {
    if (!isRecord(saved[i])) problems.push(`${describe(saved[i])} instead of group ${i}`);
    else matchParams(saved[i].params, group, i, owners, problems);
    return isRecord(saved[i]) ? readOptions(saved[i], `group ${i}`, kind, rules, problems) : {};
  });
  const states = new Map<Tensor, ParamState>();
  const numParams = groups.reduce((sum, { params }) => sum + params.length, 0);
  for (const [id, kept] of Object.entries(state)) {
    const p = owners.get(id);
    if (p !== undefined) states.set(p, readState(kept, p, `parameter ${id}`, kind, problems));
    else if (owners.size === numParams) problems.push(`state of parameter ${id}, which is in no group`);
  }
  if (problems.length > 0) {
    throw new TensorError(where, {
      expected: `a state dict of ${kind.name} for these groups and parameters`,
      got: problems.join("; "),
      hint: "Nothing was loaded.",
      code: "EVENKEEL_STATE",
    });
  }
  return { options, states };
}

function matchParams(
  ids: unknown,
  { params }: ParamGroup,
  i: number,
  owners: Map<string, Tensor>,
  problems: string[],
): void {
  if (!Array.isArray(ids) || ids.length !== params.length) {
    const got = Array.isArray(ids) ? `${ids.length} parameters` : `${describe(ids)} as params`;
    problems.push(`${got} in group ${i} instead of ${params.length}`);
    return;
  }
  ids.forEach((id, j) => {
    if (owners.has(String(id))) problems.push(`parameter ${id} twice`);
    owners.set(String(id), params[j]);
  });
}

function readOptions(
  saved: Record<string, unknown>,
  where: string,
  kind: OptimizerKind,
  rules: PlainRules,
  problems: string[],
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(saved)) {
    const known = camelCase(name);
    const isSchedule = (scheduleFields as readonly string[]).includes(known);
    const rule = isSchedule ? rules.lr : Object.hasOwn(rules, known) ? rules[known] : undefined;
    if (name === "params" || ignored.includes(name)) continue;
    if (name === "decoupled_weight_decay" && rule === undefined) {
      // Since 2.6, Adam and AdamW of PyTorch are one, which this tells apart. AdamW takes the state of either.
      if (value === true && kind.name !== "AdamW")
        problems.push(`decoupled_weight_decay in ${where}, which is AdamW's`);
    } else if (rule === undefined) problems.push(`unknown ${name} in ${where}`);
    else if (!rule.isUsable(value)) problems.push(`${name} of ${describe(value)} in ${where}`);
    else options[known] = Array.isArray(value) ? [...value] : value;
  }
  for (const name of Object.keys(rules)) {
    if (snakeCase(name) in saved) continue;
    // The flags that older versions of PyTorch did not have.
    if (rules[name].isUsable(false)) options[name] = false;
    else problems.push(`missing ${snakeCase(name)} in ${where}`);
  }
  return options;
}

function readState(kept: unknown, p: Tensor, where: string, kind: OptimizerKind, problems: string[]): ParamState {
  if (!isRecord(kept)) {
    problems.push(`${describe(kept)} as state of ${where}`);
    return {};
  }
  const state: ParamState = {};
  // SGD without momentum has null for a buffer in older versions of PyTorch.
  const present = Object.entries(kept).filter(([, value]) => value !== null);
  for (const [name, value] of present) {
    if (!Object.hasOwn(kind.stateNames, name)) problems.push(`unknown ${name} of ${where}`);
    else if (isSingleNumber(kind, name)) {
      const number = isTensor(value) && value.numel() === 1 ? value.item() : value;
      const isRight = name === "step" ? Number.isInteger(number) && (number as number) >= 0 : Number.isFinite(number);
      if (isRight) state[name] = tensor(number as number);
      else problems.push(`${name} of ${describe(value)} of ${where}`);
    } else if (!isTensor(value)) problems.push(`${describe(value)} instead of a tensor as ${name} of ${where}`);
    else if (!sameShape(value.shape, p.shape)) {
      problems.push(`${name} of ${where} of shape ${show(value.shape)} instead of ${show(p.shape)}`);
    } else state[name] = value.detach().clone().to(p.dtype);
  }
  const isEmpty = present.length === 0;
  for (const [name, isOptional] of Object.entries(kind.stateNames)) {
    if (!isEmpty && !isOptional && !(name in kept)) problems.push(`missing ${name} of ${where}`);
  }
  return state;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isTensor(value);
}
