import { nn } from "evenkeel";
import { float, type Row } from "../../ops/table/row.ts";

const F = nn.functional;

/** A row that is held to a target of its own. */
export interface NamedRow extends Row {
  /** In times PyTorch's, at most. */
  readonly target: number;
}

/** A row whose inputs have one size. */
const fixed = (title: string, torch: string, run: Row["run"], ...shapes: readonly (readonly number[])[]): NamedRow => ({
  op: title,
  torch,
  run,
  target: 3,
  inputs: () => shapes.map((shape) => float(shape, 0.1, 2)),
});

/** What people type by hand, at sizes that they have: each is held to a target of its own. */
export const named: readonly NamedRow[] = [
  fixed("`outer` of 1000 and 1000", "torch.outer", (a, b) => a.outer(b), [1000], [1000]),
  fixed("`topk(5)` of [60, 27000]", "lambda x: x.topk(5).values", (x) => x.topk(5).values, [60, 27_000]),
  fixed("`pow(3)` of 64 k", "lambda x: x.pow(3)", (x) => x.pow(3), [65_536]),
  fixed("[60000, 27] / [60000, 1]", "lambda a, b: a / b", (a, b) => a.div(b), [60_000, 27], [60_000, 1]),
  fixed("`add` of a scalar tensor to 64 k", "lambda a, b: a + b", (a, b) => a.add(b), [65_536], []),
  fixed("`gelu` of 64 k", "F.gelu", (x) => x.gelu(), [65_536]),
  fixed(
    "`transpose` of [32, 8, 128], contiguous",
    "lambda x: x.transpose(1, 2).contiguous()",
    (x) => x.transpose(1, 2),
    [32, 8, 128],
  ),
  fixed("`sum(1)` of [60000, 27]", "lambda x: x.sum(1)", (x) => x.sum(1), [60_000, 27]),
  fixed(
    "`layerNorm` of [16, 64, 64]",
    "lambda x, w, b: F.layer_norm(x, [64], w, b)",
    (x, weight, bias) => F.layerNorm(x, [64], { weight, bias }),
    [16, 64, 64],
    [64],
    [64],
  ),
  fixed(
    "`q @ kᵀ` of [16, 4, 64, 32]",
    "lambda q, k: q @ k.transpose(-2, -1)",
    (q, k) => q.matmul(k.transpose(-2, -1)),
    [16, 4, 64, 32],
    [16, 4, 64, 32],
  ),
  {
    ...fixed(
      "3×3 convolution, 16 → 32, batch norm, ReLU",
      "lambda x, w, g, b: F.batch_norm(F.conv2d(x, w, padding=1), None, None, g, b, True).relu()",
      (x, w, weight, bias) =>
        F.batchNorm(F.conv2d(x, w, null, { padding: 1 }), null, null, { weight, bias, training: true }).relu(),
      [32, 16, 28, 28],
      [32, 16, 3, 3],
      [32],
      [32],
    ),
    target: 2,
  },
];
