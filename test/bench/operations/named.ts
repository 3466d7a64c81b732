import { chunk, nn, ones, type Tensor } from "evenkeel";
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

/** A block of a small GPT, of 4 heads: attention to what came before, then a network for each place. */
function gptBlock(...[x, scale1, shift1, asked, out, scale2, shift2, inner, outer]: Tensor[]): Tensor {
  const [b, t, width] = x.shape;
  const norm = (y: Tensor, weight: Tensor, bias: Tensor) => F.layerNorm(y, [width], { weight, bias });
  const inHeads = (y: Tensor) => y.reshape(b, t, 4, width / 4).transpose(1, 2);
  const [q, k, v] = chunk(F.linear(norm(x, scale1, shift1), asked), 3, 2).map(inHeads);
  const ahead = ones([t, t]).triu(1).gt(0);
  const match = q.matmul(k.transpose(2, 3)).div(Math.sqrt(width / 4));
  const share = match.maskedFill(ahead, Number.NEGATIVE_INFINITY).softmax(3);
  const heard = x.add(F.linear(share.matmul(v).transpose(1, 2).reshape(b, t, width), out));
  return heard.add(F.linear(F.linear(norm(heard, scale2, shift2), inner).gelu(), outer));
}

const gptBlockInPyTorch = `lambda x, s1, h1, asked, out, s2, h2, inner, outer: (
  lambda heard: heard + F.linear(F.gelu(F.linear(F.layer_norm(heard, [64], s2, h2), inner)), outer)
)(x + F.linear((
  lambda q, k, v: (
    (q @ k.transpose(2, 3) / 4).masked_fill(torch.ones(32, 32).triu(1) > 0, -math.inf).softmax(3) @ v
  ).transpose(1, 2).reshape(16, 32, 64)
)(*[y.reshape(16, 32, 4, 16).transpose(1, 2) for y in F.linear(F.layer_norm(x, [64], s1, h1), asked).chunk(3, 2)]), out))`;

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
  {
    ...fixed(
      "a block of a small GPT",
      gptBlockInPyTorch,
      gptBlock,
      [16, 32, 64],
      [64],
      [64],
      [192, 64],
      [64, 64],
      [64],
      [64],
      [256, 64],
      [64, 256],
    ),
    target: 1.3,
  },
];
