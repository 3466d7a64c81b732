import { rounded } from "../numbers/optimizerSettings.ts";

// Steps of optimisers as plain loops, one file each, which only their optimiser imports: who trains with SGD does not load them.
// They write into their inputs. Scalars and intermediate results are rounded to float32 where PyTorch rounds them, which is
// wherever it stores a tensor; a product goes into its sum unrounded, as in a fused multiply-add.

/** `a + way·(b − a)`, from the nearer end, as PyTorch's `lerp`. */
export function between(a: number, b: number, way: number, single: boolean): number {
  const distance = rounded(b - a, single);
  return rounded(way < 0.5 ? a + way * distance : b + (way - 1) * distance, single);
}

/** `x + size·a/b`, as PyTorch's `addcdiv`. */
export function addQuotient(x: number, a: number, b: number, size: number, single: boolean): number {
  return rounded(x + rounded(rounded(size * a, single) / b, single), single);
}
