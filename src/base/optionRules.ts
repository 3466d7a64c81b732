import { describe, TensorError, type TensorErrorParts } from "./errors.ts";
import { checkOptions, hintFor } from "./options.ts";

// What options may be, declared once: names, checks, defaults and messages follow from one record.

/** What a value may be. */
export interface OptionKind {
  /** In words, as messages have it, such as "a whole number of 1 or more". */
  readonly expected: string;
  /** Whether a value is one. */
  accepts(value: unknown): boolean;
  /** What is said of a value that is refused. Default: what was expected, by the option's name, and what came. */
  refusal?(value: unknown): TensorErrorParts;
}

/** What one option may be: of a kind, or one of some words. One without a default may be left out unless it is required. */
export type OptionRule<T = unknown> = ({ readonly is: OptionKind } | { readonly words: readonly T[] }) & {
  readonly default?: T;
  readonly isRequired?: true;
};

/** A rule for each option, required where the option is. */
export type OptionRules<Options> = {
  readonly [Name in keyof Options]-?: OptionRule<Exclude<Options[Name], undefined>> &
    (undefined extends Options[Name] ? unknown : { readonly isRequired: true });
};

/** Options with their defaults: what has one is there. */
export type Settings<Options, Rules> = {
  readonly [Name in keyof Options]-?: Name extends keyof Rules
    ? Rules[Name] extends { readonly default: unknown }
      ? Exclude<Options[Name], undefined>
      : Options[Name]
    : never;
};

/** What there is where no options are given, for functions that are called in each step of a training. */
const defaults = /* @__PURE__ */ new WeakMap<object, object>();

/**
 * The options that were given, with their defaults. Refuses names that nobody reads, and values that a rule does not allow.
 *
 * @param name - of the option that these options are within, if any.
 */
export function optionsOf<Options, Rules extends Readonly<Record<string, OptionRule>>>(
  where: string,
  given: Options | undefined,
  rules: Rules,
  name?: string,
): Settings<Options, Rules> {
  const usual = given === undefined && defaults.get(rules);
  if (usual) return usual as Settings<Options, Rules>;
  const known = Object.keys(rules);
  checkOptions(where, given, known, name);
  const settings: Record<string, unknown> = {};
  for (const own of known) {
    const rule = rules[own];
    const value = (given as Readonly<Record<string, unknown>> | undefined)?.[own];
    settings[own] = value === undefined ? rule.default : value;
    if (value === undefined && rule.isRequired !== true) continue;
    checkRule(where, rule, name === undefined ? own : `${name}.${own}`, value);
  }
  if (given === undefined) defaults.set(rules, Object.freeze(settings));
  return settings as Settings<Options, Rules>;
}

/**
 * Refuses what {@link optionsOf} refuses, and makes no object: for what is called in small loops. Where all is as it should be,
 * which is nearly always, one walk over the names that were given tells; else {@link optionsOf} does.
 */
export function checkGiven(
  where: string,
  given: object | undefined,
  rules: Readonly<Record<string, OptionRule>>,
): void {
  if (given === undefined) return;
  let isRight = typeof given === "object" && !Array.isArray(given) && !ArrayBuffer.isView(given);
  for (const own in given) {
    const value = (given as Readonly<Record<string, unknown>>)[own];
    // A name such as "constructor" finds what is no rule.
    const { is, words } = (rules[own] ?? {}) as { is?: Partial<OptionKind>; words?: readonly unknown[] };
    isRight &&= is?.accepts?.(value) ?? words?.includes(value) ?? false;
  }
  if (given === null || !isRight) optionsOf(where, given, rules);
}

/** Whether a rule allows a value. */
export const allows = (rule: OptionRule, value: unknown): boolean =>
  "words" in rule ? rule.words.includes(value) : rule.is.accepts(value);

/** Refuses a value that a rule does not allow. */
export function checkRule(where: string, rule: OptionRule, name: string, value: unknown): void {
  if (allows(rule, value)) return;
  const got = describe(value);
  if ("is" in rule) {
    throw new TensorError(where, rule.is.refusal?.(value) ?? { expected: `${rule.is.expected} as ${name}`, got });
  }
  const expected = `${rule.words.map((word) => JSON.stringify(word)).join(" or ")} as ${name}`;
  throw new TensorError(where, { expected, got, hint: hintFor(got, rule.words as string[], 0) });
}

/** Refuses a value that is not of a kind, such as a part of an option. */
export const checkKind = (where: string, kind: OptionKind, name: string, value: unknown): void =>
  checkRule(where, { is: kind }, name, value);
