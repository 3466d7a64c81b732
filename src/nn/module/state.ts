import type { Module } from "./module.ts";

/** What a module knows of its buffers. */
export interface ModuleState {
  /** The paths, as `field` or `field.0.key`, at which there were tensors when `forward` was first called; null before. */
  known: ReadonlySet<string> | null;
  /** Fields that are declared to be buffers, and whether they are saved. */
  readonly declared: Map<string, boolean>;
  /** Fields whose names were given as keys, which stay as they are written. */
  keys?: ReadonlySet<string>;
}

/** Where a module keeps that: known to every copy of the package. */
export const moduleState: unique symbol = Symbol.for("evenkeel.moduleState") as never;

/** Whether a tensor that is not a parameter is a buffer where it is. */
export function isState(module: Module<unknown>, path: string): boolean {
  const { known, declared } = module[moduleState];
  return known === null || known.has(path) || declared.has(fieldOf(path));
}

/** Whether what is at a path goes into a state dict. */
export function isSaved(module: Module<unknown>, path: string): boolean {
  return module[moduleState].declared.get(fieldOf(path)) ?? true;
}

const fieldOf = (path: string): string => path.split(".", 1)[0];
