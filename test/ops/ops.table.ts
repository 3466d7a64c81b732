import {
  bernoulli,
  cat,
  type Dtype,
  Generator,
  maximum,
  minimum,
  oneHot,
  rand,
  randint,
  randperm,
  stack,
  type Tensor,
  tensor,
  where,
} from "evenkeel";
import {
  batchNormEvaluating,
  batchNormInputGradient,
  batchNormTraining,
  batchNormWeightGradient,
} from "../../src/ops/batchNorm.ts";
import { crossEntropy } from "../../src/ops/crossEntropy.ts";
import { linear } from "../../src/ops/linear.ts";
// Not the public one: that takes an operation for a user's own, whose gradients it does not use again.
import { apply } from "../../src/tensor/tensor.ts";

/** How one input of a row is to be drawn. */
interface Input {
  readonly kind: "float" | "constant" | "distinct" | "int" | "mask";
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
}

/** One way to use one operation, from which every law is tested. */
export interface Row {
  /** The public name: a method of `Tensor`, a function, or a fused operation. */
  readonly op: string;
  /** What is special about this row, where an operation has several. */
  readonly title?: string;
  /** The same in PyTorch, as a Python function of the inputs. */
  readonly torch: string;
  readonly run: (...inputs: Tensor[]) => Tensor;
  /** The inputs, for two sizes that are free. */
  readonly inputs: (n: number, c: number) => readonly Input[];
  /** The sizes for which PyTorch's values are kept. Default: {@link someSizes}. */
  readonly sizes?: readonly (readonly [n: number, c: number])[];
  /** How far float32 may be off, in parts of an array's largest element. Default 1e-6. */
  readonly single?: number;
  /** Whether the output has a gradient. Default `true`. */
  readonly smooth?: boolean;
  /** Values at which it changes its course, beside 0: bounds and thresholds. */
  readonly edges?: readonly number[];
}

const someSizes = [
  [2, 3],
  [3, 1],
  [1, 4],
  [0, 2],
] as const;

/** Floats spread evenly between bounds. */
const float = (shape: readonly number[], min = -2, max = 2): Input => ({ kind: "float", shape, min, max });
/** Floats of which no gradient is wanted. */
const constant = (shape: readonly number[], min: number, max: number): Input => ({ kind: "constant", shape, min, max });
/** Floats no two of which are near each other, for what has kinks where elements are equal. */
const distinct = (shape: readonly number[]): Input => ({ kind: "distinct", shape, min: 0, max: 0 });
/** Whole numbers from `min` to below `max`. */
const int = (shape: readonly number[], min: number, max: number): Input => ({ kind: "int", shape, min, max });
/** Bools, half of them true. */
const mask = (shape: readonly number[]): Input => ({ kind: "mask", shape, min: 0, max: 1 });

const one =
  (min?: number, max?: number) =>
  (n: number, c: number): Input[] => [float([n, c], min, max)];
const two = (n: number, c: number): Input[] => [float([n, c]), float([n, c])];
const apart = (n: number, c: number): Input[] => [distinct([n, c])];
const nonzero = [
  [2, 3],
  [3, 1],
  [1, 4],
] as const;

const unary = (
  op: "exp" | "log" | "log1p" | "sqrt" | "rsqrt" | "square" | "tanh" | "sigmoid" | "erf" | "sin" | "cos",
  min?: number,
  max?: number,
): Row => ({
  op,
  torch: `lambda x: x.${op}()`,
  run: (x) => x[op](),
  inputs: one(min, max),
});

const comparison = (op: "eq" | "ne" | "lt" | "le" | "gt" | "ge"): Row => ({
  op,
  torch: `lambda a, b: a.${op}(b)`,
  run: (a, b) => a[op](b),
  inputs: (n, c) => [int([n, c], 0, 3), float([c], -1, 3)],
  smooth: false,
});

