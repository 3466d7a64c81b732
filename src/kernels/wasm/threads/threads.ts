import { Crew } from "./crew.ts";
import { shareWork } from "./sharing.ts";

let crew: Crew | null = null;

const said = new Set<string>();

/** How many threads there are. */
export function threads(): number {
  return crew === null ? 1 : crew.size;
}

/** Ends the workers that there are, and starts others, so that there are `count` threads, or one if that is forbidden. */
export function setThreads(count: number, binary: string, patience?: number): void {
  crew?.end();
  crew = null;
  if (count === 1) return;
  shareWork({ crewFor, giveUp });
  try {
    crew = new Crew(binary, count - 1, lostOne, patience);
  } catch (error) {
    warn(`Worker threads are not to be had here; one thread does all the work. ${String(error)}`);
  }
}

/** The threads that can share work of a module now, or null. */
function crewFor(binary: string): Crew | null {
  if (crew !== null && crew.machine.binary !== binary) setThreads(crew.size, binary);
  return crew?.isReady ? crew : null;
}

/** Ends all workers, one of which does not do its part. */
function giveUp(): void {
  crew?.end();
  crew = null;
  warn("A worker thread did not do its part; one thread does all the work from here on.");
}

function lostOne(): void {
  warn("A worker thread has died; the others do its work.");
  if (crew?.size !== 1) return;
  crew.end();
  crew = null;
}

/** Says something on the console, once. */
function warn(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  // biome-ignore lint/suspicious/noConsole: Nothing is wrong with the results, so nothing may be thrown.
  console.warn(`evenkeel: ${message}`);
}
