import { fromOne, fromZero } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
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

const rules = {
  precision: {
    is: { expected: "a whole number from 0 to 60", accepts: (x) => fromZero.accepts(x) && (x as number) <= 60 },
  },
  threshold: {
    is: {
      expected: "a whole number of 0 or more",
      accepts: (x) => x === Number.POSITIVE_INFINITY || (Number.isInteger(x) && (x as number) >= 0),
    },
  },
  edgeitems: { is: fromOne },
  linewidth: { is: fromOne },
  profile: { words: ["default", "short", "full"] },
  sciMode: {
    is: { expected: "true, false or null", accepts: (x) => x === null || typeof x === "boolean" },
    default: null,
  },
} as const satisfies OptionRules<PrintOptions>;

const initial: PrintSettings = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null };

const profiles = {
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
  const { profile, ...given } = optionsOf("setPrintoptions", options, rules);
  const own = Object.entries(given).filter(([, value]) => value !== undefined);
  shared().printing = {
    ...(profile === undefined ? printSettings() : profiles[profile]),
    ...(Object.fromEntries(own) as Partial<PrintSettings>),
  };
}