// The first label is 0 and counts: were all ignored, a mean would be NaN.
const ce = (title: string, torch: string, settings: Parameters<typeof crossEntropy>[0]): Row => ({
  op: "crossEntropy",
  title,
  torch: `lambda x, t, w: F.cross_entropy(x, torch.cat([torch.zeros(1), t.flatten()[1:]]).reshape(t.shape).long(), w, ${torch})`,
  run: (x, t, w) => {
    const first = tensor([0], { dtype: "int32" });
    const labels = cat([first, t.flatten().slice(0, 1)]).reshape(t.shape);
    return apply(crossEntropy(settings, true), x, labels, w);
  },
  inputs: (n, c) => [float([n, 4, c]), int([n, c], 0, 4), constant([4], 0.2, 2)],
  sizes: nonzero,
});

/** Every operation, at least once. */
export const rows: readonly Row[] = [
  // Arithmetic
  { op: "add", torch: "lambda a, b: a + b", run: (a, b) => a.add(b), inputs: two },
  {
    op: "add",
    title: "broadcasting",
    torch: "lambda a, b: a + b",
    run: (a, b) => a.add(b),
    inputs: (n, c) => [float([n, 1]), float([c])],
  },
  { op: "add", title: "a number", torch: "lambda a: a + 0.3", run: (a) => a.add(0.3), inputs: one() },
  { op: "sub", torch: "lambda a, b: a - b", run: (a, b) => a.sub(b), inputs: two },
  { op: "sub", title: "a number", torch: "lambda a: a - 0.3", run: (a) => a.sub(0.3), inputs: one() },
  { op: "mul", torch: "lambda a, b: a * b", run: (a, b) => a.mul(b), inputs: two },
  { op: "mul", title: "by itself", torch: "lambda a: a * a", run: (a) => a.mul(a), inputs: one() },
  {
    op: "mul",
    title: "broadcasting both ways",
    torch: "lambda a, b: a * b",
    run: (a, b) => a.mul(b),
    inputs: (n, c) => [float([n, 1, 2]), float([c, 1])],
  },
  { op: "mul", title: "a number", torch: "lambda a: a * 0.3", run: (a) => a.mul(0.3), inputs: one() },
  {
    op: "div",
    torch: "lambda a, b: a / b",
    run: (a, b) => a.div(b),
    inputs: (n, c) => [float([n, c]), float([n, c], 0.5, 2)],
  },
  { op: "div", title: "by a number", torch: "lambda a: a / 0.3", run: (a) => a.div(0.3), inputs: one() },
  {
    op: "div",
    title: "whole numbers",
    torch: "lambda a, b: a / b",
    run: (a, b) => a.div(b),
    inputs: (n, c) => [int([n, c], -5, 5), int([n, c], 1, 5)],
    smooth: false,
  },
  { op: "neg", torch: "lambda x: -x", run: (x) => x.neg(), inputs: one() },
  {
    op: "pow",
    title: "a tensor",
    torch: "lambda a, b: a ** b",
    run: (a, b) => a.pow(b),
    inputs: (n, c) => [float([n, c], 0.5, 2), float([n, c])],
  },
  { op: "pow", title: "a whole number", torch: "lambda a: a ** 3", run: (a) => a.pow(3), inputs: one() },
  { op: "pow", title: "a fraction", torch: "lambda a: a ** -1.5", run: (a) => a.pow(-1.5), inputs: one(0.5, 2) },
  { op: "pow", title: "zero", torch: "lambda a: a ** 0", run: (a) => a.pow(0), inputs: one() },
  {
    op: "pow",
    title: "whole numbers",
    torch: "lambda a, b: a ** b",
    run: (a, b) => a.pow(b),
    inputs: (n, c) => [int([n, c], -5, 6), int([n, c], 0, 4)],
    smooth: false,
  },
  unary("exp"),
  unary("log", 0.2, 3),
  unary("log1p", -0.8, 3),
  unary("sqrt", 0.2, 3),
  unary("rsqrt", 0.2, 3),
  unary("square"),
  unary("tanh", -4, 4),
  unary("sigmoid", -6, 6),
  unary("erf", -4, 4),
  unary("sin", -9, 9),
  unary("cos", -9, 9),
  { op: "abs", torch: "lambda x: x.abs()", run: (x) => x.abs(), inputs: apart },
  { op: "sign", torch: "lambda x: x.sign()", run: (x) => x.sign(), inputs: apart },
  { op: "relu", torch: "lambda x: x.relu()", run: (x) => x.relu(), inputs: apart },
  { op: "gelu", torch: "lambda x: F.gelu(x)", run: (x) => x.gelu(), inputs: one(-4, 4) },
  {
    op: "gelu",
    title: "approximate",
    torch: "lambda x: F.gelu(x, approximate='tanh')",
    run: (x) => x.gelu({ approximate: "tanh" }),
    inputs: one(-4, 4),
    single: 2e-6, // 1 + tanh cancels far below 0
  },
  { op: "softplus", torch: "lambda x: F.softplus(x)", run: (x) => x.softplus(), inputs: one(-5, 5) },
  {
    op: "softplus",
    title: "sharper, with a threshold",
    torch: "lambda x: F.softplus(x, beta=2, threshold=3)",
    run: (x) => x.softplus({ beta: 2, threshold: 3 }),
    inputs: one(-3, 1.4),
    edges: [1.5, 1.6, 1.4],
  },
  {
    op: "clamp",
    torch: "lambda x: x.clamp(-0.55, 0.85)",
    run: (x) => x.clamp(-0.55, 0.85),
    inputs: apart,
    edges: [-0.55, 0.85, 0.5, -3],
  },
  {
    op: "clamp",
    title: "from below",
    torch: "lambda x: x.clamp(min=0.05)",
    run: (x) => x.clamp(0.05),
    inputs: apart,
    edges: [0.05, 0, 1],
  },
  { op: "maximum", torch: "lambda a, b: torch.maximum(a, b)", run: (a, b) => a.maximum(b), inputs: two },
  {
    op: "maximum",
    title: "with equals",
    torch: "lambda a: torch.maximum(a, a)",
    run: (a) => maximum(a, a),
    inputs: one(),
  },
  {
    op: "maximum",
    title: "a number",
    torch: "lambda a: torch.maximum(a, torch.zeros((), dtype=a.dtype))",
    run: (a) => a.maximum(0),
    inputs: apart,
  },
  { op: "minimum", torch: "lambda a, b: torch.minimum(a, b)", run: (a, b) => a.minimum(b), inputs: two },
  {
    op: "minimum",
    title: "with equals",
    torch: "lambda a: torch.minimum(a, a)",
    run: (a) => minimum(a, a),
    inputs: one(),
  },
  comparison("eq"),
  comparison("ne"),
  comparison("lt"),
  comparison("le"),
  comparison("gt"),
  comparison("ge"),
  {
    op: "where",
    torch: "lambda m, a, b: torch.where(m, a, b)",
    run: where,
    inputs: (n, c) => [mask([n, c]), float([n, c]), float([c])],
  },
  {
    op: "maskedFill",
    torch: "lambda x, m: x.masked_fill(m, 0.7)",
    run: (x, m) => x.maskedFill(m, 0.7),
    inputs: (n, c) => [float([n, c]), mask([n, c])],
  },
  {
    op: "to",
    title: "and back",
    torch: "lambda x: x.to(torch.float64).mul(2).to(x.dtype)",
    run: (x) => x.to("float64").mul(2).to(x.dtype),
    inputs: one(),
  },
  { op: "clone", torch: "lambda x: x.clone()", run: (x) => x.clone(), inputs: one() },

  // Products
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

  // Reductions
  { op: "sum", torch: "lambda x: x.sum()", run: (x) => x.sum(), inputs: one() },
  {
    op: "sum",
    title: "over a dimension, kept",
    torch: "lambda x: x.sum(0, keepdim=True)",
    run: (x) => x.sum(0, { keepdim: true }),
    inputs: one(),
  },
  {
    op: "sum",
    title: "over dimensions that are no neighbours",
    torch: "lambda x: x.sum([0, 2])",
    run: (x) => x.sum([0, 2]),
    inputs: (n, c) => [float([n, c, 3])],
  },
  {
    op: "sum",
    title: "of bools",
    torch: "lambda x: x.sum(1)",
    run: (x) => x.sum(1),
    inputs: (n, c) => [mask([n, c])],
    smooth: false,
  },
  { op: "mean", torch: "lambda x: x.mean()", run: (x) => x.mean(), inputs: one() },
  { op: "mean", title: "over a dimension", torch: "lambda x: x.mean(-1)", run: (x) => x.mean(-1), inputs: one() },
  { op: "prod", torch: "lambda x: x.prod()", run: (x) => x.prod(), inputs: one() },
  {
    op: "prod",
    title: "over a dimension",
    torch: "lambda x: x.prod(1)",
    run: (x) => x.prod(1),
    inputs: (n, c) => [float([n, c + 2, 2])],
  },
  {
    op: "prod",
    title: "with zeros",
    torch: "lambda x, m: x.masked_fill(m, 0).prod(0)",
    run: (x, m) => x.maskedFill(m, 0).prod(0),
    inputs: (n, c) => [float([n + 2, c]), mask([n + 2, c])],
  },
  { op: "max", torch: "lambda x: x.max()", run: (x) => x.max(), inputs: apart, sizes: nonzero },
  {
    op: "max",
    title: "with equals",
    torch: "lambda x: x.repeat(2).max()",
    run: (x) => x.repeat(2).max(),
    inputs: (n, c) => [distinct([n * c])],
    sizes: nonzero,
  },
  {
    op: "max",
    title: "along a dimension",
    torch: "lambda x: x.max(1).values",
    run: (x) => x.max(1).values,
    inputs: apart,
    sizes: nonzero,
  },
  {
    op: "max",
    title: "along a dimension: where",
    torch: "lambda x: x.max(0, keepdim=True).indices",
    run: (x) => x.max(0, { keepdim: true }).indices,
    inputs: apart,
    sizes: nonzero,
    smooth: false,
  },
  { op: "min", torch: "lambda x: x.min()", run: (x) => x.min(), inputs: apart, sizes: nonzero },
  {
    op: "min",
    title: "along a dimension",
    torch: "lambda x: x.min(0).values",
    run: (x) => x.min(0).values,
    inputs: apart,
    sizes: nonzero,
  },
  {
    op: "amax",
    torch: "lambda x: x.amax([0, 2])",
    run: (x) => x.amax([0, 2]),
    inputs: (n, c) => [distinct([n, c, 2])],
    sizes: nonzero,
  },
  {
    op: "amin",
    torch: "lambda x: x.amin(1, keepdim=True)",
    run: (x) => x.amin(1, { keepdim: true }),
    inputs: apart,
    sizes: nonzero,
  },
  { op: "argmax", torch: "lambda x: x.argmax()", run: (x) => x.argmax(), inputs: apart, sizes: nonzero, smooth: false },
  {
    op: "argmax",
    title: "along a dimension",
    torch: "lambda x: x.argmax(1)",
    run: (x) => x.argmax(1),
    inputs: apart,
    sizes: nonzero,
    smooth: false,
  },
  {
    op: "argmin",
    torch: "lambda x: x.argmin(0)",
    run: (x) => x.argmin(0),
    inputs: apart,
    sizes: nonzero,
    smooth: false,
  },
  { op: "any", torch: "lambda x: x.any()", run: (x) => x.any(), inputs: (n, c) => [mask([n, c])], smooth: false },
  {
    op: "any",
    title: "along a dimension",
    torch: "lambda x: x.any(1)",
    run: (x) => x.any(1),
    inputs: (n, c) => [mask([n, c])],
    smooth: false,
  },
  { op: "all", torch: "lambda x: x.all(0)", run: (x) => x.all(0), inputs: (n, c) => [mask([n, c])], smooth: false },
  { op: "var", torch: "lambda x: x.var()", run: (x) => x.var(), inputs: (n, c) => [float([n + 1, c])], sizes: nonzero },
  {
    op: "var",
    title: "biased, over two dimensions",
    torch: "lambda x: x.var([0, 2], unbiased=False, keepdim=True)",
    run: (x) => x.var([0, 2], { correction: 0, keepdim: true }),
    inputs: (n, c) => [float([n, c, 2])],
    sizes: nonzero,
  },
  {
    op: "std",
    torch: "lambda x: x.std(0)",
    run: (x) => x.std(0),
    inputs: (n, c) => [float([n + 1, c])],
    sizes: nonzero,
  },
  {
    op: "std",
    title: "of equals",
    torch: "lambda x: (x * 0 + 1).std(0)",
    run: (x) => x.mul(0).add(1).std(0),
    inputs: (n, c) => [float([n + 1, c])],
    sizes: nonzero,
  },
  { op: "norm", torch: "lambda x: x.norm()", run: (x) => x.norm(), inputs: one(), sizes: nonzero },
  {
    op: "norm",
    title: "at zero",
    torch: "lambda x: (x * 0).norm()",
    run: (x) => x.mul(0).norm(),
    inputs: one(),
    sizes: nonzero,
  },
  { op: "norm", title: "p = 1", torch: "lambda x: x.norm(1, 0)", run: (x) => x.norm(1, 0), inputs: apart },
  {
    op: "norm",
    title: "p = 3",
    torch: "lambda x: x.norm(3, 1, keepdim=True)",
    run: (x) => x.norm(3, 1, { keepdim: true }),
    inputs: apart,
  },
  {
    op: "norm",
    title: "p = 0.5",
    torch: "lambda x: x.norm(0.5, 1)",
    run: (x) => x.norm(0.5, 1),
    inputs: apart,
    single: 2e-6, // the square of a sum
  },
  { op: "norm", title: "p = 1.5", torch: "lambda x: x.norm(1.5, 0)", run: (x) => x.norm(1.5, 0), inputs: apart },
  {
    op: "norm",
    title: "p = −1",
    torch: "lambda x: x.norm(-1, 1)",
    run: (x) => x.norm(-1, 1),
    inputs: apart,
    sizes: nonzero,
  },
  {
    op: "norm",
    title: "p = ∞",
    torch: "lambda x: x.norm(float('inf'), 1)",
    run: (x) => x.norm(Number.POSITIVE_INFINITY, 1),
    inputs: apart,
    sizes: nonzero,
  },
  { op: "norm", title: "p = 0", torch: "lambda x: x.norm(0)", run: (x) => x.norm(0), inputs: apart, smooth: false },
  { op: "logsumexp", torch: "lambda x: x.logsumexp(1)", run: (x) => x.logsumexp(1), inputs: one(-20, 20) },
  {
    op: "logsumexp",
    title: "over two dimensions",
    torch: "lambda x: x.logsumexp([0, 1], keepdim=True)",
    run: (x) => x.logsumexp([0, 1], { keepdim: true }),
    inputs: one(),
    sizes: nonzero,
  },
  { op: "softmax", torch: "lambda x: x.softmax(-1)", run: (x) => x.softmax(-1), inputs: one(-5, 5) },
  {
    op: "softmax",
    title: "of the first dimension",
    torch: "lambda x: x.softmax(0)",
    run: (x) => x.softmax(0),
    inputs: (n, c) => [float([n, c, 2], -5, 5)],
  },
  { op: "logSoftmax", torch: "lambda x: x.log_softmax(1)", run: (x) => x.logSoftmax(1), inputs: one(-5, 5) },
  { op: "cumsum", torch: "lambda x: x.cumsum(0)", run: (x) => x.cumsum(0), inputs: (n, c) => [float([n, c, 2])] },
  { op: "sort", torch: "lambda x: x.sort().values", run: (x) => x.sort().values, inputs: apart },
  {
    op: "sort",
    title: "where, largest first",
    torch: "lambda x: x.sort(0, descending=True).indices",
    run: (x) => x.sort(0, { descending: true }).indices,
    inputs: apart,
    smooth: false,
  },
  {
    op: "topk",
    torch: "lambda x: x.topk(2, 0).values",
    run: (x) => x.topk(2, 0).values,
    inputs: (n, c) => [distinct([n + 1, c])],
    sizes: nonzero,
  },
  {
    op: "topk",
    title: "where, smallest",
    torch: "lambda x: x.topk(2, 1, largest=False).indices",
    run: (x) => x.topk(2, 1, { largest: false }).indices,
    inputs: (n, c) => [distinct([n, c + 1])],
    sizes: nonzero,
    smooth: false,
  },

  // Shape
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

  // Picking
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

  // Fused
  {
    op: "batchNorm",
    title: "by the statistics of the batch",
    torch: "lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 0.1)",
    run: (x, w, b) => apply(batchNormTraining(0.1), x, w, b),
    inputs: (n, c) => [float([n + 1, c, 2]), float([c], 0.5, 2), float([c])],
    sizes: nonzero,
  },
  {
    op: "batchNorm",
    title: "by given statistics",
    torch: "lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, False, 0.1, 0.1)",
    run: (x, m, v, w, b) => apply(batchNormEvaluating(0.1), x, m, v, w, b),
    inputs: (n, c) => [float([n, c, 2]), constant([c], -2, 2), constant([c], 0.5, 2), float([c], 0.5, 2), float([c])],
    sizes: nonzero,
  },
  {
    op: "batchNormInputGradient",
    torch:
      "lambda g, x, w: " +
      "torch.autograd.grad(F.batch_norm(x, None, None, w, None, True, 0.1, 0.1), x, g, create_graph=True)[0]",
    run: (g, x, w) => apply(batchNormInputGradient(0.1), g, x, w),
    inputs: (n, c) => [float([n + 1, c]), float([n + 1, c]), float([c], 0.5, 2)],
    sizes: nonzero,
  },
  {
    op: "batchNormWeightGradient",
    torch:
      "lambda g, x: " +
      "(lambda w: torch.autograd.grad(F.batch_norm(x, None, None, w, None, True, 0.1, 0.1), w, g, create_graph=True)[0])" +
      "(torch.ones(x.shape[1], dtype=x.dtype, requires_grad=True))",
    run: (g, x) => apply(batchNormWeightGradient(0.1), g, x),
    inputs: (n, c) => [float([n + 1, c, 2]), float([n + 1, c, 2])],
    sizes: nonzero,
  },
  {
    op: "linear",
    torch: "F.linear",
    run: (x, w, b) => apply(linear, x, w, b),
    inputs: (n, c) => [float([n, 3]), float([c, 3]), float([c])],
  },
  {
    op: "linear",
    title: "without bias",
    torch: "F.linear",
    run: (x, w) => apply(linear, x, w),
    inputs: (n, c) => [float([n, 3]), float([c, 3])],
  },
  ce("mean", "ignore_index=1", { ignoreIndex: 1, reduction: "mean", labelSmoothing: 0 }),
  ce("sum, smoothed", "label_smoothing=0.2, reduction='sum'", {
    ignoreIndex: -100,
    reduction: "sum",
    labelSmoothing: 0.2,
  }),
  ce("each", "ignore_index=2, label_smoothing=0.1, reduction='none'", {
    ignoreIndex: 2,
    reduction: "none",
    labelSmoothing: 0.1,
  }),
];

