import { arange, type Dtype, noGrad, type Operand, ones, randn, Tensor, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const ints = (data: number | number[] | number[][]) => tensor(data, { dtype: "int32" });

describe("a tensor", () => {
  test("tells its shape, dtype, dimensions and size", () => {
    const x = zeros([2, 3], { dtype: "float64" });
    expect([x.shape, x.dtype, x.ndim, x.numel()]).toEqual([[2, 3], "float64", 2, 6]);
  });

  test("gives its one element, and refuses of several", () => {
    expect(tensor([[7]]).item()).toBe(7);
    expect(tensor([true]).all().item()).toBe(true);
    expect(refusal(() => tensor([1, 2]).item()).hint).toContain("toArray");
    expect(refusal(() => zeros([0]).item()).got).toContain("[0]");
  });

  test("may be asked for a gradient later, if it is a float and a leaf", () => {
    const x = tensor([1, 2]);
    x.requiresGrad = true;
    expect(x.mul(2).requiresGrad).toBe(true);
    x.requiresGrad = false;
    expect(x.mul(2).requiresGrad).toBe(false);
    expect(refusal(() => Object.assign(ints([1]), { requiresGrad: true })).hint).toContain("float32");
    const y = tensor(1, { requiresGrad: true }).mul(2);
    expect(refusal(() => Object.assign(y, { requiresGrad: false })).hint).toContain("detach");
  });

  test("takes a gradient of its own shape and dtype only", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.grad = tensor([3, 4]);
    expect(x.grad.toArray()).toEqual([3, 4]);
    expect(refusal(() => Object.assign(x, { grad: tensor([1]) })).got).toContain("[1]");
    expect(refusal(() => Object.assign(x, { grad: zeros([2], { dtype: "float64" }) })).got).toContain("float64");
    expect(x.grad.toArray()).toEqual([3, 4]);
  });

  test("is itself when converted to the dtype that it has", () => {
    const x = tensor([1]);
    expect(x.to("float32")).toBe(x);
    expect(refusal(() => x.to("float16" as Dtype)).expected).toContain("float64");
  });
});

describe("memory", () => {
  test("is shared by reshape, view, flatten, squeeze, unsqueeze and detach", () => {
    const x = zeros([1, 2, 2]);
    const views = [x.reshape(4), x.view(2, 2), x.flatten(), x.squeeze(), x.unsqueeze(0), x.detach()];
    x.fill_(3);
    for (const view of views) expect(view.sum().item()).toBe(12);
  });

  test("is of its own for everything else", () => {
    const x = zeros([2, 2]);
    const copies = [
      x.permute(0, 1),
      x.transpose(1, 1),
      x.t(),
      x.select(0, 0),
      x.slice(0, 0, 1),
      x.expand(2, 2).clone(),
      x.add(0),
      x.flip(0),
      x.flip([]),
    ];
    x.fill_(3);
    for (const copy of copies) expect(copy.sum().item()).toBe(0);
  });
});

