import type { Dtype } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { evaluator } from "./evaluate.ts";
import { inputsOf, type Likeness } from "./examples.ts";

/** The numbers of examples that a file is tried with, beside that of the example. */
const counts = [1, 3, 8];

/** How far a file may be from its model, in parts of a number and of the mean of all: sums have another order. */
const tolerances: Readonly<Record<Dtype, number>> = { float32: 1e-4, float64: 1e-9, int32: 0, bool: 0 };

/**
 * Runs a file, node by node, beside its model, at several numbers of examples and with other values than the example's, as
 * far as the model takes them.
 *
 * @throws TensorError where the two differ.
 */
export function prove(bytes: Uint8Array, run: (...xs: Tensor[]) => Tensor, examples: readonly Tensor[]): void {
  const evaluate = evaluator("exportOnnx", bytes);
  const rows = examples[0].shape[0];
  for (const count of rows > 64 ? counts : [...counts, rows]) {
    for (const likeness of ["other", "near", "same"] as const) {
      const y = tried(run, examples, count, likeness);
      if (y === null) continue;
      compare(evaluate(...inputsOf(examples, count, likeness)), y, count);
    }
  }
}

/** What the model makes of such inputs, or null where it refuses them. */
function tried(
  run: (...xs: Tensor[]) => Tensor,
  examples: readonly Tensor[],
  count: number,
  likeness: Likeness,
): Tensor | null {
  const xs = inputsOf(examples, count, likeness);
  try {
    return run(...xs);
  } catch {
    return null;
  }
}

function compare(theirs: Tensor, own: Tensor, count: number): void {
  const at = `for ${count} example${count === 1 ? "" : "s"}`;
  if (theirs.dtype !== own.dtype || !sameShape(theirs.shape, own.shape)) {
    const [said, meant] = [theirs, own].map(({ dtype, shape }) => `${dtype} ${show(shape)}`);
    refuse(`${said} ${at}, where the model gives ${meant}`);
  }
  const [a, b] = [theirs.data, own.data];
  const finite = Array.from(b, Number).filter(Number.isFinite);
  const size = finite.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, finite.length);
  const tolerance = tolerances[own.dtype];
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i] || Math.abs(a[i] - b[i]) <= tolerance * (Math.abs(b[i]) + size))
      continue;
    refuse(`${a[i]} as element ${i} ${at}, where the model gives ${b[i]}`);
  }
}

function refuse(got: string): never {
  throw new TensorError("exportOnnx", {
    expected: "a model that a file can say",
    got,
    hint: "It has been written and tried, and is not returned: does forward depend on more than its input?",
  });
}
