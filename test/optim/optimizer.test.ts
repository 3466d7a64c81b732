import { describe, expect, test } from "vitest";
import { isGradEnabled, nn, noGrad, optim, type Tensor, tensor, zeros } from "../../src/index.ts";

const leaf = (...values: number[]) => tensor(values, { requiresGrad: true });

class Line extends nn.Module {
  weight = new nn.Parameter(tensor([3]));

  override forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

const make = (params: unknown) => new optim.SGD(params as Tensor[], { lr: 1 });

describe("an optimiser refuses", () => {
  test.each<[string, unknown, string]>([
    ["a module", new Line(), "got a Line. Give its parameters: model.parameters()."],
    ["a single tensor", leaf(1), "got a float32 tensor of shape [1]. Put it into an array: [x]."],
    ["an iterator", new Set([leaf(1)]), "got a Set. Write [...params]."],
    ["nothing", undefined, "an array of at least one parameter, or of groups { params, lr, … }, got undefined."],
    ["an empty list", [], "got an empty one."],
    ["numbers", [1], "parameters that are tensors, got 1 as parameter 0."],
    ["a module among parameters", [leaf(1), new Line()], "got a Line as parameter 1. Give its parameters"],
    ["named parameters", new Line().namedParameters(), "Give the parameters without their names: model.parameters()."],
    ["a tensor made by an operation", [leaf(1).mul(2)], "leaves, made by no operation, got the output of mul"],
    ["whole numbers", [zeros([2], { dtype: "int32" })], "float32 or float64 tensors, got an int32 tensor of shape [2]"],
    ["a group without params", [{ params: [leaf(1)] }, { lr: 1 }], "a group { params, lr, … }, got an object."],
    ["a module as params", [{ params: new Line() }], "params to be tensors, got a Line. Give its parameters"],
    ["an unknown option in a group", [{ params: [leaf(1)], momentun: 0.9 }], 'Did you mean "momentum"?'],
    ["a bad option in a group", [{ params: [leaf(1)], momentum: -1 }], "momentum to be a finite number, not below 0"],
    ["a bad initialLr in a group", [{ params: [leaf(1)], initialLr: Number.NaN }], "initialLr to be a finite number"],
  ])("%s", (_, params, message) => {
    expect(() => make(params)).toThrow(message);
    expect(() => make(params)).toThrow(/^SGD: expected/);
  });

  test("a parameter that is there twice, in one group or in two", () => {
    const p = leaf(1);
    const message = "SGD: expected each parameter once, in one group, got a float32 tensor of shape [1] twice";
    expect(() => make([p, p])).toThrow(message);
    expect(() => make([{ params: [p] }, { params: [leaf(2), p] }])).toThrow(message);
  });

  test.each([
    [{ lr: -1 }, "SGD: expected lr to be a finite number, not below 0, got -1."],
    [{ lr: Number.NaN }, "got NaN."],
    [{ lr: Number.POSITIVE_INFINITY }, "got Infinity."],
    [{ lr: "0.1" as never }, 'got "0.1".'],
    [{ lr: 1, momentum: -1 }, "SGD: expected momentum to be a finite number, not below 0, got -1."],
    [{ lr: 1, weightDecay: -1 }, "SGD: expected weightDecay to be a finite number, not below 0, got -1."],
    [{ lr: 1, dampening: Number.NaN }, "SGD: expected dampening to be a finite number, got NaN."],
    [{ lr: 1, maximize: "no" as never }, 'SGD: expected maximize to be true or false, got "no".'],
    [
      { lr: 1, momentun: 0.9 },
      "SGD: expected options among lr, momentum, dampening, weightDecay, nesterov, maximize, " +
        'got "momentun". Did you mean "momentum"?',
    ],
    [0.1 as never, "SGD: expected an object of options (lr, momentum, dampening, weightDecay, nesterov, maximize)"],
  ])("the options %o", (options: optim.SGDOptions, message) => {
    expect(() => new optim.SGD([leaf(1)], options)).toThrow(message);
  });
});

describe("an optimiser takes", () => {
  test("leaves that want no gradient, and passes over them", () => {
    const frozen = zeros([2]);
    const optimizer = make([frozen, leaf(1)]);
    optimizer.step();
    expect(frozen.toArray()).toEqual([0, 0]);
  });

  test("options that are undefined for those left out", () => {
    const group = { params: [leaf(1)], momentum: undefined } as never;
    expect(new optim.SGD([group], { lr: 1, momentum: 0.5 }).paramGroups[0].momentum).toBe(0.5);
  });

  test("groups, each with options of its own", () => {
    const [a, b] = [leaf(1), leaf(1)];
    const optimizer = new optim.SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 1 });
    for (const p of [a, b]) p.grad = tensor([1]);
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0, 0.5]);
  });
});

