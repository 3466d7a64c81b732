import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { OptionKind } from "../../base/optionRules.ts";
import { fieldsOf, isModule } from "../../nn/module/fields.ts";
import { hooked, type Look } from "../../nn/module/hooks/forwardHooks.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** What `forward` of a model takes: one tensor, or a list of all its arguments. */
export type ForwardInputs = Tensor | readonly unknown[];

/** A module with its dotted name. */
export type Named = readonly [name: string, module: Module];

/** Called after each `forward` of a watched module. */
export type Seen = (name: string, module: Module, inputs: readonly unknown[], output: Tensor) => void;

/** Runs `fn` with forward hooks on modules, and takes them off again, also when it throws. Refuses outputs that are no tensor. */
export function watching<T>(modules: readonly Named[], seen: Seen, fn: () => T): T {
  return watchingAll(modules, (name, module, inputs, y) => seen(name, module, inputs, tensorOf(name, module, y)), fn);
}

/**
 * As {@link watching}, of what keeps neither inputs nor outputs, nor any memory of theirs: the engine goes on using it again, which
 * makes a pass that is looked at as fast as another.
 */
export function looking<T>(modules: readonly Named[], seen: Seen, fn: () => T): T {
  const takenOff = modules.map(([name, module]) => {
    const { looks, release } = hooked(module);
    const look: Look = (inputs, y) => seen(name, module, inputs, tensorOf(name, module, y));
    looks.add(look);
    return () => {
      if (looks.delete(look)) release();
    };
  });
  try {
    return fn();
  } finally {
    for (const takeOff of takenOff) takeOff();
  }
}

function tensorOf(name: string, module: Module, output: unknown): Tensor {
  if (isTensor(output)) return output;
  throw new TensorError(`${module.constructor.name}.forward`, {
    expected: `a tensor as the output of "${name}", which an analysis looks at`,
    got: describe(output),
    hint: "Let it look at other modules, whose outputs are tensors.",
  });
}

/** As {@link watching}, whatever the outputs are. */
export function watchingAll<T>(
  modules: readonly Named[],
  seen: (name: string, module: Module, inputs: readonly unknown[], output: unknown) => void,
  fn: () => T,
): T {
  const handles = modules.map(([name, module]) =>
    module.registerForwardHook((_, inputs, output) => {
      seen(name, module, inputs, output);
    }),
  );
  try {
    return fn();
  } finally {
    for (const handle of handles) handle.remove();
  }
}

/** Runs a model on its inputs, which are refused here rather than somewhere within. */
export function run(where: string, model: Module, inputs: ForwardInputs): Tensor {
  if (isTensor(inputs)) return model.forward(inputs);
  if (Array.isArray(inputs) && inputs.length > 0) return model.forward(...inputs);
  throw new TensorError(where, { expected: "a tensor, or a list of the arguments of forward", got: describe(inputs) });
}

/** Whether a module contains no others. */
export const isLeaf = (module: Module): boolean =>
  !fieldsOf(module).some(([, field]) => field !== module && isModule(field));

/** The modules of a model that contain no others, with their names. */
export const leavesOf = (model: Module): Named[] => model.namedModules().filter(([, module]) => isLeaf(module));

export function checkModel(where: string, model: unknown): asserts model is Module {
  if (!isModule(model)) throw new TensorError(where, { expected: "a module as model", got: describe(model) });
}

/** The modules of those names; or, without names, those that `isMeant` says. Refuses unknown names, and none at all. */
export function chosen(
  where: string,
  model: Module,
  names: readonly string[] | undefined,
  isMeant: (module: Module) => boolean,
  kinds: string,
): Named[] {
  checkModel(where, model);
  const all = model.namedModules();
  if (names === undefined) {
    const meant = all.filter(([, module]) => isMeant(module));
    if (meant.length > 0) return meant;
    throw new TensorError(where, {
      expected: `a model with modules among ${kinds}`,
      got: `a ${model.constructor.name} without any`,
      hint: "A function such as x.tanh() is not seen: use a module for it, or name other modules.",
    });
  }
  return names.map((name) => {
    const found = all.find(([own]) => own === name);
    if (found !== undefined) return found;
    throw new TensorError(where, {
      expected: "as modules the name of a module",
      got: describe(name),
      hint: "model.namedModules() lists them.",
    });
  });
}

export const aModule: OptionKind = { expected: "a module", accepts: isModule };
