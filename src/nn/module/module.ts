import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { unclonable } from "../../base/cloning.ts";
import { type Dtype, isFloat } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { changed } from "../../base/shared.ts";
import { kernels } from "../../kernels/index.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import { checkDtype } from "../../tensor/checks.ts";
import type { HookHandle, Tensor } from "../../tensor/tensor.ts";
import { fieldsOf, isModule, moduleBrand } from "./fields.ts";
import { firstForward } from "./firstForward.ts";
import type { BackwardHook } from "./hooks/backwardHooks.ts";
import { type ForwardHook, type ForwardPreHook, registerHook } from "./hooks/forwardHooks.ts";
import { isParameter, type Parameter } from "./parameter.ts";
import type { Spelling } from "./spelling.ts";
import { type ModuleState, moduleState } from "./state.ts";
import { compareStates, type LoadResult, refuseProblems, type StateDict } from "./stateDict.ts";
import { modulesIn, once, tensorsIn } from "./walk.ts";

/** Options of {@link Module.registerBuffer}. */
export interface BufferOptions {
  /** Whether it goes into state dicts. Default `true`. */
  readonly persistent?: boolean;
}

const bufferRules = { persistent: { is: flag, default: true } } as const satisfies OptionRules<BufferOptions>;

/** Options of {@link Module.stateDict}. */
export interface StateDictOptions {
  /**
   * How fields are spelled: `layerNorm` as `layer_norm`, or as it is written; those of the library's own layers are
   * PyTorch's either way. Default `"snake_case"`.
   */
  readonly names?: "snake_case" | "camelCase";
}

const stateDictRules = {
  names: { words: ["snake_case", "camelCase"], default: "snake_case" },
} as const satisfies OptionRules<StateDictOptions>;

const loadRules = { strict: { is: flag, default: true } } as const satisfies OptionRules<{ readonly strict?: boolean }>;

/**
 * A part of a network: parameters, state, other modules, and a `forward`.
 *
 * Assigning a field registers it: a {@link Parameter} is trained, a tensor that wants no gradient is state (a buffer),
 * a module is a child. They may lie in arrays, plain objects and Maps with texts or numbers as keys, within each other to any
 * depth. Nothing is intercepted; a walk over the fields finds them. Names are PyTorch's: fields, places and keys joined by
 * dots, fields in camelCase written as snake_case; `W1` stays. A field whose name starts with `#` is not seen.
 *
 * State is what stands in the fields when `forward` is first called, and what takes its place later; other tensors that are
 * assigned from then on, such as an output kept for a look, are none, unless {@link Module.registerBuffer} declares them.
 *
 * Walks (`parameters`, `stateDict`, `train`, `to`, …) throw a {@link TensorError} that names the field where a parameter or
 * a module has no name, as in a Set or an object of a class that is not a module, and where a plain tensor wants a gradient
 * that is not a parameter.
 *
 * `forward` returns a tensor, or what `Output` is: a module with two heads `extends nn.Module<[Tensor, Tensor]>`, one that
 * returns an object `extends nn.Module<{ mean: Tensor; spread: Tensor }>`.
 *
 * @see PyTorch `torch.nn.Module`. Call `model.forward(x)`: an object is no function here. What is done there with
 * `ParameterList`, `ModuleList` and `ParameterDict` is done with arrays and objects, under the same names.
 *
 * @example
 * ```ts
 * import { nn, randn, type Tensor } from "evenkeel";
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 8);
 *   out = new nn.Linear(8, 2);
 *
 *   override forward(x: Tensor): Tensor {
 *     return this.out.forward(this.hidden.forward(x).tanh());
 *   }
 * }
 * const net = new Net();
 * console.log(net.forward(randn([3, 4])).shape); // => [ 3, 2 ]
 * console.log(net.namedParameters().map(([name]) => name).join(" "));
 * // => hidden.weight hidden.bias out.weight out.bias
 * ```
 */
