import { manualSeed, nn, noGrad, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import { initialLossCheck } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

/** A classifier into 27 classes, whose last layer is multiplied by `gain`. */
function classifier(gain: number) {
  const last = new nn.Linear(20, 27);
  noGrad(() => [last.weight, last.bias].forEach((p) => void p?.mul_(gain)));
  const model = new nn.Sequential(new nn.Linear(10, 20), new nn.BatchNorm1d(20), last);
  const [x, labels] = [randn([64, 10]), randint(0, 27, [64])];
  const logits = () => model.forward(x);
  const loss = () => new nn.CrossEntropyLoss().forward(logits(), labels);
  return { model, last, logits, loss };
}

describe("a check of the initial loss", () => {
  test("expects ln(number of classes), exactly that of equal logits", () => {
    const { model, loss } = classifier(0);
    const check = initialLossCheck(model, loss, { numClasses: 27 });
    expect(check).toMatchObject({ verdict: "as expected", cost: { forward: 3, backward: 1 } });
    expect(check.expected).toBe(Math.log(27));
    expect(check.loss).toBeCloseTo(3.2958, 4);
    expect(check.ratio).toBeCloseTo(1, 6);
  });

  test("says which way the loss is off, within a tolerance", () => {
    const { model, loss } = classifier(30);
    expect(initialLossCheck(model, loss, { numClasses: 27 }).verdict).toBe("high");
    expect(initialLossCheck(model, loss, { numClasses: 27, tolerance: 100 }).verdict).toBe("as expected");
    const fair = classifier(0);
    expect(initialLossCheck(fair.model, fair.loss, { numClasses: 100 }).verdict).toBe("low");
  });

  test("has the scale of the logits, less the mean of each example", () => {
    const model = new nn.Linear(1, 2, { dtype: "float64" });
    noGrad(() => void model.weight.fill_(1));
    const logits = () =>
      model.weight
        .sum()
        .mul(0)
        .add(
          tensor(
            [
              [1, 3],
              [100, 106],
            ],
            { dtype: "float64" },
          ),
        ); // ±1 and ±3
    const check = initialLossCheck(model, () => model.weight.sum(), { numClasses: 2, logits });
    expect(check.logitScale).toBeCloseTo(Math.sqrt(5), 14);
    expect(check.cost).toEqual({ forward: 4, backward: 1 });
    expect(check.suggestedFactor).toBeCloseTo(Math.sqrt((0.2 * Math.log(2)) / 5), 14);
    expect(initialLossCheck(model, () => model.weight.sum(), { numClasses: 2 })).toMatchObject({
      logitScale: null,
      suggestedFactor: null,
    });
  });

  test("suggests a factor that brings the loss to within the tolerance or near it", () => {
    const { model, last, logits, loss } = classifier(30);
    const before = initialLossCheck(model, loss, { numClasses: 27, logits });
    expect(before.verdict).toBe("high");
    noGrad(() => [last.weight, last.bias].forEach((p) => void p?.mul_(before.suggestedFactor ?? 0)));
    const after = initialLossCheck(model, loss, { numClasses: 27, logits, tolerance: 0.15 });
    expect(after).toMatchObject({ verdict: "as expected", suggestedFactor: null });
    expect(after.loss).toBeGreaterThan(1.05 * after.expected); // no smaller than needed
  });

  test("leaves everything as it was, also when it throws", () => {
    const { model, logits, loss } = classifier(1);
    loss().backward();
    const adam = new optim.Adam(model.parameters());
    expectUntouched(model, () => initialLossCheck(model, loss, { numClasses: 27, logits }), adam);
    const wrong = () => logits().mul(Number.NaN);
    expectUntouched(model, () => refusal(() => initialLossCheck(model, loss, { numClasses: 27, logits: wrong })), adam);
    const random = () => loss().add(randn([]));
    expectUntouched(model, () => refusal(() => initialLossCheck(model, random, { numClasses: 27 })), adam);
  });

  test("refuses what it cannot check", () => {
    const { model, logits, loss } = classifier(1);
    const infinite = () => logits().div(0);
    const cases: [() => unknown, string][] = [
      [() => initialLossCheck(model, loss, undefined as never), "numClasses"],
      [() => initialLossCheck(model, loss, { numClasses: 1 }), "numClasses"],
      [() => initialLossCheck(model, loss, { numClasses: 2, tolerance: -1 }), "tolerance"],
      [() => initialLossCheck(model, loss, { numClasses: 2, classes: 2 } as never), "options among"],
      [() => initialLossCheck(model, loss, { numClasses: 2, logits }), "logits [..., 2]"],
      [() => initialLossCheck(model, loss, { numClasses: 27, logits: infinite }), "finite logits"],
      [() => initialLossCheck(model, loss, { numClasses: 27, logits: 3 as never }), "a function as logits"],
      [() => initialLossCheck(model, () => tensor([1, 2]), { numClasses: 2 }), "a loss of one number"],
      [() => initialLossCheck(model, (() => 3) as unknown as () => Tensor, { numClasses: 2 }), "a loss of one number"],
      [() => initialLossCheck(model, () => tensor(Number.NaN), { numClasses: 2 }), "a finite loss"],
      [() => initialLossCheck(model, () => tensor(3), { numClasses: 2 }), "depends on the parameters"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});
