import {
  acos,
  argsort,
  asin,
  at,
  atan,
  atan2,
  bincount,
  bmm,
  cat,
  cdist,
  ceil,
  chunk,
  cosh,
  cumprod,
  einsum,
  expm1,
  floor,
  frac,
  fullLike,
  histogram,
  hstack,
  indexAdd,
  indexPut,
  indexSelect,
  isfinite,
  isinf,
  isnan,
  log2,
  log10,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  maskedScatter,
  median,
  meshgrid,
  movedim,
  nanmean,
  nansum,
  nanToNum,
  narrow,
  nonzero,
  quantile,
  randintLike,
  randLike,
  randnLike,
  repeatInterleave,
  roll,
  round,
  scatter,
  scatterAdd,
  searchsorted,
  setAt,
  sinh,
  split,
  stack,
  stdMean,
  type Tensor,
  tile,
  trace,
  trunc,
  unbind,
  unique,
  varMean,
  vstack,
} from "evenkeel";
import type { Row } from "./dtypes.table.ts";

type Run = (x: Tensor, b: Tensor, m: Tensor) => Tensor;

const alone = (op: string, torch: string, run: (x: Tensor) => Tensor, title?: string): Row => ({
  op,
  torch,
  second: "none",
  run,
  isEverywhere: true,
  ...(title === undefined ? {} : { title }),
});

const withTensor = (op: string, torch: string, run: Run, title = ""): Row => ({
  op,
  title: `a tensor${title}`,
  torch,
  second: "tensor",
  run: run as Row["run"],
  isEverywhere: true,
});

const withNumber = (op: string, torch: string, run: (x: Tensor, b: number) => Tensor): Row => ({
  op,
  title: "a number",
  torch,
  second: "scalar",
  run: run as Row["run"],
});

const flat = (parts: readonly Tensor[]): Tensor => cat(parts.map((part) => part.flatten()));
const flatIn = (parts: string) => `torch.cat([p.flatten() for p in ${parts}])`;

const tests = { isnan, isinf, isfinite, logicalNot } as const;
const roundings = { floor, ceil, round, trunc, frac } as const;
const logic = { logicalAnd, logicalOr, logicalXor } as const;
const snake = (name: string) => name.replace("logical", "logical_").toLowerCase();

/** What writes where a mask, of two dimensions, or its numbers say. */
const writing: readonly Row[] = [
  withTensor("scatter", "x.scatter(0, m.long(), b)", (x, b, m) => scatter(x, 0, m.to("int32"), b)),
  withTensor("scatterAdd", "x.scatter_add(0, m.long(), b)", (x, b, m) => scatterAdd(x, 0, m.to("int32"), b)),
  withTensor("indexAdd", "x.index_add(0, m[0, :2].int(), b[:2])", (x, b, m) =>
    indexAdd(x, 0, m.select(0, 0).slice(0, 0, 2).to("int32"), b.slice(0, 0, 2)),
  ),
  withTensor("indexPut", "x.index_put((m,), b[m])", (x, b, m) => indexPut(x, [m], b.index(m))),
  withTensor("maskedScatter", "x.masked_scatter(m, b)", (x, b, m) => maskedScatter(x, m, b)),
];

