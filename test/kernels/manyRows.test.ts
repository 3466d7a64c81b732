import { readFileSync } from "node:fs";
import { nn, Tensor, TensorError, tensor } from "evenkeel";
import { effectiveLearningRate, weightScaleInvariance } from "evenkeel/analysis";
import { globSync } from "tinyglobby";
import { describe, expect, test } from "vitest";

describe("200,000 rows", () => {
  const model = new nn.Sequential(new nn.Linear(1, 200_000), new nn.BatchNorm1d(200_000));

  test("are taken by effectiveLearningRate", () => {
    expect(effectiveLearningRate(model, 0.1).layers).toHaveLength(1);
  });

  test("are taken by weightScaleInvariance", () => {
    const x = tensor([[1], [2]]);
    expect(weightScaleInvariance(model, () => model.forward(x).square().mean()).layers).toHaveLength(1);
  });
});

test("no analysis and no plot spreads values into Math.max or Math.min, whose arguments the stack has to hold", () => {
  const spread = globSync("src/{analysis,plot}/**/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^(?! *(?:\/\/|\*)).*Math\.(?:max|min)\(\.\.\..*$/gm)].map(
      ([line]) => `${file}: ${line.trim()}`,
    ),
  );
  expect(spread).toEqual([]);
});

test.each([[[1, 2]], [3], [undefined], [null], [{}], ["1"]] as unknown[][])(
  "new Tensor(%j) says how a tensor is made",
  (data) => {
    expect(() => new (Tensor as unknown as new (data: unknown) => unknown)(data)).toThrow(TensorError);
  },
);
