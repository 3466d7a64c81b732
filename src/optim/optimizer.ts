import { enableGrad, noGrad } from "../autograd/gradMode.ts";
import { describe, TensorError } from "../base/errors.ts";
import { anything } from "../base/optionKinds.ts";
import { type OptionRule as Asked, optionsOf } from "../base/optionRules.ts";
import { changed, shared, whole } from "../base/shared.ts";
import { isDetached, refuseDetached } from "../kernels/memory/detached.ts";
import { enterArena } from "../kernels/memory/pool.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asks, checkKind, checkState, checkSynchronous, isSingleNumber, type OptimizerKind } from "./optimizerKind.ts";
import type { OptionRule } from "./optionRules.ts";
import { type GroupParams, groupsOf, type ParamGroup, paramsOf, scheduleFields } from "./paramGroup.ts";
import type { ParamState } from "./paramState.ts";
import { type OptimizerStateDict, packState, unpackState } from "./stateDict.ts";

const optimizerBrand: unique symbol = Symbol.for("evenkeel.Optimizer") as never;

/**
 * What all optimisers have in common: groups of parameters with options, and a state for each parameter. A step changes
 * the parameters in place, by their `.grad`; a parameter whose `.grad` is null is passed over.
 *
 * An optimiser of your own says in its constructor what kind it is, and in {@link Optimizer.update} what a step does;
 * [Own optimisers and schedulers](../../docs/optim/own-optimisers.md) tells more.
 *
 * @see PyTorch `torch.optim.Optimizer`.
 *
 * @example
 * ```ts
 * import { optim, type Tensor, tensor } from "evenkeel";
 *
 * class SignSGD extends optim.Optimizer {
 *   constructor(params: readonly Tensor[], options: { readonly lr: number }) {
 *     super({ name: "SignSGD", rules: { lr: optim.optionRules.notNegative }, stateNames: {} }, params, options);
 *   }
 *
 *   protected override update(p: Tensor, g: Tensor, { lr }: optim.ParamGroup): void {
 *     p.sub_(g.sign().mul(lr));
 *   }
 * }
 * const w = tensor([1, -2], { requiresGrad: true });
 * w.square().sum().backward();
 * new SignSGD([w], { lr: 0.1 }).step();
 * console.log(w.detach()); // => tensor([ 0.9000, -1.9000])
 * ```
 */
export abstract class Optimizer<Group extends ParamGroup = ParamGroup> {
  /** @internal */
  readonly [optimizerBrand] = true;
  /** The groups, whose options may be changed between steps, as in `optimizer.paramGroups[0].lr = 0.01`. */
  readonly paramGroups: Group[] = [];
  private readonly kind: OptimizerKind;
  private readonly rules: Readonly<Record<string, OptionRule>>;
  private readonly defaults: Readonly<Record<string, unknown>>;
  private readonly states = new Map<Tensor, ParamState>();

  /**
   * Checks the options, and makes groups of the parameters.
   *
   * @param kind - the name of the optimiser, the rules of its options, and the names of what it keeps of a parameter.
   * @param params - tensors, or groups `{ params, lr, … }`.
   * @param options - for all groups that do not have their own.
   * @param defaults - of the options that need not be given, beside those that stand in the rules.
   * @throws {@link TensorError} if the kind is none, there are no parameters, one of them is no leaf, no float tensor, or there
   * twice, or if an option is unknown, missing or out of range.
   */
  constructor(
    kind: OptimizerKind,
    params: readonly Tensor[] | readonly GroupParams[],
    options: object = {},
    defaults: Readonly<Record<string, unknown>> = {},
  ) {
    checkKind(kind, this.update);
    this.kind = kind;
    const asked: Record<string, Asked> = {};
    const rules: Record<string, OptionRule> = {};
    for (const [name, declared] of Object.entries(kind.rules)) {
      rules[name] = "is" in declared ? declared.is : declared;
      asked[name] = { ...declared, is: asks(name, rules[name]) };
    }
    this.rules = rules;
    this.defaults = { ...defaults, ...defined(optionsOf(kind.name, options, asked)) };
    const taken = new Set<Tensor>();
    for (const group of groupsOf(kind.name, params)) this.paramGroups.push(this.makeGroup(kind.name, group, taken));
  }

