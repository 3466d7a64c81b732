import { isTensorError, nn, noGrad, optim, randn, type Tensor, tensor, zerosLike } from "evenkeel";
import { loadCheckpoint, saveCheckpoint } from "evenkeel/io";
import { describe, expect, test } from "vitest";

const { lrScheduler, optionRules } = optim;

interface LionGroup extends optim.ParamGroup {
  betas: readonly [number, number];
  weightDecay: number;
}

class Lion extends optim.Optimizer<LionGroup> {
  readonly seen: Tensor[] = [];

  constructor(params: readonly Tensor[], options: Partial<Omit<LionGroup, "params">> = {}) {
    const { notNegative, twoBelowOne } = optionRules;
    const rules = { lr: notNegative, betas: twoBelowOne, weightDecay: notNegative };
    super({ name: "Lion", rules, stateNames: { exp_avg: false } }, params, options, {
      lr: 1e-4,
      betas: [0.9, 0.99],
      weightDecay: 0,
    });
  }

  protected override update(p: Tensor, g: Tensor, { lr, betas: [b1, b2], weightDecay }: LionGroup): void {
    this.seen.push(g);
    const state = this.stateOf(p);
    state.exp_avg ??= zerosLike(p);
    const direction = state.exp_avg
      .mul(b1)
      .add(g.mul(1 - b1))
      .sign();
    p.mul_(1 - lr * weightDecay).sub_(direction.mul(lr));
    state.exp_avg.mul_(b2).add_(g.mul(1 - b2));
  }
}

class WarmUp extends lrScheduler.LRScheduler<{ warmup_steps: number }> {
  constructor(optimizer: optim.Optimizer, warmupSteps: number) {
    super("WarmUp", optimizer, { warmup_steps: warmupSteps });
    this.start();
  }

  protected override next(_: optim.ParamGroup, i: number, epoch: number): optim.lrScheduler.GroupChange {
    return { lr: this.baseLr(i) * Math.min(1, (epoch + 1) / this.settings.warmup_steps) };
  }
}

/** Widths around those from which memory is used again, lies in the arena, and is read by SIMD. */
const widths = [3, 40, 130];

function network(width: number): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(width, width),
    new nn.BatchNorm1d(width),
    new nn.Tanh(),
    new nn.Linear(width, 1),
  );
}

