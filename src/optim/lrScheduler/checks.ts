import { describe, TensorError } from "../../base/errors.ts";
import { notNegative, share } from "../../base/optionKinds.ts";
import { checkKind, type OptionKind } from "../../base/optionRules.ts";
import type { ParamGroup } from "../paramGroup.ts";

// What options and settings of schedulers may be. Numbers of steps may be too large to be counted, for never.

export const fromZero: OptionKind = {
  expected: "a whole number of 0 or more",
  accepts: (value) => Number.isInteger(value) && (value as number) >= 0,
};

export const fromOne: OptionKind = {
  expected: "a whole number of 1 or more",
  accepts: (value) => Number.isInteger(value) && (value as number) >= 1,
};

/** A part that is not 0. */
export const someShare: OptionKind = {
  expected: "a number above 0 and at most 1",
  accepts: (value) => share.accepts(value) && value !== 0,
};

/** One number for all groups, or one for each. */
export const forGroups: OptionKind = {
  expected: "a finite number of 0 or more, for all groups or for each,",
  accepts: (value) => (Array.isArray(value) ? value.every(notNegative.accepts) : notNegative.accepts(value)),
};

/** One number for each group, none below 0. */
export function perGroup(
  where: string,
  name: string,
  given: unknown,
  groups: readonly ParamGroup[],
): readonly number[] {
  checkKind(where, forGroups, name, given);
  const list = Array.isArray(given) ? given : groups.map(() => given as number);
  if (list.length === groups.length) return list;
  throw new TensorError(where, {
    expected: `${name} for all groups, or for each of the ${groups.length}`,
    got: describe(given),
  });
}
