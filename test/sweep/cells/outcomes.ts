import { TensorError } from "evenkeel";

/** Returns, diverges or throws, as it is told. */
export function cell({ x }: { x: number }) {
  if (x === 1) throw new Error("one is refused");
  if (x === 2) throw new TensorError("cell", { expected: "numbers", got: "NaN", code: "EVENKEEL_NOT_FINITE" });
  return x === 3 ? Number.NaN : { x, negative: -0, numbers: [Number.POSITIVE_INFINITY, 0.1 + 0.2] };
}
