import { describe, show, TensorError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tensorOf } from "./tensorOf.ts";

/** A tensor whose dimensions have names. */
interface Named {
  readonly x: Tensor;
  readonly names: readonly string[];
}

/**
 * Products and sums over named dimensions: `"ij,jk->ik"` is a matrix product, `"ii->"` a trace, `"bij->bji"` a transpose.
 *
 * Dimensions of one letter are multiplied; what does not appear behind the arrow is summed over. Without an arrow there stay, in
 * alphabetical order, the letters that appear once. `...` is for any number of dimensions, which broadcast.
 *
 * @throws {@link TensorError} if the equation does not parse, there are not as many tensors as it names, their shapes do not
 * fit it, or a letter behind the arrow is not before it, or twice.
 * @see PyTorch `torch.einsum`, which takes lists of numbers in place of letters too.
 *
 * @example
 * ```ts
 * import { einsum, tensor } from "evenkeel";
 *
 * const [a, b] = [tensor([[1, 2], [3, 4]]), tensor([1, 10])];
 * console.log(einsum("ij,j->i", a, b)); // => tensor([21., 43.])
 * console.log(einsum("ii", a).item()); // => 5
 * ```
 */
export function einsum(equation: string, ...tensors: Tensor[]): Tensor {
  if (typeof equation !== "string") refuse('an equation such as "ij,jk->ik"', describe(equation));
  for (const x of tensors) tensorOf("einsum", x);
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  if (more.length > 0 || [...terms, right ?? ""].some((term) => !/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term))) {
    refuse('letters, "..." once in each term, commas and one arrow', describe(equation));
  }
  if (terms.length !== tensors.length) {
    refuse(`as many tensors as terms, ${terms.length}`, `${tensors.length}`);
  }
  const named = terms.map((term, i) => diagonal({ x: tensors[i], names: namesOf(term, tensors[i]) }));
  const output = outputOf(named, left, right);
  const sizes = sizesOf(named);
  const squeezed = named.map((one) => withoutOnes(one, sizes));
  let rest = squeezed.slice(1);
  let product = squeezed[0];
  while (rest.length > 0) {
    const [next, ...later] = rest;
    const needed = new Set([...output, ...later.flatMap(({ names }) => names)]);
    product = multiply(
      summed(product, new Set([...needed, ...next.names])),
      summed(next, new Set([...needed, ...product.names])),
      needed,
    );
    rest = later;
  }
  const { x, names } = summed(product, new Set(output));
  const whole = output.reduce((y, name) => (names.includes(name) ? y : y.unsqueeze(-1)), x);
  const order = [...names, ...output.filter((name) => !names.includes(name))];
  const places = output.map((name) => order.indexOf(name));
  const placed = x === squeezed[0].x ? whole.permute(places) : ordered(whole, places); // what is given is not handed on
  return placed.expand(output.map((name) => sizes.get(name) as number));
}

/** The names of the dimensions of a term; those that `...` stands for are counted from the last. */
function namesOf(term: string, { ndim, shape }: Tensor): string[] {
  const [before, after] = term.split("...");
  const letters = before.length + (after?.length ?? 0);
  const isOpen = after !== undefined;
  if (isOpen ? ndim < letters : ndim !== letters) {
    refuse(`a tensor of ${isOpen ? "at least " : ""}${letters} dimensions for "${term}"`, show(shape));
  }
  const between = Array.from({ length: ndim - letters }, (_, i) => `.${ndim - letters - i}`);
  return [...before, ...between, ...(after ?? "")];
}

/** What stays, in order: as the equation says, or the letters that appear once. */
function outputOf(named: readonly Named[], left: string, right: string | undefined): string[] {
  const all = new Set(named.flatMap(({ names }) => names));
  const open = [...all].filter((name) => name.startsWith("."));
  open.sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  if (right === undefined) {
    const once = [...left].filter((name) => /[a-zA-Z]/.test(name) && left.indexOf(name) === left.lastIndexOf(name));
    return [...open, ...once.sort((a, b) => (a < b ? -1 : 1))];
  }
  const [before, after] = right.split("...");
  const output = [...before, ...(after === undefined ? [] : open), ...(after ?? "")];
  const odd = output.find((name, i) => !all.has(name) || output.indexOf(name) !== i);
  if (odd !== undefined) refuse("behind the arrow letters from before it, each once", describe(odd));
  return output;
}

