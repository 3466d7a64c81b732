import { TensorError } from "../../base/errors.ts";
import { neededBuiltin } from "../cells/builtin.ts";
import type { Outcome } from "../cells/cell.ts";
import type { Provenance } from "../cells/identity.ts";
import type { SweepTask } from "../driving/askTell.ts";
import type { EngineContext } from "../driving/engine.ts";

/** A cell as it is sent to who runs it. */
export interface Job {
  /** Where the module of the cell is. */
  readonly href: string;
  /** What its result will be said to depend on. */
  readonly provenance: Provenance;
  /** As text. */
  readonly configuration: string;
}

/** What comes back: an outcome, or why there is none, where who runs it has another version, or another cell. */
export type Answer = Outcome | { readonly refused: Refusal };

/** Why a cell has not been run. */
interface Refusal {
  readonly expected: string;
  readonly got: string;
  /** What to try. */
  readonly hint: string;
}

export const jobOf = ({ text }: SweepTask, { cell, provenance }: EngineContext): Job => ({
  href: cell.href as string,
  provenance,
  configuration: text,
});

/** The outcome in an answer; the sweep stops at a refusal. */
export function outcomeIn(where: string, answer: Answer): Outcome {
  if (!("refused" in answer)) return answer;
  throw new TensorError(where, { ...answer.refused, code: "EVENKEEL_STATE" });
}

/** The file that threads and processes run: it is beside whatever file of the package this has been made part of. */
export function workerFile(where: string): string {
  const { createRequire } = neededBuiltin(where, "node:module");
  const { dirname, join } = neededBuiltin(where, "node:path");
  const { existsSync } = neededBuiltin(where, "node:fs");
  const here = typeof __filename === "string" ? __filename : import.meta.url; // CJS has the one, ESM the other
  const file = join(dirname(createRequire(here).resolve("evenkeel/package.json")), "dist/sweep/worker.js");
  if (existsSync(file)) return file;
  throw new TensorError(where, {
    expected: "the package as it is installed",
    got: `none of its files at ${file}`,
    code: "EVENKEEL_PACKAGE",
    hint: "In a checkout, npm run build makes them.",
  });
}
