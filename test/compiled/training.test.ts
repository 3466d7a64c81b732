import {
  type Generator,
  grad,
  hvp,
  manualSeed,
  nn,
  optim,
  Generator as RandomGenerator,
  randint,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "evenkeel";
import { describe, expect, test } from "vitest";
import { type Course, expectEager, expectReplayed, type World } from "./alike.ts";

type Make = (params: readonly Tensor[]) => optim.Optimizer;

const optimizers: Readonly<Record<string, Make>> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.05 }),
  "SGD with momentum": (params) => new optim.SGD(params, { lr: 0.05, momentum: 0.9, dampening: 0.1 }),
  "SGD with all": (params) => new optim.SGD(params, { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  "SGD that maximises": (params) => new optim.SGD(params, { lr: 0.001, momentum: 0.5, maximize: true }),
  Adam: (params) => new optim.Adam(params, { lr: 0.01 }),
  "Adam with amsgrad": (params) => new optim.Adam(params, { amsgrad: true, betas: [0.8, 0.99], weightDecay: 0.01 }),
  AdamW: (params) =>
    new optim.AdamW([
      { params: params.slice(0, 2), lr: 0.1 },
      { params: params.slice(2), weightDecay: 0.3 },
    ]),
  RMSprop: (params) => new optim.RMSprop(params, { momentum: 0.9, centered: true }),
  "RMSprop, plain": (params) => new optim.RMSprop(params, { lr: 0.01 }),
  Adagrad: (params) => new optim.Adagrad(params, { lrDecay: 0.1, initialAccumulatorValue: 0.5 }),
  NAdam: (params) => new optim.NAdam(params, { weightDecay: 0.01, decoupledWeightDecay: true }),
  RAdam: (params) => new optim.RAdam(params, { betas: [0.8, 0.9] }),
  Lion: (params) => new optim.Lion(params, { lr: 0.01, weightDecay: 0.1 }),
};

const dtypes = ["float32", "float64"] as const;
type Float = (typeof dtypes)[number];

/** A network with all that keeps a state or draws: the same for the same seed. */
function network(
  dtype: Float,
  { generator, momentum = 0.1 }: { generator?: Generator; momentum?: number | null } = {},
) {
  manualSeed(1);
  const random = generator === undefined ? {} : { generator };
  return new nn.Sequential(
    new nn.Linear(4, 16, { dtype }),
    new nn.BatchNorm1d(16, { dtype, momentum }),
    new nn.Tanh(),
    new nn.Dropout(0.2, random),
    new nn.Noise1d(16, { rMu: 0.01, rSigma: 0.01, ...random }),
    new nn.Linear(16, 16, { dtype }),
    new nn.ReLU(),
    new nn.Linear(16, 3, { dtype }),
  );
}

const inputsFor =
  (dtype: Float, rows = 8) =>
  (call: number): Tensor[] => {
    const generator = new RandomGenerator().manualSeed(100 + call);
    return [randn([rows, 4], { dtype, generator }), randint(0, 3, [rows], { generator })];
  };

interface Parts {
  readonly model: nn.Module;
  readonly optimizer?: optim.Optimizer;
  readonly others?: () => unknown;
}

const stateOf =
  ({ model, optimizer, others }: Parts) =>
  () => ({
    model: model.stateDict(),
    gradients: model.parameters().map((p) => p.grad),
    optimizer: optimizer?.stateDict(),
    others: others?.(),
  });

/** One that reads what is left behind only now and then: reading moves it. */
const rarely: Course = { calls: 40, looks: (call) => call % 20 === 19 };

describe.each(dtypes)("in %s", (dtype) => {
  const args = inputsFor(dtype);

  test.each(Object.entries(optimizers))("%s steps as it is written", (_name, make) => {
    const build = (): World => {
      const generator = new RandomGenerator().manualSeed(5);
      const model = network(dtype, { generator });
      const optimizer = make(model.parameters());
      return {
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: stateOf({ model, optimizer, others: () => generator }),
      };
    };
    expectReplayed(build, { args, ...rarely });
    expectReplayed(build, { args, calls: 10 });
  });

  test("gradients that are kept by nobody, or by hand, are the same", () => {
    for (const keeps of [false, true]) {
      const build = (): World => {
        const model = network(dtype);
        const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
        const kept: (Tensor | null)[] = [];
        return {
          call: (x: Tensor, y: Tensor) => {
            optimizer.zeroGrad();
            const loss = nn.functional.crossEntropy(model.forward(x), y);
            loss.backward();
            optimizer.step();
            return loss;
          },
          before: (call) => {
            if (keeps && call % 2 === 1) kept.push(...model.parameters().map((p) => p.grad));
          },
          state: stateOf({ model, optimizer, others: () => kept }),
        };
      };
      expectReplayed(build, { args, calls: 12, looks: (call) => call === 11 });
    }
  });

  test("gradients add up within one call", () => {
    const build = (): World => {
      const model = network(dtype);
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
      return {
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const losses = [0, 4].map((from) => {
            const part = nn.functional.crossEntropy(
              model.forward(x.slice(0, from, from + 4)),
              y.slice(0, from, from + 4),
            );
            part.div(2).backward();
            return part;
          });
          optimizer.step();
          return losses;
        },
        state: stateOf({ model, optimizer }),
      };
    };
    expectReplayed(build, { args, ...rarely });
  });

  test.each([1, 2, 3, 5])("gradients add up over calls, and are cleared outside after each %i", (every) => {
    const build = (): World => {
      const model = network(dtype);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
      return {
        before: (call) => {
          if (call % every !== 0) return;
          optimizer.step();
          optimizer.zeroGrad();
        },
        call: (x: Tensor, y: Tensor) => {
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          return loss;
        },
        state: stateOf({ model, optimizer }),
      };
    };
    expectReplayed(build, { args, ...rarely }, every === 1 ? 3 : 12);
    expectReplayed(build, { args, calls: 20 }, every === 1 ? 3 : 12);
  });

  test("gradients that are never cleared go on", () => {
    const build = (): World => {
      const model = network(dtype);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.001 });
      return {
        call: (x: Tensor, y: Tensor) => {
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: stateOf({ model, optimizer }),
      };
    };
    expectReplayed(build, { args, ...rarely });
  });

  test.each([
    ["clipGradNorm_", (params: Tensor[]) => nn.utils.clipGradNorm_(params, 0.1)],
    ["clipGradNorm_ that seldom clips", (params: Tensor[]) => nn.utils.clipGradNorm_(params, 0.9)],
    ["clipGradNorm_ that refuses", (params: Tensor[]) => nn.utils.clipGradNorm_(params, 1, { errorIfNonfinite: true })],
    [
      "clipGradNorm_ by the largest",
      (params: Tensor[]) => nn.utils.clipGradNorm_(params, 0.1, { normType: Number.POSITIVE_INFINITY }),
    ],
    ["clipGradValue_", (params: Tensor[]) => nn.utils.clipGradValue_(params, 0.01)],
  ] as const)("%s clips as it is written", (_name, clip) => {
    const build = (): World => {
      const model = network(dtype);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.5, momentum: 0.9 });
      return {
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          const norm = clip(model.parameters());
          optimizer.step();
          return { loss, norm };
        },
        state: stateOf({ model, optimizer }),
      };
    };
    expectReplayed(build, { args, ...rarely });
  });

  test.each([0.1, null, 1])("batch norm with momentum %s moves its statistics, and uses them", (momentum) => {
    const build = (): World => {
      const model = network(dtype, { momentum });
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      return {
        before: (call) => void model.train(call < 12 || call % 2 === 0),
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: stateOf({ model, optimizer }),
      };
    };
    expectReplayed(build, { args, ...rarely }, 6);
  });

  test("batches may be drawn inside", () => {
    const build = (): World => {
      const generator = new RandomGenerator().manualSeed(9);
      const model = network(dtype);
      const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
      const data = randn([50, 4], { dtype, generator });
      const labels = randint(0, 3, [50], { generator });
      return {
        call: () => {
          const rows = randint(0, 50, [8], { generator });
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(data.index(rows)), labels.index(rows));
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: stateOf({ model, optimizer, others: () => generator }),
      };
    };
    expectReplayed(build, rarely);
  });

  test("an average of models is kept", () => {
    for (const average of [
      {},
      { avgFn: (averaged: Tensor, current: Tensor) => averaged.mul(0.9).add(current.mul(0.1)) },
    ]) {
      const build = (): World => {
        const model = network(dtype);
        const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
        const averaged = new optim.AveragedModel(model, average);
        return {
          call: (x: Tensor, y: Tensor) => {
            optimizer.zeroGrad();
            const loss = nn.functional.crossEntropy(model.forward(x), y);
            loss.backward();
            optimizer.step();
            averaged.updateParameters(model);
            return loss;
          },
          state: stateOf({ model, optimizer, others: () => averaged.stateDict() }),
        };
      };
      expectReplayed(build, { args, ...rarely });
    }
  });

  test("products with the Hessian, by grad of grad and by hvp", () => {
    const build = (): World => {
      const model = new nn.Sequential(new nn.Linear(4, 8, { dtype }), new nn.Tanh(), new nn.Linear(8, 3, { dtype }));
      const parameters = model.parameters();
      return {
        call: (x: Tensor, y: Tensor, v: Tensor) => {
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          const first = grad(loss, parameters, { createGraph: true });
          const along = first.reduce((sum, g) => sum.add(g.mul(v).sum()), zeros([], { dtype }));
          const [, product] = hvp((at: Tensor) => at.tanh().square().sum(), x, x.mul(v));
          return { loss, first, second: grad(along, parameters), product };
        },
        state: stateOf({ model }),
      };
    };
    const more = (call: number) => [...args(call), tensor(call / 7).to(dtype)];
    expectReplayed(build, { args: more, calls: 10 });
  });

  test("a penalty on gradients is trained with", () => {
    const build = (): World => {
      manualSeed(2);
      const model = new nn.Sequential(new nn.Linear(4, 8, { dtype }), new nn.Tanh(), new nn.Linear(8, 3, { dtype }));
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
      return {
        call: (x: Tensor, y: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          const gradients = grad(loss, model.parameters(), { createGraph: true });
          const penalty = gradients.reduce((sum, g) => sum.add(g.square().sum()), zeros([], { dtype }));
          loss.add(penalty.mul(0.1)).backward();
          optimizer.step();
          return { loss, penalty };
        },
        state: stateOf({ model, optimizer }),
      };
    };
    expectReplayed(build, { args, ...rarely });
  });
});

