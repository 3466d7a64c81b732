import { noGrad } from "../autograd/gradMode.ts";
import { isTensor } from "../brand.ts";
import { describe, TensorError } from "../errors.ts";
import { type Dtype, isFloat } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { checkOptions } from "../options.ts";
import { checkDtype, type HookHandle, type Tensor } from "../tensor.ts";
import { fieldsOf, isModule, join, moduleBrand, once } from "./fields.ts";
import { type ForwardHook, hooked } from "./forwardHooks.ts";
import { isParameter, type Parameter } from "./parameter.ts";
import { compareStates, type LoadResult, refuseProblems, type StateDict } from "./stateDict.ts";

/**
 * A part of a network: parameters, state, other modules, and a `forward`.
 *
 * Assigning a field registers it: a {@link Parameter} is trained, a tensor that wants no gradient is state (a buffer),
 * a module, or an array of modules, is a child. Nothing is intercepted; a walk over the fields finds them. Names are
 * PyTorch's: the fields' names joined by dots, camelCase written as snake_case. A field whose name starts with `#` is
 * not seen.
 *
 * @see PyTorch `torch.nn.Module`. Call `model.forward(x)`: an object is no function here.
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
export abstract class Module {
  /** @internal */
  readonly [moduleBrand] = true;
  /** Whether it is being trained; dropout and batch norm behave accordingly. Set it with `train` and `eval`. */
  training = true;

  /** The output for some inputs. */
  // biome-ignore lint/suspicious/noExplicitAny: a subclass names its own inputs
  abstract forward(...inputs: any[]): Tensor;

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
    return once(this.entries().filter((entry): entry is [string, Parameter] => isParameter(entry[1])));
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
    return once(this.entries().filter(([, value]) => !isParameter(value)));
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
    return once(this.tree("", []));
  }

  /** This module and all within, as often as they are found. */
  private tree(name: string, above: readonly Module[]): [name: string, module: Module][] {
    if (above.includes(this)) return []; // a module that contains itself
    const children = fieldsOf(this).filter((field): field is [string, Module] => isModule(field[1]));
    return [[name, this], ...children.flatMap(([child, module]) => module.tree(join(name, child), [...above, this]))];
  }

  /** Every tensor with its full name, as often as it is found. */
  private entries(): [name: string, tensor: Tensor][] {
    return this.tree("", []).flatMap(([name, module]) =>
      fieldsOf(module)
        .filter((field): field is [string, Tensor] => isTensor(field[1]))
        .map(([field, value]): [string, Tensor] => [join(name, field), value]),
    );
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
    for (const [, child] of fieldsOf(this)) if (isModule(child)) child.apply(fn);
    fn(this);
    return this;
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
  stateDict(): StateDict {
    return noGrad(() => Object.fromEntries(this.state().map(([name, value]) => [name, value.clone()])));
  }

  /** Everything in a state dict: module by module, parameters before buffers. */
  private state(): [name: string, tensor: Tensor][] {
    const entries = this.tree("", []).flatMap(([name, module]) => {
      const tensors = fieldsOf(module).filter((field): field is [string, Tensor] => isTensor(field[1]));
      const ordered = [...tensors.filter(([, x]) => isParameter(x)), ...tensors.filter(([, x]) => !isParameter(x))];
      return ordered.map(([field, value]): [string, Tensor] => [join(name, field), value]);
    });
    const names = entries.map(([name]) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new TensorError("Module.stateDict", {
        expected: "one field per name",
        got: `two that are called "${twice}"`,
      });
    }
    return entries;
  }

  /**
   * Takes over values from a state dict, in the dtypes that the module has. Either all are taken or none.
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
    checkOptions("Module.loadStateDict", options, ["strict"]);
    const { strict = true } = options;
    if (typeof dict !== "object" || dict === null || isTensor(dict)) {
      throw new TensorError("Module.loadStateDict", { expected: "an object of tensors by name", got: describe(dict) });
    }
    const own = new Map(this.state());
    const { missing, unexpected, misshaped } = compareStates(own, dict);
    refuseProblems(strict ? { missing, unexpected, misshaped } : { missing: [], unexpected: [], misshaped });
    noGrad(() => {
      const given = [...own].filter(([name]) => Object.hasOwn(dict, name));
      const converted = given.map(([name, target]) => [target, dict[name].to(target.dtype)] as const);
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
  registerForwardHook(hook: ForwardHook): HookHandle {
    if (typeof hook !== "function") {
      throw new TensorError("Module.registerForwardHook", { expected: "a function", got: describe(hook) });
    }
    const { hooks, release } = hooked(this);
    const own: ForwardHook = (module, inputs, output) => hook(module, inputs, output);
    hooks.add(own);
    return {
      remove: () => {
        if (hooks.delete(own)) release();
      },
    };
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
    for (const value of new Set(this.entries().map(([, value]) => value))) {
      if (!isFloat(value.dtype) || value.dtype === dtype) continue;
      const { grad } = value;
      value.grad = null;
      value.array = kernels().cast(value.array, dtype);
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
    const children = fieldsOf(this).filter((field): field is [string, Module] => isModule(field[1]));
    const lines = children.map(([name, child]) => `  (${name}): ${String(child).replaceAll("\n", "\n  ")}`);
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
