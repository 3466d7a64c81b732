/** How large a run is: small for a test, whole for what the chapter is about. */
export type Size = "small" | "whole";

/** Where a chapter writes its lines. */
export type Print = (line: string) => void;

/** What a chapter has gone through, for comparison with its twin in PyTorch. */
export interface Seen {
  /** The losses of each run, by its name, in their order. */
  readonly losses: Readonly<Record<string, readonly number[]>>;
}

/** One chapter: it trains, tells of it, and returns what it saw. */
export type Chapter = (size: Size, print: Print) => Seen | Promise<Seen>;

/** Tells of the loss about ten times, and at the end. */
export function progress(print: Print, steps: number): (step: number, loss: number) => void {
  const every = Math.max(1, Math.ceil(steps / 10));
  return (step, loss) => {
    if (step % every === 0 || step === steps - 1) print(`step ${String(step).padStart(5)}  loss ${loss.toFixed(4)}`);
  };
}
