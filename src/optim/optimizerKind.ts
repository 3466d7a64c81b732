import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import type { OptionKind } from "../base/optionRules.ts";
import type { OptionRule, OptionRules } from "./optionRules.ts";
import type { ParamState } from "./paramState.ts";

/** What makes an optimiser the one it is, apart from its update. */
export interface OptimizerKind {
  /** Its public name, which messages and prints say. */
  readonly name: string;
  /** The options of a group, and what each may be; `lr` is one of them. */
  readonly rules: OptionRules;
  /**
   * What it keeps of each parameter it has changed, under PyTorch's names: tensors of the parameter's shape, and `step`, the one
   * that is a single number. `true` where it may be missing.
   */
  readonly stateNames: Readonly<Record<string, boolean>>;
  /** Those among them that are single float32 numbers whatever the parameter is, beside `step`. */
  readonly singleNumbers?: readonly string[];
  /** Refuses options that do not go together, by throwing. */
  check?(where: string, options: Readonly<Record<string, unknown>>): void;
}

/** A rule for each option of an optimiser, with its default; one without is given by each group, or to the constructor. */
export type DeclaredRules<Options> = {
  readonly [Name in keyof Options]-?:
    | OptionRule
    | { readonly is: OptionRule; readonly default: Exclude<Options[Name], undefined> };
};

/** What a rule asks of the option of this name, for `optionsOf`. */
export const asks = (name: string, rule: OptionRule): OptionKind => ({
  expected: rule.expected,
  accepts: (value) => rule.isSensible(value),
  refusal: (value) => ({
    expected: `${name} to be ${rule.expected}`,
    got: value === undefined ? "none" : describe(value),
    hint: value === undefined ? `Give it to all groups, as in { ${name}: 0.1 }, or to each.` : "",
  }),
});

/** Refuses anything but the kind of a user's own optimiser, and an optimiser without an update. */
export function checkKind(kind: unknown, update: unknown): asserts kind is OptimizerKind {
  const where = "Optimizer";
  const {
    name,
    rules,
    stateNames,
    singleNumbers = [],
    check,
  } = (kind ?? {}) as Partial<Record<keyof OptimizerKind, unknown>>;
  const refuse = (expected: string, got: unknown): never => {
    throw new TensorError(where, {
      expected,
      got: describe(got),
      hint: "Write super({ name, rules: { lr: optim.optionRules.notNegative }, stateNames: {} }, params, options).",
    });
  };
  if (typeof name !== "string" || name === "") refuse("a kind { name, rules, stateNames } with a name", name ?? kind);
  if (
    !isRecord(rules) ||
    !Object.values(rules).every((rule) => isRule(isRecord(rule) && "is" in rule ? rule.is : rule))
  ) {
    refuse("rules { expected, isUsable, isSensible } of options, by their names", rules);
  }
  if (!Object.hasOwn(rules as object, "lr")) refuse("a rule for lr among the rules", Object.keys(rules as object));
  if (!isRecord(stateNames) || !Object.values(stateNames).every((value) => typeof value === "boolean")) {
    refuse("stateNames, each true where it may be missing, or false", stateNames);
  }
  const known = Object.keys(stateNames as object);
  if (!Array.isArray(singleNumbers) || !singleNumbers.every((one) => known.includes(one))) {
    refuse("singleNumbers to be names among stateNames", singleNumbers);
  }
  if (check !== undefined && typeof check !== "function") refuse("check to be a function", check);
  if (typeof update !== "function") {
    throw new TensorError(where, {
      expected: "a method update(p, g, group)",
      got: describe(update),
      hint: "It changes p in place, as in p.sub_(g.mul(group.lr)).",
    });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isTensor(value);

const isRule = (rule: unknown): boolean =>
  isRecord(rule) &&
  typeof rule.expected === "string" &&
  typeof rule.isUsable === "function" &&
  typeof rule.isSensible === "function";

/** Whether a name is that of a single number, which keeps its dtype where a parameter is converted. */
export function isSingleNumber({ singleNumbers = [] }: OptimizerKind, name: string): boolean {
  return name === "step" || singleNumbers.includes(name);
}

/** Refuses an update that goes on later: a step is over when it returns. */
export function checkSynchronous(where: string, returned: unknown): void {
  if (returned === undefined) return;
  throw new TensorError(where, {
    expected: "nothing to be returned",
    got: describe(returned),
    hint: "It changes the parameter in place, and is no async function.",
  });
}

/** Refuses what a user's own update keeps where it is not what a state dict can have. */
export function checkState(where: string, state: ParamState, { stateNames }: OptimizerKind): void {
  for (const [name, value] of Object.entries(state) as [string, unknown][]) {
    if (!Object.hasOwn(stateNames, name)) {
      const known = Object.keys(stateNames).join(", ") || "none";
      throw new TensorError(where, {
        expected: `state among the names of its kind (${known})`,
        got: describe(name),
        hint: `Add it to stateNames, as in { ${name}: false }, so that it is saved.`,
      });
    }
    if (isTensor(value)) continue;
    throw new TensorError(where, {
      expected: `${name} of the state to be a tensor`,
      got: describe(value),
      hint: "Of a number, write tensor(number).",
    });
  }
}
