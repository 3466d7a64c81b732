import { grad } from "../autograd/grad.ts";
import { enableGrad } from "../autograd/gradMode.ts";
import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { stack } from "./combine.ts";
import { eye, onesLike, zerosLike } from "./factories.ts";

/** One tensor, or several in an array; results come in the same form. */
export type OneOrMany = Tensor | readonly Tensor[];

/** What comes back for {@link OneOrMany}: one for one, an array for an array. */
export type Alike<T extends OneOrMany> = T extends Tensor ? Tensor : Tensor[];

/**
 * `vᵀJ`: the gradient of `v·fn(inputs)` at the inputs, beside `fn(inputs)` itself.
 *
 * Shapes: `v` as the output of `fn`; the result as the inputs.
 *
 * @param fn - from as many tensors as there are inputs to one tensor.
 * @param inputs - one float tensor, or an array of them; they stay as they are.
 * @param v - the weights of the outputs; may be left out where the output is one number.
 * @returns `[output, vᵀJ]`, neither with a graph.
 * @throws {@link TensorError} if an input is no float tensor, or `v` is not like the output.
 * @see PyTorch `torch.autograd.functional.vjp`, without `create_graph` and `strict`.
 *
 * @example
 * ```ts
 * import { tensor, vjp } from "evenkeel";
 *
 * const [y, g] = vjp((x) => x.square(), tensor([1, 2]), tensor([1, 10]));
 * console.log(y, g); // => tensor([1., 4.]) tensor([ 2., 40.])
 * ```
 */
export function vjp<T extends OneOrMany>(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: T,
  v?: Tensor,
): [output: Tensor, vjp: Alike<T>] {
  const xs = leaves("vjp", inputs);
  const y = evaluate("vjp", fn, xs);
  const gradients = gradientOf("vjp", y, xs, v, false);
  return [y.detach(), alike(inputs, gradients)];
}

/**
 * `J·v`: how `fn(inputs)` moves when the inputs move along `v`, beside `fn(inputs)` itself. Exact, by differentiating
 * the gradient with respect to its own weights.
 *
 * Shapes: `v` as the inputs; the result as the output of `fn`.
 *
 * @param fn - from as many tensors as there are inputs to one tensor.
 * @param inputs - one float tensor, or an array of them; they stay as they are.
 * @param v - one direction for each input.
 * @returns `[output, J·v]`, neither with a graph.
 * @throws {@link TensorError} if an input is no float tensor, or `v` is not like the inputs.
 * @see PyTorch `torch.autograd.functional.jvp`, without `create_graph` and `strict`.
 *
 * @example
 * ```ts
 * import { jvp, tensor } from "evenkeel";
 *
 * const [, slope] = jvp((x) => x.square().sum(), tensor([1, 2]), tensor([1, 0]));
 * console.log(slope.item()); // => 2
 * ```
 */
export function jvp<T extends OneOrMany>(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: T,
  v: T,
): [output: Tensor, jvp: Tensor] {
  const xs = leaves("jvp", inputs);
  const directions = directionsOf("jvp", v, xs);
  const y = evaluate("jvp", fn, xs);
  if (!y.requiresGrad) return [y, zerosLike(y)];
  return enableGrad(() => {
    const weights = zerosLike(y, { requiresGrad: true });
    const pulled = grad(y, xs, { gradOutput: weights, createGraph: true, allowUnused: true });
    const along = dotAll(pulled, directions);
    if (along === null || !along.requiresGrad) return [y.detach(), zerosLike(y)];
    const [result] = grad(along, [weights], { allowUnused: true });
    return [y.detach(), result ?? zerosLike(y)];
  });
}

/**
 * `H·v`: the Hessian of a function of one number times a direction, beside the number itself; the Hessian is never
 * made.
 *
 * Shapes: `v` as the inputs; the result as the inputs.
 *
 * @param fn - from as many tensors as there are inputs to a tensor of one element.
 * @param inputs - one float tensor, or an array of them; they stay as they are.
 * @param v - one direction for each input.
 * @returns `[output, H·v]`, neither with a graph.
 * @throws {@link TensorError} if the output has several elements, an input is no float tensor, or `v` is not like the
 * inputs.
 * @see PyTorch `torch.autograd.functional.hvp`, without `create_graph` and `strict`.
 *
 * @example
 * ```ts
 * import { hvp, tensor } from "evenkeel";
 *
 * const [, hv] = hvp((x) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1]));
 * console.log(hv); // => tensor([ 6., 12.])
 * ```
 */
export function hvp<T extends OneOrMany>(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: T,
  v: T,
): [output: Tensor, hvp: Alike<T>] {
  const xs = leaves("hvp", inputs);
  const directions = directionsOf("hvp", v, xs);
  const y = evaluate("hvp", fn, xs);
  const gradients = gradientOf("hvp", y, xs, undefined, true);
  const along = enableGrad(() => dotAll(gradients, directions)) as Tensor;
  const products = along.requiresGrad ? grad(along, xs, { allowUnused: true }) : xs.map(() => null);
  return [
    y.detach(),
    alike(
      inputs,
      products.map((product, i) => product ?? zerosLike(xs[i])),
    ),
  ];
}

