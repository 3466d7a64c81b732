import { describe, TensorError } from "../../base/errors.ts";

/** What PyTorch keeps beside, in one version or another. */
const ignored = ["verbose", "anneal_func", "use_beta1", "default_min_lr", "_scale_fn_ref"];

/** Refuses a state that is not like `own`, one that the scheduler could have itself; lists all that is wrong with it. */
export function refuseUnlike(
  where: string,
  expected: string,
  dict: unknown,
  own: Readonly<Record<string, unknown>>,
): void {
  if (typeof dict !== "object" || dict === null || Array.isArray(dict)) {
    throw new TensorError(where, { expected: "what stateDict() of a scheduler returns", got: describe(dict) });
  }
  const given = dict as Readonly<Record<string, unknown>>;
  const problems = [
    ...Object.keys(own).flatMap((name) =>
      Object.hasOwn(given, name) || name.startsWith("_") ? [] : [`missing ${name}`],
    ),
    ...Object.keys(given).flatMap((name) =>
      Object.hasOwn(own, name) || ignored.includes(name) ? [] : [`unknown ${name}`],
    ),
    ...Object.keys(own).flatMap((name) =>
      !Object.hasOwn(given, name) || isAlike(given[name], own[name]) ? [] : [`${name} of ${describe(given[name])}`],
    ),
  ];
  if (problems.length === 0) return;
  throw new TensorError(where, {
    expected,
    got: problems.join("; "),
    hint: "Nothing was loaded.",
    code: "EVENKEEL_STATE",
  });
}

/** Whether two values are of one kind, and arrays of one length too, as far down as they go. */
function isAlike(a: unknown, b: unknown): boolean {
  if (Array.isArray(b)) return Array.isArray(a) && a.length === b.length && a.every((value, i) => isAlike(value, b[i]));
  if (typeof b === "number") return typeof a === "number" && !Number.isNaN(a);
  return typeof a === typeof b && (a === null) === (b === null) && !Array.isArray(a);
}
