import {
  arange,
  at,
  atan2,
  clamp,
  cumprod,
  grad,
  histogram,
  indexAdd_,
  indexPut,
  indexPut_,
  log2,
  maskedScatter_,
  noGrad,
  ones,
  type Part,
  randn,
  scatter,
  scatter_,
  scatterAdd_,
  setAt,
  setAt_,
  type Tensor,
  tensor,
  where,
  zeros,
} from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const whole = (...values: number[]) => tensor(values, { dtype: "int32" });
const x = () => arange(24).reshape(2, 3, 4);

describe("a part", () => {
  test.each<[string, Part[], number[]]>([
    ["of nothing named is all of it", [], [2, 3, 4]],
    ["of a number lacks its dimension", [-1], [3, 4]],
    ["of slices keeps them", [":", "1:", "::3"], [2, 2, 2]],
    ["of bounds beyond is what there is", ["-9:9", "5:"], [2, 0, 4]],
    ["has new dimensions where they are asked for", [null, "...", null, 0], [1, 2, 3, 1]],
    ["may have dots for nothing", [0, 0, "...", 0], []],
    ["has the dimensions of indices in their place", [":", [[0, 1]]], [2, 1, 2, 4]],
    ["has those with something between in front", [[0], ":", [1, 2, 3]], [3, 3]],
    ["of a number and indices counts the number out first", [0, ":", [0, 1]], [3, 2]],
  ])("%s", (_, parts, shape) => expect(at(x(), ...parts).shape).toEqual(shape));

  test("is a copy, also where it is all", () => {
    const a = x();
    at(a).fill_(0);
    at(a, "...").fill_(0);
    expect(a.sum().item()).toBe(276);
  });

  test("of masks is where they are true, beside each other and beside indices", () => {
    const rows = tensor([true, false, true]);
    expect(at(x(), 0, rows, 1).toArray()).toEqual([1, 9]);
    expect(at(x(), [1], rows, [0, 1]).toArray()).toEqual([12, 21]);
    expect(at(x(), x().gt(21)).toArray()).toEqual([22, 23]);
    expect(refusal(() => at(tensor(3), tensor(true))).expected).toContain("one dimension or more");
  });

  test.each<[string, () => unknown, string, string]>([
    // @ts-expect-error: TypeScript reads slices
    ["what is no slice, by its place", () => at(x(), ":", "1;3"), "a slice such as", '"1;3" as part 2'],
    ["a step below 0", () => at(x(), "::-1"), "a slice such as", "part 1"],
    ["a step of 0", () => at(x(), "::0"), "step of 1", "part 1"],
    ["half a bound", () => at(x(), "0.5:"), "a slice such as", "part 1"],
    ["half a number", () => at(x(), 0, 1.5), "a whole number", "1.5 as part 2"],
    ["a number beyond", () => at(x(), 0, 3), "from -3 to 2 for dimension 1", "3"],
    ["more parts than dimensions", () => at(x(), 0, 0, 0, 0), "at most 3", "4 for [2, 3, 4]"],
    ["dots twice", () => at(x(), "...", "..."), 'one "..."', "2"],
    ["a float tensor", () => at(x(), tensor([0])), "int32", "float32"],
    ["a mask of other sizes", () => at(x(), tensor([true])), "a mask of the shape [2]", "[1]"],
    ["indices beyond", () => at(x(), ":", [3]), "indices from -3 to 2", "3"],
    ["ragged arrays", () => at(x(), [[0], [0, 1]] as never), "whole numbers", ""],
    ["arrays of what is no number", () => at(x(), [1n] as never), "whole numbers", ""],
    ["arrays of symbols", () => at(x(), [Symbol.iterator] as never), "whole numbers", ""],
    ["arrays with holes", () => at(x(), new Array(2)), "whole numbers", ""],
    ["halves, and what int32 cannot hold", () => at(x(), [0.5, 2 ** 31]), "whole numbers", ""],
    ["what is no tensor", () => at([1] as never, 0), "a tensor", ""],
  ])("is refused of %s", (_, run, expected, got) => {
    expect(refusal(run).expected).toContain(expected);
    expect(refusal(run).got).toContain(got);
  });

  test("in one text is told to be several", () => {
    // @ts-expect-error: TypeScript reads slices
    expect(refusal(() => at(x(), "1:, :")).hint).toContain("One part for each dimension");
  });
});

