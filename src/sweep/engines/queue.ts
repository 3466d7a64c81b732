import { fromOne, fromZero, positive, text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Outcome } from "../cells/cell.ts";
import type { SweepTask } from "../driving/askTell.ts";
import type { EngineContext, SweepEngine } from "../driving/engine.ts";
import { type BullQueue, bullAt, type Closable, checkConnection, type RedisConnection, startWorkers } from "./bull.ts";
import { inFlight } from "./inFlight.ts";
import { type Answer, jobOf, outcomeIn } from "./job.ts";

/** How {@link queue} and {@link sweepWorkers} use Redis. */
export interface QueueOptions {
  /** What the queue is called; a sweep and those who run its cells have to say the same. Default `"evenkeel-sweep"`. */
  readonly name?: string;
  /** How many cells at once are run where this is called, each in a thread of its own. Default `1`. */
  readonly workers?: number;
  /** How often a cell is begun whose worker is lost. Default `3`. */
  readonly attempts?: number;
  /** Milliseconds after which a worker that says nothing is taken for lost. Default `30000`. */
  readonly patience?: number;
  /** How many cells are in the queue at a time. Default `256`. */
  readonly ahead?: number;
}

const rules = {
  name: { is: text, default: "evenkeel-sweep" },
  workers: { is: fromZero, default: 1 },
  attempts: { is: fromOne, default: 3 },
  patience: { is: positive, default: 30000 },
  ahead: { is: fromOne, default: 256 },
} satisfies OptionRules<QueueOptions>;

/** Milliseconds between two looks at cells of which nothing was heard, such as after Redis was started anew without them. */
const lookEvery = 1000;

/** Seconds for which a finished cell stays, so that another sweep that waits for it hears of it too. */
const staysFor = 3600;

/**
 * Runs cells by a queue on Redis, on as many machines as there are {@link sweepWorkers}, by the optional packages `bullmq` and
 * `ioredis`. What Redis loses is put in again, a cell whose worker is lost is begun again, and a cell that is run twice is compared.
 *
 * The cell has to be a module, which lies at the same place on each machine. Workers with another version of the library or of the
 * cell refuse it, and the sweep stops.
 *
 * @param connection - where Redis is.
 * @param options - see {@link QueueOptions}.
 * @throws TensorError for no such connection, and unknown options. And, when it runs, where the packages are missing, or nobody answers.
 *
 * @example
 * ```ts no-run
 * import { grid, journal, queue, range, sweep } from "evenkeel/sweep";
 *
 * await sweep({
 *   space: grid({ lr: [0.1, 1], seed: range(5) }),
 *   cell: new URL("./cell.js", import.meta.url),
 *   store: journal("runs.jsonl"),
 *   run: queue("redis://localhost:6379", { workers: 2 }),
 * });
 * ```
 */
export function queue(connection: RedisConnection, options: QueueOptions = {}): SweepEngine {
  const where = "queue";
  checkConnection(where, connection);
  const settings = optionsOf(where, options, rules);
  return {
    name: `queue(${settings.name})`,
    runsElsewhere: true,
    async drive(sweep, context) {
      const at = await bullAt(where, connection);
      const made = new at.bull.Queue(settings.name, at.options);
      const events = new at.bull.QueueEvents(settings.name, at.options);
      const workers = settings.workers === 0 ? null : startWorkers(where, at, settings);
      const heard = new Map<string, () => void>();
      made.on("error", () => {});
      events.on("error", () => {});
      for (const event of ["completed", "failed"]) events.on(event, ({ jobId }) => heard.get(jobId)?.());
      try {
        await inFlight(sweep, settings.ahead, context.signal, (task) =>
          outcomeOf({ made, heard, task, context, attempts: settings.attempts }),
        );
      } finally {
        await Promise.all([workers?.close(), events.close(), made.close()]);
      }
    },
  };
}

interface Awaited {
  readonly made: BullQueue;
  /** Whom to tell that something was heard of a job. */
  readonly heard: Map<string, () => void>;
  readonly task: SweepTask;
  readonly context: EngineContext;
  readonly attempts: number;
}

/** Puts a cell into the queue, and waits for what becomes of it, whatever becomes of Redis. */
async function outcomeOf({ made, heard, task, context, attempts }: Awaited): Promise<Outcome> {
  const id = `cell-${task.id}`;
  const kept = { age: staysFor };
  const options = { jobId: id, attempts, removeOnComplete: kept, removeOnFail: kept };
  let isNew = true;
  try {
    for (;;) {
      const word = soon(id, heard);
      const before = await made.getJob(id);
      const state = before === undefined ? "unknown" : await before.getState();
      // What it was when it was first read may be from before it ended.
      const job = before === undefined ? undefined : await made.getJob(id);
      const hasFailed = state === "failed" || (state === "completed" && holdsFailure(job?.returnvalue));
      // What failed in an earlier sweep is tried anew.
      if (isNew && hasFailed) await job?.remove();
      if (job === undefined || state === "unknown" || (isNew && hasFailed)) {
        await made.add("cell", jobOf(task, context), options);
      } else if (state === "failed") return { failed: job.failedReason ?? "its worker was lost" };
      else if (state === "completed") {
        const answer = job.returnvalue as Answer;
        if ("refused" in answer) await job.remove();
        return outcomeIn("queue", answer);
      }
      isNew = false;
      await word;
    }
  } finally {
    heard.delete(id);
  }
}

const holdsFailure = (answer: unknown): boolean =>
  typeof answer === "object" && answer !== null && ("failed" in answer || "refused" in answer);

/** Until something is heard of a job, or it is time to look. */
function soon(id: string, heard: Map<string, () => void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, lookEvery);
    heard.set(id, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Those who run the cells of a queue. */
export interface SweepWorkers {
  /** Begins to take cells. */
  start(): Promise<void>;
  /** Takes no more cells, and is done when those that are running are. */
  close(): Promise<void>;
}

/**
 * Runs the cells that sweeps elsewhere put into a queue, until it is closed: what other machines than the sweep's own do.
 *
 * @param connection - where Redis is.
 * @param options - see {@link QueueOptions}.
 * @throws TensorError as {@link queue}.
 *
 * @example
 * ```ts no-run
 * import { sweepWorkers } from "evenkeel/sweep";
 *
 * const workers = sweepWorkers("redis://localhost:6379", { workers: 4 });
 * await workers.start();
 * process.once("SIGTERM", () => workers.close());
 * ```
 */
export function sweepWorkers(connection: RedisConnection, options: QueueOptions = {}): SweepWorkers {
  const where = "sweepWorkers";
  checkConnection(where, connection);
  const settings = optionsOf(where, options, rules);
  let started: Closable | null = null;
  return {
    async start() {
      const workers = Math.max(1, settings.workers);
      started ??= startWorkers(where, await bullAt(where, connection), { ...settings, workers });
    },
    async close() {
      await started?.close();
    },
  };
}
