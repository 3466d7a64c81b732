import { Generator, grad, nn, noGrad, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import { internalCovariateShift, layerInterference, lineProbe } from "evenkeel/analysis";
import { describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

const dtype = "float64";

/** `y = b·(a·x)`: two layers of one weight each. */
class Scalars extends nn.Module {
  readonly first: Weight;
  readonly second: Weight;
  constructor(a: number, b: number) {
    super();
    this.first = new Weight(a);
    this.second = new Weight(b);
  }
  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x));
  }
}

class Weight extends nn.Module {
  readonly weight: nn.Parameter;
  constructor(value: number) {
    super();
    this.weight = new nn.Parameter(tensor(value, { dtype }));
  }
  override forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

function network(batchNorm: boolean) {
  const generator = new Generator().manualSeed(3);
  const hidden = [0, 1].flatMap((i) => [
    new nn.Linear(i === 0 ? 5 : 8, 8, { generator, dtype }),
    ...(batchNorm ? [new nn.BatchNorm1d(8, { dtype })] : []),
    new nn.Tanh(),
  ]);
  const model = new nn.Sequential(...hidden, new nn.Linear(8, 3, { generator, dtype }));
  const x = randn([16, 5], { generator, dtype });
  const labels = randint(0, 3, [16], { generator });
  return { model, loss: () => nn.functional.crossEntropy(model.forward(x), labels) };
}

describe("internal covariate shift", () => {
  test("of two layers of one weight is the closed form", () => {
    const [a, b, x, target, lr] = [0.7, -1.3, 2, 0.5, 0.05];
    const model = new Scalars(a, b);
    const loss = () => model.forward(tensor(x, { dtype })).sub(target).square();
    const [first, second] = internalCovariateShift(model, loss, { lr }).layers;
    // L = (abx − t)²: dL/da = 2(abx − t)·bx, dL/db = 2(abx − t)·ax.
    const moved = a - lr * 2 * (a * b * x - target) * b * x;
    const [g, h] = [a, moved].map((w) => 2 * (w * b * x - target) * w * x);
    expect(first).toMatchObject({ name: "first", l2: 0, relative: 0, cosine: 1, degrees: 0 });
    expect(second.l2).toBeCloseTo(Math.abs(g - h), 12);
    expect(second.gradNorm).toBeCloseTo(Math.abs(g), 12);
    expect(second.relative).toBeCloseTo(Math.abs(g - h) / Math.abs(g), 12);
    expect(second.cosine).toBe(Math.sign(g * h));
  });

  test.each([false, true])("vanishes with the rate, and halves with it (batch norm: %s)", (batchNorm) => {
    const { model, loss } = network(batchNorm);
    const at = (lr: number) => internalCovariateShift(model, loss, { lr }).layers.map(({ l2 }) => l2);
    expect(at(0).every((l2) => l2 === 0)).toBe(true);
    const [whole, half] = [at(1e-5), at(5e-6)];
    expect(whole[0]).toBe(0);
    for (let i = 1; i < whole.length; i++) expect(half[i] / whole[i]).toBeCloseTo(0.5, 4);
  });

  test("with plain SGD is that of its rate, and any optimiser's state stays as it was", () => {
    const { model, loss } = network(true);
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
    expect(internalCovariateShift(model, loss, { optimizer: sgd }).layers).toEqual(
      internalCovariateShift(model, loss, { lr: 0.1 }).layers,
    );
    const adam = new optim.Adam(model.parameters(), { lr: 0.01 });
    loss().backward();
    adam.step();
    const report = expectUntouched(model, () => internalCovariateShift(model, loss, { optimizer: adam }), adam);
    expect(report.options).toEqual({
      lr: null,
      optimizer: "Adam",
      groups: null,
      batchNormWith: "itself",
      batchNorm: "batch",
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.layers.slice(1).every(({ l2 }) => l2 > 0)).toBe(true);
  });

  test("knows layers by name, and groups", () => {
    const { model, loss } = network(true);
    expect(internalCovariateShift(model, loss, { lr: 0.1 }).layers.map(({ name }) => name)).toEqual([
      "0",
      "1",
      "3",
      "4",
      "6",
    ]);
    const groups = { first: ["0", "1"], second: ["3", "4"], last: ["6.weight"] };
    const grouped = internalCovariateShift(model, loss, { lr: 0.1, groups });
    expect(grouped.layers.map(({ name }) => name)).toEqual(["first", "second", "last"]);
    expect(grouped.layers[0].l2).toBe(0);
    expect(grouped.cost).toEqual({ forward: 5, backward: 3 });
  });

  test.each([
    ["SGD", (p: nn.Parameter[]) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true })],
    ["Adam", (p: nn.Parameter[]) => new optim.Adam(p, { lr: 0.01, amsgrad: true })],
    ["AdamW", (p: nn.Parameter[]) => new optim.AdamW(p, { lr: 0.01 })],
  ] as const)("looks at the step that %s takes next, before its first step and later", (_, build) => {
    for (const stepsBefore of [0, 3]) {
      const { model, loss } = network(true);
      const optimizer = build(model.parameters());
      const train = () => {
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
      };
      for (let step = 0; step < stepsBefore; step++) train();
      const run = () => internalCovariateShift(model, loss, { optimizer }).layers;
      const shift = expectUntouched(model, run, optimizer);
      expect(run()).toEqual(shift);
      // By hand: the optimiser takes its step, then the last layer gets its old values back.
      const last = model[model.length - 1].parameters();
      const kept = last.map((p) => p.detach().clone());
      train();
      noGrad(() => last.forEach((p, i) => p.copy_(kept[i])));
      const before = shift[shift.length - 1];
      const after = grad(loss(), last);
      const length = Math.hypot(...after.map((g) => g.norm().item()));
      const [g, relative] = [before.gradNorm, before.l2 / before.gradNorm];
      // ‖G'‖² = ‖G‖² + ‖G' − G‖² + 2⟨G, G' − G⟩, and ⟨G, G'⟩ = cos·‖G‖·‖G'‖.
      expect(length ** 2 + g ** 2 - 2 * before.cosine * g * length).toBeCloseTo(before.l2 ** 2, 12);
      expect(before.relative).toBeCloseTo(relative, 12);
    }
  });

  test("passes over a parameter that the loss does not reach, as training does: weight decay leaves it alone", () => {
    const { model, loss } = network(false);
    const idle = new nn.Linear(5, 5, { dtype });
    const both = new nn.Sequential(idle, model);
    const reached = new optim.SGD(model.parameters(), { lr: 0.1, weightDecay: 0.5 });
    const all = new optim.SGD(both.parameters(), { lr: 0.1, weightDecay: 0.5 });
    const [, ...shifts] = expectUntouched(
      both,
      () => internalCovariateShift(both, loss, { optimizer: all }),
      all,
    ).layers;
    const expected = internalCovariateShift(model, loss, { optimizer: reached }).layers;
    expect(shifts.map(({ l2 }) => l2)).toEqual(expected.map(({ l2 }) => l2));
    const [first] = layerInterference(both, loss, { optimizer: all }).exact;
    expect(first).toEqual(first.map(() => 0));
    const { distance } = lineProbe(both, loss, { direction: all, steps: [1] });
    expect(distance).toEqual(lineProbe(model, loss, { direction: reached, steps: [1] }).distance);
  });

  test("has small angles to full precision", () => {
    const { model, loss } = network(false);
    const degrees = [1e-7, 1e-9].map((lr) => internalCovariateShift(model, loss, { lr }).layers[2].degrees);
    expect(degrees[0] / degrees[1]).toBeCloseTo(100, 4);
  });

  test("refuses a step after which the gradient is not finite", () => {
    const model = new Scalars(1, 1);
    const loss = () => model.forward(tensor(1, { dtype })).exp();
    const run = () => expectUntouched(model, () => refusal(() => internalCovariateShift(model, loss, { lr: -1e6 })));
    expect(run()).toMatchObject({ got: 'one of layer "second" that is not, after the step' });
  });

  test("counts batch norm's parameters to the layer before it, where asked to", () => {
    const { model, loss } = network(true);
    const preceding = internalCovariateShift(model, loss, { lr: 0.1, batchNormWith: "preceding" });
    const groups = { "0": ["0", "1"], "3": ["3", "4"], "6": ["6"] };
    const grouped = internalCovariateShift(model, loss, { lr: 0.1, groups });
    expect(preceding.layers).toEqual(grouped.layers);
    expect(preceding.options).toMatchObject({ batchNormWith: "preceding", groups: null });
    expect(grouped.options).toMatchObject({ batchNormWith: null, groups });
    const itself = internalCovariateShift(model, loss, { lr: 0.1 }).layers;
    expect(itself[2].l2).toBeGreaterThan(0);
    expect(preceding.layers[1].gradNorm).toBeCloseTo(Math.hypot(itself[2].gradNorm, itself[3].gradNorm), 12);
    const both = { lr: 0.1, groups, batchNormWith: "preceding" } as const;
    expect(refusal(() => internalCovariateShift(model, loss, both)).got).toBe("both");
    const first = new nn.Sequential(new nn.BatchNorm1d(5, { dtype }), model);
    const x = randn([8, 5], { generator: new Generator().manualSeed(4), dtype });
    const { layers } = internalCovariateShift(first, () => first.forward(x).square().mean(), {
      lr: 0.1,
      batchNormWith: "preceding",
    });
    expect(layers.map(({ name }) => name)).toEqual(["0", "1.0", "1.3", "1.6"]);
  });

  test("leaves the model as it was, also when it throws, and refuses what it cannot measure", () => {
    const { model, loss } = network(true);
    loss().backward();
    expectUntouched(model, () => internalCovariateShift(model, loss, { lr: 0.1, batchNorm: "running" }));
    const refused = (run: () => unknown) => expectUntouched(model, () => refusal(run));
    expect(refused(() => internalCovariateShift(model, loss, {})).expected).toMatch(/either lr or optimizer/);
    expect(refused(() => internalCovariateShift(model, loss, { lr: 0.1, groups: { a: ["7"] } })).got).toBe('"7"');
    expect(
      refused(() => internalCovariateShift(model, () => model.forward(randn([4, 5], { dtype })), { lr: 1 })).hint,
    ).toMatch(/Reduce/);
    expect(refused(() => internalCovariateShift(model, () => tensor(1), { lr: 1 })).got).toMatch(/none of them/);
    expect(refused(() => internalCovariateShift(model, () => loss().mul(Number.NaN), { lr: 1 })).got).toBe("NaN");
    let calls = 0;
    expect(refused(() => internalCovariateShift(model, () => loss().add(calls++), { lr: 1 })).hint).toMatch(/dropout/);
    const twice = { a: ["0"], b: ["0.weight"] };
    expect(refused(() => internalCovariateShift(model, loss, { lr: 1, groups: twice })).got).toMatch(/in two/);
    const wrong = { batchNorm: "frozen" as "batch" };
    expect(refused(() => internalCovariateShift(model, loss, { lr: 1, ...wrong })).got).toBe('"frozen"');
    expect(refused(() => internalCovariateShift(model, loss, { lr: 1, groups: {} })).got).toBe("no parameters");
    expect(refused(() => internalCovariateShift(new nn.Tanh(), loss, { lr: 1 })).got).toMatch(/without any/);
  });
});

