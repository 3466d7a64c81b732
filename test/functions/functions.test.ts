import {
  arange,
  bincount,
  bmm,
  cat,
  cdist,
  ceil,
  chunk,
  einsum,
  floor,
  frac,
  fullLike,
  Generator,
  grad,
  hstack,
  indexSelect,
  isfinite,
  isinf,
  isnan,
  logicalAnd,
  logicalNot,
  logicalOr,
  median,
  meshgrid,
  movedim,
  nanmean,
  nansum,
  nanToNum,
  narrow,
  nonzero,
  ones,
  quantile,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  repeatInterleave,
  roll,
  round,
  searchsorted,
  split,
  stack,
  tensor,
  tile,
  trace,
  trunc,
  unbind,
  unique,
  varMean,
  vstack,
  zeros,
} from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const whole = (...values: number[]) => tensor(values, { dtype: "int32" });

describe("parts", () => {
  test("of nothing are nothing, as many as asked for", () => {
    expect(split(zeros([0, 2]), 3).map(({ shape }) => shape)).toEqual([[0, 2]]);
    expect(split(zeros([0, 2]), [0, 0]).map(({ shape }) => shape)).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(chunk(zeros([0]), 3).map(({ shape }) => shape)).toEqual([[0], [0], [0]]);
    expect(unbind(zeros([0, 2]))).toEqual([]);
  });

  test("are fewer than asked for where the size is not enough for more", () => {
    expect(chunk(arange(5), 4).map(({ shape }) => shape[0])).toEqual([2, 2, 1]);
    expect(chunk(arange(2), 5).map(({ shape }) => shape[0])).toEqual([1, 1]);
  });

  test.each<[string, () => unknown, string]>([
    ["a size of 0", () => split(arange(3), 0), "size"],
    ["half a size", () => split(arange(3), 1.5), "size"],
    ["sizes that do not sum", () => split(arange(3), [1, 1]), "sum to 3"],
    ["no sizes", () => split(arange(3), []), "sum to 3"],
    ["a size below 0", () => split(arange(3), [4, -1]), "each size"],
    ["a dimension that is none", () => split(arange(3), 1, 1), "dimension"],
    ["a single number", () => split(tensor(3), 1), "one dimension or more"],
    ["no chunks", () => chunk(arange(3), 0), "chunks"],
    ["a start beyond", () => narrow(arange(3), 0, 4, 0), "start"],
    ["a length beyond", () => narrow(arange(3), 0, 2, 2), "length"],
    ["an index beyond", () => indexSelect(arange(3), 0, [3]), "indices from"],
    ["a matrix of indices", () => indexSelect(arange(3), 0, whole(0, 1).reshape(2, 1)), "one dimension"],
    ["indices with fractions", () => indexSelect(arange(3), 0, [0.5]), "whole numbers"],
    ["float indices", () => indexSelect(arange(3), 0, tensor([1])), "int32"],
    ["what is no tensor", () => unbind([1, 2] as never), "a tensor"],
  ])("are refused with %s", (_, run, said) => {
    expect(refusal(run).expected).toContain(said);
  });
});

