import type { Module } from "./module.ts";
import { moduleState } from "./state.ts";

/** How the fields of modules are written in a state dict: as PyTorch's own modules have them, or as they are here. */
export type Spelling = "snake_case" | "camelCase";

/** A field's name. `layerNorm` becomes `layer_norm`; `W1`, what has an underscore already, and keys stay. */
export function spelled(module: Module<unknown>, field: string, spelling: Spelling): string {
  if (module[moduleState].keys?.has(field)) return field;
  if (spelling === "snake_case") return snakeCase(field);
  const own = (module.constructor as { evenkeelPytorchNames?: readonly string[] }).evenkeelPytorchNames;
  return own?.includes(field) ? snakeCase(field) : field;
}

function snakeCase(field: string): string {
  if (!/^[a-z][^_]*$/.test(field)) return field;
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * For each name that a module has, the one under which a state dict has it: the same, or else the same in another spelling.
 * A name is given to one only.
 */
export function matchNames(own: Iterable<string>, given: readonly string[]): Map<string, string> {
  const wanted = new Set(own);
  const others = new Map<string, string>();
  for (const name of given) {
    const alike = inSnakeCase(name);
    if (!wanted.has(name) && !others.has(alike)) others.set(alike, name);
  }
  const exact = new Set(given);
  const matches = new Map<string, string>();
  for (const name of wanted) {
    const alike = inSnakeCase(name);
    const found = exact.has(name) ? name : others.get(alike);
    if (found === undefined) continue;
    if (found !== name) others.delete(alike);
    matches.set(name, found);
  }
  return matches;
}

const inSnakeCase = (name: string): string => name.split(".").map(snakeCase).join(".");