const { lrScheduler } = optim;
type Schedule = (o: optim.Optimizer) => optim.lrScheduler.LRScheduler | optim.lrScheduler.SequentialLR;

const schedulers: Readonly<Record<string, Schedule>> = {
  StepLR: (o) => new lrScheduler.StepLR(o, 3),
  MultiStepLR: (o) => new lrScheduler.MultiStepLR(o, [2, 2, 9]),
  ExponentialLR: (o) => new lrScheduler.ExponentialLR(o, 0.9),
  CosineAnnealingLR: (o) => new lrScheduler.CosineAnnealingLR(o, 4, { etaMin: 0.01 }),
  LambdaLR: (o) => new lrScheduler.LambdaLR(o, (epoch) => 1 / (epoch + 1)),
  OneCycleLR: (o) => new lrScheduler.OneCycleLR(o, 2, { totalSteps: 60 }),
  LinearLR: (o) => new lrScheduler.LinearLR(o, { totalIters: 12 }),
  PolynomialLR: (o) => new lrScheduler.PolynomialLR(o, { totalIters: 15, power: 1.5 }),
  CosineAnnealingWarmRestarts: (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.01 }),
  SWALR: (o) => new lrScheduler.SWALR(o, 0.05, { annealEpochs: 9 }),
  CyclicLR: (o) =>
    new lrScheduler.CyclicLR(o, 0.1, 1, { stepSizeUp: 2, stepSizeDown: 3, mode: "expRange", gamma: 0.9 }),
  SequentialLR: (o) =>
    new lrScheduler.SequentialLR(
      o,
      [new lrScheduler.LinearLR(o, { startFactor: 0.1, totalIters: 4 }), new lrScheduler.ExponentialLR(o, 0.9)],
      [5],
    ),
};

