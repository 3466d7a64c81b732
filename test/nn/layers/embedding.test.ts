import { Generator, nn, noGrad, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";

const rows = (values: number | number[] | number[][]) => tensor(values, { dtype: "int32" });

describe("an embedding", () => {
  test("looks up a single number, or any shape of them", () => {
    const table = new nn.Embedding(4, 3);
    expect(table.forward(rows(2)).toArray()).toEqual(table.weight.select(0, 2).toArray());
    expect(
      table.forward(
        rows([
          [0, 1],
          [3, 3],
        ]),
      ).shape,
    ).toEqual([2, 2, 3]);
    expect(table.forward(rows([])).shape).toEqual([0, 3]);
  });

  test("starts with a padding row of zeros, the others drawn as without", () => {
    const make = (options: object) => new nn.Embedding(4, 3, { generator: new Generator().manualSeed(0), ...options });
    const [plain, padded] = [
      make({}).weight.toArray<number[][]>(),
      make({ paddingIdx: -1 }).weight.toArray<number[][]>(),
    ];
    expect(padded).toEqual([...plain.slice(0, 3), [0, 0, 0]]);
  });

  test("gives the padding row no gradient, but looks it up", () => {
    const table = new nn.Embedding(3, 2, { paddingIdx: 1 });
    noGrad(() => table.weight.fill_(5));
    const y = table.forward(rows([1, 1, 0]));
    expect(y.toArray()).toEqual([
      [5, 5],
      [5, 5],
      [5, 5],
    ]);
    y.sum().backward();
    expect(table.weight.grad?.toArray()).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  test("divides the gradient of a row by how often it was looked up", () => {
    const table = new nn.Embedding(3, 1, { scaleGradByFreq: true });
    table
      .forward(rows([2, 0, 2, 2]))
      .mul(tensor([[1], [2], [3], [5]]))
      .sum()
      .backward();
    expectClose(table.weight.grad?.data ?? [], [2, 0, 3], 1e-6);
  });

  test("shortens the rows that it looks up, in place, and no others", () => {
    const table = new nn.Embedding(3, 2, { maxNorm: 1 });
    noGrad(() =>
      table.weight.copy_(
        tensor([
          [3, 4],
          [3, 4],
          [0.3, 0.4],
        ]),
      ),
    );
    table.forward(rows([0, 2]));
    expectClose(table.weight.data, [0.6, 0.8, 3, 4, 0.3, 0.4], 1e-6);
    expect(table.weight.requiresGrad && table.weight.isLeaf).toBe(true);
  });
});
