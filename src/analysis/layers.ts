import { describe, TensorError } from "../errors.ts";
import type { Module } from "../nn/module.ts";
import type { Parameter } from "../nn/parameter.ts";

/** Parameters that are looked at together, under one name. */
export interface Layer {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

/** Layers of one's own making: names, and the dotted names of the modules or parameters that belong to each. */
export type LayerGroups = Readonly<Record<string, readonly string[]>>;

/**
 * The layers of a model: its modules that own parameters that want a gradient, in order of registration, each with its own
 * parameters and not those of the modules within it; or `groups` in their place, such as
 * `{ first: ["0", "1"], last: ["3.weight"] }`.
 */
export function layersOf(where: string, model: Module, groups?: LayerGroups): Layer[] {
  const named = model.namedParameters().filter(([, p]) => p.requiresGrad);
  if (groups === undefined) return byModule(named);
  if (typeof groups !== "object" || groups === null || Array.isArray(groups)) {
    throw new TensorError(where, {
      expected: "groups as an object of lists of names",
      got: describe(groups),
      hint: 'Such as { first: ["0", "1"], last: ["3.weight"] }.',
    });
  }
  return Object.entries(groups).map(([name, members]) => ({
    name,
    parameters: members.flatMap((member) => parametersOf(where, named, member)),
  }));
}

function byModule(named: readonly (readonly [string, Parameter])[]): Layer[] {
  const layers = new Map<string, Parameter[]>();
  for (const [name, parameter] of named) {
    const owner = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    layers.set(owner, [...(layers.get(owner) ?? []), parameter]);
  }
  return [...layers].map(([name, parameters]) => ({ name, parameters }));
}

function parametersOf(
  where: string,
  named: readonly (readonly [string, Parameter])[],
  member: string,
): readonly Parameter[] {
  const found = named.filter(([name]) => name === member || name.startsWith(`${member}.`)).map(([, p]) => p);
  if (found.length > 0) return found;
  throw new TensorError(where, {
    expected: `the name of a module or parameter, such as ${named.slice(0, 3).map(([name]) => `"${name}"`)}`,
    got: describe(member),
    hint: "model.namedParameters() lists them.",
  });
}