describe("shapes", () => {
  const x = arange(6).reshape(2, 3);

  test("are given as one array or as the numbers themselves", () => {
    expect(x.reshape([3, 2]).shape).toEqual(x.reshape(3, 2).shape);
    expect(x.permute([1, 0]).shape).toEqual(x.permute(1, 0).shape);
    expect(x.expand([4, -1, -1]).shape).toEqual([4, 2, 3]);
    expect(x.reshape(-1, 2).shape).toEqual([3, 2]);
    expect(zeros([0, 3]).reshape(3, 0).shape).toEqual([3, 0]);
    expect(tensor(1).reshape([]).shape).toEqual([]);
    expect(tensor(1).flatten().shape).toEqual([1]);
    expect(zeros([1, 2, 1]).squeeze(1).shape).toEqual([1, 2, 1]);
  });

  test("count negative dimensions from the end", () => {
    expect(x.sum(-1).toArray()).toEqual([3, 12]);
    expect(x.unsqueeze(-1).shape).toEqual([2, 3, 1]);
    expect(x.T.toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(arange(3).T.shape).toEqual([3]);
  });

  test("that do not fit are refused, with what would", () => {
    expect(refusal(() => x.reshape(4, 2)).expected).toContain("6 elements");
    expect(refusal(() => x.reshape(-1, -1)).hint).toContain("-1");
    expect(refusal(() => x.reshape(-1, 4)).got).toBe("[-1, 4]");
    expect(refusal(() => x.reshape(2.5, 2)).where).toBe("reshape");
    expect(refusal(() => x.expand(2, 4)).expected).toContain("[2, 3]");
    expect(refusal(() => x.expand(-1, 2, 3)).where).toBe("expand");
    expect(refusal(() => x.permute(0, 0)).expected).toContain("2 dimensions");
    expect(refusal(() => x.sum(2)).expected).toBe("a dimension from -2 to 1");
    expect(refusal(() => x.sum([0, 0])).expected).toContain("once");
    expect(refusal(() => x.transpose(0, 5)).where).toBe("transpose");
    expect(refusal(() => zeros([1, 2, 3]).t()).hint).toContain("permute");
    expect(refusal(() => x.flatten(1, 0)).where).toBe("flatten");
    expect(refusal(() => x.repeat(2)).where).toBe("repeat");
    expect(refusal(() => x.sum({ keepdim: true } as unknown as number)).hint).toContain("after the dimension");
    expect(refusal(() => x.sum(0, { keepDim: true } as object)).hint).toContain("keepdim");
  });

  test("of two operands that do not broadcast are refused everywhere", () => {
    const y = zeros([2, 2]);
    for (const op of [
      "add",
      "sub",
      "mul",
      "div",
      "pow",
      "maximum",
      "minimum",
      "eq",
      "lt",
      "le",
      "gt",
      "ge",
      "ne",
    ] as const) {
      const error = refusal(() => x[op](y));
      expect(error.where).toBe(op);
      expect(error.got).toBe("[2, 3] and [2, 2]");
    }
  });
});

describe("operands", () => {
  test("may be numbers, which keep a float's dtype and give whole numbers room for fractions", () => {
    expect(ints([1, 2]).add(1).dtype).toBe("int32");
    expect(ints([1, 2]).mul(0.5).toArray()).toEqual([0.5, 1]);
    expect(tensor([true]).add(1).dtype).toBe("int32");
    expect(zeros([1], { dtype: "float64" }).add(0.1).item()).toBe(0.1);
    expect(ints([5]).maximum(2.5).dtype).toBe("float32");
  });

  test("that are neither tensors nor numbers are refused", () => {
    for (const op of ["add", "mul", "div", "pow", "eq", "maximum"] as const) {
      expect(refusal(() => tensor([1])[op]("2" as unknown as Operand)).got).toBe('"2"');
      expect(refusal(() => tensor([1])[op](undefined as unknown as Operand)).got).toBe("undefined");
    }
  });

  test("of the wrong dtype are refused", () => {
    expect(refusal(() => tensor([true]).sub(tensor([true]))).hint).toContain("eq(false)");
    expect(refusal(() => tensor([true]).neg()).where).toBe("neg");
    expect(refusal(() => ints([1]).mean()).hint).toContain("float32");
    expect(refusal(() => ints([1]).var()).where).toBe("var");
    expect(refusal(() => ints([1]).norm()).where).toBe("norm");
    expect(refusal(() => ints([2]).pow(-1)).expected).toContain("0 or more");
    expect(refusal(() => tensor([true]).matmul(tensor([true]))).where).toBe("matmul");
    expect(refusal(() => tensor([1]).norm(Number.NaN)).where).toBe("norm");
  });

  test("int32 wraps as 32-bit integers do", () => {
    expect(
      ints([2 ** 31 - 1])
        .add(1)
        .item(),
    ).toBe(-(2 ** 31));
    expect(ints([123456789]).mul(987654321).item()).toBe(Math.imul(123456789, 987654321));
    expect(ints([3]).pow(40).item()).toBe(Number(BigInt.asIntN(32, 3n ** 40n)));
    expect(ints([100000]).prod().item()).toBe(100000);
    expect(
      ints([-1, 2, 1])
        .pow(ints([3, 5, 0]))
        .toArray(),
    ).toEqual([-1, 32, 1]);
    expect(
      ints([-1, 1, 2])
        .pow(ints([-3, -1, -1]))
        .toArray(),
    ).toEqual([-1, 1, 0]);
  });
});

describe("products refuse", () => {
  test("sizes that do not meet, and single numbers", () => {
    expect(refusal(() => zeros([2, 3]).matmul(zeros([2, 3]))).got).toBe("[2, 3] and [2, 3]");
    expect(refusal(() => zeros([2]).matmul(zeros([3]))).got).toBe("[2] and [3]");
    expect(refusal(() => tensor(1).matmul(zeros([3]))).hint).toContain("mul");
    expect(refusal(() => zeros([2, 2, 3]).matmul(zeros([3, 3, 2]))).expected).toContain("broadcast");
    expect(refusal(() => zeros([2]).dot(zeros([3]))).where).toBe("dot");
    expect(refusal(() => zeros([2, 1]).outer(zeros([3]))).where).toBe("outer");
    expect(refusal(() => zeros([2]).matmul(3 as unknown as Tensor)).got).toBe("3");
  });
});

describe("picking", () => {
  const x = arange(6).reshape(3, 2);

  test("takes negative indices from the end", () => {
    expect(x.index(ints([-1])).toArray()).toEqual([[4, 5]]);
    expect(x.select(0, -2).toArray()).toEqual([2, 3]);
    expect(x.slice(0, -2).shape).toEqual([2, 2]);
    expect(x.slice(0, 5).shape).toEqual([0, 2]);
    expect(x.slice(0, null, -1).shape).toEqual([2, 2]);
    expect(x.slice(0, 0, Number.POSITIVE_INFINITY, 2).toArray()).toEqual([
      [0, 1],
      [4, 5],
    ]);
    expect(x.index(ints(1)).shape).toEqual([2]);
  });

  test("refuses indices that are out of range, fractional or float", () => {
    expect(refusal(() => x.index(ints([3]))).got).toBe("3");
    expect(refusal(() => x.index(ints([-4]))).got).toBe("-4");
    expect(refusal(() => x.index(tensor([1]))).hint).toContain("int32");
    expect(refusal(() => x.index([0.5])).expected).toContain("whole numbers");
    expect(refusal(() => x.index(ints([0]), ints([2]))).got).toBe("2");
    expect(refusal(() => arange(3).index(ints([0]), ints([0]))).where).toBe("index");
    expect(refusal(() => tensor(1).index(ints([0]))).where).toBe("index");
    expect(refusal(() => x.index(tensor([true, false]))).got).toBe("[2]");
    expect(refusal(() => x.select(0, 3)).expected).toBe("an index from -3 to 2");
    expect(refusal(() => x.select(0, 0.5)).got).toBe("0.5");
    expect(refusal(() => tensor(1).select(0, 0)).where).toBe("select");
    expect(refusal(() => x.slice(0, 0, 2, 0)).expected).toContain("step");
    expect(refusal(() => x.slice(0, 0.5)).got).toBe("0.5");
    expect(refusal(() => tensor(1).slice(0)).where).toBe("slice");
    expect(refusal(() => x.gather(1, ints([[2]]))).got).toBe("2");
    expect(refusal(() => x.gather(1, ints([[-1]]))).got).toBe("-1");
    expect(refusal(() => x.gather(1, ints([0]))).expected).toContain("2 dimensions");
    expect(refusal(() => x.topk(4, 0)).expected).toBe("a k from 0 to 3");
    expect(refusal(() => x.maskedFill(tensor([1, 2]), 0)).where).toBe("maskedFill");
    expect(refusal(() => x.maskedFill(tensor([1, 2]), 0)).hint).toContain('mask.to("bool")');
    expect(refusal(() => arange(3).triu()).where).toBe("triu");
    expect(refusal(() => zeros([1, 1, 1]).diag()).where).toBe("diag");
  });

  test("refuses to choose from nothing, and to confuse max with maximum", () => {
    expect(refusal(() => zeros([0]).max()).where).toBe("max");
    expect(refusal(() => zeros([0, 2]).argmin(0)).where).toBe("argmin");
    expect(refusal(() => x.max(tensor([1]) as unknown as number)).hint).toContain("maximum");
    expect(zeros([0, 2]).amax(1).shape).toEqual([0]);
  });

  test("works on a single number as on a list of one", () => {
    const single = tensor(3);
    expect(single.max(0).values.item()).toBe(3);
    expect(single.sort().indices.item()).toBe(0);
    expect(single.softmax(0).item()).toBe(1);
    expect(single.cumsum(0).item()).toBe(3);
    expect(single.sum(0).item()).toBe(3);
    expect(single.gather(0, ints(0)).item()).toBe(3);
    expect(single.transpose(0, -1).item()).toBe(3);
    expect(single.topk(1).values.item()).toBe(3);
  });
});

describe("options and bounds", () => {
  test("are refused where unknown or impossible", () => {
    const x = tensor([1, 2]);
    expect(refusal(() => x.gelu({ approximate: "erf" as "none" })).got).toBe('"erf"');
    expect(refusal(() => x.softplus({ bet: 2 } as object)).hint).toContain("beta");
    expect(refusal(() => x.clamp(null)).expected).toContain("one bound");
    expect(refusal(() => x.clamp(tensor(1) as unknown as number)).hint).toContain("clamp(x, min, max)");
    expect(refusal(() => x.sort(0, { ascending: true } as object)).where).toBe("sort");
    expect(refusal(() => x.var(0, { unbiased: false } as object)).expected).toContain("correction");
    expect(refusal(() => x.std(0, { correction: Number.NaN })).where).toBe("std");
    expect(refusal(() => x.topk(1, 0, { sorted: true } as object)).where).toBe("topk");
  });

  test("clamp goes from one side only where the other bound is left out", () => {
    expect(tensor([-2, 2]).clamp(0).toArray()).toEqual([0, 2]);
    expect(tensor([-2, 2]).clamp(null, 0).toArray()).toEqual([-2, 0]);
    expect(ints([-2, 2]).clamp(0.5, null).dtype).toBe("float32");
  });
});

describe("in place", () => {
  test("each does what its name says, and returns the tensor itself", () => {
    const x = tensor([1, 2]);
    expect(x.add_(1)).toBe(x);
    expect(x.sub_(tensor([0, 1])).toArray()).toEqual([2, 2]);
    expect(x.mul_(3).div_(2).toArray()).toEqual([3, 3]);
    expect(x.copy_(ints([4, 5])).toArray()).toEqual([4, 5]);
    expect(x.lerp_(tensor([0, 0]), 0.5).toArray()).toEqual([2, 2.5]);
    expect(x.lerp_(tensor([7, 7]), 1).toArray()).toEqual([7, 7]);
    expect(x.fill_(2).zero_().toArray()).toEqual([0, 0]);
    expect(zeros([2], { dtype: "bool" }).fill_(true).toArray()).toEqual([true, true]);
    expect(ones([2], { dtype: "float32" }).add_(zeros([], { dtype: "float64" })).dtype).toBe("float32");
  });

  test("works on itself", () => {
    const x = tensor([1, 2]);
    expect(x.add_(x).mul_(x).toArray()).toEqual([4, 16]);
  });

  test("is refused on what wants a gradient, and on what is on the tape, unless under noGrad", () => {
    const x = randn([2], { requiresGrad: true });
    const before = x.clone().data;
    for (const run of [
      () => x.add_(1),
      () => x.zero_(),
      () => x.fill_(0),
      () => x.copy_(zeros([2])),
      () => x.normal_(),
    ]) {
      expect(refusal(run).hint).toContain("noGrad");
    }
    expect(refusal(() => x.mul(2).mul_(2)).got).toContain("mul");
    expect(refusal(() => zeros([2]).add_(x)).hint).toContain("detach");
    expect(refusal(() => zeros([2]).lerp_(zeros([2]), x)).hint).toContain("detach");
    expect(x.data).toEqual(before);
    noGrad(() => x.zero_());
    expect(x.toArray()).toEqual([0, 0]);
  });

  test("is refused where the result has no room, and changes nothing", () => {
    const [x, i] = [zeros([2]), ints([1, 2])];
    expect(refusal(() => x.add_(zeros([3, 2]))).hint).toContain("shape");
    expect(refusal(() => i.add_(0.5)).hint).toContain("to(");
    expect(refusal(() => i.div_(2)).got).toContain("float32");
    expect(refusal(() => tensor([true]).add_(1)).got).toContain("int32");
    expect(refusal(() => x.copy_(zeros([3]))).where).toBe("expand");
    expect(refusal(() => x.copy_([1, 2] as unknown as Tensor)).got).toBe("[1, 2]");
    expect(refusal(() => x.lerp_(1 as unknown as Tensor, 0.5)).where).toBe("lerp_");
    expect(refusal(() => x.lerp_(x, "1" as unknown as number)).where).toBe("lerp_");
    expect(refusal(() => x.fill_("1" as unknown as number)).got).toBe('"1"');
    expect([x.toArray(), i.toArray()]).toEqual([
      [0, 0],
      [1, 2],
    ]);
  });
});

test("an empty list of dimensions means all, as in PyTorch; to any and all it means none", () => {
  const x = tensor([
    [1, 0],
    [2, 3],
  ]);
  expect([x.sum([]).item(), x.mean([]).item(), x.amax([]).item()]).toEqual([6, 1.5, 3]);
  expect(x.any([]).toArray()).toEqual([
    [true, false],
    [true, true],
  ]);
  expect(x.all([]).toArray()).toEqual([
    [true, false],
    [true, true],
  ]);
});

test("JSON.stringify writes the elements", () => {
  expect(JSON.stringify([tensor([[1, 2]]), tensor([true]), tensor(Number.NaN)])).toBe("[[[1,2]],[true],null]");
});

test("errors name the method that was called", () => {
  const x = zeros([0, 2]);
  for (const op of ["amax", "amin", "max", "min", "argmax"] as const) expect(refusal(() => x[op]()).where).toBe(op);
  expect(refusal(() => zeros([2]).view(3)).where).toBe("view");
  expect(refusal(() => tensor([true]).dot(tensor([true]))).where).toBe("dot");
  expect(refusal(() => tensor([true]).relu()).where).toBe("relu");
  expect(refusal(() => tensor([1]).softplus({ beta: "2" as unknown as number })).got).toContain('"2"');
  expect(refusal(() => tensor([1]).logsumexp(undefined as unknown as number)).where).toBe("logsumexp");
});

test("int32 takes no value that it cannot hold", () => {
  for (const value of [Number.NaN, 2 ** 31, 1.7]) {
    expect(refusal(() => ints([1]).fill_(value)).where).toBe("fill_");
    expect(refusal(() => ints([1]).maskedFill(tensor([true]), value)).where).toBe("maskedFill");
  }
});

test("a tensor is no array in disguise: it has no methods of one", () => {
  expect(Tensor.prototype).not.toHaveProperty("length");
});

test("reshape refuses a size of -1 beside one of 0, which could be any, as PyTorch does", () => {
  const empty = zeros([0, 3]);
  for (const shape of [
    [-1, 0],
    [0, -1],
    [0, -1, 2],
  ]) {
    expect(() => empty.reshape(shape)).toThrow(/a shape of 0 elements/);
  }
  expect(empty.reshape(-1).shape).toEqual([0]);
  expect(empty.reshape(-1, 3).shape).toEqual([0, 3]);
  expect(empty.reshape(0, 5).shape).toEqual([0, 5]);
});