export abstract class Module<Output = Tensor> {
  /** @internal */
  readonly unclonable = unclonable;
  /** @internal */
  readonly [moduleBrand] = true;
  /** @internal */
  readonly [moduleState]: ModuleState = { known: null, declared: new Map() };
  /** Whether it is being trained; dropout and batch norm behave accordingly. Set it with `train` and `eval`. */
  training = true;

  constructor() {
    Object.defineProperty(this, "forward", firstForward);
  }

  /** The output for some inputs: a tensor, or a structure of tensors, as `Module<[Tensor, Tensor]>` says. */
  // biome-ignore lint/suspicious/noExplicitAny: a subclass names its own inputs
  abstract forward(...inputs: any[]): Output;

  /**
   * All parameters of this module and those within, each once, in order of registration.
   * @see PyTorch `Module.parameters`, an iterator.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(new nn.Linear(2, 3).parameters().map((p) => p.shape)); // => [ [ 3, 2 ], [ 3 ] ]
   * ```
   */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * All parameters with their names, each once, under its first name.
   * @see PyTorch `Module.named_parameters`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(new nn.Linear(2, 3).namedParameters().map(([name]) => name)); // => [ 'weight', 'bias' ]
   * ```
   */
  namedParameters(): [name: string, parameter: Parameter][] {
    return once(tensorsIn(this)).filter((entry): entry is [string, Parameter] => isParameter(entry[1]));
  }

  /**
   * All buffers with their names, each once: tensors that are state.
   * @see PyTorch `Module.named_buffers`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(new nn.BatchNorm1d(3).namedBuffers().map(([name]) => name).join(" "));
   * // => running_mean running_var num_batches_tracked
   * ```
   */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return once(tensorsIn(this)).filter(([, value]) => !isParameter(value));
  }

  /**
   * This module, under the name `""`, and all within, each once, outer before inner.
   * @see PyTorch `Module.named_modules`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
   * console.log(model.namedModules().map(([name]) => name)); // => [ '', '0', '1' ]
   * ```
   */
  namedModules(): [name: string, module: Module][] {
    return once(modulesIn(this));
  }

  /**
   * The modules that are fields of this one, or lie in arrays, plain objects and Maps that are, each once, in order.
   * @see PyTorch `Module.children`, an iterator, where what holds several is a module of its own.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.Tanh()));
   * console.log(model.children().length); // => 2
   * ```
   */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * The modules that are fields of this one, as from `children`, with their names.
   * @see PyTorch `Module.named_children`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh());
   * console.log(model.namedChildren().map(([name]) => name)); // => [ '0', '1' ]
   * ```
   */
  namedChildren(): [name: string, child: Module][] {
    return once(fieldsOf(this)).filter((entry): entry is [string, Module] => isModule(entry[1]));
  }

  /**
   * Sets whether the parameters of this module and those within want gradients, and returns itself: `requiresGrad_(false)` freezes
   * them.
   *
   * @see PyTorch `Module.requires_grad_`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const layer = new nn.Linear(2, 3).requiresGrad_(false);
   * console.log(layer.weight.requiresGrad); // => false
   * ```
   */
  requiresGrad_(requiresGrad = true): this {
    checkKind("Module.requiresGrad_", flag, "requiresGrad", requiresGrad);
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /**
   * Sets `training` here and in all modules within, and returns itself.
   * @see PyTorch `Module.train`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const model = new nn.Sequential(new nn.Dropout(0.5)).eval();
   * console.log(model.train()[0].training); // => true
   * ```
   */
  train(mode = true): this {
    checkKind("Module.train", flag, "mode", mode);
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /**
   * `train(false)`.
   * @see PyTorch `Module.eval`.
   *
   * @example
   * ```ts
   * import { nn, ones } from "evenkeel";
   *
   * console.log(new nn.Dropout(0.5).eval().forward(ones([3]))); // => tensor([1., 1., 1.])
   * ```
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Clears the gradients of all parameters.
   * @see PyTorch `Module.zero_grad` with `set_to_none=True`.
   *
   * @example
   * ```ts
   * import { nn, ones } from "evenkeel";
   *
   * const layer = new nn.Linear(2, 1);
   * layer.forward(ones([1, 2])).sum().backward();
   * layer.zeroGrad();
   * console.log(layer.weight.grad); // => null
   * ```
   */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.clearGrad();
  }

  /**
   * Calls `fn` with every module within, inner before outer, and this one last; returns itself.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
   * model.apply((module) => {
   *   if (module instanceof nn.Linear) nn.init.ones_(module.weight);
   * });
   * console.log(model[0].parameters()[0].detach().sum().item()); // => 6
   * ```
   */
  apply(fn: (module: Module) => void): this {
    if (typeof fn !== "function") {
      throw new TensorError("Module.apply", { expected: "a function of a module", got: describe(fn) });
    }
    const visit = (module: Module<unknown>, above: readonly Module<unknown>[]) => {
      if (above.includes(module)) return;
      for (const [, child] of fieldsOf(module)) if (isModule(child)) visit(child, [...above, module]);
      fn(module as Module);
    };
    visit(this, []);
    return this;
  }

  /**
   * Declares a buffer: sets a field to a tensor that is state, whenever that happens, and returns the tensor.
   *
   * @param name - the field.
   * @param value - the tensor; or null, for one that comes later.
   * @param options - whether it goes into state dicts. Either way it is moved by `to`.
   * @throws {@link TensorError} if the name cannot be a field's or is taken by something else, or the value is a
   * parameter or wants a gradient.
   * @see PyTorch `Module.register_buffer`.
   *
   * @example
   * ```ts
   * import { nn, ones, type Tensor, zeros } from "evenkeel";
   *
   * class Scaled extends nn.Module {
   *   mean = this.registerBuffer("mean", zeros([2]));
   *   mask = this.registerBuffer("mask", ones([2]), { persistent: false });
   *
   *   override forward(x: Tensor): Tensor {
   *     return x.sub(this.mean).mul(this.mask);
   *   }
   * }
   * console.log(Object.keys(new Scaled().stateDict()), new Scaled().namedBuffers().length); // => [ 'mean' ] 2
   * ```
   */
  registerBuffer<T extends Tensor | null>(name: string, value: T, options: BufferOptions = {}): T {
    const { persistent } = optionsOf("Module.registerBuffer", options, bufferRules);
    const fields = this as unknown as Record<string, unknown>;
    const before = typeof name === "string" ? fields[name] : undefined;
    const isFree = before === undefined || before === null || (isTensor(before) && !isParameter(before));
    if (typeof name !== "string" || !/^[^.#]+$/.test(name) || name === "__proto__" || !isFree) {
      throw new TensorError("Module.registerBuffer", {
        expected: "the name of a field that is free, or holds a buffer",
        got: describe(name),
      });
    }
    if (value !== null && (!isTensor(value) || value.requiresGrad || isParameter(value))) {
      throw new TensorError("Module.registerBuffer", {
        expected: "a tensor that wants no gradient, or null",
        got: isTensor(value) ? "one that wants one, or a parameter" : describe(value),
        hint: isTensor(value) ? "Its values without a graph are x.detach(); a parameter is assigned to a field." : "",
      });
    }
    this[moduleState].declared.set(name, persistent);
    fields[name] = value;
    return value;
  }

  /**
   * Copies of all parameters and buffers under PyTorch's names.
   * @see PyTorch `Module.state_dict`, whose tensors go on changing with the model; these are a snapshot.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const model = new nn.Sequential(new nn.Linear(2, 3, { bias: false }), new nn.BatchNorm1d(3));
   * console.log(Object.keys(model.stateDict()).join(" "));
   * // => 0.weight 1.weight 1.bias 1.running_mean 1.running_var 1.num_batches_tracked
   * ```
   */
  stateDict(options: StateDictOptions = {}): StateDict {
    const { names } = optionsOf("Module.stateDict", options, stateDictRules);
    return noGrad(() => Object.fromEntries(this.state(names).map(([name, value]) => [name, value.clone()])));
  }

  /** Everything in a state dict, by name. */
  private state(spelling?: Spelling): [name: string, tensor: Tensor][] {
    const entries = tensorsIn(this, spelling).filter(([, , isSaved]) => isSaved);
    const names = new Set<string>();
    for (const [name] of entries) {
      if (names.has(name)) {
        throw new TensorError("Module.stateDict", {
          expected: "one field per name",
          got: `two that are called "${name}"`,
        });
      }
      names.add(name);
    }
    return entries.map(([name, value]) => [name, value]);
  }

  /**
   * Takes over values from a state dict, in the dtypes that the module has. Either all are taken or none. A name may be
   * spelled as the field is, or as PyTorch would: `layerNorm.weight` and `layer_norm.weight` are the same.
   *
   * @param dict - tensors by name, of the library's or PyTorch's making.
   * @param options - `strict: false` passes over missing and unexpected names. Default `true`.
   * @returns which names were missing, and which unexpected.
   * @throws {@link TensorError} that lists every missing, unexpected and misshaped entry at once.
   * @see PyTorch `Module.load_state_dict`. A missing `num_batches_tracked` keeps its value, as there for dicts without
   * version.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const [trained, copy] = [new nn.Linear(2, 3), new nn.Linear(2, 3)];
   * console.log(copy.loadStateDict(trained.stateDict())); // => { missing: [], unexpected: [] }
   * console.log(copy.weight.eq(trained.weight).all().item<boolean>()); // => true
   * ```
   */
  loadStateDict(dict: StateDict, options: { readonly strict?: boolean } = {}): LoadResult {
    const { strict } = optionsOf("Module.loadStateDict", options, loadRules);
    if (typeof dict !== "object" || dict === null || isTensor(dict)) {
      throw new TensorError("Module.loadStateDict", { expected: "an object of tensors by name", got: describe(dict) });
    }
    const own = new Map(this.state());
    const { values, missing, unexpected, misshaped } = compareStates(own, dict);
    refuseProblems(strict ? { missing, unexpected, misshaped } : { missing: [], unexpected: [], misshaped });
    noGrad(() => {
      const converted = values.map(([target, value]) => [target, value.to(target.dtype)] as const);
      for (const pair of converted) for (const { array } of pair) refuseDetached("Module.loadStateDict", array);
      for (const [target, value] of converted) target.copy_(value); // after all have been found to fit
    });
    return { missing, unexpected };
  }

  /**
   * Calls `hook` after every `forward` of this module.
   *
   * @param hook - gets the module, its inputs and its output; what it returns, if anything, takes the output's place.
   * @see PyTorch `Module.register_forward_hook`.
   *
   * @example
   * ```ts
   * import { nn, zeros } from "evenkeel";
   *
   * const layer = new nn.Tanh();
   * const handle = layer.registerForwardHook((_, [x], y) => console.log(x === y, y.shape));
   * layer.forward(zeros([2])); // prints: false [ 2 ]
   * handle.remove();
   * ```
   */
  registerForwardHook(hook: ForwardHook<Parameters<this["forward"]>, ReturnType<this["forward"]>>): HookHandle {
    return registerHook("Module.registerForwardHook", this, "hooks", hook);
  }

  /**
   * Calls `hook` before every `forward` of this module.
   *
   * @param hook - gets the module and an array of its inputs; what it returns, if anything, takes their place: an array of all, or
   * the only one.
   * @throws {@link TensorError} if it is no function.
   * @see PyTorch `Module.register_forward_pre_hook`.
   *
   * @example
   * ```ts
   * import { nn, tensor } from "evenkeel";
   *
   * const layer = new nn.ReLU();
   * const handle = layer.registerForwardPreHook((_, [x]) => x.neg());
   * console.log(layer.forward(tensor([-3, 2]))); // => tensor([3., 0.])
   * handle.remove();
   * ```
   */
  registerForwardPreHook(hook: ForwardPreHook<Parameters<this["forward"]>, ReturnType<this["forward"]>>): HookHandle {
    return registerHook("Module.registerForwardPreHook", this, "before", hook);
  }

  /**
   * Calls `hook` in each backward pass through a `forward` of this module, when the gradients at its inputs are known. While there are
   * such hooks, what goes in and what comes out is a tensor of its own.
   *
   * @param hook - gets the module, the gradients at its inputs and those at its outputs, null for what has none; what it returns, if
   * anything, takes the place of those at the inputs.
   * @throws {@link TensorError} if it is no function; in `forward` if an output is no tensor, nor an array of some; in the walk if
   * what it returns is no gradient of those inputs.
   * @see PyTorch `Module.register_full_backward_hook`; where no input wants a gradient it is called when those at the outputs
   * are known, as there.
   *
   * @example
   * ```ts
   * import { nn, tensor } from "evenkeel";
   *
   * const layer = new nn.Tanh();
   * layer.registerFullBackwardHook((_, [gradInput], [gradOutput]) => console.log(gradOutput, gradInput));
   * const x = tensor([0], { requiresGrad: true });
   * layer.forward(x).mul(3).sum().backward(); // => tensor([3.]) tensor([3.])
   * ```
   */
  registerFullBackwardHook(hook: BackwardHook): HookHandle {
    return registerHook("Module.registerFullBackwardHook", this, "backward", hook);
  }

  /**
   * Converts all float parameters, their gradients and float buffers, in place, and returns itself. The parameters
   * stay the same objects, so that an optimiser goes on with them.
   *
   * @throws {@link TensorError} if `dtype` is no float.
   * @see PyTorch `Module.to`.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(new nn.Linear(2, 3).to("float64").weight.dtype); // => float64
   * ```
   */
  to(dtype: Dtype): this {
    checkDtype("Module.to", dtype);
    if (!isFloat(dtype)) throw new TensorError("Module.to", { expected: "float32 or float64", got: dtype });
    const values = new Set(tensorsIn(this).map(([, value]) => value));
    for (const { array } of values) refuseDetached("Module.to", array);
    for (const value of values) {
      if (!isFloat(value.dtype) || value.dtype === dtype) continue;
      const { grad } = value;
      value.grad = null;
      changed();
      value.array = kernels().cast(value.array, dtype).succeed(value.array);
      if (grad !== null) value.grad = noGrad(() => grad.detach().to(dtype));
    }
    return this;
  }

  /** What stands in the brackets when it is printed, such as `inFeatures=4, outFeatures=8, bias=true`. */
  extraRepr(): string {
    return "";
  }

  /**
   * The module and all within, indented as PyTorch does.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(String(new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh())));
   * // => Sequential(
   * //   (0): Linear(inFeatures=2, outFeatures=3, bias=true)
   * //   (1): Tanh()
   * // )
   * ```
   */
  toString(): string {
    if (printing.has(this)) return `${this.constructor.name}(…)`; // it contains itself
    printing.add(this);
    const lines: string[] = [];
    try {
      for (const [name, child] of fieldsOf(this)) {
        if (isModule(child)) lines.push(`  (${name}): ${String(child).replaceAll("\n", "\n  ")}`);
      }
    } finally {
      printing.delete(this);
    }
    const extra = this.extraRepr();
    if (lines.length === 0) return `${this.constructor.name}(${extra})`;
    return `${this.constructor.name}(\n${[...(extra ? [`  ${extra}`] : []), ...lines].join("\n")}\n)`;
  }

  /** @internal What Node's `console.log` shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** @internal What notebooks show. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

const printing = new WeakSet<Module<unknown>>();
