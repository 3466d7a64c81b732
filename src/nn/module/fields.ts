import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "./module.ts";
import { isParameter } from "./parameter.ts";
import { type Spelling, spelled } from "./spelling.ts";
import { isState } from "./state.ts";

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

/** A parameter, buffer or child of a module: its name, itself, and where it is, as `field` or `field.0.key`. */
export type Field = readonly [name: string, value: Tensor | Module, path: string];

/**
 * The parameters, buffers and child modules that are fields of a module, or lie in arrays, plain objects and Maps that
 * are, in order, under PyTorch's spelling of their names. Anything else, such as an activation kept for a look, is not state
 * of them.
 *
 * @throws TensorError where a parameter or a module lies where it has no name.
 */
export function fieldsOf(module: Module<unknown>, spelling: Spelling = "snake_case"): Field[] {
  const found: Field[] = [];
  for (const [field, value] of Object.entries(module)) {
    if (typeof value !== "object" || value === null) continue;
    collect({ module, field, found }, spelled(module, field, spelling), field, value, []);
  }
  return found;
}

interface Collecting {
  readonly module: Module<unknown>;
  readonly field: string;
  readonly found: Field[];
}

/** Adds what lies in a value that is found at a path from the module, as its source writes it, and has a name. */
function collect(at: Collecting, name: string, path: string, value: object, above: readonly object[]): void {
  if (isModule(value)) at.found.push([name, value, path]);
  else if (isTensor(value)) collectTensor(at, name, path, value);
  else if (!above.includes(value)) collectWithin(at, name, path, value, [...above, value]);
}

function collectTensor(at: Collecting, name: string, path: string, value: Tensor): void {
  if (!isParameter(value)) {
    if (value.node !== null || !isState(at.module, path)) return;
    if (value.requiresGrad) refuseRaw(at, path, value);
  }
  at.found.push([name, value, path]);
}

function collectWithin(at: Collecting, name: string, path: string, value: object, above: readonly object[]): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      if (typeof item === "object" && item !== null) collect(at, `${name}.${i}`, `${path}.${i}`, item, above);
    }
    return;
  }
  const keyed = value instanceof Map ? value : isPlainObject(value) ? Object.entries(value) : null;
  if (keyed === null) {
    if (holdsAny(value instanceof Set ? value : Object.values(value))) refuseNameless(at, describe(value));
    return;
  }
  for (const [key, item] of keyed) {
    if (typeof item !== "object" || item === null) continue;
    const isName = (typeof key === "string" && key !== "" && !key.includes(".")) || typeof key === "number";
    if (isName) collect(at, `${name}.${key}`, `${path}.${key}`, item, above);
    else if (holdsAny([item])) refuseNameless(at, `the key ${describe(key)}`);
  }
}

/** Whether an object is one of no class, of this realm or another. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a parameter or a module is among values, or in arrays among them. */
function holdsAny(values: Iterable<unknown>): boolean {
  for (const value of values) {
    if (isParameter(value) || isModule(value)) return true;
    if (Array.isArray(value) && value.some((item) => isParameter(item) || isModule(item))) return true;
  }
  return false;
}

function refuseNameless({ module, field }: Collecting, got: string): never {
  throw new TensorError(module.constructor.name, {
    expected: `parameters and modules of the field ${field} where they have names: in arrays, plain objects and Maps`,
    got,
    hint: "A class that holds some extends nn.Module; a field whose name starts with # is not looked at.",
  });
}

function refuseRaw({ module }: Collecting, path: string, x: Tensor): never {
  throw new TensorError(module.constructor.name, {
    expected: `a parameter, or a tensor that wants no gradient, as ${path}`,
    got: `${describe(x)} that wants one`,
    hint: "To train it: new nn.Parameter(x); to keep it out, use a field whose name starts with #.",
  });
}