function scheduled(make: Schedule, isInside: boolean, kind: "SGD" | "Adam" = "SGD") {
  return (): World => {
    manualSeed(3);
    const model = new nn.Linear(4, 3);
    const optimizer =
      kind === "SGD"
        ? new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
        : new optim.Adam(model.parameters(), { lr: 0.1 });
    const scheduler = make(optimizer);
    return {
      before: (call) => {
        if (!isInside && call > 0) scheduler.step();
      },
      call: (x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model.forward(x), y);
        loss.backward();
        optimizer.step();
        if (isInside) scheduler.step();
        return loss;
      },
      state: stateOf({ model, optimizer, others: () => [scheduler.stateDict(), scheduler.getLastLr()] }),
    };
  };
}

describe.each(Object.entries(schedulers))("%s", (_name, make) => {
  test.each([true, false])("changes the rate of calls that are made again, stepped inside = %s", (isInside) => {
    for (const kind of ["SGD", "Adam"] as const) {
      expectReplayed(scheduled(make, isInside, kind), { args: inputsFor("float32"), calls: 30 });
    }
  });
});

test("every scheduler is here", () => {
  const classes = Object.entries(lrScheduler).filter(([, value]) => typeof value === "function");
  const names = classes.map(([name]) => name);
  const missing = names.filter((name) => !(name in schedulers));
  expect(missing.sort()).toEqual(["LRScheduler", "ReduceLROnPlateau"].filter((name) => names.includes(name)));
});

