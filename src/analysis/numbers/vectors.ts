import { noGrad } from "../../autograd/gradMode.ts";
import { changed } from "../../base/shared.ts";
import { zeros } from "../../kernels/array.ts";
import { onLine } from "../../kernels/beside/onLine.ts";
import { kernels } from "../../kernels/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";

// Lists of tensors, one for each parameter, taken as one long vector. Sums are in float64, whatever the dtype.

/** `Σ aᵢ·bᵢ`. */
export function dot(a: readonly Tensor[], b: readonly Tensor[]): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k].data, b[k].data];
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
    total += sum;
  }
  return total;
}

/** `√Σ xᵢ²`. */
export function norm(x: readonly Tensor[]): number {
  return Math.sqrt(dot(x, x));
}

/** `√Σ (aᵢ − bᵢ)²`. */
export function distance(a: readonly Tensor[], b: readonly Tensor[]): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k].data, b[k].data];
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) ** 2;
    total += sum;
  }
  return Math.sqrt(total);
}

/** `a·b/(‖a‖‖b‖)`: 1 of two zeros, 0 of one. */
export function cosine(a: readonly Tensor[], b: readonly Tensor[]): number {
  const [sizeA, sizeB] = [norm(a), norm(b)];
  if (sizeA === 0 || sizeB === 0) return sizeA === sizeB ? 1 : 0;
  return Math.min(1, Math.max(-1, dot(a, b) / sizeA / sizeB));
}

/**
 * The angle between `a` and `b`, from 0 to π: `2·atan2(‖â − b̂‖, ‖â + b̂‖)` of the vectors made as long as 1, which keeps its
 * digits where the cosine is near 1 or −1. 0 of two zeros, π/2 of one.
 * @see Kahan 2006, "How Futile are Mindless Assessments of Roundoff in Floating-Point Computation?", section 12.
 */
export function angle(a: readonly Tensor[], b: readonly Tensor[]): number {
  const [sizeA, sizeB] = [norm(a), norm(b)];
  if (sizeA === 0 || sizeB === 0) return sizeA === sizeB ? 0 : Math.PI / 2;
  let [apart, together] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k].data, b[k].data];
    for (let i = 0; i < x.length; i++) {
      const [u, v] = [x[i] / sizeA, y[i] / sizeB];
      apart += (u - v) * (u - v);
      together += (u + v) * (u + v);
    }
  }
  return 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
}

/** `x + scale·direction`, each number rounded once. */
export function moved(x: readonly Tensor[], direction: readonly Tensor[], scale: number): Tensor[] {
  return x.map((tensor, k) => {
    const to = zeros(tensor.dtype, tensor.shape);
    return tensor.wrap(kernels().beside(onLine, [to, tensor.array, direction[k].array], { scale }));
  });
}

/**
 * The same, put into parameters in place, on the memory that they have there. To be called within `preserving` only, where
 * that is memory of their own.
 */
export function moveTo(
  parameters: readonly Tensor[],
  x: readonly Tensor[],
  direction: readonly Tensor[],
  scale: number,
): void {
  const written = new Set<object>();
  for (let k = 0; k < parameters.length; k++) {
    const { array } = parameters[k];
    if (written.has(array.memory)) {
      place([parameters[k]], moved([x[k]], [direction[k]], scale));
      continue;
    }
    written.add(array.memory);
    kernels().beside(onLine, [array, x[k].array, direction[k].array], { scale });
    array.bump();
  }
}

/** Copies that share nothing with their originals. */
export function copies(x: readonly Tensor[]): Tensor[] {
  return noGrad(() => x.map((tensor) => tensor.detach().clone()));
}

/** Gives parameters the numbers of others, in place, on the memory that they have. To be called within `preserving` only. */
export function put(parameters: readonly Tensor[], values: readonly Tensor[]): void {
  const written = new Set<object>();
  for (let k = 0; k < parameters.length; k++) {
    const { array } = parameters[k];
    if (written.has(array.memory)) {
      place([parameters[k]], copies([values[k]]));
      continue;
    }
    written.add(array.memory);
    array.data.set(values[k].data);
    array.bump();
  }
}

/** Puts parameters on new values, of their shapes. To be called within `preserving` only. */
export function place(parameters: readonly Tensor[], values: readonly Tensor[]): void {
  changed();
  for (let k = 0; k < parameters.length; k++) parameters[k].array = values[k].array;
}