describe("addParamGroup", () => {
  test("adds parameters with the options of all", () => {
    const optimizer = new optim.SGD([leaf(1)], { lr: 1, momentum: 0.5 });
    const p = leaf(4);
    optimizer.addParamGroup({ params: p, momentum: 0 });
    expect(optimizer.paramGroups[1]).toMatchObject({ lr: 1, momentum: 0 });
    expect(optimizer.paramGroups[1].params.map((x) => x === p)).toEqual([true]);
  });

  test("refuses what is in a group already, and adds nothing", () => {
    const p = leaf(1);
    const optimizer = make([p]);
    expect(() => optimizer.addParamGroup({ params: [leaf(2), p] })).toThrow(
      "SGD.addParamGroup: expected each parameter once",
    );
    expect(optimizer.paramGroups).toHaveLength(1);
  });
});

describe("step", () => {
  test("runs a closure first, recording, and returns its loss", () => {
    const p = leaf(2);
    const optimizer = make([p]);
    const loss = noGrad(() =>
      optimizer.step(() => {
        expect(isGradEnabled()).toBe(true);
        optimizer.zeroGrad();
        const y = p.square().sum();
        y.backward();
        return y;
      }),
    );
    expect(loss.item()).toBe(4);
    expect(p.item()).toBe(-2);
    expect(optimizer.step()).toBe(undefined);
  });

  test("refuses anything but a closure, and one that returns a promise, and changes nothing", () => {
    const p = leaf(2);
    p.grad = tensor([1]);
    const optimizer = make([p]);
    expect(() => optimizer.step(p as never)).toThrow("SGD.step: expected nothing, or a function, got a float32 tensor");
    expect(() => optimizer.step(async () => 1)).toThrow("expected a synchronous function");
    expect(p.item()).toBe(2);
  });

  test("refuses a group's option that has become no number, before anything changes", () => {
    const [a, b] = [leaf(1), leaf(1)];
    const optimizer = make([{ params: a }, { params: b }]);
    for (const p of [a, b]) p.grad = tensor([1]);
    optimizer.paramGroups[1].lr = Number.NaN;
    expect(() => optimizer.step()).toThrow(
      "SGD.step: expected lr to be a finite number, not below 0, got NaN in a group.",
    );
    expect([a.item(), b.item()]).toEqual([1, 1]);
  });

  test("has the tape notice that parameters have changed", () => {
    const p = leaf(2);
    const y = p.square().sum();
    y.backward();
    make([p]).step();
    expect(() => y.backward()).toThrow("changed in place");
  });

  test("leaves gradients as they are, and zeroGrad sets them to null", () => {
    const p = leaf(2);
    p.square().sum().backward();
    const optimizer = make([p]);
    optimizer.step();
    expect(p.grad?.item()).toBe(4);
    optimizer.zeroGrad();
    expect(p.grad).toBe(null);
  });

  test("trains a module, also on after it has been converted, with its state in the new dtype", () => {
    const model = new Line();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
    const train = (x: Tensor) => {
      optimizer.zeroGrad();
      model.forward(x).square().sum().backward();
      optimizer.step();
    };
    train(tensor([1]));
    model.to("float64");
    train(tensor([1], { dtype: "float64" }));
    expect(model.weight.item()).toBeCloseTo(2.8, 3);
    const { exp_avg, step } = optimizer.stateDict().state[0] as Record<string, Tensor>;
    expect([exp_avg.dtype, step.item()]).toEqual(["float64", 2]);
  });
});

test("an optimiser prints its groups", () => {
  const optimizer = new optim.SGD([leaf(1)], { lr: 0.5 });
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  expect((optimizer as unknown as Record<symbol, () => string>)[inspect]()).toBe(String(optimizer));
  expect(String(optimizer)).toBe(
    `SGD (
Parameter Group 0
    lr: 0.5
    momentum: 0
    dampening: 0
    weightDecay: 0
    nesterov: false
    maximize: false
)`,
  );
});
