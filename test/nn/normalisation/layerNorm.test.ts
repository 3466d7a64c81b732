import { nn, randn, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";

describe("layer norm", () => {
  test("is each example less its mean, by its deviation", () => {
    const x = randn([4, 5], { dtype: "float64" });
    const variance = x.var(1, { correction: 0, keepdim: true });
    const right = x.sub(x.mean(1, { keepdim: true })).div(variance.add(1e-5).sqrt());
    expectClose(nn.functional.layerNorm(x, [5]).data, right.data, 1e-14);
  });

  test("of a single feature is the bias, of no examples nothing", () => {
    const bias = tensor([3]);
    expect(nn.functional.layerNorm(tensor([[7], [1e6]]), [1], { bias }).toArray()).toEqual([[3], [3]]);
    expect(new nn.LayerNorm(3).forward(zeros([0, 3])).shape).toEqual([0, 3]);
  });
});