/** A name for a row that no other has. */
export function nameOf({ op, title }: Row): string {
  return title === undefined ? op : `${op}, ${title}`;
}

/** The sizes for which PyTorch's values of a row are kept. */
export function sizesOf(row: Row): readonly (readonly [n: number, c: number])[] {
  return row.sizes ?? someSizes;
}

/** Inputs for a row, the floats wanting gradients; the same for the same seed. */
export function draw(row: Row, [n, c]: readonly [number, number], seed: number, dtype: Dtype): Tensor[] {
  const generator = new Generator().manualSeed(seed);
  return row.inputs(n, c).map(({ kind, shape, min, max }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    if (kind === "int") return randint(min, Math.max(max, min + 1), shape, { generator });
    if (kind === "mask") return bernoulli(rand(shape, { generator }), { generator }).to("bool");
    const spread = rand(shape, { generator });
    // Distinct values lie 0.3 apart, give or take 0.1, and none at 0.
    const values =
      kind !== "distinct"
        ? spread.mul(max - min).add(min)
        : randperm(size, { generator })
            .to("float32")
            .reshape(shape)
            .sub(size / 2 - 0.5)
            .mul(0.3)
            .add(spread.mul(0.1))
            .add(0.05);
    const x = tensor(Float64Array.from(values.data)).to(dtype).reshape(shape);
    const leaf = x.detach();
    leaf.requiresGrad = row.smooth !== false && kind !== "constant";
    return leaf;
  });
}

/** A weight for each element of an output: the same in every dtype, and in PyTorch. */
export function cotangent(y: Tensor): Tensor {
  const weights = Float64Array.from({ length: y.numel() }, (_, i) => (((i * 37 + 11) % 23) - 11) / 8);
  return tensor(weights).to(y.dtype).reshape(y.shape);
}
