import { describe, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { version } from "../../base/version.ts";
import { defaultGenerator, type Generator, isGenerator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { refuseFile } from "../bytes/checks.ts";
import { parseJson } from "../bytes/json.ts";
import { safetensorsFrom, toSafetensors } from "../safetensors/safetensors.ts";
import { deepest, packed, unpacked } from "./packed.ts";

/** What can go on where another of its kind left off: modules, optimisers, schedulers, loaders, recorders. */
export interface Stateful {
  /** Everything needed to go on. */
  stateDict(): unknown;
  /** Goes on from it. */
  loadStateDict(state: never): unknown;
}

/** The parts of a training run by names of your own: what has a state, generators, and plain values such as a step. */
export type CheckpointParts = Readonly<Record<string, unknown>>;

/** What {@link loadCheckpoint} returns. */
export interface LoadedCheckpoint {
  /** The plain values by name, such as the step; and those that the caller has given no place for. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The version of the library that wrote it. */
  readonly version: string;
}

/** The note in a safetensors file that makes it a checkpoint. */
const note = "evenkeel.checkpoint";

/** The version of this format. */
const schema = 1;

/** The name of the default generator, whose state every checkpoint has. */
const defaultName = "defaultGenerator";

/** What a part is kept as. */
type Kind = "state" | "generator" | "value";

/**
 * All that a training run needs to go on, as bytes: a safetensors file, so that other programs can read the weights in it.
 *
 * Parts are saved by what they are: what has a `stateDict` by that, a `Generator` by its state, everything else as a value –
 * numbers, strings, plain objects, tensors. The default generator's state is always saved as well. A run that is stopped at
 * any moment and goes on from its last checkpoint ends with the same bits as one that was not.
 *
 * @param parts - by names of your own, such as `{ model, optimizer, scheduler, loader, recorder, step }`.
 * @throws TensorError for values that cannot be saved, such as functions.
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { loadCheckpoint, saveCheckpoint } from "evenkeel/io";
 *
 * const make = () => {
 *   const model = new nn.Linear(2, 1);
 *   return { model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }) };
 * };
 * const run = make();
 * for (let step = 0; step < 3; step++) {
 *   run.optimizer.zeroGrad();
 *   run.model.forward(ones([4, 2])).square().mean().backward();
 *   run.optimizer.step();
 * }
 * const bytes = saveCheckpoint({ ...run, step: 3 });
 *
 * const again = make();
 * const { values } = loadCheckpoint(bytes, again);
 * console.log(values.step, again.model.weight.eq(run.model.weight).all().item()); // => 3 true
 * ```
 */
export function saveCheckpoint(parts: CheckpointParts): Bytes {
  const where = "saveCheckpoint";
  checkParts(where, parts);
  const tensors = new Map<string, Tensor>();
  const all = { ...parts, [defaultName]: defaultGenerator };
  const saved = Object.entries(all).map(([name, part]): [string, Kind, unknown] => {
    const kind = kindOf(part);
    return [name, kind, packed(where, stateOf(part, kind), name, tensors)];
  });
  const metadata = { [note]: JSON.stringify({ schema, version, parts: saved }) };
  return toSafetensors(Object.fromEntries(tensors), { metadata });
}

const rules = { strict: { is: flag, default: true } } satisfies OptionRules<{ readonly strict?: boolean }>;

/**
 * Puts the parts of a training run where they were when {@link saveCheckpoint} was called, the default generator included.
 *
 * Either all of them go on from the checkpoint, or, where anything is wrong, none: what has been loaded is taken back.
 *
 * @param bytes - what {@link saveCheckpoint} returned.
 * @param parts - those that have a state, by the same names, made as they were made in the first place.
 * @param options - `strict`: whether every part that has a state must be in both. Default `true`; otherwise what is in
 * both is loaded.
 * @returns the plain values.
 * @throws TensorError for bytes that are no checkpoint, or one of a later format; for parts that are missing; and what
 * their `loadStateDict` throws.
 */
export function loadCheckpoint(
  bytes: Uint8Array,
  parts: CheckpointParts = {},
  options: { readonly strict?: boolean } = {},
): LoadedCheckpoint {
  const where = "loadCheckpoint";
  checkParts(where, parts);
  const { strict } = optionsOf(where, options, rules);
  const saved = readParts(where, bytes);
  const own = new Map(Object.entries(parts).filter(([, part]) => kindOf(part) !== "value"));
  const kept = [...saved.parts].filter(([name, { kind }]) => kind !== "value" && name !== defaultName);
  if (strict)
    checkNames(
      where,
      [...own.keys()],
      kept.map(([name]) => name),
    );
  const undo: (() => void)[] = [];
  try {
    for (const [name, part] of own) {
      const state = saved.parts.get(name);
      if (state === undefined) continue;
      const kind = kindOf(part);
      if (state.kind !== kind) {
        refuseFile(where, {
          expected: `a part that is a ${kind} as "${name}"`,
          got: `a ${state.kind} in the checkpoint`,
        });
      }
      const before = stateOf(part, kind);
      undo.push(() => load(part, kind, before));
      load(part, kind, state.value);
    }
    const random = saved.parts.get(defaultName);
    if (random?.kind === "generator") defaultGenerator.setState(random.value as Uint8Array);
  } catch (error) {
    for (const putBack of undo.reverse()) putBack();
    throw error;
  }
  const values = [...saved.parts].filter(
    ([name, { kind }]) => kind === "value" || (!own.has(name) && name !== defaultName),
  );
  return { values: Object.fromEntries(values.map(([name, { value }]) => [name, value])), version: saved.version };
}

function checkParts(where: string, parts: unknown): void {
  if (typeof parts === "object" && parts !== null && !Array.isArray(parts) && kindOf(parts) === "value") {
    if (!Object.hasOwn(parts, defaultName)) return;
    throw new TensorError(where, {
      expected: `names other than ${defaultName}`,
      got: defaultName,
      hint: "It is always saved.",
    });
  }
  throw new TensorError(where, {
    expected: "parts by name",
    got: describe(parts),
    hint: "Write { model, optimizer, step }.",
  });
}

function checkNames(where: string, own: readonly string[], saved: readonly string[]): void {
  const [has, wants] = [new Set(saved), new Set(own)];
  const missing = own.filter((name) => !has.has(name));
  const unexpected = saved.filter((name) => !wants.has(name));
  if (missing.length === 0 && unexpected.length === 0) return;
  refuseFile(where, {
    expected: `the parts ${saved.join(", ") || "of none"}`,
    got: own.join(", ") || "none",
    hint: "With { strict: false } what is in both is loaded.",
  });
}

function readParts(where: string, bytes: Uint8Array) {
  const { tensors, metadata } = safetensorsFrom(where, bytes);
  const text = metadata[note];
  if (text === undefined) {
    refuseFile(where, {
      expected: "what saveCheckpoint returned",
      got: "a safetensors file of something else",
    });
  }
  const place = { where, part: "the checkpoint" };
  const content = unpacked(place, parseJson(place, text, 2 * deepest), tensors) as Partial<{
    schema: unknown;
    version: unknown;
    parts: unknown;
  }>;
  if (content.schema !== schema) {
    refuseFile(where, { expected: `a checkpoint of format ${schema}`, got: describe(content.schema) });
  }
  if (typeof content.version !== "string" || !Array.isArray(content.parts) || !content.parts.every(isPart)) {
    refuseFile(where, { expected: "what saveCheckpoint returned", got: "something else" });
  }
  const parts = new Map(content.parts.map(([name, kind, value]) => [name, { kind, value }]));
  return { parts, version: content.version };
}

function isPart(part: unknown): part is [string, Kind, unknown] {
  return (
    Array.isArray(part) && part.length === 3 && typeof part[0] === "string" && /^(state|generator|value)$/.test(part[1])
  );
}

function kindOf(part: unknown): Kind {
  if (isGenerator(part)) return "generator";
  const isStateful = typeof part === "object" && part !== null && "stateDict" in part && "loadStateDict" in part;
  return isStateful ? "state" : "value";
}

function stateOf(part: unknown, kind: Kind): unknown {
  if (kind === "generator") return (part as Generator).getState();
  return kind === "state" ? (part as Stateful).stateDict() : part;
}

function load(part: unknown, kind: Kind, state: unknown): void {
  if (kind === "generator") (part as Generator).setState(state as Uint8Array);
  else (part as Stateful).loadStateDict(state as never);
}
