import { arange, cat, clamp, type Dtype, full, maximum, minimum, stack, type Tensor, tensor, where } from "evenkeel";
import { functionRows } from "./dtypes.functions.ts";

/** A number to meet a tensor; what JSON lacks as a word. */
type Scalar = number | boolean | "NaN" | "Infinity" | "-Infinity";

/** What comes beside the tensor: another one of the same shape, a mask, a number, or nothing. */
type Second = "none" | "tensor" | "scalar";

/** One way to use one operation on tensors of bools and whole numbers. */
export interface Row {
  /** The public name: a method of `Tensor`, in place or not, or a function. */
  readonly op: string;
  /** What is special about this row, where an operation has several. */
  readonly title?: string;
  /** The same in PyTorch, as an expression of `x`, the second operand `b`, and the mask `m`. */
  readonly torch: string;
  readonly second: Second;
  /** The values of these rows are tensors, or numbers. `x` is its own, and may be changed. */
  readonly run: (x: Tensor, b: never, m: Tensor) => Tensor;
  /** Whether it is run on floats too, on single numbers, and on none. */
  readonly isEverywhere?: boolean;
}

const alone = (op: string, torch: string, run: (x: Tensor, b: never, m: Tensor) => Tensor, title?: string): Row => ({
  op,
  torch,
  second: "none",
  run,
  ...(title === undefined ? {} : { title }),
});

const withTensor = (op: string, torch: string, run: (x: Tensor, b: Tensor, m: Tensor) => Tensor): Row => ({
  op,
  title: "a tensor",
  torch,
  second: "tensor",
  run: run as Row["run"],
});

const withNumber = (op: string, torch: string, run: (x: Tensor, b: number, m: Tensor) => Tensor, title = ""): Row => ({
  op,
  title: `a number${title}`,
  torch,
  second: "scalar",
  run: run as Row["run"],
});

type Method = "add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum" | "eq" | "ne" | "lt" | "le" | "gt" | "ge";

const arithmetic = (op: Method | "add_" | "sub_" | "mul_" | "div_"): Row[] => [
  withTensor(op, `x.${op}(b)`, (x, b) => x[op](b)),
  withNumber(op, op === "maximum" || op === "minimum" ? `x.${op}(torch.tensor(b))` : `x.${op}(b)`, (x, b) => x[op](b)),
];

type Plain =
  | "clone"
  | "neg"
  | "abs"
  | "sign"
  | "relu"
  | "square"
  | "exp"
  | "log"
  | "log1p"
  | "sqrt"
  | "rsqrt"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "sin"
  | "cos"
  | "sum"
  | "mean"
  | "prod"
  | "amax"
  | "amin"
  | "any"
  | "all"
  | "var"
  | "std"
  | "norm"
  | "flatten"
  | "squeeze"
  | "t"
  | "triu"
  | "tril"
  | "diag"
  | "zero_"
  | "max"
  | "min";

const plain = (op: Plain): Row => alone(op, `x.${op}()`, (x) => x[op]());

const along = (op: "sum" | "prod" | "any" | "all" | "cumsum" | "logsumexp" | "softmax"): Row =>
  alone(op, `x.${op}(0)`, (x) => x[op](0), "along a dimension");

