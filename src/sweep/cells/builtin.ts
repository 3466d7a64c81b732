import { TensorError } from "../../base/errors.ts";

interface NodeModules {
  "node:crypto": typeof import("node:crypto");
  "node:fs": typeof import("node:fs");
  "node:module": typeof import("node:module");
  "node:path": typeof import("node:path");
  "node:url": typeof import("node:url");
  "node:util": typeof import("node:util");
  "node:worker_threads": typeof import("node:worker_threads");
}

/**
 * A module of Node's own, asked for when it is needed; null where there is none, as in a browser. Nothing that a bundler sees names
 * it, so that what only spaces and cells are used of runs anywhere.
 */
export function builtin<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | null {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return (process?.getBuiltinModule?.(name) ?? null) as NodeModules[Name] | null;
}

/** The same, for what cannot do without it. */
export function neededBuiltin<Name extends keyof NodeModules>(where: string, name: Name): NodeModules[Name] {
  const found = builtin(name);
  if (found !== null) return found;
  throw new TensorError(where, {
    expected: `the module ${name}`,
    got: "an engine that has none",
    code: "EVENKEEL_PACKAGE",
    hint: "Files, threads and queues need Node 20.19 or later, Deno or Bun.",
  });
}
