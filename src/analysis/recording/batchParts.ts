import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";

const isPart = (x: unknown): boolean => isTensor(x) || typeof x === "number";

/** A batch as what compiled functions are passed: what it is, as text, and then its tensors and numbers. */
export function partsOf(where: string, batch: unknown): readonly [form: string, ...parts: readonly unknown[]] {
  if (isPart(batch)) return ["one", batch];
  const entries = typeof batch === "object" && batch !== null ? Object.entries(batch) : [];
  if (entries.length > 0 && entries.every(([, part]) => isPart(part))) {
    const parts = entries.map(([, part]) => part);
    return [Array.isArray(batch) ? "list" : JSON.stringify(entries.map(([name]) => name)), ...parts];
  }
  throw new TensorError(where, {
    expected: "batches that are tensors or numbers, or lists or objects of them, where steps are compiled",
    got: describe(batch),
    hint: "Leave { compiled: true } out.",
  });
}

/** The batch of its parts. */
export function batchOf(form: string, parts: readonly unknown[]): unknown {
  if (form === "one") return parts[0];
  if (form === "list") return parts;
  const names: readonly string[] = JSON.parse(form);
  return Object.fromEntries(names.map((name, i) => [name, parts[i]]));
}