  /**
   * Adds a group; options that it does not have are those the optimiser was made with.
   *
   * @throws {@link TensorError} if an option is unknown or out of range, or a parameter is no leaf, no float tensor, or
   * in a group already.
   * @see PyTorch `Optimizer.add_param_group`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const [w, b] = [zeros([2], { requiresGrad: true }), zeros([1], { requiresGrad: true })];
   * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
   * optimizer.addParamGroup({ params: b, lr: 0.01 });
   * console.log(optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum])); // => [ [ 0.1, 0.9 ], [ 0.01, 0.9 ] ]
   * ```
   */
  addParamGroup(group: GroupParams & Partial<Omit<Group, "params">>): void {
    shared().listener?.runs?.(`${this.kind.name}.addParamGroup`);
    changed();
    const taken = new Set(this.paramGroups.flatMap(({ params }) => params));
    this.paramGroups.push(this.makeGroup(`${this.kind.name}.addParamGroup`, group, taken));
  }

  private makeGroup(where: string, given: object, taken: Set<Tensor>): Group {
    const params = paramsOf(where, given, taken);
    const asked: Record<string, Asked> = { params: { is: anything } };
    for (const name in this.rules) asked[name] = { is: asks(name, this.rules[name]), isRequired: true };
    asked.initialLr = { is: asks("initialLr", this.rules.lr) };
    const group = defined(optionsOf(where, { ...this.defaults, ...defined(given), params }, asked));
    this.kind.check?.(where, group);
    return group as unknown as Group;
  }

