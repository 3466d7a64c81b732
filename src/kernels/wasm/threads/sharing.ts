import type { Crew } from "./crew.ts";

/** Threads that may share the work of a kernel. */
interface Sharing {
  /** Those that can share work of a module now, or null. */
  crewFor(binary: string): Crew | null;
  /** Ends all workers, one of which does not do its part. */
  giveUp(): void;
}

/** Those there are, once somebody has asked for some: a bundle of a program that does not has no code of theirs. */
let sharing: Sharing | null = null;

/** Has kernels share their work. */
export function shareWork(among: Sharing): void {
  sharing = among;
}

/** The threads that can share work of a module now, or null. */
export const crewFor = (binary: string): Crew | null => sharing?.crewFor(binary) ?? null;

/** Ends all workers, one of which does not do its part. */
export const giveUp = (): void => sharing?.giveUp();
