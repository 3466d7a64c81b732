import { describe, TensorError } from "../../base/errors.ts";
import { rowOf, type SweepResult } from "../results/row.ts";
import { type Entry, entryOf, isResult, lineOf, refuseConflict } from "./entry.ts";
import { journal } from "./journal.ts";

/**
 * What stands in journals, as {@link sweep} returns it: each cell once, a result rather than a failure, in the order in which they
 * were first found. For tables, figures and reports where no sweep is.
 *
 * @param paths - of one journal or more, such as those of shards.
 * @throws TensorError for a line that is no result, for two results that differ, and where journals are of different sweeps.
 *
 * @example
 * ```ts no-run
 * import { readSweep, sweepTable } from "evenkeel/sweep";
 *
 * console.log(sweepTable(await readSweep(["shard0.jsonl", "shard1.jsonl"])));
 * ```
 */
export async function readSweep(paths: readonly string[]): Promise<SweepResult> {
  const where = "readSweep";
  const entries = [...(await entriesOf(where, paths)).values()];
  if (entries.length === 0) {
    throw new TensorError(where, { expected: "results", got: `none in ${describe(paths)}`, code: "EVENKEEL_FILE" });
  }
  const [{ provenance }] = entries;
  const other = entries.find((entry) => JSON.stringify(entry.provenance) !== JSON.stringify(provenance));
  if (other !== undefined) {
    throw new TensorError(where, {
      expected: `results of one sweep: ${JSON.stringify(provenance)}`,
      got: JSON.stringify(other.provenance),
      code: "EVENKEEL_FILE",
    });
  }
  return { kind: "sweep", ...provenance, total: entries.length, rows: entries.map(rowOf) };
}

/** The lines of journals put together: each cell once, in an order that does not depend on theirs. */
export async function mergedLines(where: string, paths: readonly string[]): Promise<string[]> {
  return [...(await entriesOf(where, paths)).values()].map(lineOf).sort();
}

async function entriesOf(where: string, paths: readonly string[]): Promise<Map<string, Entry>> {
  if (!Array.isArray(paths) || paths.length === 0) {
    throw new TensorError(where, { expected: "the paths of journals, one or more", got: describe(paths) });
  }
  const known = new Map<string, Entry>();
  for (const path of paths) {
    let number = 0;
    for await (const line of journal(path).lines()) {
      keep(where, known, await entryOf(where, line, `${path}:${++number}`));
    }
  }
  return known;
}

/** Takes note of an entry, and says whether it is new. Two results have to be equal; a failure counts as nothing beside one. */
export function keep(where: string, known: Map<string, Entry>, entry: Entry): boolean {
  const before = known.get(entry.id);
  if (before !== undefined) {
    if (lineOf(before) === lineOf(entry)) return false;
    if (isResult(before.outcome)) {
      if (isResult(entry.outcome)) refuseConflict(where, before, entry);
      return false;
    }
  }
  known.set(entry.id, entry);
  return true;
}
