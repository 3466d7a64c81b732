import { setTimeout as sleep } from "node:timers/promises";
import { type Contender, Unmeasured } from "./contender.ts";
import { median } from "./format.ts";
import type { Workload } from "./workloads.ts";

/** How one library did on one workload. */
export interface Measurement {
  /** The median over all repeats, in microseconds per step. */
  readonly microseconds: number;
  /** The fastest repeat. */
  readonly fastest: number;
  /** Each repeat, in turn with those of the others. */
  readonly each: readonly number[];
  /** The slowest repeat less the fastest, in parts of the median. */
  readonly spread: number;
  /** The time in steps of the workload beside it, where there is one: the median over the repeats. */
  readonly inSteps?: number;
}

/** By the library's name: its measurement, or why there is none. */
export type Measurements = ReadonlyMap<string, Measurement | Unmeasured>;

export interface MeasureOptions {
  readonly repeats: number;
  /** How long a repeat takes, about, in seconds. */
  readonly seconds: number;
  /** How long nothing is done between two libraries, in milliseconds: threads of the one may spin before they sleep. */
  readonly pause?: number;
  /** What each repeat is followed by, to be compared with it. */
  readonly beside?: Workload | undefined;
}

/** Of one contender: how many steps a repeat has, and the repeats so far, of the workload and of that beside it. */
interface Run {
  readonly steps: number;
  readonly times: number[];
  readonly stepsBeside: number;
  readonly timesBeside: number[];
}

/** Measures the contenders on one workload, a repeat of each in turn, so that what slows the machine slows them all. */
export async function measure(
  workload: Workload,
  contenders: readonly Contender[],
  { repeats, seconds, pause = 50, beside }: MeasureOptions,
): Promise<Measurements> {
  const results = new Map<string, Measurement | Unmeasured>();
  const running = new Map<Contender, Run>();
  for (const contender of contenders) {
    await attempt(contender, async () => {
      const steps = await calibrate(contender, workload, seconds);
      const stepsBeside = beside === undefined ? 0 : await calibrate(contender, beside, seconds);
      running.set(contender, { steps, times: [], stepsBeside, timesBeside: [] });
    });
  }
  for (let i = 0; i < repeats; i++) {
    for (const [contender, { steps, times, stepsBeside, timesBeside }] of running) {
      await attempt(contender, async () => {
        await sleep(pause);
        times.push(await contender.measure(workload, steps));
        if (beside !== undefined) timesBeside.push(await contender.measure(beside, stepsBeside));
      });
    }
  }
  for (const [{ name }, run] of running) results.set(name, summarise(run));
  return results;

  async function attempt(contender: Contender, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Unmeasured)) throw error;
      running.delete(contender);
      results.set(contender.name, error);
    }
  }
}

/** A step that takes longer, in microseconds, is not waited for again. */
const longest = 10e6;

/** How many steps take `seconds`: from one, after the warm-up, and then from as many as take a tenth of that. */
async function calibrate(contender: Contender, workload: Workload, seconds: number): Promise<number> {
  const stepsFor = (share: number, microseconds: number) => Math.max(1, Math.round((share * 1e6) / microseconds));
  const first = await contender.measure(workload, 1);
  if (first > longest) throw new Unmeasured(`a step takes ${Math.round(first / 1e6)} s`);
  const better = await contender.measure(workload, stepsFor(seconds / 10, first));
  return stepsFor(seconds, better);
}

function summarise({ times, timesBeside }: Run): Measurement {
  const microseconds = median(times);
  const fastest = Math.min(...times);
  const found = { microseconds, fastest, each: times, spread: (Math.max(...times) - fastest) / microseconds };
  if (timesBeside.length === 0) return found;
  return { ...found, inSteps: median(times.map((time, i) => time / timesBeside[i])) };
}
