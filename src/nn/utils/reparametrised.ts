import { noGrad } from "../../autograd/gradMode.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isModule } from "../module/fields.ts";
import type { Module } from "../module/module.ts";
import { isParameter, ownParameter, type Parameter } from "../module/parameter.ts";

/** The fields of a module, and those parameters among them that another is made of. */
type Fields = Record<string, unknown>;

/** What makes a parameter of others, and what has put it in the place of a field. */
interface Making {
  readonly kind: string;
  readonly parts: readonly string[];
}

const makings: unique symbol = Symbol.for("evenkeel.reparametrised") as never;

/** What is asked for as a field, with the making that it comes of. */
type Getter = (() => Tensor) & { [makings]?: Making };

/**
 * Puts other parameters, called `name_suffix`, in the place of one, and has its field made of them whenever it is read. What is assigned
 * to the field later takes its place again.
 */
export function reparametrise(
  kind: string,
  module: Module<unknown>,
  name: string,
  parts: Readonly<Record<string, Parameter>>,
  make: (...parts: Tensor[]) => Tensor,
): void {
  const names = Object.keys(parts).map((suffix) => `${name}_${suffix}`);
  const fields = module as unknown as Fields;
  const getter: Getter = function (this: Fields) {
    return make(...names.map((part) => this[part] as Tensor));
  };
  getter[makings] = { kind, parts: names };
  Reflect.deleteProperty(module, name);
  Object.values(parts).forEach((part, i) => {
    fields[names[i]] = part;
  });
  Object.defineProperty(module, name, {
    configurable: true,
    get: getter,
    set(this: Fields, value: unknown) {
      for (const part of names) Reflect.deleteProperty(this, part);
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

/** The making that a field comes of; null for a plain field. */
function makingOf(module: object, name: string): Making | null {
  const getter: Getter | undefined = Object.getOwnPropertyDescriptor(module, name)?.get;
  return getter?.[makings] ?? null;
}

/** Refuses a module whose field of a name is no parameter of so many dimensions. */
export function checkParameter(where: string, module: unknown, name: unknown): Parameter {
  if (!isModule(module)) throw new TensorError(where, { expected: "a module", got: describe(module) });
  const making = typeof name === "string" ? makingOf(module, name) : null;
  if (making !== null) {
    throw new TensorError(where, { expected: "a parameter as it was made", got: `"${name}" under ${making.kind}` });
  }
  const value: unknown = typeof name === "string" ? Reflect.get(module, name) : undefined;
  if (isParameter(value) && value.ndim > 0) return value;
  throw new TensorError(where, {
    expected: "the name of a field that is a parameter of one dimension or more",
    got: `${describe(name)} of a ${module.constructor.name}`,
  });
}

/** Makes a parameter of what a making of a kind gives, in its place; returns the module. */
export function restore<M extends Module<unknown>>(where: string, kind: string, module: M, name: string): M {
  if (!isModule(module)) throw new TensorError(where, { expected: "a module", got: describe(module) });
  if (typeof name !== "string" || makingOf(module, name)?.kind !== kind) {
    throw new TensorError(where, {
      expected: `a field under ${kind}`,
      got: `${describe(name)} of a ${module.constructor.name}`,
    });
  }
  const weight = noGrad(() => (Reflect.get(module, name) as Tensor).clone());
  Reflect.set(module, name, ownParameter(weight));
  return module;
}