test("every optimiser is here", () => {
  const classes = Object.entries(optim).filter(
    ([name, value]) => typeof value === "function" && value.prototype instanceof optim.Optimizer && name !== "LBFGS",
  );
  for (const [name] of classes) expect(Object.keys(optimizers).some((key) => key.startsWith(name))).toBe(true);
});

test("ReduceLROnPlateau with the loss reads a number, and is named; outside it is as ever", () => {
  const make = (isInside: boolean) => (): World => {
    manualSeed(3);
    const model = new nn.Linear(4, 3);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0 });
    return {
      before: (call) => {
        if (!isInside && call > 0) scheduler.step(1 + (call % 3));
      },
      call: (x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model.forward(x), y);
        loss.backward();
        optimizer.step();
        if (isInside) scheduler.step(loss);
        return loss;
      },
      state: stateOf({ model, optimizer, others: () => scheduler.stateDict() }),
    };
  };
  const args = inputsFor("float32");
  expectEager(make(true), /ReduceLROnPlateau\.step/, { args });
  expectReplayed(make(false), { args, calls: 20 });
});

test("L-BFGS stays as it is, and is named", () => {
  const make = (): World => {
    manualSeed(3);
    const model = new nn.Linear(4, 3);
    const optimizer = new optim.LBFGS(model.parameters(), { lr: 0.1, maxIter: 3 });
    return {
      call: (x: Tensor, y: Tensor) =>
        optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          return loss;
        }),
      state: stateOf({ model, optimizer }),
    };
  };
  expectEager(make, /LBFGS/, { args: inputsFor("float32") });
});

test("a closure that is given to other optimisers is made again", () => {
  const make = (): World => {
    manualSeed(3);
    const model = new nn.Linear(4, 3);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    return {
      call: (x: Tensor, y: Tensor) =>
        optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(x), y);
          loss.backward();
          return loss;
        }),
      state: stateOf({ model, optimizer }),
    };
  };
  expectReplayed(make, { args: inputsFor("float32") });
});

class Halving extends optim.Optimizer {
  constructor(params: readonly Tensor[]) {
    super(
      { name: "Halving", rules: { lr: optim.optionRules.notNegative }, stateNames: { mean: false } },
      params,
      {},
      { lr: 0.1 },
    );
  }

  protected override update(p: Tensor, g: Tensor, { lr }: optim.ParamGroup): void {
    const state = this.stateOf(p);
    state.mean ??= zeros(p.shape);
    state.mean.mul_(0.5).add_(g.mul(0.5));
    p.sub_(state.mean.mul(lr));
  }
}

test("an optimiser of one's own steps as it is written", () => {
  const make = (): World => {
    manualSeed(3);
    const model = new nn.Linear(4, 3);
    const optimizer = new Halving(model.parameters());
    return {
      before: (call) => {
        optimizer.paramGroups[0].lr = 1 / (call + 3);
      },
      call: (x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      },
      state: stateOf({ model, optimizer }),
    };
  };
  expectReplayed(make, { args: inputsFor("float32"), calls: 12 });
});
