import { describe, TensorError } from "../../base/errors.ts";
import type { Outcome } from "../cells/cell.ts";
import { identityOf, type Provenance } from "../cells/identity.ts";
import { canonical, plainOf } from "../cells/plainData.ts";

/** One line of a journal: what became of a cell, and all that it depends on. */
export interface Entry {
  readonly id: string;
  readonly provenance: Provenance;
  /** As text. */
  readonly configuration: string;
  readonly outcome: Outcome;
}

/** An entry as one line, in one way only, so that equal results are equal lines. */
export function lineOf({ id, provenance, configuration, outcome }: Entry): string {
  const { code, kernels, version } = provenance;
  const [[kind, text]] = Object.entries(outcome) as [[string, string]];
  const said = kind === "value" ? text : JSON.stringify(text);
  const parts = { code, configuration, id, kernels, version, [kind]: said };
  const isText = (name: string) => name !== "configuration" && name !== kind;
  const shown = Object.entries(parts).map(
    ([name, part]) => [name, isText(name) ? JSON.stringify(part) : part] as const,
  );
  return `{${shown.map(([name, part]) => `"${name}":${part}`).join(",")}}`;
}

/**
 * The entry of a line.
 *
 * @param place - of the line, such as `runs.jsonl:12`.
 * @throws TensorError for what is no such line, and where the identity is not that of the rest.
 */
export async function entryOf(where: string, line: string, place: string): Promise<Entry> {
  const parsed = parsedOf(line);
  const { code, configuration, id, kernels, version } = parsed ?? {};
  const outcome = outcomeOf(parsed);
  const isConfiguration = typeof configuration === "object" && configuration !== null && !Array.isArray(configuration);
  const areTexts = [code, id, kernels, version].every((part) => typeof part === "string");
  if (outcome === null || !isConfiguration || !areTexts) {
    throw new TensorError(where, {
      expected: `a result of a sweep in ${place}`,
      got: describe(line),
      code: "EVENKEEL_FILE",
      hint: "A journal has one JSON object a line, as the sweep has written it.",
    });
  }
  const provenance = { code, kernels, version } as Provenance;
  const text = canonical(where, "configuration", configuration);
  if ((await identityOf(provenance, text)) !== id) {
    throw new TensorError(where, {
      expected: `in ${place} the identity of what the line says`,
      got: describe(id),
      code: "EVENKEEL_FILE",
      hint: "The line has been changed since it was written.",
    });
  }
  return { id: id as string, provenance, configuration: text, outcome };
}

function parsedOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = plainOf(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function outcomeOf(parsed: Readonly<Record<string, unknown>> | null): Outcome | null {
  if (parsed === null) return null;
  if ("value" in parsed) return { value: canonical("journal", "value", parsed.value) };
  if (typeof parsed.diverged === "string") return { diverged: parsed.diverged };
  return typeof parsed.failed === "string" ? { failed: parsed.failed } : null;
}

/** In words what differs between the versions, kernels or code of two results; null where nothing does. */
export function differenceOf(
  own: Provenance,
  other: Provenance,
): { readonly own: string; readonly other: string } | null {
  const differing = (["version", "kernels", "code"] as const).filter((part) => own[part] !== other[part]);
  if (differing.length === 0) return null;
  const said = (provenance: Provenance) => differing.map((part) => `${part} ${provenance[part]}`).join(", ");
  return { own: said(own), other: said(other) };
}

/** Whether an outcome is a result, which is there once and for all: a value, or divergence. */
export const isResult = (outcome: Outcome): boolean => !("failed" in outcome);

/** The two outcomes of one identity, which are not equal to the bit: whatever a sweep says of it would be wrong. */
export function refuseConflict(where: string, known: Entry, other: Entry): never {
  const [[, first], [, second]] = [known, other].map(({ outcome }) => Object.entries(outcome)[0]) as [string, string][];
  throw new TensorError(where, {
    expected: `results of ${known.configuration.slice(0, 200)} that are equal to the bit`,
    got: `${first.slice(0, 200)} and ${second.slice(0, 200)}`,
    code: "EVENKEEL_CHANGED",
    hint:
      "A cell has to depend on its configuration alone: not on the time, on Math.random, on what ran before it, or on " +
      "files. With relaxed kernels results differ between processors.",
  });
}
