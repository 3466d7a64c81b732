import { describe, TensorError } from "../../base/errors.ts";
import type { ParamGroup } from "../paramGroup.ts";

// What schedulers ask of their settings. Each refuses with the caller's `where`, and changes nothing.

/** Refuses what is not a whole number of `least` or more. */
export function checkWhole(where: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw new TensorError(where, { expected: `${name} to be a whole number of ${least} or more`, got: describe(value) });
}

/** Refuses what is not a finite number. */
export function checkFinite(where: string, name: string, value: unknown): void {
  if (Number.isFinite(value)) return;
  throw new TensorError(where, { expected: `${name} to be a finite number`, got: describe(value) });
}

/** Refuses what is not a finite number from `least` to `most`. */
export function checkBetween(
  where: string,
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_VALUE,
): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  const range = most < Number.MAX_VALUE ? `from ${least} to ${most}` : least === 0 ? "not below 0" : "above 0";
  throw new TensorError(where, { expected: `${name} to be a finite number ${range}`, got: describe(value) });
}

/** Refuses what is neither true nor false. */
export function checkFlag(where: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TensorError(where, { expected: `${name} to be true or false`, got: describe(value) });
}

/** Refuses what is not one of a few words. */
export function checkWord(where: string, name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  const shown = words.map((word) => `"${word}"`).join(", ");
  throw new TensorError(where, { expected: `${name} to be one of ${shown}`, got: describe(value) });
}

/** One number for each group, none below 0. */
export function perGroup(
  where: string,
  name: string,
  given: unknown,
  groups: readonly ParamGroup[],
): readonly number[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : groups.map(() => given);
  for (const value of list) checkBetween(where, name, value, 0);
  if (list.length === groups.length) return list as readonly number[];
  throw new TensorError(where, {
    expected: `${name} for all groups, or for each of the ${groups.length}`,
    got: describe(given),
  });
}
