import { cat, stack } from "evenkeel";
import { float, one, type Row, two } from "./row.ts";

/** Shapes. */
export const shape: readonly Row[] = [
  { op: "reshape", torch: "lambda x: x.reshape(-1)", run: (x) => x.reshape(-1), inputs: one() },
  {
    op: "view",
    torch: "lambda x: x.view(x.shape[1], x.shape[0])",
    run: (x) => x.view(x.shape[1], x.shape[0]),
    inputs: one(),
  },
  {
    op: "expand",
    torch: "lambda x: x.expand(2, -1, 3)",
    run: (x) => x.expand(2, -1, 3),
    inputs: (n) => [float([n, 1])],
  },
  { op: "repeat", torch: "lambda x: x.repeat(2, 1, 3)", run: (x) => x.repeat(2, 1, 3), inputs: one() },
  {
    op: "permute",
    torch: "lambda x: x.permute(2, 0, 1)",
    run: (x) => x.permute(2, 0, 1),
    inputs: (n, c) => [float([n, c, 2])],
  },
  { op: "flatten", torch: "lambda x: x.flatten(1)", run: (x) => x.flatten(1), inputs: (n, c) => [float([n, c, 2])] },
  { op: "squeeze", torch: "lambda x: x.squeeze()", run: (x) => x.squeeze(), inputs: (n) => [float([1, n, 1])] },
  { op: "unsqueeze", torch: "lambda x: x.unsqueeze(-1)", run: (x) => x.unsqueeze(-1), inputs: one() },
  {
    op: "transpose",
    torch: "lambda x: x.transpose(0, 2)",
    run: (x) => x.transpose(0, 2),
    inputs: (n, c) => [float([n, c, 2])],
  },
  { op: "t", torch: "lambda x: x.t()", run: (x) => x.t(), inputs: one() },
  {
    op: "cat",
    torch: "lambda a, b: torch.cat([a, b, a], 1)",
    run: (a, b) => cat([a, b, a], 1),
    inputs: (n, c) => [float([n, c]), float([n, 2])],
  },
  { op: "stack", torch: "lambda a, b: torch.stack([a, b], -1)", run: (a, b) => stack([a, b], -1), inputs: two },
];
