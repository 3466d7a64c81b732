import { describe, TensorError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { isModule } from "./fields.ts";
import { Module } from "./module.ts";

/**
 * Modules one after the other: each gets what the one before it returns.
 *
 * They are the fields `0`, `1`, …, so that names are PyTorch's (`"0.weight"`); `model[0]` is the first, `model.at(-1)`
 * the last, and `for (const layer of model)` visits all. A module may be put in another's place by assignment.
 *
 * @throws {@link TensorError} if one of them is not a module.
 * @see PyTorch `torch.nn.Sequential`; the names of the modules cannot be chosen here.
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
export class Sequential extends Module {
  /** The modules, in order. */
  [i: number]: Module;
  /** How many there are. */
  readonly length: number;

  /** @param modules - any number of them. */
  constructor(...modules: Module[]) {
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
    modules.forEach((module, i) => {
      this[i] = module;
    });
  }

  /**
   * The module at `i`; negative numbers count from the end.
   *
   * @example
   * ```ts
   * import { nn } from "evenkeel";
   *
   * console.log(String(new nn.Sequential(new nn.ReLU(), new nn.Tanh()).at(-1))); // => Tanh()
   * ```
   */
  at(i: number): Module | undefined {
    return this[i < 0 ? i + this.length : i];
  }

  /** The modules, in order. */
  *[Symbol.iterator](): IterableIterator<Module> {
    for (let i = 0; i < this.length; i++) yield this[i];
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const module of this) y = module.forward(y);
    return y;
  }
}
