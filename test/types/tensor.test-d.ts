import {
  arange,
  cat,
  type Data,
  type Dtype,
  full,
  type HookHandle,
  type NestedArray,
  type Operand,
  type Shape,
  type Tensor,
  type TensorData,
  tensor,
  type ValuesAndIndices,
  zeros,
} from "evenkeel";
import { describe, expectTypeOf, test } from "vitest";

declare const x: Tensor;

describe("tensor", () => {
  test("takes numbers, booleans, nested arrays of any depth and typed arrays", () => {
    expectTypeOf(tensor(3)).toEqualTypeOf<Tensor>();
    expectTypeOf(tensor(true)).toEqualTypeOf<Tensor>();
    expectTypeOf(tensor([[[1], [2]]] as const)).toEqualTypeOf<Tensor>();
    expectTypeOf(tensor([true, false])).toEqualTypeOf<Tensor>();
    expectTypeOf(tensor(new Float32Array(2))).toEqualTypeOf<Tensor>();
    expectTypeOf(tensor(new Int16Array(2), { dtype: "int32" })).toEqualTypeOf<Tensor>();
    expectTypeOf<readonly (readonly number[])[]>().toExtend<TensorData>();
  });

  test("refuses what holds no numbers", () => {
    // @ts-expect-error text
    tensor("1");
    // @ts-expect-error text within
    tensor([["1"]]);
    // @ts-expect-error 64-bit integers
    tensor(new BigInt64Array(2));
    // @ts-expect-error tensors: stack them
    tensor([x, x]);
  });

  test("refuses options of other names and values", () => {
    // @ts-expect-error misspelt
    tensor([1], { requiresgrad: true });
    // @ts-expect-error PyTorch's name
    tensor([1], { requires_grad: true });
    // @ts-expect-error no such dtype
    tensor([1], { dtype: "int64" });
    // @ts-expect-error undefined is no value of an option
    tensor([1], { dtype: undefined });
  });
});

describe("factories", () => {
  test("take a shape in an array", () => {
    expectTypeOf(zeros([2, 3] as const)).toEqualTypeOf<Tensor>();
    expectTypeOf(full([], true)).toEqualTypeOf<Tensor>();
    // @ts-expect-error sizes one by one
    zeros(2, 3);
  });

  test("arange takes one bound, two, or two and a step, and options after any", () => {
    expectTypeOf(arange(3, { dtype: "int32" })).toEqualTypeOf<Tensor>();
    expectTypeOf(arange(1, 3)).toEqualTypeOf<Tensor>();
    expectTypeOf(arange(1, 3, 2, { requiresGrad: true })).toEqualTypeOf<Tensor>();
    // @ts-expect-error options in between
    arange(1, {}, 3);
  });

  test("cat takes one array", () => {
    expectTypeOf(cat([x, x], 1)).toEqualTypeOf<Tensor>();
    // @ts-expect-error tensors one by one
    cat(x, x);
  });
});

describe("a tensor", () => {
  test("shows its shape, dtype and elements for reading", () => {
    expectTypeOf(x.shape).toEqualTypeOf<readonly number[]>();
    expectTypeOf<Tensor["shape"]>().toEqualTypeOf<Shape>();
    expectTypeOf(x.dtype).toEqualTypeOf<Dtype>();
    expectTypeOf(x.data).toEqualTypeOf<Data>();
    expectTypeOf(x.grad).toEqualTypeOf<Tensor | null>();
    // @ts-expect-error readonly
    x.shape[0] = 1;
    // @ts-expect-error readonly
    x.shape = [1];
    // @ts-expect-error readonly
    x.dtype = "int32";
  });

  test("gives its elements in the type asked for", () => {
    expectTypeOf(x.item()).toEqualTypeOf<number>();
    expectTypeOf(x.item<boolean>()).toEqualTypeOf<boolean>();
    expectTypeOf(x.toArray()).toEqualTypeOf<NestedArray>();
    expectTypeOf(x.toArray<number[][]>()).toEqualTypeOf<number[][]>();
    // @ts-expect-error no text
    x.item<string>();
  });

  test("meets tensors, numbers and booleans", () => {
    expectTypeOf<Operand>().toEqualTypeOf<Tensor | number | boolean>();
    expectTypeOf(x.add(1).mul(x).eq(true)).toEqualTypeOf<Tensor>();
    // @ts-expect-error an array
    x.add([1, 2]);
    // @ts-expect-error a matrix product with a number
    x.matmul(2);
  });

  test("max and min give a tensor, and with a dimension values and indices", () => {
    expectTypeOf(x.max()).toEqualTypeOf<Tensor>();
    expectTypeOf(x.max(0)).toEqualTypeOf<ValuesAndIndices>();
    expectTypeOf(x.min(-1, { keepdim: true }).indices).toEqualTypeOf<Tensor>();
    // @ts-expect-error two tensors: maximum
    x.max(x);
    // @ts-expect-error several dimensions: amax
    x.max([0, 1]);
  });

  test("reductions take a dimension, several, or none, then options", () => {
    expectTypeOf(x.sum()).toEqualTypeOf<Tensor>();
    expectTypeOf(x.mean([0, 1] as const, { keepdim: true })).toEqualTypeOf<Tensor>();
    expectTypeOf(x.var(0, { correction: 0 })).toEqualTypeOf<Tensor>();
    // @ts-expect-error a boolean argument
    x.sum(0, true);
    // @ts-expect-error misspelt
    x.sum(0, { keepDim: true });
    // @ts-expect-error PyTorch's older name
    x.var(0, { unbiased: false });
    // @ts-expect-error softmax is along one dimension
    x.softmax();
  });

  test("shapes are one array or the numbers themselves", () => {
    expectTypeOf(x.reshape(2, -1)).toEqualTypeOf<Tensor>();
    expectTypeOf(x.reshape([2, -1])).toEqualTypeOf<Tensor>();
    expectTypeOf(x.view(x.shape).permute([1, 0])).toEqualTypeOf<Tensor>();
    // @ts-expect-error both
    x.reshape([2], 3);
  });

  test("what happens in place gives the tensor itself, as the class it is of", () => {
    expectTypeOf(x.add_(1)).toEqualTypeOf(x);
    expectTypeOf(x.uniform_(-1, 1)).toEqualTypeOf(x);
    // @ts-expect-error a number: fill_
    x.copy_(1);
  });

  test("hooks look at a gradient, or return another", () => {
    expectTypeOf(x.registerHook((g) => g.mul(2))).toEqualTypeOf<HookHandle>();
    expectTypeOf(x.registerHook(() => {})).toEqualTypeOf<HookHandle>();
    // @ts-expect-error a number is no gradient
    x.registerHook(() => 3);
  });
});
