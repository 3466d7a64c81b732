import { describe, TensorError } from "../base/errors.ts";
import { checkOptions } from "../base/options.ts";
import { type PrintSettings, shared } from "../base/shared.ts";

/** Options of {@link setPrintoptions}; what is left out stays as it is, but for `sciMode`. */
export interface PrintOptions {
  /** The number of digits after the point, from 0 to 60; 4 at first. */
  readonly precision?: number;
  /** With more elements than that a tensor is summarised; 1000 at first, `Infinity` for never. */
  readonly threshold?: number;
  /** How many elements a summary has at each edge, 1 or more; 3 at first. */
  readonly edgeitems?: number;
  /** How many characters a line has; 80 at first. */
  readonly linewidth?: number;
  /** All of these at once: those at first, `"short"` with 2 digits and 2 elements at each edge, or `"full"` without summaries. */
  readonly profile?: "default" | "short" | "full";
  /** Whether floats are written with exponents; null for where they need it. Default `null`, with each call. */
  readonly sciMode?: boolean | null;
}

const initial: PrintSettings = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null };

const profiles: Readonly<Record<string, PrintSettings>> = {
  default: initial,
  short: { ...initial, precision: 2, edgeitems: 2 },
  full: { ...initial, threshold: Number.POSITIVE_INFINITY },
};

/** How tensors are printed now. */
export function printSettings(): PrintSettings {
  return shared().printing ?? initial;
}

/**
 * Sets how tensors are printed from now on, by `console.log`, `String` and in notebooks.
 *
 * @throws {@link TensorError} for unknown options and values out of range; then nothing has changed.
 * @see PyTorch `torch.set_printoptions`, where what is given beside a `profile` counts too, as here.
 *
 * @example
 * ```ts
 * import { setPrintoptions, tensor } from "evenkeel";
 *
 * setPrintoptions({ precision: 2 });
 * console.log(tensor([1, 0.12345])); // => tensor([1.00, 0.12])
 * setPrintoptions({ profile: "default", sciMode: true });
 * console.log(tensor([1.5])); // => tensor([1.5000e+00])
 * setPrintoptions({ profile: "default" });
 * ```
 */
export function setPrintoptions(options: PrintOptions = {}): void {
  const where = "setPrintoptions";
  checkOptions(where, options, ["precision", "threshold", "edgeitems", "linewidth", "profile", "sciMode"]);
  const { profile, sciMode = null, ...given } = options;
  if (profile !== undefined && !(typeof profile === "string" && Object.hasOwn(profiles, profile))) {
    throw new TensorError(where, { expected: 'profile to be "default", "short" or "full"', got: describe(profile) });
  }
  if (sciMode !== null && typeof sciMode !== "boolean") {
    throw new TensorError(where, { expected: "sciMode to be true, false or null", got: describe(sciMode) });
  }
  const next = {
    ...(profile === undefined ? printSettings() : profiles[profile]),
    ...withoutUndefined(given),
    sciMode,
  };
  checkWhole("precision", next.precision, 0, 60);
  checkWhole("threshold", next.threshold, 0, Number.POSITIVE_INFINITY);
  checkWhole("edgeitems", next.edgeitems, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("linewidth", next.linewidth, 1, Number.MAX_SAFE_INTEGER);
  shared().printing = next;
}

const withoutUndefined = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

function checkWhole(name: string, value: unknown, least: number, most: number): void {
  const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (isWhole && (value as number) >= least && (value as number) <= most) return;
  const range = most <= 60 ? `from ${least} to ${most}` : `of ${least} or more`;
  throw new TensorError("setPrintoptions", { expected: `${name} to be a whole number ${range}`, got: describe(value) });
}
