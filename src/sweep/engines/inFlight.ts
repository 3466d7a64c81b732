import type { Outcome } from "../cells/cell.ts";
import type { AskTell, SweepTask } from "../driving/askTell.ts";

/** Asks for cells and runs up to so many at once, to the end of the sweep, to its first error, or until it is told to stop. */
export async function inFlight(
  sweep: AskTell,
  most: number,
  signal: AbortSignal | undefined,
  run: (task: SweepTask) => Promise<Outcome>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  // Never done, but where there is a signal, which then rejects it.
  const stopped = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {});
  for (;;) {
    signal?.throwIfAborted();
    const task = running.size < most ? await sweep.ask() : null;
    if (task !== null) {
      const one: Promise<void> = run(task)
        .then((outcome) => sweep.tell(task, outcome))
        .finally(() => running.delete(one));
      // Once an error has ended the sweep, nobody waits for the others.
      one.catch(() => {});
      running.add(one);
    } else if (running.size === 0) return;
    else await Promise.race([...running, stopped]);
  }
}