describe("arrangements", () => {
  test("of more tensors than an operation takes are those of all, with their gradients", () => {
    const count = 2 * 1024 + 3;
    const parts = Array.from({ length: count }, (_, i) =>
      tensor([i, i + 0.5], { dtype: "float64", requiresGrad: true }),
    );
    const expected = Array.from({ length: 2 * count }, (_, i) => i / 2);
    const joined = cat(parts);
    expect(Array.from(joined.data)).toEqual(expected);
    const gradients = grad(joined.mul(arange(2 * count, { dtype: "float64" })).sum(), parts);
    expect(gradients.flatMap((g) => Array.from(g.data))).toEqual(Array.from({ length: 2 * count }, (_, i) => i));
    expect(cat(parts.slice(0, 1024)).shape).toEqual([2048]);
    expect(stack(parts, 1).shape).toEqual([2, count]);
    expect(Array.from(stack(parts, 1).select(0, 1).data)).toEqual(expected.filter((_, i) => i % 2 === 1));
  });

  test("of rolled tensors come round, however far", () => {
    const x = arange(6).reshape(2, 3);
    expect(roll(x, 6 * 1000 + 1).toArray()).toEqual([
      [5, 0, 1],
      [2, 3, 4],
    ]);
    expect(roll(x, [-4, 1], [1, -2]).toArray()).toEqual([
      [4, 5, 3],
      [1, 2, 0],
    ]);
    expect(roll(zeros([0]), 3).shape).toEqual([0]);
    expect(roll(tensor(3), 1).item()).toBe(3);
  });

  test("are of every dtype", () => {
    expect(hstack([whole(1), tensor([0.5])]).dtype).toBe("float32");
    expect(tile(tensor([true, false]), [2])).toMatchObject({ dtype: "bool", shape: [4] });
    expect(repeatInterleave(whole(3, 4), whole(0, 2))).toMatchObject({ dtype: "int32", shape: [2] });
    expect(vstack([tensor(1), tensor(2)]).shape).toEqual([2, 1]);
    expect(meshgrid([tensor(1), arange(2)]).map(({ shape }) => shape)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test.each<[string, () => unknown, string]>([
    ["two shifts for one dimension", () => roll(arange(3), [1, 2], 0), "as many shifts"],
    ["half a shift", () => roll(arange(3), 0.5), "each shift"],
    ["times below 0", () => tile(arange(3), [-1]), "each number"],
    ["repeats of other places", () => repeatInterleave(arange(3), [1, 2]), "3 numbers"],
    ["a dimension twice", () => movedim(zeros([2, 3]), [0, 0], [0, 1]), "each once"],
    ["more places than dimensions", () => movedim(zeros([2, 3]), 0, [0, 1]), "as many places"],
    ["a matrix as a side", () => meshgrid([zeros([2, 2])]), "one dimension at most"],
    ["another word", () => meshgrid([arange(2)], { indexing: "ji" as never }), "indexing"],
    ["nothing", () => vstack([]), "at least one"],
  ])("are refused with %s", (_, run, said) => {
    expect(refusal(run).expected).toContain(said);
  });
});

describe("what is no number", () => {
  const x = tensor([1, nan, infinity, -infinity], { requiresGrad: true });

  test("is told from what is, in every dtype, and wants no gradient", () => {
    expect(isnan(x).toArray()).toEqual([false, true, false, false]);
    expect(isinf(x).toArray()).toEqual([false, false, true, true]);
    expect(isfinite(x).toArray()).toEqual([true, false, false, false]);
    for (const f of [isnan, isinf, isfinite]) expect(f(x).requiresGrad).toBe(false);
    for (const other of [whole(1, 2), tensor([true, false])]) {
      expect([isnan(other), isinf(other), isfinite(other)].map((y) => y.toArray())).toEqual([
        [false, false],
        [false, false],
        [true, true],
      ]);
    }
  });

  test("is replaced, and gets no gradient", () => {
    const y = nanToNum(x);
    expect(y.toArray()).toEqual([1, 0, Math.fround(3.4028234663852886e38), -Math.fround(3.4028234663852886e38)]);
    expect(grad(y.sum(), x)[0].toArray()).toEqual([1, 0, 0, 0]);
    expect(nanToNum(tensor([infinity], { dtype: "float64" })).item()).toBe(Number.MAX_VALUE);
    expect(nanToNum(whole(1, 2)).toArray()).toEqual([1, 2]);
    expect(refusal(() => nanToNum(x, { nan: "0" as never })).expected).toContain("nan");
  });

  test("is left out of sums and means, and of their gradients", () => {
    const z = tensor(
      [
        [1, nan],
        [nan, nan],
      ],
      { requiresGrad: true },
    );
    expect(nansum(z, 1).toArray()).toEqual([1, 0]);
    expect(nanmean(z, 1).toArray()).toEqual([1, nan]);
    expect(grad(nanmean(z.slice(0, 0, 1)), z)[0].toArray()).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(nansum(whole(1, 2)).item()).toBe(3);
    expect(refusal(() => nanmean(whole(1, 2))).hint).toContain("float32");
  });
});

test("logic takes numbers and any dtype, and gives bools that want no gradient", () => {
  const x = tensor([0, 0.5, nan], { requiresGrad: true });
  expect(logicalAnd(x, 1)).toMatchObject({ dtype: "bool", requiresGrad: false });
  expect(logicalAnd(x, true).toArray()).toEqual([false, true, true]);
  expect(logicalOr(x, whole(0, 0, 1)).toArray()).toEqual([false, true, true]);
  expect(logicalNot(tensor([true, false])).toArray()).toEqual([false, true]);
  expect(refusal(() => logicalOr(x, "1" as never)).expected).toBe("a tensor");
});

describe("order", () => {
  test("of what has NaN is NaN, and says where", () => {
    const x = tensor([
      [1, nan, 3, nan],
      [4, 2, 3, 1],
    ]);
    const { values, indices } = median(x, 1);
    expect(values.toArray()).toEqual([nan, 2]);
    expect(indices.toArray()).toEqual([1, 1]);
    expect(median(x).item()).toBe(nan);
    expect(quantile(x, 0.5, 1).toArray()).toEqual([nan, 2.5]);
    expect(quantile(tensor([-infinity, 0, infinity]), 0.5).item()).toBe(0);
  });

  test("of whole numbers and single ones", () => {
    expect(median(whole(3, 1, 2))).toMatchObject({ dtype: "int32" });
    expect(median(tensor(3), 0).values.item()).toBe(3);
    expect(quantile(tensor(3), [0.5], 0, { keepdim: true }).toArray()).toEqual([3]);
    expect(quantile(rand([2, 3]), 0.5, undefined, { keepdim: true }).shape).toEqual([1, 1]);
    expect(quantile(rand([2, 3]), [0, 0.5], undefined, { keepdim: true }).shape).toEqual([2, 1, 1]);
    expect(quantile(rand([2, 3]), [0, 0.5], 1, { keepdim: true }).shape).toEqual([2, 2, 1]);
    expect(
      varMean(
        tensor([
          [1, 3],
          [5, 5],
        ]),
        0,
      ).map((y) => y.toArray()),
    ).toEqual([
      [8, 2],
      [3, 4],
    ]);
  });

  test.each<[string, () => unknown, string]>([
    ["of nothing", () => median(zeros([0])), "at least one element"],
    ["of an empty dimension", () => median(zeros([2, 0]), 1), "at least one element"],
    ["a q above 1", () => quantile(arange(3), 1.5), "q from 0 to 1"],
    ["no q", () => quantile(arange(3), []), "a q"],
    ["whole numbers", () => quantile(whole(1, 2), 0.5), "floats"],
    ["a quantile of nothing", () => quantile(zeros([0]), 0.5), "floats to choose from"],
  ])("is refused %s", (_, run, said) => {
    expect(refusal(run).expected).toContain(said);
  });
});

describe("einsum", () => {
  test("broadcasts sizes of 1, sums what is alone, and takes whole numbers", () => {
    const [a, b] = [arange(3).reshape(3, 1), arange(8).reshape(2, 4)];
    expect(einsum("ij,jk->ik", a, b).toArray()).toEqual(a.matmul(b.sum(0, { keepdim: true })).toArray());
    expect(einsum(" i j -> i ", ones([2, 3])).toArray()).toEqual([3, 3]);
    expect(einsum("i,i", whole(1, 2), whole(3, 4))).toMatchObject({ dtype: "int32" });
    expect(einsum("...->...", arange(3)).toArray()).toEqual([0, 1, 2]);
    expect(einsum("i...,...j->ij...", ones([2, 1, 3]), ones([5, 3, 4])).shape).toEqual([2, 4, 5, 3]);
    expect(einsum("Ba", zeros([2, 3])).shape).toEqual([2, 3]);
    expect(einsum("aB", zeros([2, 3])).shape).toEqual([3, 2]);
    expect(einsum(",", tensor(2), tensor(3)).item()).toBe(6);
  });

  test.each<[string, () => unknown, string]>([
    ["what is no equation", () => einsum(3 as never, ones([2])), "an equation"],
    ["a sign that is no letter", () => einsum("i1->i", ones([2, 2])), "letters"],
    ["two arrows", () => einsum("i->j->i", ones([2])), "one arrow"],
    ["two dots", () => einsum("..i->i", ones([2, 2])), "letters"],
    ["more terms than tensors", () => einsum("i,j->ij", ones([2])), "as many tensors as terms, 2"],
    ["no tensor", () => einsum("i"), "as many tensors as terms, 1"],
    ["another number of dimensions", () => einsum("ij->i", ones([2])), "2 dimensions"],
    ["fewer dimensions than letters", () => einsum("...ij->i", ones([2])), "at least 2 dimensions"],
    ["sizes that differ", () => einsum("i,i->i", ones([2]), ones([3])), 'one size for "i"'],
    ["a diagonal of no square", () => einsum("ii->i", ones([2, 3])), 'one size for "i"'],
    ["a letter from nowhere", () => einsum("i->j", ones([2])), "behind the arrow"],
    ["a letter twice behind the arrow", () => einsum("i->ii", ones([2])), "each once"],
    ["what is no tensor", () => einsum("i->i", [1, 2] as never), "a tensor"],
  ])("is refused with %s", (_, run, said) => {
    expect(refusal(run).expected).toContain(said);
  });
});

describe("products and distances", () => {
  test("have the gradient 0 where a distance is 0", () => {
    const x = tensor(
      [
        [1, 2],
        [4, 6],
      ],
      { requiresGrad: true },
    );
    const y = cdist(x, x);
    expect(y.toArray()).toEqual([
      [0, 5],
      [5, 0],
    ]);
    expect(isfinite(grad(y.sum(), x)[0]).all().item()).toBe(true);
  });

  test.each<[string, () => unknown, string]>([
    ["matrices for batches", () => bmm(ones([2, 2]), ones([2, 2])), "batches of matrices"],
    ["batches of other sizes", () => bmm(ones([2, 2, 2]), ones([3, 2, 2])), "batches of matrices"],
    ["rows of other lengths", () => cdist(ones([2, 3]), ones([2, 4])), "rows of one length"],
    ["an order below 0", () => cdist(ones([2, 3]), ones([2, 3]), { p: -1 }), "0 or more as p"],
    ["a vector for a matrix", () => trace(ones([3])), "a matrix"],
  ])("are refused with %s", (_, run, said) => {
    expect(refusal(run).expected).toContain(said);
  });
});

describe("rounding", () => {
  const x = tensor([-2.5, -1.5, -0.5, -0.2, -0, 0.2, 0.5, 1.5, 2.5, infinity, nan], { dtype: "float64" });

  test("goes to whole numbers, of two the even one, with the sign of zero", () => {
    expect(round(x).toArray()).toEqual([-2, -2, -0, -0, -0, 0, 0, 2, 2, infinity, nan]);
    expect(floor(x).toArray()).toEqual([-3, -2, -1, -1, -0, 0, 0, 1, 2, infinity, nan]);
    expect(ceil(x).toArray()).toEqual([-2, -1, -0, -0, -0, 1, 1, 2, 3, infinity, nan]);
    expect(trunc(x).toArray()).toEqual([-2, -1, -0, -0, -0, 0, 0, 1, 2, infinity, nan]);
    expect(round(tensor([2 ** 52 + 1, -(2 ** 53)], { dtype: "float64" })).toArray()).toEqual([2 ** 52 + 1, -(2 ** 53)]);
  });

  test("has the gradient 0, and a fraction the gradient 1", () => {
    const w = tensor([1.2, -0.7], { requiresGrad: true });
    for (const f of [floor, ceil, round, trunc]) expect(grad(f(w).sum(), w)[0].toArray()).toEqual([0, 0]);
    expect(grad(frac(w).sum(), w)[0].toArray()).toEqual([1, 1]);
  });

  test("leaves whole numbers as they are, and refuses bools", () => {
    for (const f of [floor, ceil, round, trunc]) {
      expect(f(whole(1, -2)).toArray()).toEqual([1, -2]);
      expect(refusal(() => f(tensor([true]))).hint).toContain("int32");
    }
    expect(refusal(() => frac(whole(1))).expected).toContain("float");
  });
});

test("tensors like another have its shape and dtype, and the numbers of those that are not", () => {
  const x = zeros([2, 9], { dtype: "float64" });
  const generator = () => ({ generator: new Generator().manualSeed(3) });
  const float64 = { dtype: "float64" } as const;
  expect(randLike(x, generator()).toArray()).toEqual(rand([2, 9], { ...float64, ...generator() }).toArray());
  expect(randnLike(x, generator()).toArray()).toEqual(randn([2, 9], { ...float64, ...generator() }).toArray());
  expect(randintLike(x, 0, 9, generator())).toMatchObject({ dtype: "float64" });
  expect(randintLike(x, 0, 9, generator()).toArray()).toEqual(
    randint(0, 9, [2, 9], { ...float64, ...generator() }).toArray(),
  );
  expect(fullLike(whole(1), 3)).toMatchObject({ dtype: "int32", shape: [1] });
  expect(fullLike(x, 3, { dtype: "int32", requiresGrad: false }).dtype).toBe("int32");
  for (const f of [fullLike, randLike, randnLike, randintLike]) {
    expect(refusal(() => (f as (x: unknown) => unknown)([1])).expected).toBe("a tensor");
  }
});

describe("counting", () => {
  test("finds coordinates, of no dimension and of none too", () => {
    expect(nonzero(tensor(3)).shape).toEqual([1, 0]);
    expect(nonzero(zeros([2, 3])).shape).toEqual([0, 2]);
    expect(nonzero(tensor([nan, 0, -0])).toArray()).toEqual([[0]]);
  });

  test("counts numbers in arrays, adds weights in their dtype, and refuses others", () => {
    expect(bincount([], { minlength: 2 }).toArray()).toEqual([0, 0]);
    const weights = tensor([0.5, 1], { dtype: "float64" });
    expect(bincount([1, 1], { weights })).toMatchObject({ dtype: "float64", shape: [2] });
    for (const x of [[-1], [0.5], whole(-1), tensor([1]), zeros([1, 1]).to("int32")]) {
      expect(refusal(() => bincount(x as never)).expected).toContain("whole numbers");
    }
    expect(refusal(() => bincount([1], { weights })).expected).toContain("[1]");
  });

  test("tells values apart, NaN from NaN, in every dtype and shape", () => {
    const { values, inverse, counts } = unique(
      tensor([
        [nan, 1],
        [1, nan],
      ]),
    );
    expect(values.toArray()).toEqual([1, nan, nan]);
    expect(inverse.toArray()).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(counts.toArray()).toEqual([2, 1, 1]);
    expect(unique(tensor([true, false, true])).values.toArray()).toEqual([false, true]);
    expect(unique(zeros([0])).values.shape).toEqual([0]);
  });

  test("searches for numbers, and refuses rows that do not go together", () => {
    expect(searchsorted(arange(3), nan).item()).toBe(3);
    expect(searchsorted(arange(3), -infinity).shape).toEqual([]);
    expect(refusal(() => searchsorted(tensor(1), 1)).got).toContain("[]");
    expect(refusal(() => searchsorted(zeros([2, 3]), zeros([3, 2]))).got).toContain("[2, 3]");
  });
});
