import { setImmediate } from "node:timers/promises";

/**
 * Lets the process see to whatever has come up, such as Ctrl-C, of which it learns nothing in the middle of a loop.
 * @throws the signal's reason, if it says to stop.
 */
export async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