describe("an optimiser of one's own", () => {
  test("does what its formula says, in plain loops and float64", () => {
    const w = tensor([1, -2, 0.5], { dtype: "float64", requiresGrad: true });
    const optimizer = new Lion([w], { lr: 0.1, weightDecay: 0.2 });
    const [p, m] = [
      [1, -2, 0.5],
      [0, 0, 0],
    ];
    for (let step = 0; step < 6; step++) {
      optimizer.zeroGrad();
      w.pow(3).sum().backward();
      optimizer.step();
      p.forEach((value, i) => {
        const g = 3 * value * value;
        p[i] = value * (1 - 0.1 * 0.2) - 0.1 * Math.sign(0.9 * m[i] + (1 - 0.9) * g);
        m[i] = 0.99 * m[i] + (1 - 0.99) * g;
      });
    }
    p.forEach((value, i) => {
      expect(w.data[i]).toBeCloseTo(value, 12);
    });
  });

  test("may have its defaults in its rules, and keeps what is given instead", () => {
    const { notNegative, twoBelowOne } = optionRules;
    const rules = { lr: { is: notNegative, default: 0.5 }, betas: { is: twoBelowOne, default: [0.9, 0.99] } };
    class Declared extends optim.Optimizer<LionGroup> {
      constructor(params: readonly Tensor[], options: { readonly lr?: number } = {}) {
        super({ name: "Declared", rules, stateNames: {} }, params, options);
      }
      protected override update(p: Tensor, g: Tensor, { lr }: LionGroup): void {
        p.sub_(g.mul(lr));
      }
    }
    const w = tensor([2], { requiresGrad: true });
    expect(new Declared([w]).paramGroups[0]).toMatchObject({ lr: 0.5, betas: [0.9, 0.99] });
    const optimizer = new Declared([w], { lr: 0.25 });
    expect(optimizer.stateDict().param_groups[0]).toEqual({ lr: 0.25, betas: [0.9, 0.99], params: [0] });
    w.sum().backward();
    optimizer.step();
    expect(w.item()).toBe(1.75);
    expect(() => new Declared([w], { lr: -1 })).toThrow("Declared: expected lr to be a finite number, not below 0");
  });

  test.each(widths)("may keep the gradients that it is given, of layers of width %i", (width) => {
    const [model, x] = [network(width), randn([64, width])];
    const optimizer = new Lion(model.parameters());
    const copies: number[][] = [];
    for (let step = 0; step < 4; step++) {
      optimizer.zeroGrad();
      model.forward(x).square().mean().backward();
      optimizer.step();
      copies.push(...optimizer.seen.slice(copies.length).map((g) => Array.from(g.data)));
    }
    expect(optimizer.seen.map((g) => Array.from(g.data))).toEqual(copies);
    for (const g of optimizer.seen) expect(g.data.byteLength).toBe(g.data.buffer.byteLength);
  });

  test.each(widths)("goes on from a state dict, and from a checkpoint, with the same bits: width %i", (width) => {
    const x = randn([16, width]);
    const make = () => {
      const model = network(width);
      const optimizer = new Lion(model.parameters(), { lr: 0.01 });
      return { model, optimizer, scheduler: new WarmUp(optimizer, 5) };
    };
    const train = ({ model, optimizer, scheduler }: ReturnType<typeof make>, steps: number) => {
      for (let step = 0; step < steps; step++) {
        optimizer.zeroGrad();
        model.forward(x).square().mean().backward();
        optimizer.step();
        scheduler.step();
      }
      return model.parameters().map((p) => Array.from(p.data));
    };
    const [whole, byDict, byFile] = [make(), make(), make()];
    train(whole, 3);
    byDict.model.loadStateDict(whole.model.stateDict());
    byDict.optimizer.loadStateDict(whole.optimizer.stateDict());
    byDict.scheduler.loadStateDict(whole.scheduler.stateDict());
    loadCheckpoint(saveCheckpoint({ ...whole }), { ...byFile });
    const expected = train(whole, 4);
    expect(train(byDict, 4)).toEqual(expected);
    expect(train(byFile, 4)).toEqual(expected);
  });

  test("derived from SGD may change the gradient first, and one that does not is SGD to the bit", () => {
    class Clipped extends optim.SGD {
      protected override update(p: Tensor, g: Tensor, group: optim.SGDGroup): void {
        super.update(p, g.clamp(-1, 1), group);
      }
    }
    class Same extends optim.SGD {}
    const values = [Clipped, Same, optim.SGD].map((Kind) => {
      const w = tensor([0.1, 5], { requiresGrad: true });
      const optimizer = new Kind([w], { lr: 0.1, momentum: 0.9 });
      for (let step = 0; step < 3; step++) {
        optimizer.zeroGrad();
        w.square().sum().backward();
        optimizer.step();
      }
      return w.toArray<number[]>();
    });
    expect(values[1]).toEqual(values[2]);
    expect(values[0][1]).toBeCloseTo(5 - 0.1 * (1 + 1.9 + 2.71), 5);
  });

  test("runs unrecorded", () => {
    const w = tensor([1], { requiresGrad: true });
    w.square().sum().backward();
    const optimizer = new Lion([w]);
    optimizer.step();
    expect(optimizer.stateDict().state[0].exp_avg).toMatchObject({ requiresGrad: false });
    expect(w.isLeaf).toBe(true);
    noGrad(() => optimizer.step());
  });
});

test("a warm-up rises to the rate of each group", () => {
  const groups = [
    { params: tensor([1]), lr: 1 },
    { params: tensor([2]), lr: 10 },
  ];
  const optimizer = new optim.SGD(groups);
  const scheduler = new WarmUp(optimizer, 4);
  const rates = [0, 1, 2, 3, 4].map(() => {
    const now = scheduler.getLastLr();
    optimizer.step();
    scheduler.step();
    return now;
  });
  expect(rates).toEqual([0.25, 0.5, 0.75, 1, 1].map((share) => [share, 10 * share]));
});

