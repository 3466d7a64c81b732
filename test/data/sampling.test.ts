import { arange, data, Generator, manualSeed, type Tensor, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const { ConcatDataset, DataLoader, TensorDataset, WeightedRandomSampler } = data;
const values = (batches: Iterable<Tensor>) => Array.from(batches, (batch) => batch.toArray());

describe("WeightedRandomSampler", () => {
  test("takes a tensor, and draws what has weight alone", () => {
    const sampler = new WeightedRandomSampler(tensor([0, 2, 0, 1]), 50);
    expect(new Set(sampler)).toEqual(new Set([1, 3]));
    expect(sampler.weights).toMatchObject({ dtype: "float64", shape: [4] });
    expect(sampler.length).toBe(50);
  });

  test.each<[string, unknown, unknown, object, string]>([
    ["a weight below 0", [1, -1], 2, {}, "-1"],
    ["a weight that is NaN", [1, Number.NaN], 2, {}, "NaN"],
    ["no weight at all", [0, 0], 2, {}, "zeros"],
    ["no weights", [], 2, {}, "[]"],
    ["a matrix", zeros([2, 2]), 2, {}, "[2, 2]"],
    ["whole numbers of a tensor", tensor([1, 2], { dtype: "int32" }), 2, {}, "int32"],
    ["no samples", [1], 0, {}, "0"],
    ["half a sample", [1], 1.5, {}, "1.5"],
    ["more than there are", [1, 1], 3, { replacement: false }, "3"],
    ["a generator that is none", [1, 1], 1, { generator: 3 }, "3"],
  ])("refuses %s", (_, weights, count, options, got) => {
    expect(refusal(() => new WeightedRandomSampler(weights as never, count as never, options)).got).toContain(got);
  });
});

describe("a loader with a sampler", () => {
  test("has the items that an array of numbers says, as often as it says", () => {
    const loader = new DataLoader(["a", "b", "c"], { batchSize: 2, sampler: [2, 0, 2] });
    expect([...loader]).toEqual([["c", "a"], ["c"]]);
    expect(loader.length).toBe(2);
  });

  test("goes on in the middle of an epoch where the sampler draws from the loader's generator", () => {
    const generator = new Generator().manualSeed(1);
    for (const own of [{ generator }, {}]) {
      manualSeed(2);
      const sampler = new WeightedRandomSampler([1, 2, 3, 4], 6, own);
      const make = () => new DataLoader([0, 1, 2, 3], { batchSize: 2, sampler, ...own });
      const loader = make();
      const [first, second, third] = values(loader);
      manualSeed(2);
      generator.manualSeed(1);
      for (const batch of loader) {
        expect(batch.toArray()).toEqual(first);
        const resumed = make();
        resumed.loadStateDict(loader.stateDict());
        expect(values(resumed)).toEqual([second, third]);
        break;
      }
    }
  });

  test("does not say where it stands in an epoch that cannot be drawn once more", () => {
    const sampler = new WeightedRandomSampler([1, 2], 4, { generator: new Generator().manualSeed(1) });
    const loader = new DataLoader([0, 1], { sampler });
    expect(loader.stateDict().batch).toBe(0);
    for (const _ of loader) {
      expect(refusal(() => loader.stateDict()).hint).toContain("the same generator");
      break;
    }
    loader.loadStateDict({ batch: 0, start: null });
    expect(loader.stateDict().batch).toBe(0);
  });

  test.each<[string, unknown, object, string]>([
    ["together with shuffle", [1, 2], { sampler: [0], shuffle: true }, "sampler or shuffle"],
    ["that is none", [1, 2], { sampler: 3 }, "a sampler"],
    ["that has no length", [1, 2], { sampler: new Set([1]) }, "a sampler"],
    ["of a loop", new Set([1, 2]), { sampler: [0] }, "length and get"],
  ])("is refused %s", (_, dataset, options, expected) => {
    expect(refusal(() => new DataLoader(dataset as never, options)).expected).toContain(expected);
  });

  test("refuses a number that is no item's, when it comes to it", () => {
    for (const sampler of [
      [0, 2],
      [0, -1],
      [0, 0.5],
      [0, "1"],
    ]) {
      expect(refusal(() => [...new DataLoader(["a", "b"], { sampler: sampler as never })]).where).toBe("DataLoader");
    }
  });
});

describe("collateFn", () => {
  test("makes of items what it will, of datasets, their parts and loops", () => {
    const dataset = new TensorDataset(arange(4), arange(4).mul(2));
    const sums = new DataLoader(dataset, { batchSize: 2, collateFn: (rows) => rows.map(([x, y]) => x.add(y).item()) });
    expect([...sums]).toEqual([
      [0, 3],
      [6, 9],
    ]);
    const joined = new DataLoader(new Set(["a", "b", "c"]), { batchSize: 2, collateFn: (items) => items.join("") });
    expect([...joined]).toEqual(["ab", "c"]);
  });

  test("has to be a function", () => {
    expect(refusal(() => new DataLoader([1], { collateFn: 3 as never })).expected).toContain("collateFn");
  });
});

describe("ConcatDataset", () => {
  const parts = [["a", "b"], [], new data.Subset(["c", "d", "e"], [2, 0])];

  test("has the items of all its parts in order", () => {
    const dataset = new ConcatDataset(parts);
    expect(Array.from({ length: dataset.length }, (_, i) => dataset.get(i))).toEqual(["a", "b", "e", "c"]);
    expect(dataset.cumulativeSizes).toEqual([2, 2, 4]);
    expect([...new DataLoader(dataset, { batchSize: 3 })]).toEqual([["a", "b", "e"], ["c"]]);
  });

  test("refuses no parts, what is no dataset, and numbers beyond", () => {
    expect(refusal(() => new ConcatDataset([])).got).toBe("an empty one");
    expect(refusal(() => new ConcatDataset([["a"], new Set(["b"])] as never)).expected).toContain("a dataset");
    for (const i of [-1, 4, 0.5])
      expect(refusal(() => new ConcatDataset(parts).get(i)).where).toBe("ConcatDataset.get");
  });
});

describe("a dataset that is a loop", () => {
  function* counting() {
    for (let i = 0; ; i++) yield [arange(2).add(i), i] as const;
  }

  test("may be without end, and is asked for no more than a batch needs", () => {
    const given: number[] = [];
    const dataset = {
      *[Symbol.iterator]() {
        for (const [x, i] of counting()) {
          given.push(i);
          yield [x, i] as const;
        }
      },
    };
    for (const [x, i] of new DataLoader(dataset, { batchSize: 2 })) {
      expect(x.toArray()).toEqual([
        [0, 1],
        [1, 2],
      ]);
      expect(i.toArray()).toEqual([0, 1]);
      break;
    }
    expect(given).toEqual([0, 1]);
  });

  test("has no length, no order and no state within an epoch", () => {
    const loader = new DataLoader(new Set([1, 2, 3]), { batchSize: 2 });
    expect(values(loader)).toEqual([[1, 2], [3]]);
    expect(values(loader)).toEqual([[1, 2], [3]]);
    expect(refusal(() => loader.length).hint).toContain("Count");
    expect(refusal(() => new DataLoader(new Set([1]), { shuffle: true })).expected).toContain("length and get");
    for (const _ of loader) {
      expect(refusal(() => loader.stateDict()).where).toBe("DataLoader.stateDict");
      break;
    }
    expect(refusal(() => loader.loadStateDict({ batch: 1, start: null })).expected).toContain("such a loader");
  });
});
