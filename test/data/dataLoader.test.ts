import { describe, expect, expectTypeOf, test } from "vitest";
import { arange, data, Generator, manualSeed, type Tensor, tensor, zeros } from "../../src/index.ts";

const { DataLoader, TensorDataset } = data;

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("a DataLoader", () => {
  test("gives rows of tensors in batches, the last one shorter", () => {
    const loader = new DataLoader(new TensorDataset(arange(10).reshape(5, 2), arange(5).to("int32")), { batchSize: 2 });
    const batches = [...loader];
    expect(loader.length).toBe(3);
    expect(batches.map(([x, y]) => [x.shape, y.dtype, y.toArray()])).toEqual([
      [[2, 2], "int32", [0, 1]],
      [[2, 2], "int32", [2, 3]],
      [[1, 2], "int32", [4]],
    ]);
    expectTypeOf(batches).toEqualTypeOf<[Tensor, Tensor][]>();
  });

  test("leaves a short last batch out where it is asked to", () => {
    const loader = new DataLoader(numbers(5), { batchSize: 2, dropLast: true });
    expect([...loader].map((x) => x.toArray())).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(loader.length).toBe(2);
  });

  test("starts a new epoch with each loop, in another order", () => {
    manualSeed(3);
    const loader = new DataLoader(numbers(20), { batchSize: 20, shuffle: true });
    const [[a], [b]] = [[...loader], [...loader]].map((epoch) => epoch.map((x) => x.toArray<number[]>()));
    expect(a).not.toEqual(b);
    expect(a.toSorted((i, j) => i - j)).toEqual(numbers(20));
  });

  test("gives the same orders from the same seed", () => {
    const orders = [1, 2].map(() => {
      const loader = new DataLoader(numbers(9), { shuffle: true, generator: new Generator().manualSeed(5) });
      return [...loader, ...loader].map((x) => x.item());
    });
    expect(orders[0]).toEqual(orders[1]);
  });

  test("passes gradients on to the tensors it takes rows from", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    for (const [batch] of new DataLoader(new TensorDataset(x), { batchSize: 2 })) batch.square().sum().backward();
    expect(x.grad?.toArray()).toEqual([2, 4, 6]);
  });

  test("gives an empty dataset no batch, and refuses to shuffle it", () => {
    expect([...new DataLoader([])]).toEqual([]);
    expect(() => new DataLoader([], { shuffle: true })).toThrow(
      "DataLoader: expected at least one item to shuffle, got none.",
    );
  });

  test("follows an array that grows", () => {
    const items = [1];
    const loader = new DataLoader(items);
    items.push(2);
    expect([loader.length, [...loader].length]).toEqual([2, 2]);
  });
});

describe("a batch", () => {
  const batch = <T>(...items: T[]) => [...new DataLoader(items, { batchSize: items.length })][0];

  test("of numbers is a float32 tensor, of booleans a bool one, of strings an array", () => {
    expect(batch(1, 2.5)).toMatchObject({ dtype: "float32", shape: [2] });
    expect(batch(true, false).toArray()).toEqual([true, false]);
    expect(batch("a", "b")).toEqual(["a", "b"]);
    expectTypeOf(batch("a")).toEqualTypeOf<string[]>();
    expectTypeOf(batch(true)).toEqualTypeOf<Tensor>();
  });

  test("of tensors is stacked", () => {
    expect(batch(zeros([2, 3]), zeros([2, 3])).shape).toEqual([2, 2, 3]);
  });

  test("of tuples and objects is one of batches", () => {
    const pair: [Tensor, number] = [zeros([3]), 7];
    const [x, y] = batch(pair, pair);
    expect([x.shape, y.toArray()]).toEqual([
      [2, 3],
      [7, 7],
    ]);
    const { image, name } = batch({ image: zeros([2]), name: "a" }, { image: zeros([2]), name: "b" });
    expect([image.shape, name]).toEqual([
      [2, 2],
      ["a", "b"],
    ]);
    expectTypeOf(name).toEqualTypeOf<string[]>();
  });

  test("of a dataset of one's own is made of what get returns", () => {
    const squares: data.Dataset<[number, Tensor]> = { length: 3, get: (i) => [i * i, tensor([i])] };
    const batches = [...new DataLoader(squares, { batchSize: 2 })];
    expect(batches.map(([x, y]) => [x.toArray(), y.shape])).toEqual([
      [
        [0, 1],
        [2, 1],
      ],
      [[4], [1, 1]],
    ]);
  });

  test("of part of a TensorDataset has the rows of the part", () => {
    const whole = new TensorDataset(arange(10));
    const part = new data.Subset(new data.Subset(whole, [9, 7, 5, 3]), [0, 3]);
    expect([...new DataLoader(part, { batchSize: 2 })].map(([x]) => x.toArray())).toEqual([[9, 3]]);
  });

  test.each<[string, unknown[], string]>([
    ["kinds", [1, "a"], 'strings, or arrays or plain objects of those, got 1 and "a".'],
    ["lengths", [[1, 2], [1]], "got [1, 2] and [1]."],
    ["names", [{ a: 1 }, { b: 1 }], "got an object and an object."],
    ["shapes", [zeros([2]), zeros([3])], "stack: expected tensors of one shape, got [2] and [3]."],
    ["things that are none", [() => 1], "got a function."],
    ["null", [null], "got null."],
  ])("is refused for items of different %s", (_, items, message) => {
    expect(() => batch(...items)).toThrow(message);
  });
});

describe("a DataLoader refuses", () => {
  test.each<[unknown, string]>([
    [{ batchSize: 0 }, "DataLoader: expected a whole number of 1 or more as batchSize, got 0."],
    [{ batchSize: 2.5 }, "got 2.5."],
    [{ batchSize: Number.NaN }, "got NaN."],
    [{ batchSize: "4" }, 'got "4".'],
    [{ batchSize: null }, "got null."],
    [{ shuffle: 1 }, "DataLoader: expected true or false as shuffle, got 1."],
    [{ dropLast: "yes" }, 'DataLoader: expected true or false as dropLast, got "yes".'],
    [{ generator: 42 }, "DataLoader: expected a Generator as generator, got 42."],
    [{ batch_size: 4 }, 'got "batch_size". Did you mean "batchSize"?'],
    [
      4,
      "DataLoader: expected an object of options (batchSize, shuffle, dropLast, sampler, collateFn, generator), got 4.",
    ],
  ])("the options %o", (options, message) => {
    expect(() => new DataLoader(numbers(3), options as never)).toThrow(message);
  });

  test("what has no items", () => {
    expect(() => new DataLoader(zeros([3]) as never)).toThrow(
      "DataLoader: expected a dataset (length and get(i)), or an array, got a float32 tensor of shape [3]. " +
        "Put tensors together with new TensorDataset(x, y).",
    );
    expect(() => new DataLoader(undefined as never)).toThrow("got undefined.");
  });
});
