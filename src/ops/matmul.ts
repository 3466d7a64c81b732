import { own, type Primitive } from "./op.ts";

/**
 * `op(a)·op(b)`, of two matrices or of each pair in two batches `[batch, rows, columns]`; `op` transposes or leaves. The gradients are
 * products of the same kind, so that nothing is ever transposed in memory.
 */
export const matmul = (transposeA: boolean, transposeB: boolean): Primitive => ({
  [own]: true,
  name: "matmul",
  forward: (k, a, b) => k.matmul(a, b, transposeA, transposeB),
  vjp: [
    (g, _y, _a, b) => (transposeA ? b.through(matmul(transposeB, true), g) : g.through(matmul(false, !transposeB), b)),
    (g, _y, a) => (transposeB ? g.through(matmul(true, transposeA), a) : a.through(matmul(!transposeA, false), g)),
  ],
  needs: [[1], [0]],
});
