import { isTensor } from "../brand.ts";
import type { Tensor } from "../tensor.ts";
import type { Module } from "./module.ts";
import { isParameter } from "./parameter.ts";

/** What marks a module, so that one made by another copy of the package is known too. */
export const moduleBrand: unique symbol = Symbol.for("evenkeel.Module") as never;

/**
 * Whether a value is a module, of this copy of the package or another, which `instanceof` does not know.
 *
 * @example
 * ```ts
 * import { isModule, nn } from "evenkeel";
 *
 * console.log(isModule(new nn.ReLU()), isModule(nn.ReLU)); // => true false
 * ```
 */
export function isModule(value: unknown): value is Module {
  return typeof value === "object" && value !== null && moduleBrand in value;
}

/**
 * The parameters, buffers and child modules that are fields of a module, under PyTorch's spelling of their names. What
 * was made by an operation, such as an activation kept for a look, is none of them.
 */
export function fieldsOf(module: Module): [name: string, value: Tensor | Module][] {
  return Object.entries(module).flatMap(([field, value]): [string, Tensor | Module][] => {
    const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (isTensor(value)) return isParameter(value) || !value.requiresGrad ? [[name, value]] : [];
    if (isModule(value)) return [[name, value]];
    if (!Array.isArray(value)) return [];
    return value.flatMap((item, i): [string, Module][] => (isModule(item) ? [[`${name}.${i}`, item]] : []));
  });
}

/** A dotted name. */
export function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** Each value once, under its first name. */
export function once<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value));
}