/** An optimiser as written in JavaScript, where no type helps. */
function optimizerOf(kind: unknown, update?: unknown, options: unknown = { lr: 1 }): () => unknown {
  const Base = optim.Optimizer as unknown as new (...args: unknown[]) => { step(): void; stateOf(p: Tensor): object };
  class Own extends Base {
    constructor() {
      super(kind, [w], options);
    }
  }
  if (update !== undefined) Object.defineProperty(Own.prototype, "update", { value: update });
  const w = tensor([1], { requiresGrad: true });
  return () => {
    const optimizer = new Own();
    w.square().sum().backward();
    optimizer.step();
  };
}

function schedulerOf(settings: unknown, next?: unknown, start = true): () => unknown {
  const Base = lrScheduler.LRScheduler as unknown as new (...args: unknown[]) => { step(): void; start(): void };
  class Own extends Base {
    constructor() {
      super("Own", new optim.SGD([tensor([1])], { lr: 1 }), settings);
      if (start) this.start();
    }
  }
  if (next !== undefined) Object.defineProperty(Own.prototype, "next", { value: next });
  return () => new Own().step();
}

const rules = { lr: optionRules.notNegative };
const kind = { name: "Own", rules, stateNames: { mean: true } };
const noUpdate = () => {};
const keeping = (name: string, value: unknown) =>
  function (this: { stateOf(p: Tensor): Record<string, unknown> }, p: Tensor) {
    this.stateOf(p)[name] = value;
  };

describe("a mistake is refused in four parts", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["no kind", optimizerOf(undefined, noUpdate), /a kind/],
    ["a name for a kind", optimizerOf("Own", noUpdate), /a kind/],
    ["no rules", optimizerOf({ name: "Own", stateNames: {} }, noUpdate), /rules/],
    ["a rule that is a number", optimizerOf({ ...kind, rules: { lr: 1 } }, noUpdate), /rules/],
    ["no rule for lr", optimizerOf({ ...kind, rules: {} }, noUpdate), /lr/],
    ["no names of state", optimizerOf({ name: "Own", rules }, noUpdate), /stateNames/],
    ["a list of names", optimizerOf({ ...kind, stateNames: ["mean"] }, noUpdate), /stateNames/],
    [
      "a single number under no name of its state",
      optimizerOf({ ...kind, singleNumbers: ["sum"] }, noUpdate),
      /singleNumbers/,
    ],
    ["a check that is none", optimizerOf({ ...kind, check: true }, noUpdate), /check/],
    ["no update", optimizerOf(kind), /update/],
    ["an option without a rule", optimizerOf(kind, noUpdate, { lr: 1, beta: 0.5 }), /options among lr/],
    ["an option that is missing", optimizerOf(kind, noUpdate, {}), /lr to be/],
    ["an update that is async", optimizerOf(kind, async () => {}), /async/],
    ["an update that returns a tensor", optimizerOf(kind, (p: Tensor) => p), /nothing to be returned/],
    ["a number as state", optimizerOf(kind, keeping("mean", 3)), /mean of the state to be a tensor, got 3/],
    ["an array as state", optimizerOf(kind, keeping("mean", [3])), /a tensor/],
    ["state under another name", optimizerOf(kind, keeping("average", tensor([1]))), /stateNames/],
    ["no settings", schedulerOf(undefined, () => ({ lr: 1 })), /settings/],
    ["a function among the settings", schedulerOf({ rule: () => 1 }, () => ({ lr: 1 })), /plain data/],
    ["no next", schedulerOf({}), /next/],
    ["a next that returns a number", schedulerOf({}, () => 0.1), /learning rate/],
    ["a next that returns nothing", schedulerOf({}, () => undefined), /learning rate/],
    ["a scheduler that is not started", schedulerOf({}, () => ({ lr: 1 }), false), /this\.start\(\)/],
  ])("%s", (_, run, said) => {
    try {
      run();
    } catch (error) {
      if (!isTensorError(error)) throw error;
      expect(error.message).toMatch(said);
      expect([error.where, error.expected, error.got].every((part) => part.length > 0)).toBe(true);
      return;
    }
    throw new Error("it was taken");
  });
});
