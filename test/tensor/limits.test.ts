import * as ek from "evenkeel";
import { cat, data, grad, nn, ones, optim, stack, type Tensor, tensor, zeros } from "evenkeel";
import { fromSafetensors, fromTorch, readNpz, toNpz, toSafetensors, toTorch } from "evenkeel/io";
import { sparkline } from "evenkeel/plot";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

// What goes through a list in time that grows with its square cannot end within a test's time at these lengths.

const many = 200_000;
const rows = (count: number): Tensor[] => Array.from({ length: count }, (_, i) => tensor([i, -i]));

describe("a list may be long:", () => {
  test("of a million single numbers, to stack and to join", () => {
    const one = ones([1]);
    const list = new Array<Tensor>(1_000_000).fill(one);
    expect(cat(list).sum().item()).toBe(1e6);
    expect(stack(list).shape).toEqual([1e6, 1]);
  }, 60_000);

  test("of rows that want gradients", () => {
    const list = rows(many);
    for (const x of list) x.requiresGrad = true;
    const y = stack(list, 1);
    expect(y.shape).toEqual([2, many]);
    expect([y.data[5], y.data[many + 5]]).toEqual([5, -5]);
    const slopes = grad(y.square().sum(), list);
    expect(slopes[many - 1].toArray()).toEqual([2 * (many - 1), -2 * (many - 1)]);
  }, 60_000);

  test("of numbers in nested arrays", () => {
    expect(tensor(Array.from({ length: 500_000 }, (_, i) => [i, i])).shape).toEqual([500_000, 2]);
  }, 60_000);

  test("of parameters, to an optimiser, a module and its state dict", () => {
    class Wide extends nn.Module {
      [field: `w${number}`]: nn.Parameter;
      constructor() {
        super();
        for (let i = 0; i < 20_000; i++) this[`w${i}`] = new nn.Parameter(ones([1]));
      }
      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    const wide = new Wide();
    expect(wide.loadStateDict(wide.stateDict())).toEqual({ missing: [], unexpected: [] });
    const optimizer = new optim.SGD(wide.parameters(), { lr: 0.1 });
    optimizer.zeroGrad();
    optimizer.step();
    expect(wide.w19999.item()).toBe(1);
  }, 60_000);

  test("of groups, to an optimiser and its state dict", () => {
    const groups = Array.from({ length: 30_000 }, () => ({ params: [ones([1])] }));
    const optimizer = new optim.SGD(groups, { lr: 0.1, momentum: 0.9 });
    for (const { params } of groups) params[0].grad = ones([1]);
    optimizer.step();
    optimizer.loadStateDict(optimizer.stateDict());
    optimizer.zeroGrad();
    expect(groups[29_999].params[0].item()).toBeCloseTo(0.9);
  }, 60_000);

  test("of layers, one after the other", () => {
    const model = new nn.Sequential(...Array.from({ length: 10_000 }, () => new nn.Linear(1, 1, { bias: false })));
    expect(model.loadStateDict(model.stateDict()).missing).toEqual([]);
    expect(model.parameters()).toHaveLength(10_000);
    ek.noGrad(() => model.parameters().forEach((p) => p.fill_(1)));
    model
      .forward(ones([2, 1]))
      .sum()
      .backward();
    expect([model.get(0), model.get(9_999)].map((layer) => layer.weight.grad?.item())).toEqual([2, 2]);
  }, 60_000);

  test("of entries, in files of tensors", async () => {
    const one = ones([1]);
    const tensors = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`w${i}`, one]));
    expect(Object.keys(fromSafetensors(toSafetensors(tensors)).tensors)).toHaveLength(50_000);
    expect(Object.keys(await readNpz(toNpz(tensors)))).toHaveLength(50_000);
    const own = Object.fromEntries(Object.keys(tensors).map((name) => [name, ones([1])]));
    expect(Object.keys(fromTorch(toTorch(own)).tensors)).toHaveLength(50_000);
  }, 60_000);

  test("of parts, in a split", () => {
    const examples = { length: many, get: (i: number) => i };
    const parts = data.randomSplit(examples, new Array(many).fill(1));
    expect(new Set(parts.map((part) => part.get(0))).size).toBe(many);
    expect(data.randomSplit(examples, [0.5, 0.5]).map(({ length }) => length)).toEqual([many / 2, many / 2]);
  }, 60_000);

  test("of names, in a state dict that does not fit", () => {
    const dict = Object.fromEntries(Array.from({ length: many }, (_, i) => [`w${i}`, ones([1])]));
    expect(refusal(() => new nn.Linear(1, 1).loadStateDict(dict)).message.length).toBeLessThan(5_000);
  }, 60_000);

  test("of examples, in one batch", () => {
    const examples: data.Dataset<readonly [Tensor, Tensor]> = {
      length: many,
      get: (i: number) => [tensor([i]), tensor(i % 2, { dtype: "int32" })],
    };
    for (const [x, labels] of new data.DataLoader(examples, { batchSize: many })) {
      expect([x.shape, labels.shape]).toEqual([[many, 1], [many]]);
    }
  }, 60_000);

  test("of values to be drawn", () => {
    expect(
      sparkline(
        Array.from({ length: many }, (_, i) => i),
        many,
      ),
    ).toHaveLength(many);
  });
});

