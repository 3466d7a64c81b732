/** What code on a page may import: the entries of the package, all of which its single file has. */
export const packageModules = [
  "evenkeel",
  "evenkeel/analysis",
  "evenkeel/data",
  "evenkeel/io",
  "evenkeel/nn",
  "evenkeel/nn/functional",
  "evenkeel/nn/init",
  "evenkeel/nn/utils",
  "evenkeel/optim",
  "evenkeel/optim/lrScheduler",
  "evenkeel/plot",
  "evenkeel/sweep",
  "evenkeel/testing",
] as const;

/** What notebooks import besides, by the names that examples/notebooks/deno.json gives. */
const notebookModules = ["drift", "names", "pictures"] as const;

export type ModuleName = (typeof packageModules)[number] | (typeof notebookModules)[number];

export const isModuleName = (name: string): name is ModuleName =>
  ([...packageModules, ...notebookModules] as readonly string[]).includes(name);

const imported = /\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

/**
 * Whether a block runs on a page: whatever it imports is there, and no file beside it is meant. What needs files or Node's modules is not; those are the blocks
 * that the documentation's tests do not run either (test/docs/runnable.test.ts).
 */
export function canRun(code: string): boolean {
  return (
    !code.includes("import.meta.url") &&
    [...code.matchAll(imported)].every(([, from, only]) => isModuleName(from ?? only))
  );
}
