import { nn, ones, randn, zeros } from "evenkeel";
import { gradgradcheck } from "evenkeel/testing";
import { expect, test } from "vitest";
import { expectClose } from "../../close.ts";

const { instanceNorm } = nn.functional;
const dtype = "float64";

test("the function has the numbers of the module, which are PyTorch's, and moves the same statistics", () => {
  const norm = new nn.InstanceNorm2d(3, { affine: true, trackRunningStats: true, momentum: 0.3, dtype });
  const [runningMean, runningVar] = [zeros([3], { dtype }), ones([3], { dtype })];
  const { weight, bias, eps } = norm;
  for (let batch = 0; batch < 3; batch++) {
    const x = randn([2, 3, 4, 5], { dtype });
    const y = instanceNorm(x, { runningMean, runningVar, weight, bias, momentum: 0.3, eps });
    expect(y.data).toEqual(norm.forward(x).data);
    expect(runningMean.data).toEqual(norm.runningMean?.data);
    expect(runningVar.data).toEqual(norm.runningVar?.data);
  }
  const x = randn([2, 3, 4, 5], { dtype });
  const y = instanceNorm(x, { runningMean, runningVar, weight, bias, useInputStats: false, eps });
  expect(y.data).toEqual(norm.eval().forward(x).data);
});

test("it takes any number of dimensions, and is group norm with a group for each channel", () => {
  const x = randn([2, 3, 2, 3, 4], { dtype });
  const weight = randn([3], { dtype });
  expectClose(instanceNorm(x, { weight }).data, nn.functional.groupNorm(x, 3, { weight }).data, 1e-14);
  expect(
    gradgradcheck((given) => instanceNorm(given, { weight }), [randn([2, 3, 4], { dtype, requiresGrad: true })]),
  ).toBe(true);
});