/** The diagonal over letters that a term has more than once. */
function diagonal({ x, names }: Named): Named {
  let [y, left] = [x, [...names]];
  for (;;) {
    const second = left.findIndex((name, i) => left.indexOf(name) !== i);
    if (second < 0) return { x: y, names: left };
    const [name, first] = [left[second], left.indexOf(left[second])];
    const size = y.shape[first];
    if (size !== y.shape[second]) refuse(`one size for "${name}"`, show(x.shape));
    const others = left.map((_, d) => d).filter((d) => d !== first && d !== second);
    const flat = ordered(y, [...others, first, second]).flatten(-2);
    y = size === 0 ? flat : flat.slice(-1, 0, null, size + 1);
    left = [...others.map((d) => left[d]), name];
  }
}

/** The size of each name; 1 gives way. */
function sizesOf(named: readonly Named[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, names } of named) {
    names.forEach((name, d) => {
      const [size, known = 1] = [x.shape[d], sizes.get(name)];
      if (size !== 1 && known !== 1 && size !== known) {
        refuse(`one size for "${name.startsWith(".") ? "..." : name}"`, `${known} and ${size}`);
      }
      sizes.set(name, known === 1 ? size : known);
    });
  }
  return sizes;
}

/** Without the dimensions that are to be broadcast. */
function withoutOnes({ x, names }: Named, sizes: ReadonlyMap<string, number>): Named {
  const kept = names.map((name, d) => x.shape[d] === sizes.get(name));
  return { x: x.reshape(x.shape.filter((_, d) => kept[d])), names: names.filter((_, d) => kept[d]) };
}

/** Summed over what nobody needs. */
function summed({ x, names }: Named, needed: ReadonlySet<string>): Named {
  const dims = names.flatMap((name, d) => (needed.has(name) ? [] : [d]));
  return dims.length === 0 ? { x, names } : { x: x.sum(dims), names: names.filter((name) => needed.has(name)) };
}

/** The product of two, summed over what both have and nobody needs. */
function multiply(a: Named, b: Named, needed: ReadonlySet<string>): Named {
  const shared = a.names.filter((name) => b.names.includes(name));
  const batch = shared.filter((name) => needed.has(name));
  const inner = shared.filter((name) => !needed.has(name));
  const [rows, columns] = [a, b].map(({ names }) => names.filter((name) => !shared.includes(name)));
  const as = ({ x, names }: Named, order: readonly string[]) =>
    ordered(
      x,
      order.map((name) => names.indexOf(name)),
    );
  const sizesIn = ({ x, names }: Named, of: readonly string[]) => of.map((name) => x.shape[names.indexOf(name)]);
  const count = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);
  const [batchSizes, rowSizes, columnSizes] = [sizesIn(a, batch), sizesIn(a, rows), sizesIn(b, columns)];
  const [n, m, k, w] = [batchSizes, rowSizes, sizesIn(a, inner), columnSizes].map(count);
  const left = as(a, [...batch, ...rows, ...inner]).reshape([n, m, k]);
  const right = as(b, [...batch, ...inner, ...columns]).reshape([n, k, w]);
  const byRows = () => left.mul(right.reshape([n, m, k])).sum(2); // as many products of one row would be as many calls
  const isRows = n > 1 && m === 1 && w === 1;
  const product = inner.length === 0 ? left.mul(right) : isRows ? byRows() : left.matmul(right);
  return { x: product.reshape([...batchSizes, ...rowSizes, ...columnSizes]), names: [...batch, ...rows, ...columns] };
}

/** Dimensions in another order, or as they are. */
function ordered(x: Tensor, order: readonly number[]): Tensor {
  return order.every((dim, d) => dim === d) ? x : x.permute(order);
}

function refuse(expected: string, got: string): never {
  throw new TensorError("einsum", { expected, got });
}
