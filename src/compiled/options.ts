import { aFunction, flag, fromZero } from "../base/optionKinds.ts";
import type { OptionRules } from "../base/optionRules.ts";

/** Options of `compiled`. */
export interface CompiledOptions {
  /** Whether to throw where a function cannot be made again, rather than to go on calling it. Default `false`. */
  readonly strict?: boolean;
  /** After so many calls that are made again, one is run as it is written, and compared; 0 for none. Default `0`. */
  readonly check?: number;
  /** Is told, once, why a function is called as it is. Default: `console.warn`. */
  readonly warn?: (message: string) => void;
}

function warnOnConsole(message: string): void {
  // biome-ignore lint/suspicious/noConsole: what would be silent otherwise
  console.warn(message);
}

export const rules = {
  strict: { is: flag, default: false },
  check: { is: fromZero, default: 0 },
  warn: { is: aFunction, default: warnOnConsole },
} as const satisfies OptionRules<CompiledOptions>;

/** How a compiled function has been run. */
export interface CompiledReport {
  /** How often it was called as it is written. */
  readonly eager: number;
  /** How often it was made again, or compared with what would have been. */
  readonly replayed: number;
  /** How many kinds of arguments it is made again for. */
  readonly plans: number;
  /** The steps of the newest one. */
  readonly steps: number;
  /** Why it is no longer made again, or null. */
  readonly reason: string | null;
}
