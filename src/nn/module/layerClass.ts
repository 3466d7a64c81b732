import type { Module } from "./module.ts";

/**
 * A class of the library's layers. Each carries its name, so that a layer of another copy of the package is known too, and a
 * user's class of the same name is not taken for one; under a plain word, for a computed one would keep a bundler from leaving the
 * class out.
 */
export interface LayerClass<M extends Module = Module> {
  new (...args: never[]): M;
  readonly prototype: M;
  readonly evenkeelLayer: string;
}

const layerKey = "evenkeelLayer";

/** The classes of a value, its own first: those of the library's layers among them, of whichever copy. */
function* layerClasses(value: unknown): IterableIterator<LayerClass> {
  if (typeof value !== "object" || value === null) return;
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    const type: unknown = Object.hasOwn(at, "constructor") && at.constructor;
    if (typeof type === "function" && Object.hasOwn(type, layerKey)) yield type as unknown as LayerClass;
  }
}

/** Whether a value is a layer of a class, or of one derived from it: `instanceof`, for layers of every copy of the package. */
export function isLayer<M extends Module>(value: unknown, type: LayerClass<M>): value is M {
  for (const found of layerClasses(value)) if (found[layerKey] === type[layerKey]) return true;
  return false;
}

/** Whether a value is a layer of the class itself, and not of one derived from it. */
export function isExactly<M extends Module>(value: unknown, type: LayerClass<M>): value is M {
  return isLayer(value, type) && Object.hasOwn(value.constructor, layerKey) && layerNameOf(value) === type[layerKey];
}

/** The name of the nearest class of the library's that a module is of; null for a module of a user's own. */
function layerNameOf(module: Module): string | null {
  for (const found of layerClasses(module)) return found[layerKey];
  return null;
}

/** Whether a module of the library's, or of a class derived from one, has the `forward` of that class. */
export function hasOwnForward(module: Module): boolean {
  for (const found of layerClasses(module)) return module.forward === found.prototype.forward;
  return false;
}
