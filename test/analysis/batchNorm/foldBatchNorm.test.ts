import { Generator, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { foldBatchNorm } from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

const dtype = "float64";

class Scale extends nn.Module {
  by = new nn.Parameter(tensor([2, 3], { dtype }));
  inner = [new nn.Linear(2, 2, { dtype })];
  override forward(x: ReturnType<typeof randn>) {
    return this.inner[0].forward(x).mul(this.by);
  }
}

/** A trained network with everything that can be folded: with and without biases, scales, and a Sequential within. */
function network(): nn.Sequential {
  const model = new nn.Sequential(
    new nn.Linear(3, 4, { dtype }),
    new nn.BatchNorm1d(4, { dtype }),
    new nn.Tanh(),
    new nn.Sequential(
      new nn.Linear(4, 5, { dtype, bias: false }),
      new nn.BatchNorm1d(5, { dtype, affine: false, eps: 0.1 }),
    ),
    new nn.Linear(5, 2, { dtype }),
    new Scale(),
  );
  const adam = new optim.Adam(model.parameters(), { lr: 0.1 });
  for (let step = 0; step < 5; step++) {
    adam.zeroGrad();
    model
      .forward(randn([16, 3], { dtype }).mul(2).add(3))
      .square()
      .mean()
      .backward();
    adam.step();
  }
  return model;
}

describe("a model with folded batch norm", () => {
  test("has none, and the outputs of evaluation mode", () => {
    const model = network();
    const x = randn([10, 3], { dtype });
    const folded = foldBatchNorm(model);
    expect(folded.namedModules().some(([, module]) => module instanceof nn.BatchNorm1d)).toBe(false);
    expect([folded.length, folded.training, model.training]).toEqual([5, false, true]);
    expectClose(folded.forward(x).data, model.eval().forward(x).data, 1e-13);
  });

  test("keeps the names of its modules, also within another module", () => {
    class Around extends nn.Module {
      readonly inner = new nn.Sequential({ act: new nn.Tanh(), out: new nn.Linear(2, 2, { dtype }) });
      override forward(x: Tensor): Tensor {
        return this.inner.forward(x);
      }
    }
    const inner = new nn.Sequential({ conv: new nn.Linear(4, 2, { dtype }), bn: new nn.BatchNorm1d(2, { dtype }) });
    const model = new nn.Sequential({ hidden: new nn.Linear(3, 4, { dtype }), inner, around: new Around() });
    const x = randn([10, 3], { dtype });
    model.forward(x);
    const folded = foldBatchNorm(model);
    expect(folded.namedModules().map(([name]) => name)).toEqual([
      "",
      "hidden",
      "inner",
      "inner.conv",
      "around",
      "around.inner",
      "around.inner.act",
      "around.inner.out",
    ]);
    expectClose(folded.forward(x).data, model.eval().forward(x).data, 1e-13);
    const copy = (folded[2] as Around).inner;
    expect(copy[1]).toBe(copy.get("out"));
    expect(copy[1]).not.toBe((model[2] as Around).inner[1]);
  });

  test("has W·γ/√(v + eps) and (b − m)·γ/√(v + eps) + β", () => {
    const norm = new nn.BatchNorm1d(1, { dtype, eps: 1 });
    const linear = new nn.Linear(2, 1, { dtype });
    linear.loadStateDict({ weight: tensor([[2, 4]]), bias: tensor([5]) });
    norm.loadStateDict({ weight: tensor([3]), bias: tensor([7]), running_mean: tensor([1]), running_var: tensor([8]) });
    const [folded] = foldBatchNorm(new nn.Sequential(linear, norm));
    expect(folded.parameters().map((p) => p.toArray())).toEqual([[[2, 4]], [11]]);
  });

  test("shares nothing with the model, which stays as it was", () => {
    const model = network();
    model[5].registerForwardHook(() => undefined);
    const x = randn([10, 3], { dtype });
    const folded = expectUntouched(model, () => foldBatchNorm(model));
    const before = folded.forward(x).detach();
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    model.forward(x).square().mean().backward();
    optimizer.step();
    expect(folded.forward(x).data).toEqual(before.data);
    expectUntouched(model, () => folded.train().forward(x).sum().backward());
    expect(folded.parameters().every((p) => p.requiresGrad && p.grad !== null)).toBe(true);
  });

  test("has generators of its own, in the states of the model's", () => {
    const generator = new Generator().manualSeed(1);
    const dropout = new nn.Dropout(0.5, { generator });
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), dropout);
    const folded = foldBatchNorm(model).train();
    const state = generator.getState();
    const h = randn([5, 4]);
    const dropped = folded[1].forward(h).data;
    expect(generator.getState()).toEqual(state);
    expect(dropout.forward(h).data).toEqual(dropped);
  });

  test("has modules whose state is what was there when they were first called, as everywhere", () => {
    class Looking extends nn.Module {
      kept = zeros([1]);
      out: Tensor | null = null;
      override forward(x: Tensor): Tensor {
        this.out = x.relu();
        return this.out;
      }
    }
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new Looking());
    const folded = foldBatchNorm(model);
    noGrad(() => folded.forward(randn([2, 3])));
    expect(Object.keys(folded.stateDict())).toEqual(["0.weight", "0.bias", "1.kept"]);
  });

  test("is refused where the outputs would not be the same", () => {
    const [linear, norm] = [new nn.Linear(3, 4), new nn.BatchNorm1d(4)];
    class Wrapper extends nn.Module {
      norm = new nn.BatchNorm1d(4);
      override forward(x: ReturnType<typeof randn>) {
        return this.norm.forward(x);
      }
    }
    class Other extends nn.Linear {}
    const fold = (...modules: nn.Module[]) => foldBatchNorm(new nn.Sequential(...modules));
    const cases: [() => unknown, string][] = [
      [() => foldBatchNorm(linear as unknown as nn.Sequential), "an nn.Sequential"],
      [() => fold(linear), "a model with batch norm"],
      [() => fold(norm), "a Linear or a convolution right before"],
      [() => fold(linear, new nn.Tanh(), norm), "an nn.Linear or nn.Conv1d right before"],
      [() => fold(linear, norm, new nn.BatchNorm1d(4)), "an nn.Linear or nn.Conv1d right before"],
      [() => fold(linear, new nn.Sequential(norm)), "a Linear or a convolution right before"],
      [() => fold(new Other(3, 4), norm), "an nn.Linear or nn.Conv1d right before"],
      [() => fold(linear, new nn.NoisyBatchNorm1d(4)), "an nn.BatchNorm1d or nn.BatchNorm2d itself"],
      [() => fold(linear, new nn.BatchNorm1d(4, { trackRunningStats: false })), "running statistics"],
      [() => fold(linear, new nn.BatchNorm1d(3)), "3 features"],
      [() => fold(linear, new nn.BatchNorm1d(4, { dtype })), "in float32"],
      [() => fold(linear, new Wrapper()), "in Sequentials only"],
    ];
    for (const [run, expected] of cases) expect(refusal(run).expected).toContain(expected);
    const zero = new nn.BatchNorm1d(4, { eps: 0 });
    zero.runningVar?.fill_(0);
    expect(refusal(() => fold(linear, zero)).expected).toContain("finite");
  });
});
