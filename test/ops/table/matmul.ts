import { float, one, type Row } from "./row.ts";

/** Products. */
export const matmul: readonly Row[] = [
  {
    op: "matmul",
    torch: "lambda a, b: a @ b",
    run: (a, b) => a.matmul(b),
    inputs: (n, c) => [float([n, c]), float([c, 3])],
  },
  {
    op: "matmul",
    title: "a list on the left",
    torch: "lambda a, b: a @ b",
    run: (a, b) => a.matmul(b),
    inputs: (n, c) => [float([c]), float([c, n])],
  },
  {
    op: "matmul",
    title: "a list on the right",
    torch: "lambda a, b: a @ b",
    run: (a, b) => a.matmul(b),
    inputs: (n, c) => [float([n, c]), float([c])],
  },
  {
    op: "matmul",
    title: "batches",
    torch: "lambda a, b: a @ b",
    run: (a, b) => a.matmul(b),
    inputs: (n, c) => [float([2, n, c]), float([2, c, 3])],
  },
  {
    op: "matmul",
    title: "batches that broadcast",
    torch: "lambda a, b: a @ b",
    run: (a, b) => a.matmul(b),
    inputs: (n, c) => [float([2, 1, n, c]), float([3, c, 2])],
  },
  {
    op: "matmul",
    title: "batches times one matrix",
    torch: "lambda a, b: a @ b",
    run: (a, b) => a.matmul(b),
    inputs: (n, c) => [float([2, 2, n, c]), float([c, 3])],
  },
  {
    op: "matmul",
    title: "a matrix with itself transposed",
    torch: "lambda a: a @ a.T",
    run: (a) => a.matmul(a.T),
    inputs: one(),
  },
  {
    op: "matmulTransposed",
    torch: "lambda a, b: F.linear(a, b)",
    run: (a, b) => a.matmulTransposed("linear", b),
    inputs: (n, c) => [float([2, n, c]), float([3, c])],
  },
  { op: "dot", torch: "lambda a, b: a.dot(b)", run: (a, b) => a.dot(b), inputs: (_n, c) => [float([c]), float([c])] },
  {
    op: "outer",
    torch: "lambda a, b: a.outer(b)",
    run: (a, b) => a.outer(b),
    inputs: (n, c) => [float([n]), float([c])],
  },
];
