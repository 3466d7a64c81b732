import { isTensor } from "./brand.ts";
import type { OptionKind } from "./optionRules.ts";

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;
const isList = (value: unknown, isEntry: (entry: unknown) => boolean, least = 0): boolean =>
  Array.isArray(value) && value.length >= least && value.every(isEntry);

/** What may also be null. */
export const orNull = ({ expected, accepts }: OptionKind): OptionKind => ({
  expected: `${expected}, or null,`,
  accepts: (value) => value === null || accepts(value),
});

/** Any value: what takes it looks at it. */
export const anything: OptionKind = { expected: "a value", accepts: () => true };

export const flag: OptionKind = { expected: "true or false", accepts: (value) => typeof value === "boolean" };

export const aTensor: OptionKind = { expected: "a tensor", accepts: isTensor };

export const text: OptionKind = { expected: "a text", accepts: (value) => typeof value === "string" };

export const texts: OptionKind = {
  expected: "a list of texts",
  accepts: (value) => isList(value, (entry) => typeof entry === "string"),
};

/** Names of modules, layers or parameters. */
export const names: OptionKind = {
  expected: "a list of names, one or more,",
  accepts: (value) => isList(value, (entry) => typeof entry === "string", 1),
};

export const aFunction: OptionKind = { expected: "a function", accepts: (value) => typeof value === "function" };

export const list: OptionKind = { expected: "a list", accepts: Array.isArray };

/** Values by names. */
export const record: OptionKind = {
  expected: "an object, by names,",
  accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Any number that is one: infinite ones too. */
export const aNumber: OptionKind = {
  expected: "a number",
  accepts: (value) => typeof value === "number" && !Number.isNaN(value),
};

export const finiteNumber: OptionKind = { expected: "a finite number", accepts: isNumber };

export const notNegative: OptionKind = {
  expected: "a finite number of 0 or more",
  accepts: (value) => isNumber(value) && value >= 0,
};

export const positive: OptionKind = {
  expected: "a finite number above 0",
  accepts: (value) => isNumber(value) && value > 0,
};

export const wholeNumber: OptionKind = { expected: "a whole number", accepts: (value) => Number.isSafeInteger(value) };

export const fromZero: OptionKind = {
  expected: "a whole number of 0 or more",
  accepts: (value) => isWhole(value, 0),
};

export const fromOne: OptionKind = {
  expected: "a whole number of 1 or more",
  accepts: (value) => isWhole(value, 1),
};

export const fromTwo: OptionKind = {
  expected: "a whole number of 2 or more",
  accepts: (value) => isWhole(value, 2),
};

/** A number of 0 or more that may be infinite: where something begins to be said, or is small enough. */
export const threshold: OptionKind = {
  expected: "a number of 0 or more",
  accepts: (value) => typeof value === "number" && value >= 0,
};

export const finiteList: OptionKind = {
  expected: "a list of finite numbers",
  accepts: (value) => isList(value, isNumber),
};

export const finiteNumbers: OptionKind = {
  expected: "one finite number or more",
  accepts: (value) => isList(value, isNumber, 1),
};

/** From one number to another. */
export const interval: OptionKind = {
  expected: "two finite numbers, the smaller first,",
  accepts: (value) =>
    isList(value, isNumber, 2) && (value as number[]).length === 2 && (value as number[])[0] < (value as number[])[1],
};

export const share: OptionKind = {
  expected: "a number from 0 to 1",
  accepts: (value) => isNumber(value) && value >= 0 && value <= 1,
};
