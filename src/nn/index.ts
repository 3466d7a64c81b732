/**
 * Modules, losses, and the functions and initialisers behind them.
 * @module nn
 */
export { type ForwardHook, type LoadResult, Module, type StateDict } from "./module.ts";
export { Parameter } from "./parameter.ts";
