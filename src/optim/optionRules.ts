/**
 * What options of an optimiser may be.
 * @module optionRules
 */

/** What an option of an optimiser may be. */
export interface OptionRule {
  /** In words, for messages. */
  readonly expected: string;
  /** Whether the optimiser can work with it: what a scheduler, or a hand, may set it to. */
  isUsable(value: unknown): boolean;
  /** Whether it is also in the range that is sensible from the start. */
  isSensible(value: unknown): boolean;
}

/** The rules of all options of an optimiser, those with a default as `{ is: rule, default: value }`. */
export type OptionRules = Readonly<
  Record<
    string,
    | OptionRule
    | {
        /** What it may be. */
        readonly is: OptionRule;
        /** What it is where it is not given. */
        readonly default: unknown;
      }
  >
>;

const isNumber = (value: unknown): value is number => typeof value === "number" && !Number.isNaN(value);
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);

/** A finite number. */
export const finite: OptionRule = {
  expected: "a finite number",
  isUsable: isNumber,
  isSensible: Number.isFinite,
};

/** A finite number, not below 0. */
export const notNegative: OptionRule = {
  expected: "a finite number, not below 0",
  isUsable: isNumber,
  isSensible: (value) => Number.isFinite(value) && (value as number) >= 0,
};

/** True or false. */
export const flag: OptionRule = { expected: "true or false", isUsable: isBoolean, isSensible: isBoolean };

/** Two numbers from 0 up to, but not, 1. */
export const twoBelowOne: OptionRule = {
  expected: "two numbers in [0, 1)",
  isUsable: isPair,
  isSensible: (value) => isPair(value) && value.every((beta) => beta >= 0 && beta < 1),
};
