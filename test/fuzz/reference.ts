/** Tensors as the simplest program has them: a shape, and numbers in rows. What PyTorch refuses is null. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Every index of a shape, the last moving fastest. */
function* indices(shape: readonly number[]): Iterable<readonly number[]> {
  const index = shape.map(() => 0);
  for (let i = 0; i < sizeOf(shape); i++) {
    yield [...index];
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      if (++index[dim] < shape[dim]) break;
      index[dim] = 0;
    }
  }
}

function at({ shape, data }: Plain, index: readonly number[]): number {
  return data[shape.reduce((place, size, dim) => place * size + index[dim], 0)];
}

const build = (shape: readonly number[], of: (index: readonly number[]) => number): Plain => ({
  shape,
  data: Array.from(indices(shape), of),
});

/** The shape that two meet in, by PyTorch's rules. */
function broadcast(a: readonly number[], b: readonly number[]): readonly number[] | null {
  const ndim = Math.max(a.length, b.length);
  const [p, q] = [a, b].map((shape) => [...new Array(ndim - shape.length).fill(1), ...shape]);
  const shape = p.map((size, i) => (size === 1 ? q[i] : q[i] === 1 || q[i] === size ? size : -1));
  return shape.includes(-1) ? null : shape;
}

/** The element of a smaller tensor that meets this index of the larger. */
const meeting = (x: Plain, index: readonly number[]) =>
  at(
    x,
    index.slice(index.length - x.shape.length).map((i, dim) => (x.shape[dim] === 1 ? 0 : i)),
  );

export function binary(a: Plain, b: Plain, of: (x: number, y: number) => number): Plain | null {
  const shape = broadcast(a.shape, b.shape);
  return shape && build(shape, (index) => of(meeting(a, index), meeting(b, index)));
}

export const unary = (x: Plain, of: (x: number) => number): Plain => ({ shape: x.shape, data: x.data.map(of) });

/** A dimension counted from either end, or null. */
const dimOf = (ndim: number, dim: number): number | null =>
  dim >= -ndim && dim < ndim ? (dim + ndim) % Math.max(1, ndim) : null;

export function reduce(x: Plain, dim: number, keepdim: boolean, of: (values: number[]) => number): Plain | null {
  const own = dimOf(x.shape.length, dim);
  if (own === null) return null;
  const kept = x.shape.map((size, i) => (i === own ? 1 : size));
  const reduced = build(kept, (index) =>
    of(
      Array.from({ length: x.shape[own] }, (_, i) =>
        at(
          x,
          index.map((place, d) => (d === own ? i : place)),
        ),
      ),
    ),
  );
  return keepdim ? reduced : { shape: x.shape.filter((_, i) => i !== own), data: reduced.data };
}

export function transpose(x: Plain, a: number, b: number): Plain | null {
  const [p, q] = [dimOf(x.shape.length, a), dimOf(x.shape.length, b)];
  if (p === null || q === null) return null;
  const swap = <T>(list: readonly T[]) => list.map((_, i) => list[i === p ? q : i === q ? p : i]);
  return build(swap(x.shape), (index) => at(x, swap(index)));
}

export function reshape(x: Plain, shape: readonly number[]): Plain | null {
  const known = sizeOf(shape.filter((size) => size !== -1));
  const missing = shape.filter((size) => size === -1).length;
  if (missing > 1 || shape.some((size) => size < -1)) return null;
  if (missing === 0) return known === x.data.length ? { shape, data: x.data } : null;
  if (known === 0 || x.data.length % known !== 0) return null;
  return { shape: shape.map((size) => (size === -1 ? x.data.length / known : size)), data: x.data };
}

export function matmul(a: Plain, b: Plain): Plain | null {
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[0]) return null;
  const [n, k, m] = [a.shape[0], a.shape[1], b.shape[1]];
  return build([n, m], ([i, j]) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a.data[i * k + l] * b.data[l * m + j];
    return sum;
  });
}

export function cat(a: Plain, b: Plain, dim: number): Plain | null {
  const own = a.shape.length === 0 ? null : dimOf(a.shape.length, dim);
  if (own === null || a.shape.length !== b.shape.length) return null;
  if (a.shape.some((size, i) => i !== own && size !== b.shape[i])) return null;
  const shape = a.shape.map((size, i) => (i === own ? size + b.shape[i] : size));
  return build(shape, (index) =>
    index[own] < a.shape[own]
      ? at(a, index)
      : at(
          b,
          index.map((place, i) => (i === own ? place - a.shape[own] : place)),
        ),
  );
}

export function slice(x: Plain, dim: number, from: number, to: number): Plain | null {
  const own = x.shape.length === 0 ? null : dimOf(x.shape.length, dim);
  if (own === null) return null;
  const clamp = (place: number) => Math.min(x.shape[own], Math.max(0, place < 0 ? place + x.shape[own] : place));
  const [start, end] = [clamp(from), Math.max(clamp(from), clamp(to))];
  const shape = x.shape.map((size, i) => (i === own ? end - start : size));
  return build(shape, (index) =>
    at(
      x,
      index.map((place, i) => (i === own ? place + start : place)),
    ),
  );
}

export function unsqueeze(x: Plain, dim: number): Plain | null {
  const own = dimOf(x.shape.length + 1, dim);
  return own === null ? null : { shape: [...x.shape.slice(0, own), 1, ...x.shape.slice(own)], data: x.data };
}
