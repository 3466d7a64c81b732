import { describe, TensorError, type TensorErrorParts } from "./errors.ts";
import { checkOptions, isOptions } from "./options.ts";

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
  checkOptions(where, given, Object.keys(rules), name);
  const settings: Record<string, unknown> = {};
  for (const own in rules) {
    const rule: OptionRule = rules[own];
    const value = (given as Given | undefined)?.[own];
    if (value === undefined && !rule.isRequired) settings[own] = rule.default;
    else if (allows(rule, value)) settings[own] = value;
    else throw new TensorError(where, refusalOf(rule, name === undefined ? own : `${name}.${own}`, value));
  }
  return settings as Settings<Options, Rules>;
}

type Given = Readonly<Record<string, unknown>>;

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
  let isRight = isOptions(given);
  for (const own in given) isRight &&= allows(rules[own], (given as Given)[own]);
  if (!isRight) optionsOf(where, given, rules);
}

type Loose = { readonly is?: OptionKind; readonly words?: readonly unknown[] };

/** Whether a rule, if there is one, allows a value. */
const allows = (rule: Loose | undefined, value: unknown): boolean =>
  rule?.is?.accepts(value) ?? rule?.words?.includes(value) ?? false;

function refusalOf({ is, words }: Loose, name: string, value: unknown): TensorErrorParts {
  const said = is?.expected ?? words?.map((word) => JSON.stringify(word)).join(" or ");
  return is?.refusal?.(value) ?? { expected: `${said} as ${name}`, got: describe(value) };
}

/** Refuses a value that is not of a kind, such as a part of an option. */
export function checkKind(where: string, kind: OptionKind, name: string, value: unknown): void {
  if (!kind.accepts(value)) throw new TensorError(where, refusalOf({ is: kind }, name, value));
}
