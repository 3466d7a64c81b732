import { optionalPackage } from "../../base/optionalPackage.ts";
import { fromOne } from "../../base/optionKinds.ts";
import { checkKind } from "../../base/optionRules.ts";
import { messageOf } from "../cells/messageOf.ts";
import type { SweepEngine } from "../driving/engine.ts";
import { inFlight } from "./inFlight.ts";
import { installed } from "./installed.ts";
import { type Answer, jobOf, outcomeIn, workerFile } from "./job.ts";

/** For how many milliseconds threads may finish what they have begun when a sweep stops; then they are ended. */
const winding = 1000;

/** So many cells for each thread run or wait, so that no thread waits while results are written. */
const ahead = 4;

/** As much of Piscina as is asked for. */
interface Pool {
  run(task: unknown): Promise<Answer>;
  destroy(): Promise<void>;
  close(options: { readonly force: boolean }): Promise<void>;
  on(event: "error", listener: () => void): unknown;
}

type PoolModule = { readonly Piscina: new (options: Readonly<Record<string, unknown>>) => Pool };

/**
 * Runs cells on so many threads of this machine, by the optional package `piscina`. The results are those of `inProcess()`, to the
 * bit, and so are the lines of a journal, but for their order.
 *
 * The cell has to be a module. A cell that brings its thread down has failed; a thread takes its place.
 *
 * @param threads - how many; as many as there are processors is the most that is of use.
 * @throws TensorError for what is no whole number of 1 or more. And, when it runs, where the package is missing.
 *
 * @example
 * ```ts no-run
 * import { grid, journal, pool, range, sweep } from "evenkeel/sweep";
 *
 * await sweep({
 *   space: grid({ lr: [0.1, 1], seed: range(5) }),
 *   cell: new URL("./cell.js", import.meta.url),
 *   store: journal("runs.jsonl"),
 *   run: pool(4),
 * });
 * ```
 */
export function pool(threads: number): SweepEngine {
  const where = "pool";
  checkKind(where, fromOne, "threads", threads);
  return {
    name: `pool(${threads})`,
    runsElsewhere: true,
    async drive(sweep, context) {
      const filename = workerFile(where);
      const { Piscina } = await optionalPackage(where, "piscina", () => installed<PoolModule>("piscina"), {
        install: "piscina",
        hint: "inProcess() does without.",
      });
      const workers = new Piscina({
        filename,
        name: "runJob",
        minThreads: threads,
        maxThreads: threads,
        closeTimeout: winding,
      });
      workers.on("error", () => {}); // what is told after the end
      let isStopped = false;
      try {
        await inFlight(sweep, ahead * threads, context.signal, async (task) => {
          const answer = await workers.run(jobOf(task, context)).catch((error) => {
            if (isStopped) throw error; // given up, and not failed
            return { failed: messageOf(error) };
          });
          return outcomeIn(where, answer);
        });
      } catch (error) {
        isStopped = true;
        // A thread that is ended while it loads its modules may end the process.
        await workers.close({ force: true });
        throw error;
      }
      await workers.destroy();
    },
  };
}