describe("a size that no tensor can have is refused by name:", () => {
  const [big, long] = [2 ** 40, 2 ** 20];
  const [row, column] = [ones([long]), ones([long, 1])];
  const labels = tensor([1], { dtype: "int32" });
  test.each<readonly [string, () => unknown]>([
    ["zeros", () => zeros([2 ** 33])],
    ["ones", () => ones([long, long])],
    ["full", () => ek.full([big], 1)],
    ["rand", () => ek.rand([big])],
    ["randn", () => ek.randn([big])],
    ["randint", () => ek.randint(0, 2, [big])],
    ["randperm", () => ek.randperm(big)],
    ["multinomial", () => ek.multinomial(ones([3]), big, { replacement: true })],
    ["arange", () => ek.arange(big)],
    ["linspace", () => ek.linspace(0, 1, big)],
    ["eye", () => ek.eye(long)],
    ["oneHot", () => ek.oneHot(labels, big)],
    ["expand", () => ones([1]).expand(big)],
    ["repeat", () => ones([2]).repeat(big)],
    ["mul", () => row.outer(row)],
    ["add", () => column.add(row)],
    ["gt", () => column.gt(row)],
    ["where", () => ek.where(column.gt(0), row, 0)],
    ["matmul", () => column.matmul(row.unsqueeze(0))],
    ["diag", () => ones([2]).diag(big)],
    ["cat", () => cat(new Array(2100).fill(row))],
    ["cat", () => stack(new Array(2100).fill(row))],
    ["a new tensor", () => ones([2 ** 12, 2 ** 8]).index(zeros([2 ** 24], { dtype: "int32" }))],
    ["BatchNorm1d", () => new nn.BatchNorm1d(big)],
    ["LpNorm1d", () => new nn.LpNorm1d(big)],
    ["Linear", () => new nn.Linear(big, 1)],
    ["Embedding", () => new nn.Embedding(big, 1)],
  ])("%s", (where, run) => {
    const refused = refusal(run);
    expect(refused.where).toBe(where);
    expect(refused.expected).toContain("at most 2147483647 elements");
  });

  test("and so is what a network's sizes multiply to", () => {
    for (const make of [
      () => new nn.Linear(long, long),
      () => new nn.Embedding(long, long),
      () => new nn.LayerNorm(big),
    ]) {
      expect(refusal(make).expected).toContain("at most 2147483647 elements");
    }
  });
});

test("arrays that contain themselves, or are nested without end, are refused", () => {
  const own: unknown[] = [];
  own.push(own);
  const later: unknown[] = [[1], [2]];
  (later[1] as unknown[])[0] = later;
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  for (const value of [own, later, deep]) expect(refusal(() => tensor(value as number[])).where).toBe("tensor");
  expect(refusal(() => zeros(own as number[])).where).toBe("zeros");
});

test("a module that was converted, and back, has changed: what was recorded before it is refused", () => {
  const layer = new nn.Linear(2, 2);
  const x = tensor([[1, 2]], { requiresGrad: true });
  const loss = layer.forward(x).square().sum();
  layer.to("float64").to("float32");
  ek.noGrad(() => layer.weight.mul_(3));
  expect(refusal(() => loss.backward()).got).toContain("changed in place");
});
