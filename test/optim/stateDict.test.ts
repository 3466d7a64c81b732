import { describe, expect, test } from "vitest";
import { manualSeed, optim, randn, type Tensor, tensor, zeros } from "../../src/index.ts";

const makers = {
  SGD: (params: Tensor[]) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  Adam: (params: Tensor[]) => new optim.Adam(params, { amsgrad: true, betas: [0.8, 0.99] }),
  AdamW: (params: Tensor[]) => new optim.AdamW([{ params: params[0], lr: 0.1 }, { params: params[1] }]),
  RMSprop: (params: Tensor[]) => new optim.RMSprop(params, { momentum: 0.9, centered: true }),
  Adagrad: (params: Tensor[]) => new optim.Adagrad(params, { lrDecay: 0.1, initialAccumulatorValue: 0.5 }),
  NAdam: (params: Tensor[]) => new optim.NAdam(params, { weightDecay: 0.01, decoupledWeightDecay: true }),
  RAdam: (params: Tensor[]) => new optim.RAdam(params, { betas: [0.8, 0.9], maximize: true }),
  Lion: (params: Tensor[]) => new optim.Lion(params, { lr: 0.01, weightDecay: 0.1 }),
};

function parameters(): Tensor[] {
  manualSeed(0);
  return [randn([2, 3], { requiresGrad: true }), randn([4], { requiresGrad: true })];
}

function train(params: readonly Tensor[], optimizer: optim.Optimizer, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    optimizer.zeroGrad();
    params.forEach((p, i) => {
      if ((step + i) % 3 > 0) p.square().sub(step).square().sum().backward();
    });
    optimizer.step();
  }
}

const bits = (params: readonly Tensor[]) => params.map((p) => [...p.data]);

describe.each(Object.entries(makers))("%s", (name, make) => {
  test("resumed from its state dict goes on bit for bit", () => {
    const params = parameters();
    const optimizer = make(params);
    train(params, optimizer, 0, 7);
    const saved = optimizer.stateDict();
    const copies = params.map((p) => tensor(p.data, { requiresGrad: true }).reshape(p.shape).detach());
    for (const copy of copies) copy.requiresGrad = true;
    train(params, optimizer, 7, 15);
    const resumed = make(copies);
    resumed.loadStateDict(saved);
    train(copies, resumed, 7, 15);
    expect(bits(copies)).toEqual(bits(params));
  });

  test("has a state dict that later steps do not change, and that it does not share", () => {
    const params = parameters();
    const optimizer = make(params);
    train(params, optimizer, 0, 3);
    const saved = optimizer.stateDict();
    const before = JSON.stringify(plain(saved));
    train(params, optimizer, 3, 6);
    expect(JSON.stringify(plain(saved))).toBe(before);
    optimizer.loadStateDict(saved);
    train(params, optimizer, 6, 9);
    expect(JSON.stringify(plain(saved))).toBe(before);
  });

  test("says which part of a state is missing, unless it may be", () => {
    const mayBeMissing = ["momentum_buffer", "max_exp_avg_sq", "grad_avg"]; // made where an option first asks for them
    const optimizer = make(parameters());
    train(
      optimizer.paramGroups.flatMap(({ params }) => params),
      optimizer,
      0,
      5,
    );
    const { state, param_groups } = optimizer.stateDict();
    for (const part of Object.keys(state[0])) {
      const { [part]: _, ...rest } = state[0];
      const load = () => make(parameters()).loadStateDict({ state: { ...state, 0: rest }, param_groups });
      const isNone = Object.keys(rest).length === 0; // as of a parameter that has had no gradient yet
      if (isNone || mayBeMissing.includes(part)) expect(load).not.toThrow();
      else expect(load).toThrow(`missing ${part} of parameter 0`);
    }
  });

  test("lists all that is wrong with a state dict, and loads nothing", () => {
    const params = parameters();
    const optimizer = make(params);
    train(params, optimizer, 0, 3);
    const before = optimizer.stateDict();
    const first = { SGD: "momentum_buffer", RMSprop: "square_avg", Adagrad: "sum" }[name] ?? "exp_avg";
    const { lr, ...withoutLr } = before.param_groups[0];
    const dict = {
      state: { ...before.state, 0: { ...before.state[0], [first]: zeros([5]), colour: zeros([2, 3]) }, 7: {} },
      param_groups: [{ ...withoutLr, weight_decay: "much", momentun: 0 }, ...before.param_groups.slice(1)],
    };
    expect(() => optimizer.loadStateDict(dict)).toThrow(
      `${name}.loadStateDict: expected a state dict of ${name} for these groups and parameters, got ` +
        'weight_decay of "much" in group 0; unknown momentun in group 0; missing lr in group 0; ' +
        `${first} of parameter 0 of shape [5] instead of [2, 3]; unknown colour of parameter 0; ` +
        "state of parameter 7, which is in no group. Nothing was loaded.",
    );
    expect(plain(optimizer.stateDict())).toEqual(plain(before));
  });
});

/** With tensors as arrays. */
function plain({ state, param_groups }: optim.OptimizerStateDict): unknown {
  const tensors = Object.entries(state).map(([id, kept]) => [
    id,
    Object.entries(kept).map(([name, value]) => [name, (value as Tensor).toArray()]),
  ]);
  return { tensors, param_groups };
}

