import { dropBefore, hidden } from "../../autograd/hidden.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isModule, isPlainObject } from "../module/fields.ts";
import { doesHideOutput } from "../module/hidesOutput.ts";
import { Module } from "../module/module.ts";
import { nameField } from "../module/named.ts";
import { moduleState } from "../module/state.ts";

/**
 * Modules one after the other: each gets what the one before it returns.
 *
 * They are the fields `0`, `1`, …, so that names are PyTorch's (`"0.weight"`); or, given in an object, fields under its keys
 * (`"conv1.weight"`). `model[0]` is the first, `model.at(-1)` the last, `model.get("conv1")` the one of that name, and
 * `for (const layer of model)` visits all. A module may be put in another's place by assignment.
 *
 * @throws {@link TensorError} if one of them is not a module, or a name cannot be a field's.
 * @see PyTorch `torch.nn.Sequential`; names stand in an object, where it takes an `OrderedDict`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 3, { bias: false }), new nn.BatchNorm1d(3), new nn.Tanh());
 * console.log(model.forward(randn([5, 4])).shape); // => [ 5, 3 ]
 * console.log(model);
 * // => Sequential(
 * //   (0): Linear(inFeatures=4, outFeatures=3, bias=false)
 * //   (1): BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=true, trackRunningStats=true)
 * //   (2): Tanh()
 * // )
 * ```
 */
export class Sequential<
  Layers extends readonly Module[] = readonly Module[],
  Named extends Readonly<Record<string, Module>> = Readonly<Record<never, Module>>,
> extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Sequential";
  /** @internal */
  static readonly evenkeelLayer: string = "Sequential";
  /** The modules, in order. */
  [i: number]: Module;
  /** How many there are. */
  readonly length: number;

  /** @param modules - any number of them. */
  constructor(...modules: Layers);
  /** @param modules - any number of them, by their names. */
  constructor(modules: Named);
  constructor(...given: readonly unknown[]) {
    const named = namesIn(given);
    const modules = named === null ? given : Object.values(named);
    for (const module of modules) {
      if (isModule(module)) continue;
      throw new TensorError("Sequential", {
        expected: "modules",
        got: describe(module),
        hint: Array.isArray(module) ? "Spread the array: new Sequential(...layers)." : "",
      });
    }
    super();
    this.length = modules.length;
    if (named === null) Object.assign(this, modules);
    else this.name(named as Readonly<Record<string, Module>>);
  }

  /** Makes modules fields under their names, and gives them numbers too. */
  private name(modules: Readonly<Record<string, Module>>): void {
    Object.entries(modules).forEach(([name, module], i) => {
      nameField("Sequential", this, name, module);
      Object.defineProperty(this, i, standingFor(name));
    });
  }

  /**
   * The module at `i`; negative numbers count from the end. `undefined` where there is none.
   *
   * @throws {@link TensorError} for anything but a whole number.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(String(new nn.Sequential(new nn.ReLU(), new nn.Tanh()).at(-1))); // => Tanh()
   * ```
   */
  at(i: number): Module | undefined {
    if (!Number.isInteger(i)) {
      throw new TensorError("Sequential.at", { expected: "a whole number as place", got: describe(i) });
    }
    return this[i < 0 ? i + this.length : i];
  }

  /**
   * The module at `i`, counted from 0, or of a name, with the type that it was given as.
   *
   * @throws {@link TensorError} if there is none.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh()).get(0).weight.shape); // => [ 3, 2 ]
   * const model = new nn.Sequential({ hidden: new nn.Linear(2, 3), act: new nn.Tanh() });
   * console.log(model.get("hidden").weight.shape); // => [ 3, 2 ]
   * ```
   */
  get<I extends number>(i: I): Layers[I];
  get<Name extends keyof Named & string>(name: Name): Named[Name];
  get(at: number | string): Module {
    const { keys } = this[moduleState];
    const isName = typeof at === "string" && keys?.has(at);
    const module = isName ? Reflect.get(this, at) : Number.isInteger(at) ? this.at(at as number) : undefined;
    if (isModule(module)) return module;
    const names = keys === undefined ? "" : `, or one of ${[...keys].join(", ")}`;
    throw new TensorError("Sequential.get", {
      expected: `a whole number from ${-this.length} to ${this.length - 1}${names}`,
      got: describe(at),
    });
  }

  /** The modules, in order. */
  *[Symbol.iterator](): IterableIterator<Module> {
    for (let i = 0; i < this.length; i++) yield this[i];
  }

  override forward(x: Tensor): Tensor {
    let [y, isOurs] = [x, false];
    for (let i = 0; i < this.length; i++) {
      const layer = this[i];
      const before = y;
      const wasOurs = isOurs;
      isOurs = i + 1 < this.length && isRows(before) && doesHideOutput(layer) && doesHideOutput(this[i + 1]);
      y = isOurs ? hidden(() => layer.forward(before)) : layer.forward(before);
      if (wasOurs && before.node === null) dropBefore(before, y); // without a tape, or behind frozen layers
    }
    return y;
  }
}

const isRows = (x: Tensor): boolean => isTensor(x) && x.ndim === 2;

/** An object of modules by their names, where that is all that was given. */
function namesIn(given: readonly unknown[]): object | null {
  const [only] = given;
  return given.length === 1 && typeof only === "object" && only !== null && isPlainObject(only) ? only : null;
}

/** A number that stands for the field of a name. */
const standingFor = (name: string): PropertyDescriptor & ThisType<Record<string, Module>> => ({
  configurable: true,
  get() {
    return this[name];
  },
  set(module: Module) {
    this[name] = module;
  },
});
