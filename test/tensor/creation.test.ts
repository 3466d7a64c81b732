import {
  arange,
  bernoulli,
  cat,
  defaultGenerator,
  eye,
  full,
  Generator,
  linspace,
  manualSeed,
  multinomial,
  oneHot,
  ones,
  onesLike,
  rand,
  randint,
  randn,
  randperm,
  stack,
  type Tensor,
  type TensorData,
  tensor,
  where,
  zeros,
  zerosLike,
} from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

describe("tensor", () => {
  test("takes numbers, booleans, nested arrays and typed arrays", () => {
    expect(tensor(3).shape).toEqual([]);
    expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
    expect(tensor([true, false]).dtype).toBe("bool");
    expect(tensor([1, true]).dtype).toBe("float32");
    expect(tensor(new Float64Array(2)).dtype).toBe("float64");
    expect(tensor(new Int32Array([1, 2])).toArray()).toEqual([1, 2]);
    expect(tensor(new Uint8Array([1, 0])).toArray()).toEqual([true, false]);
    expect(tensor(new Uint8Array([200, 3]), { dtype: "float32" }).toArray()).toEqual([200, 3]);
    expect(tensor(new Int16Array([-2]), { dtype: "int32" }).toArray()).toEqual([-2]);
  });

  test("takes arrays of no elements, of any shape", () => {
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test("copies", () => {
    const data = new Float32Array([1, 2]);
    const x = tensor(data);
    data[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("goes to nested arrays and back", () => {
    for (const data of [
      [
        [1, 2],
        [3, 4],
      ],
      5,
      [],
      [[true], [false]],
    ])
      expect(tensor(data).toArray()).toEqual(data);
  });

  test("refuses ragged nesting, and says where", () => {
    const error = refusal(() => tensor([[1, 2], [3]]));
    expect(error.got).toBe("[3] at data[1]");
    expect(refusal(() => tensor([1, [2]])).got).toBe("[2] at data[1]");
    expect(refusal(() => tensor([[1], 2])).got).toBe("2 at data[1]");
  });

  test("refuses nesting of more than 64 dimensions, and what contains itself", () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(tensor(nested(64) as TensorData).ndim).toBe(64);
    const endless: unknown[] = [];
    endless.push(endless);
    for (const data of [nested(65), endless]) {
      expect(refusal(() => tensor(data as TensorData)).expected).toBe("arrays nested at most 64 deep");
    }
  });

  test("refuses anything but a number", () => {
    expect(refusal(() => tensor(["a"] as unknown as TensorData)).got).toBe('"a" at data[0]');
    expect(refusal(() => tensor([undefined] as unknown as TensorData)).got).toContain("at data[0]");
    expect(refusal(() => tensor([null] as unknown as TensorData)).got).toBe("null at data[0]");
    expect(refusal(() => tensor({} as unknown as TensorData)).got).toBe("an object");
    expect(refusal(() => tensor([tensor(1)] as unknown as TensorData)).hint).toContain("stack");
    expect(refusal(() => tensor([1n] as unknown as TensorData)).got).toBe("1n at data[0]");
  });

  test("refuses typed arrays whose dtype would be a guess", () => {
    expect(refusal(() => tensor(new Uint8Array([200]))).hint).toContain("dtype");
    expect(refusal(() => tensor(new Int16Array(1) as unknown as TensorData)).hint).toContain("dtype");
    expect(refusal(() => tensor(new BigInt64Array(1) as unknown as TensorData, { dtype: "int32" })).got).toContain(
      "BigInt64Array",
    );
  });

  test("refuses whole numbers out of range, and unknown dtypes and options", () => {
    expect(refusal(() => tensor([2 ** 31], { dtype: "int32" })).got).toContain("2147483648");
    expect(refusal(() => tensor([Number.NaN], { dtype: "int32" })).got).toContain("NaN");
    expect(refusal(() => tensor(1, { dtype: "int64" as "int32" })).got).toBe('"int64"');
    expect(refusal(() => tensor(1, { requires_grad: true } as object)).hint).toBe('Did you mean "requiresGrad"?');
    expect(refusal(() => tensor(1, "float64" as unknown as object)).got).toBe('"float64"');
    expect(refusal(() => tensor([1], { dtype: "int32", requiresGrad: true })).got).toBe("int32");
  });

  test("truncates fractions to int32 as PyTorch does", () => {
    expect(tensor([1.7, -1.7], { dtype: "int32" }).toArray()).toEqual([1, -1]);
  });
});

describe("factories", () => {
  test("make what they say", () => {
    expect(zeros([2, 0]).shape).toEqual([2, 0]);
    expect(ones([2], { dtype: "bool" }).toArray()).toEqual([true, true]);
    expect(full([2], 2.5).toArray()).toEqual([2.5, 2.5]);
    expect(full([], -1, { dtype: "int32" }).item()).toBe(-1);
    expect(zerosLike(ones([2, 1], { dtype: "float64" })).dtype).toBe("float64");
    expect(onesLike(zeros([3], { dtype: "int32" })).toArray()).toEqual([1, 1, 1]);
    expect(eye(3).sum().item()).toBe(3);
    expect(arange(3, { dtype: "int32" }).toArray()).toEqual([0, 1, 2]);
    expect(arange(2, 5).toArray()).toEqual([2, 3, 4]);
    expect(arange(5, 2, -2).toArray()).toEqual([5, 3]);
    expect(linspace(0, 1, 2, { dtype: "float64", requiresGrad: true }).requiresGrad).toBe(true);
    expect(oneHot(tensor([[2]], { dtype: "int32" })).toArray()).toEqual([[[0, 0, 1]]]);
  });

  test("refuse shapes that are none", () => {
    expect(refusal(() => zeros(3 as unknown as number[])).hint).toContain("write [3]");
    expect(refusal(() => ones([2, -1])).got).toBe("[2, -1]");
    expect(refusal(() => full([1.5], 0)).got).toBe("[1.5]");
    expect(refusal(() => zeros([Number.NaN])).where).toBe("zeros");
    expect(refusal(() => full([1], "x" as unknown as number)).got).toBe('"x"');
    expect(refusal(() => eye(-1)).where).toBe("eye");
    expect(refusal(() => eye(1.5)).got).toBe("1.5");
    expect(refusal(() => zerosLike(5 as unknown as Tensor)).got).toBe("5");
  });

  test("refuse ranges that lead nowhere", () => {
    expect(refusal(() => arange(0, 5, 0)).where).toBe("arange");
    expect(refusal(() => arange(0, 5, -1)).where).toBe("arange");
    expect(refusal(() => arange(0, Number.POSITIVE_INFINITY)).where).toBe("arange");
    expect(refusal(() => arange(0, "3" as unknown as number)).got).toBe('[0, "3"]');
    expect(refusal(() => arange(0, 3, { dtype: "bool" })).got).toBe('"bool"');
    expect(refusal(() => linspace(0, 3, 4, { dtype: "bool" })).got).toBe('"bool"');
    expect(refusal(() => linspace(0, 1, 1.5)).where).toBe("linspace");
  });

  test("oneHot refuses labels that are fractional, negative or too large", () => {
    expect(refusal(() => oneHot(tensor([1]))).hint).toContain("int32");
    expect(refusal(() => oneHot(tensor([-1], { dtype: "int32" }), 3)).got).toBe("-1");
    expect(refusal(() => oneHot(tensor([3], { dtype: "int32" }), 3)).got).toBe("3");
    expect(refusal(() => oneHot(zeros([0], { dtype: "int32" }))).expected).toContain("numClasses");
  });
});

describe("random tensors", () => {
  test("come from the generator given, or from the default one", () => {
    const generator = new Generator().manualSeed(5);
    const first = randn([3], { generator });
    manualSeed(5);
    expect(randn([3]).data).toEqual(first.data);
    expect(defaultGenerator.initialSeed()).toBe(5);
  });

  test("have the dtype and the wish for a gradient that was asked for", () => {
    expect(rand([2], { dtype: "float64", requiresGrad: true }).requiresGrad).toBe(true);
    expect(randint(0, 5, [2], { dtype: "float32" }).dtype).toBe("float32");
    expect(randint(0, 2, [4], { dtype: "bool" }).dtype).toBe("bool");
    expect(randperm(4, { dtype: "float64" }).sum().item()).toBe(6);
    expect(bernoulli(full([3], 1, { dtype: "float64" })).toArray()).toEqual([1, 1, 1]);
  });

  test("follow PyTorch 1.13 where it is asked for and differs: float64, drawn one by one", () => {
    const drawn = (version: "current" | "1.13") => {
      const generator = new Generator().manualSeed(0);
      const normals = Array.from({ length: 40 }, () => randn([10], { dtype: "float64", generator, version }));
      const times = zeros([200], { dtype: "float64" }).exponential_(1, { generator, version });
      return cat([...normals, times]).data;
    };
    const [current, old] = [drawn("current"), drawn("1.13")];
    expect(old).not.toEqual(current);
    old.forEach((x: number, i: number) => expect(x).toBeCloseTo(current[i], 14));
    const bad = { version: "2" as "1.13" };
    expect(refusal(() => randn([2], bad)).where).toBe("randn");
    expect(refusal(() => zeros([2]).exponential_(1, bad)).got).toBe('"2"');
  });

  test("of no elements draw nothing", () => {
    const generator = new Generator().manualSeed(1);
    const before = generator.getState();
    randn([0], { generator });
    rand([0, 3], { generator });
    expect(generator.getState()).toEqual(before);
  });

  test("multinomial draws rows, with and without putting back", () => {
    const p = tensor([
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(multinomial(p, 1).toArray()).toEqual([[1], [0]]);
    expect(multinomial(p, 2, { replacement: true }).toArray()).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(
      multinomial(tensor([1, 1, 1]), 3)
        .sort()
        .values.toArray(),
    ).toEqual([0, 1, 2]);
  });

  test("refuse bad input, and draw nothing for it", () => {
    const generator = new Generator().manualSeed(1);
    const before = generator.getState();
    const bad: (() => unknown)[] = [
      () => rand([-1], { generator }),
      () => randn([2], { dtype: "int32", generator }),
      () => randint(5, 5, [2], { generator }),
      () => randint(0.5, 5, [2], { generator }),
      () => randint(0, 2 ** 31 + 1, [2], { generator }),
      () => randint(0, 5, [2], { generator, version: "2.0" as "1.13" }),
      () => randperm(-1, { generator }),
      () => randperm(2.5, { generator }),
      () => bernoulli(tensor([1.5]), { generator }),
      () => bernoulli(tensor([1], { dtype: "int32" }), { generator }),
      () => bernoulli(0.5 as unknown as Tensor, { generator }),
      () => multinomial(tensor([0, 0]), 1, { generator }),
      () => multinomial(tensor([-1, 2]), 1, { generator }),
      () => multinomial(tensor([Number.NaN, 2]), 1, { generator }),
      () => multinomial(tensor([1, 2]), 3, { generator }),
      () => multinomial(tensor([1, 2]), 0, { generator }),
      () => multinomial(tensor([[[1]]]), 1, { generator }),
      () => zeros([2]).uniform_(2, 1, { generator }),
      () => zeros([2]).normal_(0, -1, { generator }),
      () => zeros([2]).exponential_(0, { generator }),
      () => zeros([2]).bernoulli_(2, { generator }),
      () => zeros([2], { dtype: "int32" }).normal_(0, 1, { generator }),
      () => zeros([2], { requiresGrad: true }).normal_(0, 1, { generator }),
      () => randn([2], { generater: generator } as object),
    ];
    for (const run of bad) refusal(run);
    expect(generator.getState()).toEqual(before);
    for (const make of [rand, randn, zeros, ones]) {
      expect(refusal(() => make(2 as never, 3 as never)).hint).toBe("A shape is an array: write [2].");
    }
    expect(refusal(() => multinomial(tensor([-1, 2]), 1)).hint).toContain("softmax");
    expect(refusal(() => rand([2], { generator: 5 as unknown as Generator })).expected).toBe(
      "a Generator as generator",
    );
    expect(refusal(() => zeros([2]).uniform_(0, 1, { generator: {} as Generator })).expected).toBe(
      "a Generator as generator",
    );
  });
});

describe("cat, stack and where", () => {
  const [a, b] = [tensor([[1, 2]]), tensor([[3, 4]])];

  test("put tensors together, in their promoted dtype", () => {
    expect(cat([a, b]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(cat([a, b], -1).toArray()).toEqual([[1, 2, 3, 4]]);
    expect(cat([a, tensor([[1, 2]], { dtype: "float64" })]).dtype).toBe("float64");
    expect(stack([a, b], 1).shape).toEqual([1, 2, 2]);
    expect(where(tensor([true, false]), 1, 2).toArray()).toEqual([1, 2]);
    expect(where(tensor([true]), true, false).dtype).toBe("bool");
    expect(where(tensor([true, false]), tensor([1, 2], { dtype: "int32" }), 0.5).dtype).toBe("float32");
  });

  test("refuse shapes that do not fit, and nothing at all", () => {
    expect(refusal(() => cat([])).where).toBe("cat");
    expect(refusal(() => cat([a, tensor([1])])).got).toBe("[1, 2] and [1]");
    expect(refusal(() => cat([tensor(1), tensor(2)])).hint).toContain("stack");
    expect(refusal(() => stack([a, tensor([1])])).got).toBe("[1, 2] and [1]");
    expect(refusal(() => cat(a as unknown as Tensor[])).where).toBe("cat");
    expect(refusal(() => where(tensor([1]), 1, 2)).hint).toContain("gt");
    expect(refusal(() => where(tensor([true]), "a" as unknown as number, 2)).got).toBe('"a"');
    expect(refusal(() => where(tensor([true, false]), tensor([1, 2, 3]), 2)).got).toContain("[3]");
  });
});
