import { describe, TensorError } from "../base/errors.ts";
import type { OptionRule } from "./optionRules.ts";

/** Refuses an option that breaks its rule. */
export function checkSensible(where: string, name: string, value: unknown, rule: OptionRule): void {
  if (rule.isSensible(value)) return;
  const isMissing = value === undefined;
  throw new TensorError(where, {
    expected: `${name} to be ${rule.expected}`,
    got: isMissing ? "none" : describe(value),
    hint: isMissing ? `Give it to all groups, as in { ${name}: 0.1 }, or to each.` : "",
  });
}
