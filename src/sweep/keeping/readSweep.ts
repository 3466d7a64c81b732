import { describe, TensorError } from "../../base/errors.ts";
import { neededBuiltin } from "../cells/builtin.ts";
import type { Provenance } from "../cells/identity.ts";
import { rowOf, type SweepResult } from "../results/row.ts";
import { differenceOf, type Entry, entryOf, isResult, lineOf, refuseConflict } from "./entry.ts";
import { journal } from "./journal.ts";

/**
 * What stands in journals, as {@link sweep} returns it: each cell once, a result rather than a failure, in the order in which they
 * were first found. For tables, figures and reports where no sweep is.
 *
 * @param paths - of one journal or more, such as those of shards.
 * @throws TensorError where there is no such file, for a line that is no result, for two results that differ, and where journals are
 * of different sweeps.
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
  let first: Provenance | undefined;
  const known = await entriesOf(where, paths, ({ provenance }, place) => {
    first ??= provenance;
    const difference = differenceOf(first, provenance);
    if (difference === null) return;
    throw new TensorError(where, {
      expected: `results of ${difference.own}, as the first is`,
      got: `one of ${difference.other} in ${place}`,
      code: "EVENKEEL_FILE",
      hint: "Read the journals of different sweeps one by one.",
    });
  });
  const entries = [...known.values()];
  if (entries.length === 0) {
    throw new TensorError(where, { expected: `results in ${paths.join(", ")}`, got: "none", code: "EVENKEEL_FILE" });
  }
  const [{ provenance }] = entries;
  return { kind: "sweep", ...provenance, total: entries.length, rows: entries.map(rowOf) };
}

/** The lines of journals put together: each cell once, in an order that does not depend on theirs. */
export async function mergedLines(where: string, paths: readonly string[]): Promise<string[]> {
  return [...(await entriesOf(where, paths)).values()].map(lineOf).sort();
}

async function entriesOf(
  where: string,
  paths: readonly string[],
  check: (entry: Entry, place: string) => void = () => {},
): Promise<Map<string, Entry>> {
  if (!Array.isArray(paths) || paths.length === 0) {
    throw new TensorError(where, { expected: "the paths of journals, one or more", got: describe(paths) });
  }
  const known = new Map<string, Entry>();
  for (const path of paths) {
    const { lines } = journal(path);
    // A sweep begins with no file; what is to be read has to be there.
    if (!neededBuiltin(where, "node:fs").existsSync(path)) {
      throw new TensorError(where, { expected: `a journal at ${path}`, got: "no file", code: "EVENKEEL_FILE" });
    }
    let number = 0;
    for await (const line of lines()) {
      const place = `${path}:${++number}`;
      const entry = await entryOf(where, line, place);
      check(entry, place);
      keep(where, known, entry);
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