/** Every operation and everything in place, on bools and whole numbers. */
export const rows: readonly Row[] = [
  ...(["add", "sub", "mul", "div", "pow", "maximum", "minimum"] as const).flatMap(arithmetic),
  ...(["eq", "ne", "lt", "le", "gt", "ge"] as const).flatMap(arithmetic),
  ...(["add_", "sub_", "mul_", "div_"] as const).flatMap(arithmetic),
  withTensor("copy_", "x.copy_(b)", (x, b) => x.copy_(b)),
  withNumber("fill_", "x.fill_(b)", (x, b) => x.fill_(b)),
  withNumber("lerp_", "x.lerp_(x, b)", (x, b) => x.lerp_(x.flip(0), b)),
  alone("uniform_", "x.uniform_()", (x) => x.uniform_()),
  alone("normal_", "x.normal_()", (x) => x.normal_()),
  alone("exponential_", "x.exponential_()", (x) => x.exponential_()),
  alone("bernoulli_", "x.bernoulli_(1)", (x) => x.bernoulli_(1)),
  withNumber("clamp", "x.clamp(min=b)", (x, b) => x.clamp(b), ", from below"),
  withNumber("clamp", "x.clamp(max=b)", (x, b) => x.clamp(null, b), ", from above"),
  withNumber("clamp", "x.clamp(-1, b)", (x, b) => x.clamp(-1, b), ", as the second bound"),
  withNumber("maskedFill", "x.masked_fill(m, b)", (x, b, m) => x.maskedFill(m, b)),
  withTensor("where", "torch.where(m, x, b)", (x, b, m) => where(m, x, b)),
  withNumber("where", "torch.where(m, x, b)", (x, b, m) => where(m, x, b)),
  withNumber("full", "torch.full(x.shape, b, dtype=x.dtype)", (x, b) => full(x.shape, b, { dtype: x.dtype })),
  withNumber("arange", "torch.arange(b, b + 3, dtype=x.dtype)", (x, b) =>
    arange(Number(b), Number(b) + 3, { dtype: x.dtype }),
  ),
  withNumber("tensor", "torch.tensor([b], dtype=x.dtype)", (x, b) => tensor([b], { dtype: x.dtype })),
  ...(["float32", "float64", "int32", "bool"] as const).flatMap((dtype) => [
    alone("to", `x.to(torch.${dtype})`, (x) => x.to(dtype), dtype),
  ]),
  withTensor("to", "b.to(x.dtype)", (x, b) => b.to(x.dtype)),
  withTensor("maximum", "torch.maximum(x, b)", (x, b) => maximum(x, b)),
  withTensor("minimum", "torch.minimum(x, b)", (x, b) => minimum(x, b)),
  withTensor("cat", "torch.cat([x, b])", (x, b) => cat([x, b])),
  withTensor("stack", "torch.stack([x, b])", (x, b) => stack([x, b])),
  withTensor("matmul", "x @ b", (x, b) => x.matmul(b)),
  withTensor("matmulTransposed", "x @ b.T", (x, b) => x.matmulTransposed("linear", b)),
  withTensor("dot", "x.flatten().dot(b.flatten())", (x, b) => x.flatten().dot(b.flatten())),
  withTensor("outer", "x[0].outer(b[1])", (x, b) => x.select(0, 0).outer(b.select(0, 1))),
  ...(["clone", "neg", "abs", "sign", "relu", "square", "exp", "log", "log1p", "sqrt", "rsqrt"] as const).map(plain),
  ...(["tanh", "sigmoid", "erf", "sin", "cos", "sum", "mean", "prod", "amax", "amin", "any", "all"] as const).map(
    plain,
  ),
  ...(["var", "std", "norm", "flatten", "squeeze", "t", "triu", "tril", "zero_", "max", "min"] as const).map(plain),
  ...(["sum", "prod", "any", "all", "cumsum", "logsumexp", "softmax"] as const).map(along),
  alone("logSoftmax", "x.log_softmax(0)", (x) => x.logSoftmax(0)),
  alone("gelu", "F.gelu(x)", (x) => x.gelu()),
  alone("softplus", "F.softplus(x)", (x) => x.softplus()),
  alone("max", "x.max(1).values", (x) => x.max(1).values, "along a dimension"),
  alone("min", "x.min(1).values", (x) => x.min(1).values, "along a dimension"),
  alone("argmax", "x.amax() == x.flatten()[x.argmax()]", (x) =>
    x.amax().eq(
      x
        .flatten()
        .index(x.argmax().reshape([1]))
        .reshape([]),
    ),
  ),
  alone("argmin", "x.amin() == x.flatten()[x.argmin()]", (x) =>
    x.amin().eq(
      x
        .flatten()
        .index(x.argmin().reshape([1]))
        .reshape([]),
    ),
  ),
  alone("sort", "x.sort(0).values", (x) => x.sort(0).values),
  alone("topk", "x.topk(2).values", (x) => x.topk(2).values),
  alone("reshape", "x.reshape(-1)", (x) => x.reshape(-1)),
  alone("view", "x.view(-1)", (x) => x.view(-1)),
  alone("expand", "x.expand(2, *x.shape)", (x) => x.expand(2, ...x.shape)),
  alone("repeat", "x.repeat(2, 1)", (x) => x.repeat(2, 1)),
  alone("permute", "x.permute(1, 0)", (x) => x.permute(1, 0)),
  alone("unsqueeze", "x.unsqueeze(0)", (x) => x.unsqueeze(0)),
  alone("transpose", "x.transpose(0, 1)", (x) => x.transpose(0, 1)),
  alone("index", "x[m]", (x, _b, m) => x.index(m)),
  alone("select", "x.select(0, 1)", (x) => x.select(0, 1)),
  alone("slice", "x[:, 1:3]", (x) => x.slice(1, 1, 3)),
  alone("gather", "x.gather(0, m.long())", (x, _b, m) => x.gather(0, m.to("int32"))),
  alone("flip", "x.flip(0)", (x) => x.flip(0)),
  alone("diag", "x.diag()", (x) => x.diag()),
  withNumber("where", "torch.where(m, b, 3)", (_x, b, m) => where(m, b, 3), ", beside a whole one"),
  withNumber("where", "torch.where(m, False, b)", (_x, b, m) => where(m, false, b), ", beside a bool"),
  withTensor("clamp", "x.clamp(min=b)", (x, b) => clamp(x, b)),
  ...functionRows,
];

