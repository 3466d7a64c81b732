import type { Elements } from "./dtype.ts";

/**
 * What a step does that is one as a whole: it changes its first input, or looks at what it is given, and may make an array; or it does
 * nothing but call kernels, and keeps nothing.
 */
export type WholeStep = "changes" | "looks" | "computes";

/** What hears of everything that is computed while it listens, such as an export that follows its input. */
export interface Listener {
  /** Whether what exists as one kernel, but is made of others that more formats know, is to be done by these. */
  readonly inParts?: boolean;
  /** The kernels that stand in for a set, and tell of each call. */
  kernels<Set extends object>(own: Set): Set;
  /** The numbers of an array are about to leave the library's sight, by way of `how`. */
  reads(x: Elements, how: string): void;
  /** The numbers of `x` are now those of `y`, after a change in place. */
  overwritten(x: Elements, y: Elements): void;
  /** Random numbers are about to be drawn, by `how`. */
  draws(how: string): void;
  /** Who follows whole steps rather than kernels is told of some that read or write numbers past the kernels; see {@link whole}. */
  whole?<T>(what: string, inputs: readonly unknown[], run: (...inputs: never[]) => T, does: WholeStep): T;
  /** `x` has been made of numbers that are no tensor's, by `how`. */
  makes?(x: Elements, how: string): void;
  /** The gradient of `leaf` is about to be asked for. */
  asksGradient?(leaf: object): void;
  /** The gradient of `leaf` is now `x`, or none. */
  setsGradient?(leaf: object, x: Elements | null): void;
  /** Something of the user's own runs, which is called `how`. */
  runs?(how: string): void;
  /** Tensors are the inputs of an operation. */
  sees?(inputs: readonly object[]): void;
  /** The `forward` of a module is about to be called. */
  uses?(module: object): void;
}

/** Whether somebody listens who wants {@link Listener.inParts}. */
export const isInParts = (): boolean => shared().listener?.inParts === true;

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
  /** How often something has changed that decides what a function does, other than numbers: kernels, hooks of modules, where tensors lie. */
  changes: number;
  /** How tensors are printed, once it has been said. */
  printing?: PrintSettings;
  /** Who receives what any copy gives back, in place of its pool, and how it is kept there after all; mostly nobody. */
  receiver: ((data: object, keep: () => void) => void) | null;
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
    changes: 0,
    receiver: null,
    inArena: new WeakSet(),
  };
  holder[key] ??= {};
  // Another version may have made it, and left out what it does not know.
  return Object.assign(holder[key], { ...made, ...holder[key] });
}

/** Says that something has changed that decides what a function does. */
export function changed(): void {
  shared().changes++;
}

/**
 * Runs a step that reads or writes numbers past the kernels, or keeps what it makes: who listens may make it again as a whole, with
 * other inputs. So `run` is to know nothing but its inputs.
 */
export function whole<Inputs extends readonly unknown[], T>(
  what: string,
  inputs: Inputs,
  run: (...inputs: Inputs) => T,
  does: WholeStep = "changes",
): T {
  const { listener } = shared();
  return listener?.whole === undefined ? run(...inputs) : listener.whole(what, inputs, run as never, does);
}