describe("rows", () => {
  test("are walked over, and gradients come back through them", () => {
    const w = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const sums: Tensor[] = [];
    for (const row of w) sums.push(row.square().sum());
    expect(sums.map((y) => y.item())).toEqual([5, 25]);
    expect(grad(sums[1], w)[0].toArray()).toEqual([
      [0, 0],
      [6, 8],
    ]);
    expect([...tensor([5, 7])].map((y) => y.item())).toEqual([5, 7]);
    expect([...zeros([0, 3])]).toEqual([]);
  });

  test("are not there of a single number", () => {
    expect(() => [...tensor(3)]).toThrow("not iterable");
    expect(tensor([[1], [2]])).toEqual(tensor([[1], [2]]));
    expect(tensor([[1], [2]])).not.toEqual(tensor([[1], [3]]));
  });
});

/** Everything that writes in place, as a change of a matrix by a source that may want a gradient. */
const writers: readonly (readonly [string, (a: Tensor, source: Tensor) => Tensor])[] = [
  ["scatter_", (a, source) => scatter_(a, 0, [[1, 0, 1]], source)],
  ["scatterAdd_", (a, source) => scatterAdd_(a, 0, [[1, 0, 1]], source)],
  ["indexAdd_", (a, source) => indexAdd_(a, 0, [1], source)],
  ["indexPut_", (a, source) => indexPut_(a, [[1]], source)],
  ["maskedScatter_", (a, source) => maskedScatter_(a, tensor([true, false, true]), source.expand(2, 3))],
  ["setAt_", (a, source) => setAt_(a, [":", ":"], source)],
];

describe.each(writers)("%s", (_, write) => {
  test("changes what it is given, which counts as a change", () => {
    const [a, source] = [zeros([2, 3]), tensor([[5, 6, 7]])];
    const { version } = a.array;
    expect(write(a, source)).toBe(a);
    expect(a.sum().item()).toBeGreaterThan(0);
    expect(a.array.version).toBeGreaterThan(version);
  });

  test("reads a source that shares its memory before it changes it", () => {
    const a = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const [apart, together] = [a.clone(), a.clone()];
    write(apart, a.slice(0, 0, 1));
    const first = together.view(6).detach();
    write(together, first.view(2, 3).slice(0, 0, 1));
    expect(together.toArray()).toEqual(apart.toArray());
  });

  test("is not recorded: neither may want a gradient, unless nothing is recorded", () => {
    const w = zeros([2, 3], { requiresGrad: true });
    const source = ones([1, 3], { requiresGrad: true });
    expect(refusal(() => write(w, source.detach())).expected).toContain("noGrad");
    expect(refusal(() => write(zeros([2, 3]), source)).expected).toContain("noGrad");
    expect(
      noGrad(() => write(w, source))
        .sum()
        .item(),
    ).toBeGreaterThan(0);
  });

  test("makes a gradient that needed the old values be refused", () => {
    const [w, a] = [ones([2, 3], { requiresGrad: true }), ones([2, 3])];
    const y = w.mul(a).sum();
    write(a, ones([1, 3]));
    expect(refusal(() => y.backward()).code).toBe("EVENKEEL_CHANGED");
  });

  test("refuses another dtype, and changes nothing", () => {
    const a = zeros([2, 3]);
    expect(refusal(() => write(a, whole(1, 2, 3).reshape(1, 3))).hint).toContain('to("float32")');
    expect(a.array.version).toBe(0);
  });
});

