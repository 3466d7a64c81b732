import { manualSeed, nn, ones, randn } from "evenkeel";
import { lineProbe } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { preserving } from "../../src/analysis/preserving.ts";

function trained() {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.Tanh(), new nn.Linear(16, 1));
  const loss = () =>
    model
      .forward(ones([4, 8]))
      .square()
      .mean();
  loss().backward();
  return { model, loss };
}

const gradients = (model: nn.Module) => model.parameters().map((p) => [...(p.hiddenGrad()?.data ?? [])]);

test("a gradient that nobody has looked at stays, though what runs clears gradients and takes memory", () => {
  const { model, loss } = trained();
  const before = gradients(trained().model);
  const clearing = () => {
    model.zeroGrad();
    return loss();
  };
  lineProbe(model, clearing, { steps: [0.1, 1] });
  expect(gradients(model)).toEqual(before);
});

test("memory of a gradient that was cleared meanwhile is not written over where it has another owner", () => {
  const { model } = trained();
  let taken: number[][] = [];
  const kept = preserving(model, () => {
    model.zeroGrad();
    const kept = model.parameters().flatMap(({ shape }) => [randn(shape), randn(shape).mul(2)]);
    taken = kept.map((x) => [...x.data]);
    return kept;
  });
  expect(kept.map((x) => [...x.data])).toEqual(taken);
});

test("what runs sees the gradients that there are, and what it does to them is undone", () => {
  const { model } = trained();
  const before = gradients(model);
  preserving(model, () => {
    expect(gradients(model)).toEqual(before);
    for (const p of model.parameters()) p.grad?.zero_();
  });
  expect(gradients(model)).toEqual(before);
});