describe("layer interference", () => {
  test("to first order sums to internal covariate shift, and is what small steps do exactly", () => {
    const { model, loss } = network(true);
    const lr = 1e-6;
    const shift = internalCovariateShift(model, loss, { lr }).layers;
    const { layers, exact, linearised, firstOrderShift } = expectUntouched(model, () =>
      layerInterference(model, loss, { lr }),
    );
    expect(layers).toEqual(shift.map(({ name }) => name));
    shift.forEach(({ l2 }, i) => {
      if (i > 0) expect(firstOrderShift[i] / l2).toBeCloseTo(1, 3);
      linearised[i].forEach((value, j) => {
        expect(Math.abs(exact[i][j] - value)).toBeLessThan(1e-3 * value + 1e-12);
      });
    });
  });

  test("at a rate of 0 is exactly 0, in float32 too", () => {
    const generator = new Generator().manualSeed(3);
    const model = new nn.Sequential(
      new nn.Linear(20, 30, { generator }),
      new nn.BatchNorm1d(30),
      new nn.Tanh(),
      new nn.Linear(30, 9, { generator }),
    );
    const [x, labels] = [randn([40, 20], { generator }), randint(0, 9, [40], { generator })];
    const loss = () => nn.functional.crossEntropy(model.forward(x), labels);
    const { exact, linearised } = layerInterference(model, loss, { lr: 0 });
    for (const value of [...exact.flat(), ...linearised.flat()]) expect(value).toBe(0);
  });

  test("with an optimiser is that of its step", () => {
    const { model, loss } = network(true);
    const plain = layerInterference(model, loss, { lr: 0.1 });
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
    const { options, ...same } = expectUntouched(model, () => layerInterference(model, loss, { optimizer: sgd }), sgd);
    expect(options.optimizer).toBe("SGD");
    const { options: _, ...expected } = plain;
    expect(same).toEqual(expected);
    const adam = new optim.Adam(model.parameters(), { lr: 1e-7 });
    loss().backward();
    adam.step();
    const small = expectUntouched(model, () => layerInterference(model, loss, { optimizer: adam }), adam);
    const shift = internalCovariateShift(model, loss, { optimizer: adam }).layers;
    shift.slice(1).forEach(({ l2 }, i) => {
      expect(small.firstOrderShift[i + 1] / l2).toBeCloseTo(1, 3);
    });
    expect(JSON.parse(JSON.stringify(small))).toEqual(small);
  });

  test("leaves the model as it was when it throws", () => {
    const { model, loss } = network(true);
    loss().backward();
    const refused = (run: () => unknown) => expectUntouched(model, () => refusal(run));
    expect(refused(() => layerInterference(model, loss, {})).expected).toMatch(/either lr or optimizer/);
    const twice = { a: ["0"], b: ["0.weight"] };
    expect(refused(() => layerInterference(model, loss, { lr: 1, groups: twice })).got).toMatch(/in two/);
    let calls = 0;
    const late = () => {
      if (calls++ > 5) throw new Error("late");
      return loss();
    };
    expect(() => expectUntouched(model, () => layerInterference(model, late, { lr: 1 }))).toThrow("late");
    calls = 0;
    expect(() => expectUntouched(model, () => internalCovariateShift(model, late, { lr: 1 }))).toThrow("late");
  });

  test("of ½xᵀHx in two groups is ‖H_ij·Δ_j‖ at any rate", () => {
    const H = tensor(
      [
        [2, 1, 0.5],
        [1, 3, -1],
        [0.5, -1, 4],
      ],
      { dtype },
    );
    class Quadratic extends nn.Module {
      readonly a = new nn.Parameter(tensor([1, 2], { dtype }));
      readonly b = new nn.Parameter(tensor([-1], { dtype }));
      override forward(): Tensor {
        const x = this.a.matmul(pick([0, 1])).add(this.b.matmul(pick([2])));
        return x.matmul(H).dot(x).mul(0.5);
      }
    }
    const pick = (rows: number[]) =>
      tensor(
        rows.map((row) => [0, 1, 2].map((column) => Number(row === column))),
        { dtype },
      );
    const model = new Quadratic();
    const lr = 0.3;
    const { exact, linearised } = layerInterference(model, () => model.forward(), {
      lr,
      groups: { a: ["a"], b: ["b"] },
    });
    const x = [1, 2, -1];
    const h = H.toArray<number[][]>();
    const g = h.map((row) => row.reduce((sum, value, j) => sum + value * x[j], 0));
    const size = (rows: number[], columns: number[]) =>
      Math.hypot(...rows.map((i) => lr * columns.reduce((sum, j) => sum + h[i][j] * g[j], 0)));
    const expected = [
      [size([0, 1], [0, 1]), size([0, 1], [2])],
      [size([2], [0, 1]), size([2], [2])],
    ];
    expected.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(exact[i][j]).toBeCloseTo(value, 12);
        expect(linearised[i][j]).toBeCloseTo(value, 12);
      });
    });
  });
});
