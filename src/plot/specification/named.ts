import { describe, TensorError } from "../../base/errors.ts";

/** One result of an analysis, or several to be set beside one another, by name. */
export type OneOrNamed<T> = T | Readonly<Record<string, T>>;

/**
 * The results by name; one alone has the empty name.
 * @param isOne - whether something is such a result.
 * @param expected - what is said to be expected otherwise.
 */
export function named<T>(
  where: string,
  results: OneOrNamed<T>,
  isOne: (value: object) => boolean,
  expected: string,
): readonly (readonly [name: string, result: T])[] {
  const isResult = (value: unknown) => typeof value === "object" && value !== null && isOne(value);
  if (isResult(results)) return [["", results as T]];
  const isObject = typeof results === "object" && results !== null && !Array.isArray(results);
  const entries = isObject ? Object.entries(results) : [];
  const wrong = entries.find(([, value]) => !isResult(value));
  if (entries.length > 0 && wrong === undefined) return entries;
  // Of what has no result in it at all, its fields say nothing.
  const isMixed = wrong !== undefined && entries.some(([, value]) => isResult(value));
  throw new TensorError(where, {
    expected: `${expected}, or several by name`,
    got: isMixed ? `${describe(wrong[1])} as "${wrong[0]}"` : fieldsOf(results, entries),
    hint: Array.isArray(results) ? 'Write { standard: …, "batch norm": … }.' : "",
  });
}

/** What was given, by the first of its fields where it is an object: results differ by them. */
const fieldsOf = (results: unknown, entries: readonly (readonly [string, unknown])[]): string =>
  entries.length === 0
    ? describe(results)
    : `an object with ${entries
        .slice(0, 4)
        .map(([name]) => name)
        .join(", ")}`;

/** What stands above a panel: the name of a result, where it has one, and of what it is a part. */
export const panelName = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" · ");

/** Whether a value is a result of a kind. */
export const isOf =
  (kind: string) =>
  (value: object): boolean =>
    (value as { readonly kind?: unknown }).kind === kind;

/**
 * What layers are called in a plot. Those that only have a place in a `Sequential` are counted instead, each among those of its
 * class: the third tanh is `layer 3`, and `layer 3 · Tanh` where there are other classes beside it.
 */
export function layerNames(layers: readonly { readonly layer: string; readonly type: string }[]): readonly string[] {
  const counts = new Map<string, number>();
  const isOneClass = new Set(layers.map(({ type }) => type)).size === 1;
  const isCounted = layers.every(({ layer }) => /^\d+$/.test(layer));
  return layers.map(({ layer, type }) => {
    if (!isCounted) return `${layer} · ${type}`;
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    return isOneClass ? `layer ${count}` : `layer ${count} · ${type}`;
  });
}
