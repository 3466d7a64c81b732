import { oneHot } from "evenkeel";
import { float, int, mask, nonzero, one, type Row } from "./row.ts";

/** Picking. */
export const indexing: readonly Row[] = [
  {
    op: "index",
    title: "rows",
    torch: "lambda x, i: x[i.long()]",
    run: (x, i) => x.index(i),
    inputs: (n, c) => [float([n, c]), int([2, 3], -n, n)],
    sizes: nonzero,
  },
  {
    op: "index",
    title: "pairs",
    torch: "lambda x, i, j: x[i.long(), j.long()]",
    run: (x, i, j) => x.index(i, j),
    inputs: (n, c) => [float([n, c, 2]), int([3], -n, n), int([2, 1], 0, c)],
    sizes: nonzero,
  },
  {
    op: "index",
    title: "a mask",
    torch: "lambda x, m: x[m]",
    run: (x, m) => x.index(m),
    inputs: (n, c) => [float([n, c]), mask([n, c])],
  },
  {
    op: "index",
    title: "a mask of rows",
    torch: "lambda x, m: x[m]",
    run: (x, m) => x.index(m),
    inputs: (n, c) => [float([n, c]), mask([n])],
  },
  { op: "select", torch: "lambda x: x.select(1, -1)", run: (x) => x.select(1, -1), inputs: one() },
  {
    op: "slice",
    torch: "lambda x: x[:, 1:-1:2]",
    run: (x) => x.slice(1, 1, -1, 2),
    inputs: (n, c) => [float([n, c + 3, 2])],
  },
  {
    op: "gather",
    torch: "lambda x, i: x.gather(1, i.long())",
    run: (x, i) => x.gather(1, i),
    inputs: (n, c) => [float([n, c, 2]), int([n, 4, 1], 0, c)],
  },
  {
    op: "gather",
    title: "of the first dimension",
    torch: "lambda x, i: x.gather(0, i.long())",
    run: (x, i) => x.gather(0, i),
    inputs: (n, c) => [float([n, c]), int([2, c], 0, n)],
    sizes: nonzero,
  },
  { op: "flip", torch: "lambda x: x.flip(0, 1)", run: (x) => x.flip(0, 1), inputs: one() },
  { op: "triu", torch: "lambda x: x.triu(1)", run: (x) => x.triu(1), inputs: (n, c) => [float([2, n, c])] },
  { op: "tril", torch: "lambda x: x.tril(-1)", run: (x) => x.tril(-1), inputs: one() },
  { op: "diag", torch: "lambda x: x.diag(1)", run: (x) => x.diag(1), inputs: one() },
  {
    op: "diag",
    title: "of a list",
    torch: "lambda x: x.diag(-1)",
    run: (x) => x.diag(-1),
    inputs: (_n, c) => [float([c])],
  },
  {
    op: "oneHot",
    torch: "lambda x: F.one_hot(x.long(), 4)",
    run: (x) => oneHot(x, 4),
    inputs: (n, c) => [int([n, c], 0, 4)],
    smooth: false,
  },
];