/** Whole numbers at the edges of their products, sums and opposites. */
const whole = [0, 1, -1, 2, 2147483647, -2147483648, 65537, -46341];
const bools = [0, 1, 1, 0, 1, 0, 0, 1];
const floats = [0, 1, -1.5, 0.5, 3, 100, -7, 2];
const strange = [0, 1, "NaN", "Infinity", "-Infinity", 1e10, -1e10, 0.5] as const;

/** What meets a tensor as a number. */
const scalars: readonly Scalar[] = [
  true,
  false,
  0,
  1,
  2,
  -3,
  0.5,
  -0.5,
  "NaN",
  "Infinity",
  "-Infinity",
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 40,
];

/** Elements of a tensor, as a case writes them. */
export interface Given {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

/** What PyTorch is asked to compute, and the library is. */
export interface Case {
  readonly key: string;
  readonly torch: string;
  readonly run: Row["run"];
  readonly x: Given;
  readonly b: Given | Scalar | null;
  readonly mask: Given;
}

const square = (dtype: Dtype, line: readonly (number | string)[], isAcross: boolean): Given => ({
  dtype,
  shape: [line.length, line.length],
  data: line.flatMap((value) => line.map((other) => (isAcross ? other : value))),
});

/** Each element of one line meets each of the other's. */
const left = { bool: square("bool", bools, false), int32: square("int32", whole, false) };
const right = {
  bool: square("bool", bools, true),
  int32: square("int32", whole, true),
  float32: square("float32", floats, true),
  "float32 out of range": square("float32", strange, true),
};

/** Where rows go that are run everywhere, beside bools and whole numbers. */
const elsewhere: Readonly<Record<string, Given>> = {
  float32: square("float32", floats, false),
  float64: square("float64", [...floats.slice(2), "NaN", "Infinity"], false),
  "bool, one": { dtype: "bool", shape: [], data: [1] },
  "int32, one": { dtype: "int32", shape: [], data: [3] },
  "float64, one": { dtype: "float64", shape: [], data: [-2.5] },
  "bool, none": { dtype: "bool", shape: [0, 8], data: [] },
  "int32, none": { dtype: "int32", shape: [8, 0], data: [] },
  "float32, none": { dtype: "float32", shape: [0], data: [] },
};
const ones: Readonly<Record<string, Given>> = {
  bool: { dtype: "bool", shape: [], data: [1] },
  int32: { dtype: "int32", shape: [], data: [-2] },
  float64: { dtype: "float64", shape: [], data: [0.5] },
};
const mask: Given = { dtype: "bool", shape: [8, 8], data: Array.from({ length: 64 }, (_, i) => ((i * 5) % 7) & 1) };

/** What meets a tensor as another of its shape. */
function secondsFor({ shape }: Given): Readonly<Record<string, Given>> {
  if (shape.length === 0) return ones;
  if (!shape.includes(0)) return right;
  return Object.fromEntries(Object.entries(ones).map(([what, { dtype }]) => [what, { dtype, shape, data: [] }]));
}

/** Every row, on bools and on whole numbers, and some elsewhere, with every second operand. */
export function cases(): Case[] {
  return rows.flatMap((row) =>
    Object.entries(row.isEverywhere ? { ...left, ...elsewhere } : left).flatMap(([on, x]) => {
      const name = row.title === undefined ? row.op : `${row.op}, ${row.title}`;
      const { torch, run } = row;
      const made = (what: string, b: Given | Scalar | null): Case => ({
        key: `${name} | ${on}${what && ` | ${what}`}`,
        torch,
        run,
        x,
        b,
        mask,
      });
      if (row.second === "none") return [made("", null)];
      if (row.second === "tensor") return Object.entries(secondsFor(x)).map(([what, given]) => made(what, given));
      return scalars.map((scalar) => made(String(scalar), scalar));
    }),
  );
}
