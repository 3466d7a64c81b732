import { shared } from "../../base/shared.ts";
import { fieldsOf } from "./fields.ts";
import type { Module } from "./module.ts";
import { moduleState } from "./state.ts";

/**
 * What stands before a module's own `forward`: whoever asks for that will call it, so the module is built, and the tensors
 * that it holds are its state.
 */
export const firstForward: PropertyDescriptor & ThisType<Module> = {
  configurable: true,
  get() {
    shared().listener?.uses?.(this);
    const state = this[moduleState];
    state.known ??= new Set(fieldsOf(this).map(([, , path]) => path));
    return Object.getPrototypeOf(this).forward;
  },
  set(value) {
    Object.defineProperty(this, "forward", { value, writable: true, configurable: true, enumerable: true });
  },
};