describe("writing", () => {
  test("leaves of several for one place the last, and gives all of them its gradient", () => {
    const source = tensor([5, 6, 7], { requiresGrad: true });
    const y = scatter(zeros([2]), 0, [1, 1, 1], source);
    expect(y.toArray()).toEqual([0, 7]);
    expect(grad(y.mul(tensor([2, 3])).sum(), source)[0].toArray()).toEqual([3, 3, 3]);
  });

  test("takes as much of a source as there are indices", () => {
    const source = randn([4, 5], { requiresGrad: true });
    const y = scatter(zeros([2, 3]), 1, [[2], [0]], source);
    const g = grad(y.sum(), source)[0];
    expect(g.sum().item()).toBe(2);
    expect([g.select(1, 0).toArray(), g.shape]).toEqual([
      [1, 1, 0, 0],
      [4, 5],
    ]);
  });

  test("broadcasts values, and takes numbers of the dtype", () => {
    expect(indexPut(zeros([2, 3]), [[0, 1]], tensor([[5], [6]])).toArray()).toEqual([
      [5, 5, 5],
      [6, 6, 6],
    ]);
    expect(setAt(whole(1, 2, 3), ["1:"], 7)).toMatchObject({ dtype: "int32" });
    expect(setAt(tensor([true, true]), [0], false).toArray()).toEqual([false, true]);
    expect(
      setAt(zeros([2, 2]), [":", null, 0], tensor([[5], [6]]))
        .select(1, 0)
        .toArray(),
    ).toEqual([5, 6]);
    expect(indexAdd_(whole(1, 2), 0, [0, 0], whole(3, 4), { alpha: 2 }).toArray()).toEqual([15, 2]);
    expect(scatter(zeros([0, 3]), 0, zeros([0, 3]).to("int32"), 1).shape).toEqual([0, 3]);
  });

  test.each<[string, () => unknown, string]>([
    ["an index beyond", () => scatter_(zeros([3]), 0, [3], 1), "indices from 0 to 2"],
    ["an index below 0", () => scatter_(zeros([3]), 0, [-1], 1), "indices from 0 to 2"],
    ["indices that are too many", () => scatter(zeros([2, 2]), 0, [[0, 0, 0]], 1), "no larger than [2, 2]"],
    ["a source that is too small", () => scatter(zeros([3]), 0, [0, 1], ones([1])), "as large as the indices"],
    ["a single number", () => scatter(tensor(1), 0, [0], 1), "one dimension or more"],
    ["a fraction among whole numbers", () => scatter_(whole(1, 2), 0, [0], 0.5), "a whole number"],
    ["rows of another size", () => indexAdd_(zeros([2, 3]), 0, [0], ones([2, 3])), "a source of shape [1, 3]"],
    ["a fraction of whole numbers", () => indexAdd_(whole(1), 0, [0], whole(1), { alpha: 0.5 }), "a whole number"],
    ["no indices", () => indexPut(zeros([2]), [], 1), "one for each dimension"],
    ["indices of more dimensions", () => indexPut(zeros([2]), [[0], [0]], 1), "at most 1"],
    ["a mask of other sizes", () => indexPut(zeros([2]), [tensor([true])], 1), "a mask of the shape [2]"],
    ["values of other sizes", () => indexPut(zeros([3]), [[0, 1]], ones([3])), "broadcast"],
    ["a source of fewer", () => maskedScatter_(ones([2]), tensor([true, true]), ones([1])), "at least 2 elements"],
    ["a mask that does not fit", () => maskedScatter_(ones([2]), tensor([[true], [true]]), ones([4])), "a bool mask"],
    ["parts that are no array", () => setAt(zeros([2]), ":" as never, 1), "an array of parts"],
  ])("is refused of %s", (_, run, said) => expect(refusal(run).expected).toContain(said));
});

