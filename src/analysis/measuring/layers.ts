import { describe, TensorError } from "../../base/errors.ts";
import { record, texts } from "../../base/optionKinds.ts";
import { checkKind, type OptionKind } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Parameter } from "../../nn/module/parameter.ts";
import { hasRunningStatistics } from "./preserving.ts";

/** Parameters that are looked at together, under one name. */
export interface Layer {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

/** Layers of one's own making: names, and the dotted names of the modules or parameters that belong to each. */
export type LayerGroups = Readonly<Record<string, readonly string[]>>;

/** Where the `γ` and `β` of batch norm belong: to a layer of their own, or to the layer before it. */
export type BatchNormPlace = "itself" | "preceding";

/** How a model is taken apart into layers. */
export interface LayerOptions {
  /** Layers of your own, by name. Default: each module that owns parameters, in order of registration. */
  readonly groups?: LayerGroups;
  /**
   * Whether the `γ` and `β` of batch norm are a layer, or part of the layer before it, under that one's name. Default
   * `"itself"`.
   */
  readonly batchNormWith?: BatchNormPlace;
}

/** What `groups` may be. */
export const groupsKind: OptionKind = {
  ...record,
  expected: 'an object of lists of names, such as { first: ["0", "1"], last: ["3.weight"] },',
};

/** {@link LayerOptions}, as used. */
export interface LayerSettings {
  /** The layers by name that were asked for, or null for the modules that own parameters. */
  readonly groups: LayerGroups | null;
  /** Where batch norm's parameters belonged; null with groups. */
  readonly batchNormWith: BatchNormPlace | null;
}

/** The layers that the options ask for, no parameter in two of them, and the options as used. */
export function orderedLayers(
  where: string,
  model: Module,
  { groups, batchNormWith }: LayerOptions & { readonly batchNormWith: BatchNormPlace },
): { readonly layers: readonly Layer[]; readonly settings: LayerSettings } {
  const layers = layersOf(where, model, groups);
  if (groups === undefined) {
    const chosen = batchNormWith === "itself" ? layers : withPreceding(model, layers);
    return { layers: chosen, settings: { groups: null, batchNormWith } };
  }
  if (batchNormWith !== "itself") {
    throw new TensorError(where, {
      expected: "groups, or batchNormWith, but not both",
      got: "both",
      hint: "Put batch norm's name into the group that it belongs to.",
    });
  }
  checkDisjoint(where, layers);
  const own = Object.fromEntries(Object.entries(groups).map(([name, members]) => [name, [...members]]));
  return { layers, settings: { groups: own, batchNormWith: null } };
}

/** Batch norm's parameters in one layer with those of the layer before it. One that comes first stays by itself. */
function withPreceding(model: Module, layers: readonly Layer[]): Layer[] {
  const modules = new Map(model.namedModules());
  const joined: Layer[] = [];
  for (const layer of layers) {
    const last = joined[joined.length - 1];
    const module = modules.get(layer.name);
    if (last === undefined || module === undefined || !hasRunningStatistics(module)) joined.push(layer);
    else joined[joined.length - 1] = { ...last, parameters: [...last.parameters, ...layer.parameters] };
  }
  return joined;
}

function checkDisjoint(where: string, layers: readonly Layer[]): void {
  const all = layers.flatMap(({ parameters }) => parameters);
  if (all.length > 0 && new Set(all).size === all.length) return;
  throw new TensorError(where, {
    expected: "groups that have each parameter once at most",
    got: all.length === 0 ? "no parameters" : "one in two, or twice in one",
  });
}

/**
 * The layers of a model: its modules that own parameters that want a gradient, in order of registration, each with its own
 * parameters and not those of the modules within it; or `groups` in their place, such as
 * `{ first: ["0", "1"], last: ["3.weight"] }`.
 */
export function layersOf(where: string, model: Module, groups?: LayerGroups): Layer[] {
  const named = model.namedParameters().filter(([, p]) => p.requiresGrad);
  if (groups === undefined) return byModule(named);
  for (const [name, members] of Object.entries(groups)) checkKind(where, texts, `groups.${name}`, members);
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
