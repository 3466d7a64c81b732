import { manualSeed, nn, noGrad, optim, randint, randn, type Tensor, tensor } from "evenkeel";
import { initialLossCheck } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";
import { expectUntouched } from "./untouched.ts";

beforeEach(() => void manualSeed(0));

/** A classifier into 27 classes, whose last layer is multiplied by `gain`. */
function classifier(gain: number) {
  const last = new nn.Linear(20, 27);
  noGrad(() => [last.weight, last.bias].forEach((p) => void p?.mul_(gain)));
  const model = new nn.Sequential(new nn.Linear(10, 20), new nn.BatchNorm1d(20), last);
  const [x, labels] = [randn([64, 10]), randint(0, 27, [64])];
  const loss = () => new nn.CrossEntropyLoss().forward(model.forward(x), labels);
  return { model, loss };
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

  test("leaves everything as it was, also when it throws", () => {
    const { model, loss } = classifier(1);
    loss().backward();
    const adam = new optim.Adam(model.parameters());
    expectUntouched(model, () => initialLossCheck(model, loss, { numClasses: 27 }), adam);
    const random = () => loss().add(randn([]));
    expectUntouched(model, () => refusal(() => initialLossCheck(model, random, { numClasses: 27 })), adam);
  });

  test("refuses what it cannot check", () => {
    const { model, loss } = classifier(1);
    const cases: [() => unknown, string][] = [
      [() => initialLossCheck(model, loss, undefined as never), "numClasses"],
      [() => initialLossCheck(model, loss, { numClasses: 1 }), "numClasses"],
      [() => initialLossCheck(model, loss, { numClasses: 2, tolerance: -1 }), "tolerance"],
      [() => initialLossCheck(model, loss, { numClasses: 2, classes: 2 } as never), "options among"],
      [() => initialLossCheck(model, () => tensor([1, 2]), { numClasses: 2 }), "a loss of one number"],
      [() => initialLossCheck(model, (() => 3) as unknown as () => Tensor, { numClasses: 2 }), "a loss of one number"],
      [() => initialLossCheck(model, () => tensor(Number.NaN), { numClasses: 2 }), "a finite loss"],
      [() => initialLossCheck(model, () => tensor(3), { numClasses: 2 }), "depends on the parameters"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
  });
});