/**
 * All first derivatives: `J[i…][j…] = d output[i…] / d input[j…]`.
 *
 * Shapes: `[…output, …input]`. One walk of the tape per element of the output.
 *
 * @param fn - from one tensor to one tensor.
 * @param input - a float tensor; it stays as it is.
 * @throws {@link TensorError} if the input is no float tensor.
 * @see PyTorch `torch.autograd.functional.jacobian`, of one input, and without its options.
 *
 * @example
 * ```ts
 * import { jacobian, tensor } from "evenkeel";
 *
 * console.log(jacobian((x) => x.square(), tensor([1, 2])));
 * // => tensor([[2., 0.],
 * //         [0., 4.]])
 * ```
 */
export function jacobian(fn: (input: Tensor) => Tensor, input: Tensor): Tensor {
  const [x] = leaves("jacobian", input);
  const y = evaluate("jacobian", fn, [x]);
  return rowsOf(y, x);
}

/**
 * All second derivatives of a function of one number: `H[i…][j…] = d²fn / d input[i…] d input[j…]`.
 *
 * Shapes: `[…input, …input]`. One walk of the tape of the gradient per element of the input.
 *
 * @param fn - from one tensor to a tensor of one element.
 * @param input - a float tensor; it stays as it is.
 * @throws {@link TensorError} if the output has several elements, or the input is no float tensor.
 * @see PyTorch `torch.autograd.functional.hessian`, of one input, and without its options.
 *
 * @example
 * ```ts
 * import { hessian, tensor } from "evenkeel";
 *
 * console.log(hessian((x) => x.prod(), tensor([2, 3])));
 * // => tensor([[0., 1.],
 * //         [1., 0.]])
 * ```
 */
export function hessian(fn: (input: Tensor) => Tensor, input: Tensor): Tensor {
  const [x] = leaves("hessian", input);
  const y = evaluate("hessian", fn, [x]);
  const [gradient] = gradientOf("hessian", y, [x], undefined, true);
  return rowsOf(gradient, x);
}

/** The derivative of each element of `y` with respect to `x`. */
function rowsOf(y: Tensor, x: Tensor): Tensor {
  const shape = [...y.shape, ...x.shape];
  if (y.numel() === 0) return zerosLike(x).sum().mul(0).expand(shape);
  const identity = eye(y.numel(), { dtype: y.dtype });
  const rows = Array.from({ length: y.numel() }, (_, i) => {
    if (!y.requiresGrad) return zerosLike(x);
    const gradOutput = identity.select(0, i).reshape(y.shape);
    return grad(y, [x], { gradOutput, allowUnused: true })[0] ?? zerosLike(x);
  });
  return stack(rows).reshape(shape);
}

/** Fresh leaves with the inputs' values, so that nothing behind the inputs is touched. */
function leaves(where: string, inputs: OneOrMany): Tensor[] {
  const list = isTensor(inputs) ? [inputs] : inputs;
  if (!Array.isArray(list) || list.length === 0 || !list.every((x) => isTensor(x) && isFloat(x.dtype))) {
    throw new TensorError(where, { expected: "a float tensor, or an array of them", got: describe(inputs) });
  }
  return (list as readonly Tensor[]).map((x) => {
    const leaf = x.detach();
    leaf.requiresGrad = true;
    return leaf;
  });
}

function evaluate(where: string, fn: (...inputs: Tensor[]) => Tensor, xs: Tensor[]): Tensor {
  if (typeof fn !== "function") throw new TensorError(where, { expected: "a function", got: describe(fn) });
  const y = enableGrad(() => fn(...xs));
  if (isTensor(y) && isFloat(y.dtype)) return y;
  throw new TensorError(where, { expected: "a function that returns a float tensor", got: describe(y) });
}

/** The gradient at each input, zeros where the output does not depend on it. */
function gradientOf(where: string, y: Tensor, xs: Tensor[], v: Tensor | undefined, createGraph: boolean): Tensor[] {
  if (v === undefined && y.numel() !== 1) {
    throw new TensorError(where, { expected: "a function whose value is one number", got: describe(y) });
  }
  if (v !== undefined && !isTensor(v)) throw new TensorError(where, { expected: "a tensor as v", got: describe(v) });
  const gradOutput = v?.detach() ?? onesLike(y);
  if (gradOutput.shape.join() !== y.shape.join() || gradOutput.dtype !== y.dtype) {
    throw new TensorError(where, { expected: `a v like the output, ${describe(y)}`, got: describe(gradOutput) });
  }
  if (!y.requiresGrad) return xs.map((x) => zerosLike(x));
  const gradients = grad(y, xs, { gradOutput, createGraph, allowUnused: true });
  return gradients.map((g, i) => g ?? zerosLike(xs[i]));
}

function directionsOf(where: string, v: OneOrMany, xs: readonly Tensor[]): Tensor[] {
  const list = isTensor(v) ? [v] : Array.isArray(v) ? (v as readonly Tensor[]) : [];
  const isLike = (d: unknown, x: Tensor) => isTensor(d) && d.dtype === x.dtype && d.shape.join() === x.shape.join();
  if (list.length === xs.length && xs.every((x, i) => isLike(list[i], x))) return list.map((d) => d.detach());
  throw new TensorError(where, { expected: `a direction like each input, ${describe(xs)}`, got: describe(v) });
}

/** `Σ g·v` over all that have a gradient. */
function dotAll(gradients: readonly (Tensor | null)[], directions: readonly Tensor[]): Tensor | null {
  return gradients.reduce<Tensor | null>((total, g, i) => {
    if (g === null) return total;
    const product = g.mul(directions[i]).sum();
    return total === null ? product : total.add(product);
  }, null);
}

function alike<T extends OneOrMany>(inputs: T, results: Tensor[]): Alike<T> {
  return (isTensor(inputs) ? results[0] : results) as Alike<T>;
}
