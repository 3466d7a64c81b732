import type { Elements } from "./dtype.ts";

/** What hears of everything that is computed while it listens, such as an export that follows its input. */
export interface Listener {
  /** The kernels that stand in for a set, and tell of each call. */
  kernels<Set extends object>(own: Set): Set;
  /** The numbers of an array are about to leave the library's sight, by way of `how`. */
  reads(x: Elements, how: string): void;
  /** The numbers of `x` are now those of `y`, after a change in place. */
  overwritten(x: Elements, y: Elements): void;
  /** Random numbers are about to be drawn, by `how`. */
  draws(how: string): void;
}

/** How tensors are printed. */
export interface PrintSettings {
  readonly precision: number;
  readonly threshold: number;
  readonly edgeitems: number;
  readonly linewidth: number;
  readonly sciMode: boolean | null;
}

/**
 * What may change at run time, apart from the kernels. It lives on `globalThis`, so that the ESM and the CJS copy of
 * the package, loaded into one process, have one grad mode and one default generator between them, and know what the
 * other has hidden.
 */
export interface Shared {
  /** Who hears of all that is computed; mostly nobody. */
  listener: Listener | null;
  /** Whether operations are recorded. */
  gradEnabled: boolean;
  /** Whether every output and gradient is searched for NaN and infinity. */
  detectAnomaly: boolean;
  /** The number of the newest recorded operation; an operation's inputs always have lower numbers. */
  recorded: number;
  /** The number of searches of a tape so far. */
  searches: number;
  /** The state of the default generator, once it has been used. */
  defaultGenerator: unknown;
  /** How tensors are printed, once it has been said. */
  printing?: PrintSettings;
  /** The typed arrays that lie in an arena, of whichever copy. */
  readonly inArena: WeakSet<object>;
}

const key = Symbol.for("evenkeel.shared");

let known: Shared | undefined;

/** The state shared by every copy of the package in this process; made when first asked for. */
export function shared(): Shared {
  known ??= findOrMake();
  return known;
}

function findOrMake(): Shared {
  const holder = globalThis as { [key]?: Partial<Shared> };
  const made: Shared = {
    listener: null,
    gradEnabled: true,
    detectAnomaly: false,
    recorded: 0,
    searches: 0,
    defaultGenerator: undefined,
    inArena: new WeakSet(),
  };
  holder[key] ??= {};
  // Another version may have made it, and left out what it does not know.
  return Object.assign(holder[key], { ...made, ...holder[key] });
}
