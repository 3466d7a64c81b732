import { describe, expect, expectTypeOf, test } from "vitest";
import { arange, data, Generator, nn, type Tensor, zeros } from "../../src/index.ts";

const { TensorDataset, Subset, randomSplit } = data;

describe("a TensorDataset", () => {
  test("has the rows of its tensors for items", () => {
    const dataset = new TensorDataset(arange(6).reshape(3, 2), arange(3));
    const item = dataset.get(2);
    expect(dataset.length).toBe(3);
    expect(item.map((x) => x.toArray())).toEqual([[4, 5], 2]);
    expectTypeOf(item).toEqualTypeOf<[Tensor, Tensor]>();
  });

  test("takes labels as arrays of whole numbers", () => {
    const dataset = new TensorDataset(
      arange(6).reshape(3, 2),
      [2, 0, 1],
      [
        [1, 0],
        [0, 0],
        [1, 1],
      ],
    );
    expect(dataset.tensors.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ["float32", [3, 2]],
      ["int32", [3]],
      ["int32", [3, 2]],
    ]);
    const [x, y, tags] = dataset.get(1);
    expectTypeOf(y).toEqualTypeOf<Tensor>();
    expect([x, y, tags].map((row) => row.toArray())).toEqual([[2, 3], 0, [0, 0]]);
    for (const [rows, labels] of new data.DataLoader(dataset, { batchSize: 2 })) {
      expect(nn.functional.crossEntropy(rows.matmul(zeros([2, 3])), labels).item()).toBeCloseTo(Math.log(3), 6);
    }
  });

  test.each<[string, unknown[], string]>([
    ["no tensors", [], "or arrays of whole numbers, got none."],
    ["an array", [[zeros([2])]], "Write new TensorDataset(...tensors)."],
    ["numbers that are no labels", [zeros([2]), [0, 0.5]], "Make a tensor of them: tensor(values)."],
    ["names of classes", [zeros([2]), ["cat", "dog"]], 'got ["cat", "dog"]. Number the classes: 0, 1, ….'],
    ["arrays of different lengths", [zeros([2]), [[0, 1], [2]]], "or arrays of whole numbers, got [[0, 1], [2]]."],
    ["a number", [zeros([2]), 3], "got 3."],
    ["a tensor without dimensions", [zeros([])], "got a float32 tensor of shape []."],
    ["different first sizes", [zeros([2, 3]), zeros([3])], "tensors of the same first size, got [2, 3] and [3]."],
  ])("refuses %s", (_, tensors, message) => {
    expect(() => new TensorDataset(...(tensors as Tensor[]))).toThrow(message);
  });

  test.each([3, -1, 0.5, Number.NaN])("refuses item %o of three", (i) => {
    const dataset = new TensorDataset(arange(3));
    expect(() => dataset.get(i)).toThrow(`TensorDataset.get: expected the number of an item, from 0 to 2, got ${i}.`);
  });
});

describe("a Subset", () => {
  test("has some items of another dataset, in an order of its own", () => {
    const subset = new Subset(["a", "b", "c"], [2, 0, 2]);
    expect([subset.length, subset.get(0), subset.get(1)]).toEqual([3, "c", "a"]);
  });

  test("refuses indices that are none, and items that it has not", () => {
    expect(() => new Subset([1, 2], [2])).toThrow("Subset: expected the number of an item, from 0 to 1, got 2.");
    expect(() => new Subset([1, 2], 1 as never)).toThrow("Subset: expected an array of indices, got 1.");
    expect(() => new Subset(3 as never, [])).toThrow("Subset: expected a dataset");
    expect(() => new Subset([1, 2], [1]).get(1)).toThrow(
      "Subset.get: expected the number of an item, from 0 to 0, got 1.",
    );
  });
});

describe("randomSplit", () => {
  const items = Array.from({ length: 10 }, (_, i) => `item ${i}`);

  test("gives every item to one part", () => {
    const parts = randomSplit(items, [3, 7], { generator: new Generator().manualSeed(1) });
    expect(parts.map(({ length }) => length)).toEqual([3, 7]);
    expect(parts.flatMap(({ indices }) => indices).toSorted()).toEqual(items.map((_, i) => i));
    expectTypeOf(parts[0].get(0)).toEqualTypeOf<string>();
  });

  test.each([
    [
      [0.5, 0.5],
      [5, 5],
    ],
    [
      [0.33, 0.33, 0.34],
      [4, 3, 3],
    ],
    [
      [0.05, 0.95],
      [1, 9],
    ],
    [Array(20).fill(0.05), [...Array(10).fill(1), ...Array(10).fill(0)]],
  ])("gives what fractions %o leave to the parts, from the first", (fractions, lengths) => {
    expect(randomSplit(items, fractions).map(({ length }) => length)).toEqual(lengths);
  });

  test.each<[unknown, string]>([
    [[3, 3], "lengths that sum to the 10 items, or fractions that sum to 1, got [3, 3], which sum to 6."],
    [[0.5, 0.4], "got [0.5, 0.4], which sum to 0.9."],
    [[2.5, 7.5], "got [2.5, 7.5], which sum to 10."],
    [[-1, 11], "got [-1, 11]."],
    [[-0.5, 1.5], "got [-0.5, 1.5]."],
    [[Number.NaN], "got [NaN]."],
    [10, "got 10."],
    [[], "got [], which sum to 0."],
  ])("refuses %o", (lengths, message) => {
    const generator = new Generator().manualSeed(1);
    const before = generator.getState();
    expect(() => randomSplit(items, lengths as number[], { generator })).toThrow(message);
    expect(generator.getState()).toEqual(before);
  });

  test("refuses anything but a dataset, a generator and known options", () => {
    expect(() => randomSplit(zeros([3]) as never, [3])).toThrow("randomSplit: expected a dataset");
    expect(() => randomSplit(items, [10], { generator: 3 as never })).toThrow(
      "randomSplit: expected a Generator as generator, got 3.",
    );
    expect(() => randomSplit(items, [10], { seed: 3 } as never)).toThrow('got "seed".');
  });
});
