import { noGrad } from "../../autograd/gradMode.ts";
import { changed } from "../../base/shared.ts";
import { zeros } from "../../kernels/array.ts";
import { onLine } from "../../kernels/beside/onLine.ts";
import { kernels } from "../../kernels/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Numbers, numbersOf } from "./floats.ts";
import { dotOf, squaresBetween } from "./longVector.ts";

// Lists of tensors, one for each parameter, taken as one long vector. Sums are in float64, whatever the dtype.

/** `Σ aᵢ·bᵢ`. */
export function dot(a: readonly Tensor[], b: readonly Tensor[]): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += dotOf(numbersOf(a[k]), numbersOf(b[k]));
  return total;
}

/** `√Σ xᵢ²`. */
export function norm(x: readonly Tensor[]): number {
  return Math.sqrt(dot(x, x));
}

/** `√Σ (aᵢ − bᵢ)²`. */
export function distance(a: readonly Tensor[], b: readonly Tensor[]): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += squaresBetween(numbersOf(a[k]), numbersOf(b[k]));
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
    const [x, y] = [numbersOf(a[k]), numbersOf(b[k])];
    for (let i = 0; i < x.length; i++) {
      const [u, v] = [x[i] / sizeA, y[i] / sizeB];
      apart += (u - v) * (u - v);
      together += (u + v) * (u + v);
    }
  }
  return angleFrom(apart, together);
}

const angleFrom = (apart: number, together: number): number => 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));

/** The sum of the squares of the angles between rows of `size` numbers of `a` and of `b`, each as {@link angle} has it. */
export function squaredAngles(a: Numbers, b: Numbers, size: number): number {
  let total = 0;
  for (let from = 0; from < a.length; from += size) {
    const end = from + size;
    let [squaresA, squaresB] = [0, 0];
    for (let i = from; i < end; i++) {
      squaresA += a[i] * a[i];
      squaresB += b[i] * b[i];
    }
    const [sizeA, sizeB] = [Math.sqrt(squaresA), Math.sqrt(squaresB)];
    if (sizeA === 0 || sizeB === 0) {
      if (sizeA !== sizeB) total += (Math.PI / 2) ** 2;
      continue;
    }
    let [apart, together] = [0, 0];
    for (let i = from; i < end; i++) {
      const [u, v] = [a[i] / sizeA, b[i] / sizeB];
      apart += (u - v) * (u - v);
      together += (u + v) * (u + v);
    }
    total += angleFrom(apart, together) ** 2;
  }
  return total;
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
