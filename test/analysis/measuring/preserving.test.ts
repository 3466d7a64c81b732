import { apply, manualSeed, nn, noGrad, ones, type Primitive, randn, type Tensor } from "evenkeel";
import { lineProbe } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { preserving } from "../../../src/analysis/measuring/preserving.ts";

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

test("fields that are assigned, added, deleted or put in another order come back, also when it throws", () => {
  class Assigning extends nn.Module {
    first = 1;
    second: number[] = [1];
    mean = ones([2]);
    override forward(): Tensor {
      return this.mean;
    }
  }
  const model = new Assigning();
  const { mean, second } = model;
  const fail = () =>
    preserving(model, () => {
      model.mean = model.mean.mul(0.9);
      mean.mul_(2);
      Reflect.deleteProperty(model, "first");
      Object.assign(model, { first: 2, third: 3 });
      model.second.push(2);
      model.second = [];
      throw new RangeError("in the middle");
    });
  expect(fail).toThrow(RangeError);
  expect(Object.keys(model).slice(-4)).toEqual(["training", "first", "second", "mean"]);
  expect([model.first, model.second, second]).toEqual([1, second, [1]]);
  expect(model.mean).toBe(mean);
  expect([[...mean.data], mean.array.version]).toEqual([[1, 1], 0]);
});

test("tensors that share memory go on sharing it while an analysis runs, and afterwards", () => {
  class Sharing extends nn.Module {
    weight = new nn.Parameter(ones([2, 2]));
    flat = this.weight.detach().reshape(4);
    override forward(): Tensor {
      return this.flat;
    }
  }
  const model = new Sharing();
  preserving(model, () => {
    noGrad(() => model.weight.fill_(3));
    expect([...model.flat.data]).toEqual([3, 3, 3, 3]);
  });
  noGrad(() => model.flat.fill_(2));
  expect([...model.weight.data]).toEqual([2, 2, 2, 2]);
});

test("hooks that are registered meanwhile are taken off, and those that were removed are put back", () => {
  const model = new nn.Sequential(new nn.Tanh());
  const calls: string[] = [];
  const handle = model.registerForwardHook(() => void calls.push("kept"));
  preserving(model, () => {
    handle.remove();
    model[0].registerForwardHook(() => void calls.push("passing"));
  });
  model.forward(ones([1]));
  expect(calls).toEqual(["kept"]);
  handle.remove();
  model.forward(ones([1]));
  expect(calls).toEqual(["kept"]);
});

test("a gradient that is the parameter itself stays what it was while the parameter moves", () => {
  const halfSquare: Primitive = {
    name: "halfSquare",
    forward: (k, x) => k.fill(x.dtype, [], Array.from(x.data).reduce((sum, value) => sum + value * value, 0) / 2),
    vjp: [(_g, _y, x) => x],
  };
  class Bowl extends nn.Module {
    x = new nn.Parameter(ones([4]));
    override forward(): Tensor {
      return apply(halfSquare, this.x);
    }
  }
  const model = new Bowl();
  const { gradientDistance } = lineProbe(model, () => model.forward(), { steps: [0.5, 1] });
  expect(gradientDistance).toEqual([1, 2]); // s·‖x‖
});
