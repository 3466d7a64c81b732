import type { Tensor } from "../../tensor/tensor.ts";
import { fieldsOf, isModule } from "./fields.ts";
import type { Module } from "./module.ts";
import { isParameter } from "./parameter.ts";
import type { Spelling } from "./spelling.ts";
import { isSaved } from "./state.ts";

/** A module and all within, with dotted names, as often as they are found, outer before inner. */
export function modulesIn(
  module: Module<unknown>,
  name = "",
  above: readonly Module<unknown>[] = [],
): (readonly [name: string, module: Module])[] {
  if (above.includes(module)) return []; // it contains itself
  const inner = fieldsOf(module).flatMap(([child, value]) =>
    isModule(value) ? modulesIn(value, join(name, child), [...above, module]) : [],
  );
  return [[name, module as Module], ...inner];
}

/** A parameter or buffer with its dotted name, and whether it goes into a state dict. */
export type Entry = readonly [name: string, tensor: Tensor, isSaved: boolean];

/**
 * All tensors of a module and those within, as often as they are found, in PyTorch's order: of each module its parameters,
 * then its buffers, then what is within, where arrays, objects and Maps count as modules.
 */
export function tensorsIn(
  module: Module<unknown>,
  spelling?: Spelling,
  name = "",
  above: readonly Module<unknown>[] = [],
): readonly Entry[] {
  if (above.includes(module)) return [];
  const parameters: Entry[] = [];
  const buffers: Entry[] = [];
  const within: Entry[] = [];
  for (const [child, value, path] of fieldsOf(module, spelling)) {
    const full = join(name, child);
    if (isModule(value)) for (const found of tensorsIn(value, spelling, full, [...above, module])) within.push(found);
    else if (path.includes(".")) within.push([full, value, isSaved(module, path)]);
    else (isParameter(value) ? parameters : buffers).push([full, value, isSaved(module, path)]);
  }
  return [...parameters, ...buffers, ...within];
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** Each value once, under its first name. */
export function once<T>(entries: readonly (readonly [string, T, ...unknown[]])[]): [string, T][] {
  const seen = new Set<T>();
  return entries.flatMap(([name, value]): [string, T][] => {
    if (seen.has(value)) return [];
    seen.add(value);
    return [[name, value]];
  });
}
