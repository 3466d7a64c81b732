import { data, defaultGenerator, Generator, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor } from "evenkeel";
import {
  activationReport,
  batchNormHealth,
  type DeadUnits,
  deadUnits,
  deadUnitsAsync,
  diagnose,
  recalibrateBatchNorm,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

/** A layer of three ReLU units with the given biases, whose inputs are within ±1. */
function relus(biases: number[]): nn.Sequential {
  const linear = new nn.Linear(2, biases.length);
  noGrad(() => {
    linear.weight.fill_(0.25);
    linear.bias?.copy_(tensor(biases));
  });
  return new nn.Sequential(linear, new nn.ReLU());
}

const batches = [
  tensor([
    [1, 1],
    [-1, -1],
  ]),
  tensor([[1, -1]]),
];

function network(): nn.Sequential {
  const generator = new Generator().manualSeed(2);
  const model = new nn.Sequential(
    new nn.Linear(2, 4),
    new nn.NoisyBatchNorm1d(4, { generator }),
    new nn.Tanh(),
    new nn.Dropout(0.5),
    new nn.Sigmoid(),
  );
  model
    .forward(randn([5, 2]))
    .sum()
    .backward();
  return model;
}

describe("dead units", () => {
  test("are those saturated for every example of every batch", () => {
    const { layers, examples, cost } = deadUnits(relus([-1, 0, 0.4, 1]), batches, { bitmap: "booleans" });
    expect([examples, cost]).toEqual([3, { forward: 2, backward: 0 }]);
    expect(layers).toEqual([
      {
        layer: "1",
        type: "ReLU",
        units: 4,
        nonFinite: 0,
        dead: [0],
        deadFraction: 0.25,
        activeFraction: [0, 1 / 3, 2 / 3, 1],
        died: null,
        revived: null,
        bitmap: [
          [true, false, false, false],
          [true, true, true, false],
          [true, true, false, false],
        ],
      },
    ]);
    expect(deadUnits(relus([-1, 0, 0.4, 1]), batches, { bitmap: "strings" }).layers[0].bitmap).toEqual([
      "1000",
      "1110",
      "1100",
    ]);
    expect(deadUnits(relus([0]), batches).layers[0].bitmap).toBeNull();
  });

  test("agree with the saturated fraction of each unit of an activation report", () => {
    const model = new nn.Sequential(new nn.Linear(2, 30), new nn.Tanh());
    noGrad(() => void (model[0] as nn.Linear).weight.mul_(20));
    const x = randn([40, 2]);
    const { units } = activationReport(model, x).layers[0];
    const { activeFraction, dead } = deadUnits(model, [x]).layers[0];
    units.forEach(({ saturatedFraction }, u) => expect(saturatedFraction).toBeCloseTo(1 - activeFraction[u], 12));
    expect(dead).toEqual(units.flatMap(({ saturatedFraction }, u) => (saturatedFraction === 1 ? [u] : [])));
    expect(deadUnits(model, [x], { thresholds: { tanh: 0 } }).layers[0].deadFraction).toBe(1);
  });

  test("are compared with an earlier report, read back from JSON", () => {
    const since = JSON.parse(JSON.stringify(deadUnits(relus([-1, -1, 1]), batches))) as DeadUnits;
    const { dead, died, revived } = deadUnits(relus([-1, 1, -1]), batches, { since }).layers[0];
    expect([dead, died, revived]).toEqual([[0, 2], [2], [1]]);
  });

  test("live as long as one place does", () => {
    const x = tensor([
      [
        [-1, -1],
        [-1, 1],
      ],
    ]);
    expect(deadUnits(new nn.Sequential(new nn.ReLU()), [x]).layers[0].dead).toEqual([0]);
    expect(deadUnits(new nn.Sequential(new nn.ReLU()), [x], { unitDim: 2 }).layers[0].dead).toEqual([0]);
    expect(deadUnits(new nn.Sequential(new nn.ReLU()), [tensor([-1, -2])]).layers[0].dead).toEqual([0]);
  });

  test("are found in parts, with progress, a limit and an end", async () => {
    const model = relus([0]);
    const seen: number[] = [];
    const report = await deadUnitsAsync(model, batches, { onProgress: ({ done }) => void seen.push(done) });
    expect(seen).toEqual([1, 2]);
    expect(report).toEqual(deadUnits(model, batches));
    expect(refusal(() => deadUnits(model, batches, { maxEvaluations: 1 })).got).toContain("2");
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    expectUntouched(model, () =>
      expect(() => deadUnits(model, batches, { signal: controller.signal, onProgress })).toThrow("enough"),
    );
  });

  test("leave everything as it was, also when it throws", () => {
    const model = network();
    const adam = new optim.Adam(model.parameters());
    const [x, wrong] = [randn([4, 2]), randn([3, 3])];
    expectUntouched(model, () => deadUnits(model, [x, [x]]), adam);
    expectUntouched(model, () => expect(() => deadUnits(model, [x, wrong])).toThrow("Linear"), adam);
    expectUntouched(
      model,
      () => deadUnits(model, batches, { batchNorm: "running", onProgress: () => expectUntouched(model, () => 0) }),
      adam,
    );
  });

  test("are read from a loader without moving a generator, also when refused", () => {
    const own = new Generator().manualSeed(3);
    const dataset = new data.TensorDataset(randn([20, 2]));
    for (const generator of [undefined, own]) {
      const options = generator === undefined ? {} : { generator };
      const loader = new data.DataLoader(dataset, { batchSize: 8, shuffle: true, ...options });
      const model = network();
      const states = () => [defaultGenerator.getState(), own.getState()];
      const before = states();
      expect(deadUnits(model, loader).examples).toBe(20);
      batchNormHealth(model, loader);
      recalibrateBatchNorm(model, loader);
      refusal(() => deadUnits(model, loader, { maxEvaluations: 1 }));
      expect(states()).toEqual(before);
    }
    function* broken(): Iterable<Tensor> {
      yield randn([4, 2]);
      throw new Error("broken");
    }
    const model = network();
    expectUntouched(model, () => expect(() => deadUnits(model, broken())).toThrow("broken"));
  });

  test("are refused of what cannot have any", () => {
    const model = network();
    const x = randn([4, 2]);
    const since = deadUnits(relus([1]), batches);
    const cases: [() => unknown, string][] = [
      [() => deadUnits(model, []), "one batch or more"],
      [() => deadUnits(model, x as unknown as Tensor[]), "one batch or more"],
      [() => deadUnits(model, [x], { modules: ["0"] }), "Tanh, Sigmoid or ReLU"],
      [() => deadUnits(new nn.Linear(2, 1), [x]), "Tanh, Sigmoid and ReLU"],
      [() => deadUnits(model, [x], { since }), 'a layer "2"'],
      [() => deadUnits(relus([1, 1]), [x], { since }), "of 2 units"],
      [() => deadUnits(model, [x], { since: {} as DeadUnits }), "what deadUnits returned"],
      [() => deadUnits(model, [x], { bitmap: true as unknown as "none" }), "bitmap"],
      [() => deadUnits(model, [x], { tanh: 1 } as object), "options among"],
      [() => deadUnits(new nn.Sequential(new nn.ReLU()), [randn([2, 3]), randn([2, 4])]), "3 units"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});

test("a unit that gives NaN is not alive for it, and is told", () => {
  const x = tensor([
    [Number.NaN, 1],
    [-1, 1],
  ]);
  const report = deadUnits(new nn.Sequential(new nn.ReLU()), [x]);
  expect(report.layers[0]).toMatchObject({ nonFinite: 1, dead: [0], activeFraction: [0, 1] });
  expect(diagnose(report).map(({ code }) => code)).toContain("non-finite");
});
