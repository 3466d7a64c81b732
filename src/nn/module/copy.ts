import { isTensor } from "../../base/brand.ts";
import { Generator, isGenerator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isModule } from "./fields.ts";
import { firstForward } from "./firstForward.ts";
import type { Module } from "./module.ts";
import { isParameter, Parameter } from "./parameter.ts";

/**
 * A module of the same class with copies of its fields, and of what they hold; what stands in two places is one copy in both. Without
 * hooks, gradients and private fields.
 */
export function copyOf<T extends Module>(module: T, copies: Map<object, object> = new Map()): T {
  const copy = Object.create(Object.getPrototypeOf(module)) as T;
  copies.set(module, copy);
  Object.defineProperty(copy, "forward", firstForward);
  for (const key of Reflect.ownKeys(module)) {
    const property = Object.getOwnPropertyDescriptor(module, key) as PropertyDescriptor;
    if (property.get !== undefined && key !== "forward") Object.defineProperty(copy, key, property);
    if (property.enumerable !== true) continue; // hooks, and the forward that calls them
    Object.defineProperty(copy, key, { ...property, value: copyOfField(property.value, copies) });
  }
  return copy;
}

function copyOfField(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (isModule(value)) return copyOf(value, copies);
  const made = (copy: object): object => {
    copies.set(value, copy);
    return copy;
  };
  if (isParameter(value)) return made(new Parameter(value.detach().clone(), { requiresGrad: value.requiresGrad }));
  if (isTensor(value)) return made((value as Tensor).detach().clone());
  if (isGenerator(value)) return made(new Generator().setState(value.getState()));
  if (value instanceof Map) return made(new Map([...value].map(([key, item]) => [key, copyOfField(item, copies)])));
  if (Array.isArray(value)) return made(value.map((item) => copyOfField(item, copies)));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return made(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOfField(item, copies)])));
}
