import { describe, TensorError } from "../../base/errors.ts";
import { runCell } from "../cells/cell.ts";
import { isEngine, type SweepEngine } from "../driving/engine.ts";

/**
 * Runs one cell after the other, where the sweep is.
 *
 * @example
 * ```ts
 * import { inProcess, list, sweep } from "evenkeel/sweep";
 *
 * const { rows } = await sweep({ space: list([{ x: 2 }]), cell: ({ x }: { x: number }) => x ** 10, run: inProcess() });
 * console.log(rows[0].value); // => 1024
 * ```
 */
export function inProcess(): SweepEngine {
  return {
    name: "inProcess",
    runsElsewhere: false,
    async drive(sweep, { cell, signal }) {
      for (;;) {
        signal?.throwIfAborted();
        const task = await sweep.ask();
        if (task === null) return;
        await sweep.tell(task, await runCell(cell.run, task.text));
      }
    },
  };
}

/**
 * Runs every `parts`-th cell, from the one at `part` on: a share of the work for each of several machines, such as the indices of a
 * job array. Their journals, one behind the other, are that of the whole.
 *
 * @param part - which share, counted from 0.
 * @param parts - how many shares there are.
 * @param engine - what runs its cells. Default `inProcess()`.
 * @throws TensorError for a share that there is not.
 *
 * @example
 * ```ts
 * import { grid, range, shard, sweep } from "evenkeel/sweep";
 *
 * const options = { space: grid({ seed: range(5) }), cell: ({ seed }: { seed: number }) => seed };
 * const { rows } = await sweep({ ...options, run: shard(1, 2) });
 * console.log(rows.map(({ value }) => value)); // => [ 1, 3 ]
 * ```
 */
export function shard(part: number, parts: number, engine: SweepEngine = inProcess()): SweepEngine {
  const where = "shard";
  for (const [name, value, least] of [["part", part, 0] as const, ["parts", parts, 1] as const]) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new TensorError(where, { expected: `a whole number of ${least} or more as ${name}`, got: describe(value) });
  }
  if (part >= parts) {
    throw new TensorError(where, {
      expected: `a part from 0 to ${parts - 1}`,
      got: String(part),
      hint: "Parts are counted from 0.",
    });
  }
  if (!isEngine(engine) || engine.share !== undefined) {
    throw new TensorError(where, { expected: "an engine, such as pool(4), as engine", got: describe(engine) });
  }
  return { ...engine, name: `shard ${part}/${parts} of ${engine.name}`, share: { part, parts } };
}
