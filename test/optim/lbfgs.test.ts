import { isTensorError, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor, zeros } from "evenkeel";
import { loadCheckpoint, saveCheckpoint } from "evenkeel/io";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const scales = [1, 10, 100, 1000];

/** `½ Σ s·x²`, whose condition number is 1000. */
function quadratic(dtype: "float32" | "float64", options: optim.LBFGSOptions) {
  const w = tensor([1, -2, 3, -4], { dtype, requiresGrad: true });
  const optimizer = new optim.LBFGS([w], options);
  const closure = () => {
    optimizer.zeroGrad();
    const loss = w.square().mul(tensor(scales, { dtype })).sum().div(2);
    loss.backward();
    return loss;
  };
  return { w, optimizer, closure };
}

describe("L-BFGS", () => {
  test.each(["float32", "float64"] as const)("ends at the lowest place of a quadratic in %s", (dtype) => {
    const { w, optimizer, closure } = quadratic(dtype, { lineSearchFn: "strongWolfe", maxIter: 60 });
    const loss = optimizer.step(closure);
    expect(loss.item()).toBeCloseTo(0.5 * (1 + 40 + 900 + 16000), 3);
    expect(Math.max(...[...w.data].map(Math.abs))).toBeLessThan(1e-4);
  });

  test("does not move where the gradient is 0 already, and says so in its state", () => {
    const w = zeros([2], { requiresGrad: true });
    const optimizer = new optim.LBFGS([w]);
    expect(optimizer.stateDict().state).toEqual({});
    optimizer.step(() => {
      w.grad = zeros([2]);
      return 0;
    });
    expect(optimizer.stateDict().state).toEqual({ 0: { func_evals: 1, n_iter: 0 } });
    const other = new optim.LBFGS([w]);
    other.loadStateDict(optimizer.stateDict());
    expect(other.stateDict()).toEqual(optimizer.stateDict());
  });

  test("resumed from a checkpoint goes on bit for bit", () => {
    const options = { lineSearchFn: "strongWolfe", maxIter: 2, historySize: 2 } as const;
    const first = quadratic("float32", options);
    for (let step = 0; step < 3; step++) first.optimizer.step(first.closure);
    const bytes = saveCheckpoint({ optimizer: first.optimizer, w: first.w.detach().clone() });
    const second = quadratic("float32", options);
    const { w } = loadCheckpoint(bytes, { optimizer: second.optimizer }).values as { w: Tensor };
    noGrad(() => second.w.copy_(w));
    for (const { optimizer, closure } of [first, second]) for (let i = 0; i < 3; i++) optimizer.step(closure);
    expect([...second.w.data]).toEqual([...first.w.data]);
    expect(second.optimizer.stateDict()).toEqual(first.optimizer.stateDict());
  });

  test("trains a model, goes on after it is converted, and takes a parameter without a gradient as at rest", () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 1));
    const idle = zeros([2], { requiresGrad: true });
    const [x, y] = [randn([16, 3]), randn([16, 1])];
    const optimizer = new optim.LBFGS([...model.parameters(), idle], { lineSearchFn: "strongWolfe" });
    const losses: number[] = [];
    for (const dtype of ["float32", "float64"] as const) {
      model.to(dtype);
      idle.requiresGrad = true;
      optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = model.forward(x.to(dtype)).sub(y.to(dtype)).square().mean();
        loss.backward();
        losses.push(loss.item());
        return loss;
      });
    }
    expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 5);
    expect([...idle.data]).toEqual([0, 0]);
    expect(model.parameters().every((p) => p.dtype === "float64")).toBe(true);
  });

  test("puts the parameters back where a closure throws on its way", () => {
    const { w, optimizer, closure } = quadratic("float64", { lineSearchFn: "strongWolfe" });
    let calls = 0;
    expect(() =>
      optimizer.step(() => {
        if (++calls === 2) throw new Error("enough");
        return closure();
      }),
    ).toThrow("enough");
    expect([...w.data]).toEqual([1, -2, 3, -4]);
  });

  test("refuses a second group, no closure, and a closure that returns no loss", () => {
    const { w, optimizer } = quadratic("float32", {});
    const groups = [{ params: w }, { params: zeros([1], { requiresGrad: true }) }];
    expect(refusal(() => new optim.LBFGS(groups)).expected).toBe("one group of parameters");
    expect(refusal(() => optimizer.addParamGroup(groups[1])).where).toBe("LBFGS.addParamGroup");
    expect(refusal(() => optimizer.step()).hint).toContain("zeroGrad");
    expect(refusal(() => optimizer.step(() => undefined)).expected).toContain("the loss");
    expect(refusal(() => optimizer.step(async () => 1)).got).toContain("promise");
    expect(refusal(() => optimizer.step(() => zeros([2]))).got).toContain("[2]");
    expect([...w.data]).toEqual([1, -2, 3, -4]);
  });

  test("lists what is wrong with a state, and loads nothing", () => {
    const { optimizer, closure } = quadratic("float32", {});
    optimizer.step(closure);
    const before = optimizer.stateDict();
    const broken = (change: object) => ({ ...before, state: { 0: { ...before.state[0], ...change } } });
    const cases: readonly (readonly [unknown, string])[] = [
      [broken({ d: zeros([3]) }), "d of a float32 tensor of shape [3] instead of a tensor of shape [4]"],
      [broken({ old_dirs: null }), "old_dirs of null"],
      [broken({ ro: [] }), "of different lengths"],
      [broken({ H_diag: "x", colour: 1 }), "unknown colour; "],
      [{ ...before, state: { 0: 3 } }, "3 as state of parameter 0"],
      [{ ...before, param_groups: [{ ...before.param_groups[0], line_search_fn: "armijo" }] }, "line_search_fn"],
      [{ ...before, state: { 5: {} } }, "state of parameter 5"],
      [null, "null"],
      [{ state: {}, param_groups: [] }, "0 groups instead of 1"],
    ];
    for (const [dict, said] of cases) {
      try {
        optimizer.loadStateDict(dict as never);
        expect.fail(`${said} was taken`);
      } catch (error) {
        if (!isTensorError(error)) throw error;
        expect(error.message).toContain(said);
      }
      expect(optimizer.stateDict()).toEqual(before);
    }
  });
});