describe("a state dict", () => {
  test("is in PyTorch's format", () => {
    const params = parameters();
    const optimizer = makers.SGD(params);
    train(params, optimizer, 0, 3);
    const { state, param_groups } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(["0", "1"]);
    expect(state[0].momentum_buffer).toMatchObject({ shape: [2, 3], requiresGrad: false });
    expect(param_groups).toEqual([
      { lr: 0.1, momentum: 0.9, dampening: 0, weight_decay: 0.01, nesterov: true, maximize: false, params: [0, 1] },
    ]);
  });

  test("of NAdam has the product of its momenta as a single number, in float32 whatever the parameter is", () => {
    const p = randn([3], { dtype: "float64", requiresGrad: true });
    const optimizer = new optim.NAdam([p]);
    train([p, p], optimizer, 0, 3);
    const { state } = optimizer.stateDict();
    expect(state[0].mu_product).toMatchObject({ shape: [], dtype: "float32" });
    const other = new optim.NAdam([p]);
    const product = { ...state[0], mu_product: tensor(0.25, { dtype: "float64" }) };
    other.loadStateDict({ ...optimizer.stateDict(), state: { 0: product } });
    expect(other.stateDict().state[0].mu_product).toMatchObject({ dtype: "float32" });
    const broken = { ...optimizer.stateDict(), state: { 0: { ...state[0], mu_product: Number.NaN } } };
    expect(() => other.loadStateDict(broken)).toThrow("mu_product of NaN of parameter 0");
  });

  test("of Adagrad has every parameter from the start, those of later groups too", () => {
    const [p, q] = parameters();
    const optimizer = new optim.Adagrad([p], { initialAccumulatorValue: 0.5 });
    optimizer.addParamGroup({ params: q, initialAccumulatorValue: 2 });
    const { state } = optimizer.stateDict();
    expect([state[0].sum, state[1].sum].map((x) => (x as Tensor).data[0])).toEqual([0.5, 2]);
    expect([state[0].step, state[1].step].map((x) => (x as Tensor).item())).toEqual([0, 0]);
  });

  test("numbers parameters through all groups", () => {
    const groups = makers.AdamW(parameters()).stateDict().param_groups;
    expect(groups.map(({ params }) => params)).toEqual([[0], [1]]);
  });

  test("may have another's numbers, a number for step, null for a buffer, and lack flags that came late", () => {
    const [p] = parameters();
    const adam = new optim.Adam([p]);
    adam.loadStateDict({
      state: { 5: { step: 3, exp_avg: zeros([2, 3]), exp_avg_sq: zeros([2, 3], { dtype: "float64" }) } },
      param_groups: [{ lr: 0.5, betas: [0.1, 0.2], eps: 1, weight_decay: 0, params: [5], foreach: null }],
    });
    const { state, param_groups } = adam.stateDict();
    expect(param_groups).toMatchObject([{ lr: 0.5, betas: [0.1, 0.2], amsgrad: false, params: [0] }]);
    expect(state[0].exp_avg_sq).toMatchObject({ dtype: "float32" });
    expect((state[0].step as Tensor).item()).toBe(3);

    const sgd = new optim.SGD([p], { lr: 1 });
    const group = { lr: -0.5, momentum: 0, dampening: 0, weight_decay: 0, params: [0], initial_lr: 2 };
    sgd.loadStateDict({ state: { 0: { momentum_buffer: null } }, param_groups: [group] });
    expect(sgd.stateDict().state).toEqual({});
    expect(sgd.paramGroups[0]).toMatchObject({ lr: -0.5, initialLr: 2, nesterov: false });
  });

  test.each<[string, unknown, string]>([
    ["nothing", null, "expected a state dict { state, param_groups }, got null."],
    ["a tensor", zeros([2]), "expected a state dict { state, param_groups }"],
    ["a module's", { weight: zeros([2]) }, "It is what stateDict() of an optimiser returns."],
    ["one of other groups", { state: {}, param_groups: [] }, "got 0 groups instead of 1."],
    ["one of other parameters", { params: [0] }, "got 1 parameters in group 0 instead of 2."],
    ["one without parameters", { params: undefined }, "got undefined as params in group 0 instead of 2."],
    ["one that names a parameter twice", { params: [0, 0] }, "got parameter 0 twice."],
    ["one of AdamW", { decoupled_weight_decay: true }, "decoupled_weight_decay in group 0, which is AdamW's."],
    ["one with half of a state", { state: { 0: { step: 1 } } }, "missing exp_avg of parameter 0; missing exp_avg_sq"],
    ["a step that is not a number", { state: { 1: full("x") } }, 'got step of "x" of parameter 1.'],
    ["a step below 0", { state: { 1: full(-1) } }, "got step of -1 of parameter 1."],
    ["arrays for tensors", { state: { 1: { ...full(1), exp_avg: [1] } } }, "[1] instead of a tensor as exp_avg of"],
    ["no state of a parameter", { state: { 1: 3 } }, "got 3 as state of parameter 1."],
    ["betas of another kind", { betas: [0.9] }, "got betas of [0.9] in group 0."],
  ])("is refused where it is %s", (_, given, message) => {
    const optimizer = new optim.Adam(parameters());
    const own = optimizer.stateDict();
    const changes = (given ?? {}) as { state?: object };
    const isWhole =
      given === null || "param_groups" in changes || !("state" in changes || _.startsWith("one") || "betas" in changes);
    const { state = {}, ...group } = changes;
    const dict = isWhole ? given : { state, param_groups: [{ ...own.param_groups[0], ...group }] };
    expect(() => optimizer.loadStateDict(dict as never)).toThrow(message);
    expect(optimizer.stateDict()).toEqual(own);
  });
});

function full(step: unknown): object {
  return { step, exp_avg: zeros([4]), exp_avg_sq: zeros([4]) };
}