/** Functions that are no methods, on tensors of every dtype, also on single numbers and on none. */
export const functionRows: readonly Row[] = [
  alone("split", flatIn("x.split(3)"), (x) => flat(split(x, 3))),
  alone("split", flatIn("x.split([2, 6], -1)"), (x) => flat(split(x, [2, 6], -1)), "into sizes"),
  alone("chunk", flatIn("x.chunk(3)"), (x) => flat(chunk(x, 3))),
  alone("unbind", "torch.stack(x.unbind(-1)[::-1])", (x) => stack(unbind(x, -1).reverse())),
  alone("narrow", "x.narrow(-1, 2, 3)", (x) => narrow(x, -1, 2, 3)),
  alone("indexSelect", "x.index_select(-1, torch.tensor([0, 0]))", (x) => indexSelect(x, -1, [0, 0])),
  alone("roll", "x.roll(3)", (x) => roll(x, 3)),
  alone("roll", "x.roll(-3, -1)", (x) => roll(x, -3, -1), "along a dimension"),
  alone("tile", "x.tile((2, 3))", (x) => tile(x, [2, 3])),
  alone("tile", "x.tile(())", (x) => tile(x, []), "no times"),
  alone("repeatInterleave", "x.repeat_interleave(2)", (x) => repeatInterleave(x, 2)),
  alone("repeatInterleave", "x.repeat_interleave(0, -1)", (x) => repeatInterleave(x, 0, -1), "no times"),
  alone("movedim", "x.movedim(0, -1)", (x) => movedim(x, 0, -1)),
  withTensor("hstack", "torch.hstack([x, b])", (x, b) => hstack([x, b])),
  withTensor("vstack", "torch.vstack([x, b])", (x, b) => vstack([x, b])),
  withTensor("meshgrid", "torch.meshgrid([x.flatten(), b.flatten()], indexing='xy')[1]", (x, b) => {
    return meshgrid([x.flatten(), b.flatten()], { indexing: "xy" })[1];
  }),
  alone("nonzero", "x.nonzero()", (x) => nonzero(x)),
  alone("bincount", "x.flatten()[:2].abs().bincount()", (x) => bincount(x.flatten().slice(0, 0, 2).abs())),
  withTensor("bincount", "(x.flatten().int() == 1).int().bincount(b.flatten(), minlength=3)", (x, b) => {
    return bincount(x.flatten().eq(1).to("int32"), { weights: b.flatten(), minlength: 3 });
  }),
  alone("unique", "x.unique()", (x) => unique(x).values),
  alone("unique", "x.unique(return_inverse=True)[1]", (x) => unique(x).inverse, "inverse"),
  alone("unique", "x.unique(return_counts=True)[1]", (x) => unique(x).counts, "counts"),
  withTensor("searchsorted", "torch.searchsorted(x.flatten().sort()[0], b)", (x, b) => {
    return searchsorted(x.flatten().sort().values, b);
  }),
  withNumber("searchsorted", "torch.searchsorted(x.flatten().sort()[0], b, right=True)", (x, b) => {
    return searchsorted(x.flatten().sort().values, b, { right: true });
  }),
  withTensor("einsum", "torch.einsum('ij,jk->ik', x, b)", (x, b) => einsum("ij,jk->ik", x, b)),
  withTensor("einsum", "torch.einsum('...,...->...', x, b)", (x, b) => einsum("...,...->...", x, b), ", elementwise"),
  alone("einsum", "torch.einsum('ii', x)", (x) => einsum("ii", x), "a trace"),
  alone("einsum", "torch.einsum('...i->i...', x)", (x) => einsum("...i->i...", x), "a transpose"),
  withNumber("fullLike", "torch.full_like(x, b)", (x, b) => fullLike(x, b)),
  alone("fullLike", "torch.full_like(x, 1)", (x) => fullLike(x, 1), "one"),
  alone("randLike", "torch.rand_like(x) * 0", (x) => randLike(x).mul(0)),
  alone("randnLike", "torch.randn_like(x) * 0", (x) => randnLike(x).mul(0)),
  alone("randintLike", "torch.randint_like(x, 1, 2)", (x) => randintLike(x, 1, 2)),
  ...Object.entries(tests).map(([op, run]) => alone(op, `torch.${snake(op)}(x)`, run)),
  ...Object.entries(roundings).map(([op, run]) => alone(op, `x.${op}()`, run)),
  ...Object.entries(logic).flatMap(([op, run]) => [
    withTensor(op, `x.${snake(op)}(b)`, run),
    withNumber(op, `x.${snake(op)}(torch.tensor(b))`, run),
  ]),
  alone("nanToNum", "x.nan_to_num(2, 3, -4)", (x) => nanToNum(x, { nan: 2, posinf: 3, neginf: -4 })),
  alone("nanToNum", "x.nan_to_num()", (x) => nanToNum(x), "as it is"),
  alone("nansum", "x.nansum()", (x) => nansum(x)),
  alone("nansum", "x.nansum(-1, keepdim=True)", (x) => nansum(x, -1, { keepdim: true }), "along a dimension"),
  alone("nanmean", "x.nanmean()", (x) => nanmean(x)),
  alone("nanmean", "x.nanmean(-1)", (x) => nanmean(x, -1), "along a dimension"),
  withTensor("bmm", "x[None].bmm(b[None])", (x, b) => bmm(x.unsqueeze(0), b.unsqueeze(0))),
  alone("trace", "x.trace()", (x) => trace(x)),
  withTensor("cdist", "torch.cdist(x, b, compute_mode='donot_use_mm_for_euclid_dist')", (x, b) => cdist(x, b)),
  alone("varMean", "torch.stack(torch.var_mean(x))", (x) => stack(varMean(x))),
  alone("stdMean", "torch.stack(torch.std_mean(x, 0))", (x) => stack(stdMean(x, 0)), "along a dimension"),
  alone("argsort", "x.argsort(dim=-1, stable=True)", (x) => argsort(x)),
  alone(
    "argsort",
    "x.argsort(dim=-1, descending=True, stable=True)",
    (x) => argsort(x, -1, { descending: true }),
    "descending",
  ),
  alone("median", "x.median()", (x) => median(x)),
  alone("median", "x.median(-1).values", (x) => median(x, -1).values, "along a dimension"),
  alone("quantile", "x.quantile(0.3)", (x) => quantile(x, 0.3)),
  alone(
    "quantile",
    "x.quantile(torch.tensor([0, 0.3, 1], dtype=x.dtype), -1, keepdim=True)",
    (x) => {
      return quantile(x, [0, 0.3, 1], -1, { keepdim: true });
    },
    "along a dimension",
  ),
  ...Object.entries({ log2, log10, expm1, asin, acos, atan, sinh, cosh }).map(([op, run]) =>
    alone(op, `x.${op}()`, run),
  ),
  withTensor("atan2", "x.atan2(b)", (x, b) => atan2(x, b)),
  alone("cumprod", "x.cumprod(-1)", (x) => cumprod(x, -1)),
  alone("histogram", "torch.cat(torch.histogram(x, 3, range=(-1.0, 2.0)))", (x) => {
    const { hist, binEdges } = histogram(x, 3, { range: [-1, 2] });
    return cat([hist, binEdges]);
  }),
  alone("at", "x[..., None]", (x) => at(x, "...", null)),
  alone("setAt", "x.index_put((torch.tensor([0]),), torch.tensor(1, dtype=x.dtype))", (x) => setAt(x, [[0]], 1)),
  ...writing.map((row) => ({ ...row, isEverywhere: false })),
];