describe("numbers and bounds", () => {
  test("are typed as PyTorch types them, but that 1.0 is whole", () => {
    const m = tensor([true, false]);
    const dtypes = (...pairs: (readonly [number | boolean, number | boolean])[]) =>
      pairs.map(([a, b]) => where(m, a, b).dtype);
    expect(dtypes([1, 0], [1.5, 0], [true, false], [true, 2], [nan, 1], [2 ** 31, 1])).toEqual([
      "int32",
      "float32",
      "bool",
      "int32",
      "float32",
      "float32",
    ]);
    expect(where(m, 1, 0).toArray()).toEqual([1, 0]);
  });

  test("that cross leave the upper one, and NaN stays", () => {
    expect(clamp(tensor([1, nan]), tensor([3, 0]), 2).toArray()).toEqual([2, nan]);
    expect(clamp(tensor([1, 5]), 2, 4).toArray()).toEqual([2, 4]);
    expect(clamp(whole(1, 5), tensor([1.5, 2])).dtype).toBe("float32");
    expect(refusal(() => clamp(tensor([1]), null)).expected).toContain("bound");
    expect(refusal(() => clamp(tensor([true]), tensor([1]))).expected).toBe("numbers");
  });
});

describe("functions of numbers", () => {
  test("make float32 of whole numbers, and meet in one dtype", () => {
    expect(log2(whole(1, 8)).toArray()).toEqual([0, 3]);
    expect(atan2(whole(1), tensor([1], { dtype: "float64" }))).toMatchObject({ dtype: "float64" });
    expect(atan2(tensor([1, -1]), tensor(0)).toArray()).toEqual([Math.PI / 2, -Math.PI / 2].map(Math.fround));
  });

  test("of running products wrap whole numbers, and have gradients where there are zeros", () => {
    expect(cumprod(whole(65536, 65536, 3), 0).toArray()).toEqual([65536, 0, 0]);
    expect(cumprod(tensor(3), 0).item()).toBe(3);
    expect(cumprod(tensor([true, false]), 0).dtype).toBe("int32");
    const w = tensor([2, 0, 3, 0, 5], { dtype: "float64", requiresGrad: true });
    expect(grad(cumprod(w, 0).sum(), w)[0].toArray()).toEqual([1, 8, 0, 0, 0]);
    expect(refusal(() => cumprod(w, 1)).expected).toContain("dimension");
  });
});

describe("a histogram", () => {
  test("counts the last edge, and neither NaN nor what lies outside", () => {
    const { hist, binEdges } = histogram(tensor([nan, -1, 0, 0.5, 2, 3]), 2, { range: [0, 2] });
    expect([hist.toArray(), binEdges.toArray()]).toEqual([
      [2, 1],
      [0, 1, 2],
    ]);
  });

  test("of equal elements, or none, has bins of width", () => {
    expect(histogram(tensor([1, 1]), 2)).toMatchObject({ hist: expect.anything() });
    expect(histogram(tensor([1, 1]), 2).binEdges.toArray()).toEqual([0.5, 1, 1.5]);
    expect(histogram(zeros([0]), 2).binEdges.toArray()).toEqual([0, 0.5, 1]);
  });

  test.each<[string, () => unknown, string]>([
    ["whole numbers", () => histogram(whole(1), 2), "float32 or float64"],
    ["no bins", () => histogram(tensor([1]), 0), "bins"],
    ["one edge", () => histogram(tensor([1]), [1]), "two edges or more"],
    ["edges that fall", () => histogram(tensor([1]), [1, 0]), "do not fall"],
    ["edges and a range", () => histogram(tensor([1]), [0, 1], { range: [0, 1] }), "no range"],
    ["elements that are infinite", () => histogram(tensor([infinity]), 2), "finite elements"],
    ["a range that falls", () => histogram(tensor([1]), 2, { range: [1, 0] }), "range"],
    ["a weight of another shape", () => histogram(tensor([1]), 2, { weight: ones([2]) }), "a weight of shape [1]"],
  ])("is refused of %s", (_, run, said) => expect(refusal(run).expected).toContain(said));
});
