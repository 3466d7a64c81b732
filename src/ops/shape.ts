import type { Shape } from "../base/dtype.ts";
import { own, type Primitive } from "./op.ts";

/** Broadcasting, but for what the kernels of two arrays repeat by themselves. */
export const expand = (shape: Shape): Primitive => ({
  [own]: true,
  name: "expand",
  forward: (k, x) => k.expand(x, shape),
  vjp: [(g, _y, x) => g.sumToSize(x.shape)],
  needs: "nothing",
});

/** The array as it is, under another shape of as many elements; it shares the memory. */
export const reshape = (shape: Shape): Primitive => ({
  [own]: true,
  name: "reshape",
  forward: (_k, x) => x.view(shape),
  vjp: [(g, _y, x) => g.reshape(x.shape)],
  needs: "nothing",
});

/** Dimension `d` of the result is dimension `dims[d]` of `x`. */
export const permute = (dims: readonly number[]): Primitive => ({
  [own]: true,
  name: "permute",
  forward: (k, x) => k.permute(x, dims),
  vjp: [(g) => g.permute(dims.map((_, d) => dims.indexOf(d)))],
  needs: "nothing",
});

/** `count` steps along `dim`, from `start`, `step` apart. */
export const slice = (dim: number, start: number, step: number, count: number): Primitive => ({
  [own]: true,
  name: "slice",
  forward: (k, x) => k.slice(x, dim, start, step, count),
  vjp: [(g, _y, x) => g.through(unslice(dim, start, step, x.shape[dim]))],
  part: { dim, start, step },
  needs: "nothing",
});

/** The reverse of {@link slice}: `x` put back into zeros of `length` along `dim`. */
export const unslice = (dim: number, start: number, step: number, length: number): Primitive => ({
  [own]: true,
  name: "unslice",
  forward: (k, x) => k.unslice(x, dim, start, step, length),
  vjp: [(g, _y, x) => g.through(slice(dim, start, step, x.shape[dim]))],
  needs: "nothing",
});

/** Any number of inputs, of these lengths along `dim`, one after the other. */
export const cat = (dim: number, lengths: readonly number[]): Primitive => {
  let end = 0;
  return {
    [own]: true,
    name: "cat",
    forward: (k, ...arrays) => k.cat(arrays, dim),
    vjp: lengths.map((length) => {
      const start = end;
      end += length;
      return (g) => g.through(slice(dim, start, 1, length));
    }),
    needs: "nothing",
  };
};

/** `x` backwards along dimensions. */
export const flip = (dims: readonly number[]): Primitive => ({
  [own]: true,
  name: "flip",
  forward: (k, x) => k.flip(x, dims),
  vjp: [(g) => g.through(flip(dims))],
  needs: "nothing",
});

/** The upper or lower triangle of the last two dimensions, zero elsewhere. */
export const triangle = (diagonal: number, upper: boolean): Primitive => ({
  [own]: true,
  name: upper ? "triu" : "tril",
  forward: (k, x) => k.triangle(x, diagonal, upper),
  vjp: [(g) => g.through(triangle(diagonal, upper))],
  needs: "nothing",
});

/** The diagonal of a matrix, `offset` columns to the right of the main one. */
export const diagonal = (offset: number): Primitive => ({
  [own]: true,
  name: "diag",
  forward: (k, x) => k.diagonal(x, offset),
  vjp: [(g, _y, x) => g.through(undiagonal(offset, x.shape[0], x.shape[1]))],
  needs: "nothing",
});

/** The reverse of {@link diagonal}: `x` on a diagonal of a matrix of zeros. */
export const undiagonal = (offset: number, rows: number, columns: number): Primitive => ({
  [own]: true,
  name: "diag",
  forward: (k, x) => k.undiagonal(x, offset, rows, columns),
  vjp: [(g) => g.through(diagonal(offset))],
  needs: "nothing",
});
