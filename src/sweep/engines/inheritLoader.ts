import { builtin } from "../cells/builtin.ts";

/** How Node is told to run a program by tsx: `--import tsx`, or a file of that package. */
const byTsx = /--import[ =]"?((?:\S*[/\\])?tsx(?:[/\\]\S*?)?)(?=["\s]|$)/;

/**
 * Has a thread load what its program loads where that is run by tsx. Threads inherit how Node was called, but before Node 22.14 tsx
 * cannot tell them from its own, and leaves them alone.
 */
export function inheritLoader(): void {
  const { process } = globalThis as unknown as { process: NodeJS.Process };
  const [, loader] = byTsx.exec(`${process.execArgv.join(" ")} ${process.env.NODE_OPTIONS ?? ""}`) ?? [];
  const threads = builtin("node:worker_threads");
  if (loader === undefined || threads === null || "isInternalThread" in threads) return;
  const from = loader.startsWith("file:") ? loader : builtin("node:url")?.pathToFileURL(loader);
  try {
    // Found from a file of the package, and by its name from the folder in which the program runs.
    builtin("node:module")?.register("tsx/esm", from, { data: {} });
  } catch {
    // Another loader of that name. What the cell needs of it is told when the cell is loaded.
  }
}
