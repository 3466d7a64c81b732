import { describe, TensorError } from "../../base/errors.ts";
import { isModule, isPlainObject } from "../module/fields.ts";
import { Module } from "../module/module.ts";
import { nameField } from "../module/named.ts";
import { moduleState } from "../module/state.ts";

/**
 * Modules by names, among which a `forward` chooses: a Map of them that is a module, so that a name may be added or taken away
 * later. They are fields under their names, which state dicts have as they are written.
 *
 * A plain object or a Map in a field does the same, where nothing is added by a name that only the run knows; a Map also takes
 * numbers as names.
 *
 * @throws {@link TensorError} if one of them is no module, or a name is a number, has a dot, or is a member of this class. It is not
 * called itself: `forward` throws.
 * @see PyTorch `torch.nn.ModuleDict`: `get(name)` for `dict[name]`, `set` for an assignment, `entries` for `items`, `size` for `len`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const acts = new nn.ModuleDict({ relu: new nn.ReLU(), tanh: new nn.Tanh() });
 * console.log(acts.get("relu").forward(tensor([-1, 2])), [...acts.keys()]); // => tensor([0., 2.]) [ 'relu', 'tanh' ]
 * ```
 */
export class ModuleDict<
  Named extends Readonly<Record<string, Module>> = Readonly<Record<string, Module>>,
> extends Module<never> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "ModuleDict";

  /** @param modules - any number of them, by their names, in an object or a Map. Default none. */
  constructor(modules: Named | ReadonlyMap<string, Module> = {} as Named) {
    super();
    const isMap = modules instanceof Map;
    if (!isMap && (typeof modules !== "object" || modules === null || !isPlainObject(modules))) {
      throw new TensorError("ModuleDict", {
        expected: "an object or a Map of modules by their names",
        got: describe(modules),
        hint: Array.isArray(modules) ? "An array of modules is a field as it is." : "",
      });
    }
    for (const [name, module] of isMap ? modules : Object.entries(modules)) this.put("ModuleDict", name, module);
  }

  /**
   * The module of a name, with the type that it was given as.
   *
   * @throws {@link TensorError} if there is none.
   */
  get<Name extends keyof Named & string>(name: Name): Named[Name] {
    if (this.has(name)) return this.field(name) as Named[Name];
    throw new TensorError("ModuleDict.get", {
      expected: `one of ${[...this.keys()].join(", ") || "no names, for it is empty"}`,
      got: describe(name),
    });
  }

  /** Whether there is a module of that name. */
  has(name: string): boolean {
    checkName("ModuleDict.has", name);
    return this[moduleState].keys?.has(name) === true;
  }

  /**
   * Puts a module under a name, in place of the one that was there, if any, and returns itself.
   *
   * @throws {@link TensorError} as the constructor does; nothing is changed then.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * const heads = new nn.ModuleDict().set("digits", new nn.Linear(8, 10));
   * console.log(heads.namedParameters().map(([name]) => name), heads.delete("digits"), heads.size);
   * // => [ 'digits.weight', 'digits.bias' ] true 0
   * ```
   */
  set(name: string, module: Module): this {
    this.put("ModuleDict.set", name, module);
    return this;
  }

  /** Takes the module of a name away; whether there was one. */
  delete(name: string): boolean {
    checkName("ModuleDict.delete", name);
    if (!this.has(name)) return false;
    Reflect.deleteProperty(this, name);
    this[moduleState].keys = new Set([...this.keys()].filter((other) => other !== name));
    return true;
  }

  /** How many there are. */
  get size(): number {
    return this[moduleState].keys?.size ?? 0;
  }

  /** The names, in the order in which they were first put. */
  keys(): IterableIterator<string> {
    return new Set(this[moduleState].keys).values();
  }

  /** The modules, in the order of their names. */
  *values(): IterableIterator<Module> {
    for (const [, module] of this.entries()) yield module;
  }

  /** Each name with its module. */
  *entries(): IterableIterator<[name: string, module: Module]> {
    for (const name of this.keys()) yield [name, this.field(name)];
  }

  /** Each name with its module, as from `entries`. */
  [Symbol.iterator](): IterableIterator<[name: string, module: Module]> {
    return this.entries();
  }

  /** Throws: which of them is to be called, only the module knows that they are a field of. */
  override forward(): never {
    throw new TensorError("ModuleDict", {
      expected: "one of its modules to be called",
      got: "a call of all",
      hint: "In the module that holds it: this.heads.get(name).forward(x).",
    });
  }

  private field(name: string): Module {
    return (this as unknown as Record<string, Module>)[name];
  }

  private put(where: string, name: string, module: Module): void {
    if (!isModule(module)) {
      throw new TensorError(where, { expected: `a module as ${describe(name)}`, got: describe(module) });
    }
    checkName(where, name);
    nameField(where, this, name, module);
  }
}

function checkName(where: string, name: unknown): void {
  if (typeof name !== "string") throw new TensorError(where, { expected: "a text as name", got: describe(name) });
}
