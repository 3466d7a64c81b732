import { shared } from "../../base/shared.ts";
import { hooked } from "../../nn/module/hooks/forwardHooks.ts";
import type { Module } from "../../nn/module/module.ts";
import { watchingAll } from "../measuring/watching.ts";

/** One run of a module's `forward`, during which some operations were recorded. */
export interface ModuleCall {
  /** The dotted name of the module. */
  readonly name: string;
  /** Its class. */
  readonly type: string;
  /** The number of the newest operation before it; those it recorded have higher numbers. */
  readonly start: number;
  /** The number of its last operation. */
  readonly end: number;
  /** How many other modules, the model itself not counted, were running around it. */
  readonly depth: number;
  /** Whether no other module ran within it. */
  readonly isInnermost: boolean;
  /** What `forward` was given. */
  readonly inputs: readonly unknown[];
  /** What it returned, a tensor or a structure of tensors. */
  readonly output: unknown;
}

interface OpenCall {
  readonly module: Module;
  readonly start: number;
  isInnermost: boolean;
}

/**
 * Runs `fn`, and notes between which operations each module's `forward` began and ended. All that is recorded meanwhile
 * the module made: operations are numbered in the order in which they happen.
 *
 * @returns what `fn` returned, and the calls that recorded anything, outer before inner, earlier before later.
 */
export function moduleCalls<T>(model: Module, fn: () => T): { readonly result: T; readonly calls: ModuleCall[] } {
  const modules = model.namedModules();
  const open: OpenCall[] = [];
  const calls: ModuleCall[] = [];
  const leave = (name: string, module: Module, inputs: readonly unknown[], output: unknown) => {
    // What lies above has thrown, and `fn` has caught it.
    const at = open.findLastIndex((call) => call.module === module);
    const [{ start, isInnermost }] = open.splice(at);
    const depth = open.filter((call) => call.module !== model).length;
    const end = shared().recorded;
    if (end > start) {
      calls.push({ name, type: module.constructor.name, start, end, depth, isInnermost, inputs, output });
    }
  };
  const entered = modules.map(([, module]) => {
    const { entering, release } = hooked(module);
    const enter = () => {
      const above = open.at(-1);
      if (above !== undefined) above.isInnermost = false;
      open.push({ module, start: shared().recorded, isInnermost: true });
    };
    entering.add(enter);
    return () => {
      if (entering.delete(enter)) release();
    };
  });
  try {
    const result = watchingAll(modules, leave, fn);
    // `end` tells an outer call from an inner one that began with it.
    return { result, calls: calls.sort((a, b) => a.start - b.start || b.end - a.end || a.depth - b.depth) };
  } finally {
    for (const remove of entered) remove();
  }
}

/** For each operation, oldest first, given by its number: the calls it was made in, from the outermost to the innermost. */
export function callsAround(calls: readonly ModuleCall[], orders: readonly number[]): (readonly ModuleCall[])[] {
  const around: ModuleCall[] = [];
  let next = 0;
  const dropEnded = (order: number) => {
    while (around.length > 0 && around[around.length - 1].end < order) around.pop();
  };
  return orders.map((order) => {
    for (; next < calls.length && calls[next].start < order; next++) {
      dropEnded(calls[next].start + 1);
      around.push(calls[next]);
    }
    dropEnded(order);
    return [...around];
  });
}
