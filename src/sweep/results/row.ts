import type { Plain } from "../../analysis/index.ts";
import type { Provenance } from "../cells/identity.ts";
import { plainOf } from "../cells/plainData.ts";
import type { Entry } from "../keeping/entry.ts";
import type { Configuration } from "../spaces/space.ts";

/** What became of one cell. */
export interface SweepRow {
  /** What it is known by: a hash of all that it depends on. */
  readonly id: string;
  /** What it was given. */
  readonly configuration: Configuration;
  /** What it returned; null where it did not. */
  readonly value: Plain;
  /** Why it had no number, where a network came to NaN or infinity and the library refused it; or null. */
  readonly diverged: string | null;
  /** The message of what it threw, or null. */
  readonly failed: string | null;
}

/** What a sweep has found. */
export interface SweepResult extends Provenance {
  /** What kind of data this is. */
  readonly kind: "sweep";
  /** How many cells were asked for. */
  readonly total: number;
  /** What became of each, in the order of the space; in rounds, the rounds one after the other. */
  readonly rows: readonly SweepRow[];
}

/** An entry as data. */
export function rowOf({ id, configuration, outcome }: Entry): SweepRow {
  return {
    id,
    configuration: plainOf(configuration) as Configuration,
    value: "value" in outcome ? plainOf(outcome.value) : null,
    diverged: "diverged" in outcome ? outcome.diverged : null,
    failed: "failed" in outcome ? outcome.failed : null,
  };
}

/** Whether a cell has diverged: refused, or with NaN or an infinity among the numbers that it returned. */
export function hasDiverged({ diverged, value }: SweepRow): boolean {
  const isNone = (number: unknown) => typeof number === "number" && !Number.isFinite(number);
  const numbers: readonly unknown[] = typeof value === "object" && value !== null ? Object.values(value) : [value];
  return diverged !== null || numbers.some(isNone);
}
