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

/** Whether layers have no names of their own, only their places in a `Sequential`. */
const haveOnlyPlaces = (names: readonly string[]): boolean => names.every((name) => /^\d+$/.test(name));

/**
 * What layers are called in a plot. Those that only have a place in a `Sequential` are counted instead, each among those of its
 * class that the result has: the third tanh is `layer 3`, and `layer 3 · Tanh` where there are other classes beside it. One alone
 * is its class, as it may be any of the model's. Without a class, as of values that no module returns, a name is all there is.
 */
export function layerNames(
  layers: readonly { readonly layer: string; readonly type: string | null }[],
): readonly string[] {
  const types = layers.map(({ type }) => type ?? "");
  if (types.includes("") || !haveOnlyPlaces(layers.map(({ layer }) => layer)))
    return layers.map(({ layer }, i) => panelName(layer, types[i]));
  if (layers.length === 1) return types;
  const counts = new Map<string, number>();
  const isOneClass = new Set(types).size === 1;
  return types.map((type) => {
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    return panelName(`layer ${count}`, isOneClass ? "" : type);
  });
}

/**
 * What all layers with parameters are called: those that only have a place are numbered, from 1; names of groups stay.
 * @param before - what stands before the number, where no axis says that it is a layer's.
 */
export const layerNumbers = (names: readonly string[], groups: object | null = null, before = ""): readonly string[] =>
  groups === null && haveOnlyPlaces(names) ? names.map((_, i) => `${before}${i + 1}`) : names;