  /**
   * Clears the gradients of all parameters.
   * @see PyTorch `Optimizer.zero_grad` with `set_to_none=True`.
   *
   * @example
   * ```ts
   * import { ones, optim } from "evenkeel";
   *
   * const w = ones([2], { requiresGrad: true });
   * w.sum().backward();
   * new optim.SGD([w], { lr: 0.1 }).zeroGrad();
   * console.log(w.grad); // => null
   * ```
   */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const p of params) p.clearGrad();
  }

  /**
   * Changes every parameter that has a gradient.
   *
   * @throws {@link TensorError} if an option has been set to something other than a number, or to NaN; then nothing has changed.
   * @see PyTorch `Optimizer.step`.
   *
   * @example
   * ```ts
   * import { ones, optim } from "evenkeel";
   *
   * const w = ones([2], { requiresGrad: true });
   * w.square().sum().backward();
   * new optim.SGD([w], { lr: 0.1 }).step();
   * console.log(w.detach()); // => tensor([0.8000, 0.8000])
   * ```
   */
  step(): undefined;
  /**
   * Changes every parameter that has a gradient once `closure` has run.
   *
   * @param closure - computes the gradients and returns the loss; it records, also within `noGrad`.
   * @returns what the closure returned.
   *
   * @example
   * ```ts
   * import { ones, optim } from "evenkeel";
   *
   * const w = ones([2], { requiresGrad: true });
   * const optimizer = new optim.SGD([w], { lr: 0.1 });
   * const loss = optimizer.step(() => {
   *   optimizer.zeroGrad();
   *   const value = w.square().sum();
   *   value.backward();
   *   return value;
   * });
   * console.log(loss.item(), w.detach()); // => 2 tensor([0.8000, 0.8000])
   * ```
   */
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    if (closure !== undefined && typeof closure !== "function") {
      throw new TensorError(`${this.kind.name}.step`, { expected: "nothing, or a function", got: describe(closure) });
    }
    const loss = closure && enableGrad(closure);
    whole(`${this.kind.name}.step`, [this as Optimizer<Group>], updateAll);
    return loss;
  }

  /** @internal Changes every parameter that has a gradient. */
  updateAll(): void {
    for (const group of this.paramGroups) this.checkUsable(group);
    const isOwn = this.update === this.arraysUpdate();
    for (const group of this.paramGroups) {
      for (const p of group.params) {
        const g = isOwn ? p.hiddenGrad() : p.grad; // who asks for grad may keep it
        if (g === null) continue;
        if (isOwn) {
          enterArena(p.array);
          this.update(p, g, group);
        } else this.updateByForeign(p, g, group);
        p.array.bump();
      }
    }
  }

  /** @internal Refuses a group whose options have been set to what no step can work with. */
  protected checkUsable(group: Group): void {
    for (const name in this.rules) {
      const rule = this.rules[name];
      const value = group[name as keyof Group];
      if (rule.isUsable(value)) continue;
      throw new TensorError(`${this.kind.name}.step`, {
        expected: `${name} to be ${rule.expected}`,
        got: `${describe(value)} in a group`,
      });
    }
    for (const p of group.params) this.checkInMemory(p);
  }

  private checkInMemory(p: Tensor): void {
    const g = p.hiddenGrad();
    if (g === null || !(isDetached(p.array) || isDetached(g.array))) return;
    refuseDetached(`${this.kind.name}.step`, p.array);
    refuseDetached(`${this.kind.name}.step`, g.array);
  }

  private updateByForeign(p: Tensor, g: Tensor, group: Group): void {
    const where = `${this.kind.name}.update`;
    const returned: unknown = noGrad(() => [this.update(p, g, group)])[0]; // in an array, so that a promise is seen here
    checkSynchronous(where, returned);
    const state = this.states.get(p);
    if (state !== undefined) checkState(where, state, this.kind);
  }

  /**
   * Changes a parameter in place, and what is kept of it, by its gradient. {@link Optimizer.step} calls it, unrecorded, for each
   * parameter that has one.
   *
   * @param p - the parameter.
   * @param g - its gradient; it may be kept, and is not to be changed.
   * @param group - the group of the parameter, with its options.
   */
  protected abstract update(p: Tensor, g: Tensor, group: Group): void;

  /** @internal The `update` that only reads the arrays that it is given, and keeps none of them: the library's own. */
  protected arraysUpdate(): unknown {
    return undefined;
  }

  /**
   * What is kept of a parameter, by the names that the kind has: tensors to be set and changed. It follows the parameter to
   * another dtype, but for one called `step`, and is part of the state dict.
   *
   * @param p - a parameter of this optimiser.
   */
  protected stateOf(p: Tensor): ParamState {
    const kept = this.states.get(p);
    const state = kept ?? {};
    if (kept === undefined) this.states.set(p, state);
    for (const name in state) {
      if (!isSingleNumber(this.kind, name) && state[name].dtype !== p.dtype) state[name] = state[name].to(p.dtype);
    }
    return state;
  }

  /**
   * A copy of the options of all groups and of what is kept of each parameter, under PyTorch's names. Parameters are
   * numbered in the order of the groups.
   * @see PyTorch `Optimizer.state_dict`, whose tensors go on changing with the optimiser; these are a snapshot.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const optimizer = new optim.SGD([zeros([2])], { lr: 0.1 });
   * console.log(optimizer.stateDict().param_groups[0].lr); // => 0.1
   * ```
   */
  stateDict(): OptimizerStateDict {
    return packState(this.paramGroups, [...Object.keys(this.kind.rules), ...scheduleFields], this.states);
  }

  /**
   * Takes over options and state, so that training goes on as it would have where they were saved. Either all is taken
   * or nothing. Tensors are copied, and converted to the dtypes of the parameters.
   *
   * @param dict - of {@link Optimizer.stateDict}'s making, or PyTorch's.
   * @throws {@link TensorError} that lists all that does not fit: the numbers of groups and parameters, shapes, and
   * names that are missing or unknown.
   * @see PyTorch `Optimizer.load_state_dict`, which looks at no shapes and no names.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const [first, second] = [0.1, 0.5].map((lr) => new optim.SGD([zeros([2])], { lr }));
   * second.loadStateDict(first.stateDict());
   * console.log(second.paramGroups[0].lr); // => 0.1
   * ```
   */
  loadStateDict(dict: OptimizerStateDict): void {
    shared().listener?.runs?.(`${this.kind.name}.loadStateDict`);
    const { options, states } = unpackState(
      `${this.kind.name}.loadStateDict`,
      dict,
      this.paramGroups,
      this.kind,
      this.rules,
    );
    this.paramGroups.forEach((group, i) => Object.assign(group, options[i]));
    this.states.clear();
    for (const [p, state] of states) this.states.set(p, state);
  }

  /** The name and the options of each group. */
  toString(): string {
    const names = [...Object.keys(this.kind.rules), ...scheduleFields];
    const groups = this.paramGroups.map((group, i) => {
      const options = names.filter((name) => group[name as keyof Group] !== undefined);
      return `Parameter Group ${i}\n${options.map((name) => `    ${name}: ${group[name as keyof Group]}\n`).join("")}`;
    });
    return `${this.kind.name} (\n${groups.join("\n")})`;
  }

  /** @internal What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function updateAll<Group extends ParamGroup>(optimizer: Optimizer<Group>): void {
  optimizer.updateAll();
}

/** Whether a value is an optimiser, of this copy of the package or another. */
export function isOptimizer(value: unknown): value is Optimizer {
  return typeof value === "object" && value !== null && optimizerBrand in value;
}

/** The options that are not undefined, with arrays of their own. */
function defined(options: object): Record<string, unknown> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]));
}
