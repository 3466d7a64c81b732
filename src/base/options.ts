import { describe, TensorError } from "./errors.ts";

/**
 * Refuses an options argument that is not an object, or that has a name nobody reads: a misspelt option would
 * otherwise be a default without a word.
 *
 * @param name - of the option that these options are within, if any.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[], name?: string): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    const what = name === undefined ? "an object of options" : `${name} as an object`;
    throw new TensorError(where, { expected: `${what} (${known.join(", ")})`, got: describe(options) });
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TensorError(where, {
      expected: known.length > 0 ? `options among ${known.join(", ")}` : "no options",
      got: `"${name}"`,
      code: "EVENKEEL_OPTION",
      hint: hintFor(name, known, Math.max(2, Math.floor(name.length / 3))),
    });
  }
}

/** Asks for the known word that `word` was most likely meant to be, if there is one that at most `most` letters make of it. */
export function hintFor(word: string, known: readonly string[], most: number): string {
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase().replace(/[_"]/g, ""), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best === undefined ? "" : `Did you mean "${best}"?`;
}

/** Levenshtein's distance: insertions, deletions and substitutions from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
