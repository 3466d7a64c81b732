import { describe, TensorError } from "../base/errors.ts";
import { optionsOf } from "../base/optionRules.ts";
import { CompiledFunction } from "./compiledFunction.ts";
import { type CompiledOptions, type CompiledReport, rules } from "./options.ts";

/** A function that is recorded, and then made again. */
export interface Compiled<Args extends readonly unknown[], Result> {
  (...args: Args): Result;
  /** How it has been run. */
  report(): CompiledReport;
}

/**
 * A function that does the same with tensors as `fn`, to the bit, and faster: its first two calls are run as they are written and
 * recorded, and where both took the same steps, each later call makes these again, on memory that stays where it is, without a tape.
 *
 * Arguments are tensors, copied in, and numbers, each of which may change from call to call as long as it is used as it is; other
 * values, and the shapes, dtypes and `requiresGrad` of tensors, are recorded each for themselves, at most 8 kinds. Results are fresh,
 * without a graph. What changes in place counts: parameters, running statistics, what optimisers keep, `.grad`. Rates are read at
 * each call, generators go on, errors such as labels out of range are those of `fn`.
 *
 * What cannot be made again, because it differs between two calls – a number, a branch, an array from outside that is another one – or
 * because it leaves the tensors – reading a value, a hook, an operation of one's own –, is said once, by the step and the reason; the
 * function is then called as it is. What else `fn` does, such as counting or printing, is done in recorded calls alone. A tensor made
 * inside and read later is refused.
 *
 * @param fn - a function of tensors and numbers that returns a tensor, an array or an object of some, or nothing.
 * @throws {@link TensorError} if `fn` is no function, or an option is wrong; when called, for an argument that is neither a tensor nor
 * a number, string, boolean, null or undefined; with `strict`, where the function cannot be made again: what it changed has changed then.
 * @see PyTorch `torch.compile`, which fuses operations and rounds otherwise, and `torch.cuda.graphs`; JAX `jit`, which keeps what
 * differs between calls as it was.
 *
 * @example
 * ```ts
 * import { compiled, manualSeed, nn, optim, randn, type Tensor } from "evenkeel";
 *
 * manualSeed(0);
 * const model = new nn.Linear(3, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const step = compiled((x: Tensor, y: Tensor) => {
 *   optimizer.zeroGrad();
 *   const loss = nn.functional.mseLoss(model.forward(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * const [x, y] = [randn([8, 3]), randn([8, 1])];
 * for (let i = 0; i < 10; i++) step(x, y);
 * console.log(step.report().replayed); // => 8
 * ```
 */
export function compiled<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options: CompiledOptions = {},
): Compiled<Args, Result> {
  if (typeof fn !== "function") throw new TensorError("compiled", { expected: "a function", got: describe(fn) });
  const settings = optionsOf("compiled", options, rules);
  const name = fn.name === "" ? "compiled" : `compiled(${fn.name})`;
  const made = new CompiledFunction(name, fn as never, settings);
  const call = (...given: Args): Result => made.call(given) as Result;
  return Object.assign(call, { report: () => made.report() });
}
