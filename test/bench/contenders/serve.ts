import { createInterface } from "node:readline";
import type { Workload } from "../workloads.ts";

/** A workload, ready to be measured. */
export interface Prepared {
  /** Does the work once. */
  readonly step: () => void;
  /** The loss now, where there is one: if it is not finite, no time is reported. */
  readonly loss?: () => number;
  /** Throws if what has been measured is not what it is called. */
  readonly check?: () => void;
  /** Waits for work that `step` has only ordered. */
  readonly finish?: () => Promise<unknown>;
}

/** What a contender can do: workloads by kind. One that throws is reported with its message, as one left out is. */
export type Abilities = {
  readonly [Kind in Workload["kind"]]?: (workload: Extract<Workload, { kind: Kind }>) => Prepared | Promise<Prepared>;
};

interface Request {
  readonly workload: Workload;
  readonly steps: number;
  /** Whether shares of the time are asked for, not the time. */
  readonly profile?: boolean;
}

/** Shares of the time that `run` takes, by what it goes to. */
type Profiled = (run: () => Promise<unknown>) => Promise<object>;

/** How the time is taken, and how long a workload runs before it is, both in milliseconds. */
const ofWorkloads = { clock: () => performance.now(), warmUp: 500 };

/** The processor's time, so that what else the machine does counts little. */
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Of operations, of which there are many. */
const ofOperations = { clock: processorTime, warmUp: 250 };

function timed(workload: Workload) {
  if (workload.kind === "operation") return ofOperations;
  return "clock" in workload && workload.clock === "processor" ? { ...ofWorkloads, clock: processorTime } : ofWorkloads;
}

/**
 * Answers requests: a line `{"workload": …, "steps": n}` on standard input with a line `{"microseconds": …}`, the time
 * of one of `n` steps, or with `{"error": …}`; with `"profile": true`, with `{"shares": …, "withinWebAssembly": …}`. The first line of all is `{"version": …}`.
 *
 * @param missing - why a kind of workload is left out.
 * @param profiled - how the library is profiled, if it can be.
 */
export async function serve(
  version: string,
  abilities: Abilities,
  missing: Partial<Record<Workload["kind"], string>> = {},
  profiled?: Profiled,
): Promise<void> {
  const reply = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  reply({ version });

  let current = { key: "", prepared: null as Prepared | null };
  for await (const line of createInterface({ input: process.stdin })) {
    const { workload, steps, profile } = JSON.parse(line) as Request;
    const { clock, warmUp } = timed(workload);
    try {
      const key = JSON.stringify(workload);
      if (current.key !== key || current.prepared === null) {
        current = { key, prepared: null };
        const prepare = abilities[workload.kind] as ((workload: Workload) => Prepared | Promise<Prepared>) | undefined;
        if (prepare === undefined) throw new Error(missing[workload.kind] ?? "not written for this library");
        current.prepared = await prepare(workload);
        await run(current.prepared, clock, (done, elapsed) => done >= 2 && elapsed() >= warmUp);
      }
      const { prepared } = current;
      const measured = () => run(prepared, clock, (done) => done >= steps);
      if (!profile) reply({ microseconds: await measured() });
      else if (profiled === undefined) throw new Error("it is not profiled");
      else reply(await profiled(measured));
    } catch (error) {
      reply({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Steps until `isEnough`; the microseconds that one took. */
async function run(
  { step, loss, check, finish }: Prepared,
  clock: () => number,
  isEnough: (done: number, elapsed: () => number) => boolean,
): Promise<number> {
  const start = clock();
  const spent = () => clock() - start;
  let done = 0;
  do {
    step();
    done++;
  } while (!isEnough(done, spent));
  await finish?.();
  const elapsed = spent();
  check?.();
  const value = loss?.() ?? 0;
  if (!Number.isFinite(value)) throw new Error(`the loss is ${value}`);
  return (elapsed * 1000) / done;
}
