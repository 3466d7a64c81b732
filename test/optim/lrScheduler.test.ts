import { describe, expect, test } from "vitest";
import { optim, zeros } from "../../src/index.ts";

const { StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, LambdaLR, OneCycleLR } = optim.lrScheduler;
const { LinearLR, PolynomialLR, CosineAnnealingWarmRestarts, CyclicLR, ReduceLROnPlateau, SequentialLR } =
  optim.lrScheduler;

const sgd = (lr = 1) => new optim.SGD([zeros([1])], { lr });
const two = () => new optim.SGD([{ params: zeros([1]) }, { params: zeros([1]), lr: 0.1 }], { lr: 1 });

type Make = (optimizer: optim.Optimizer) => optim.lrScheduler.LRScheduler;

const makers: Record<string, Make> = {
  StepLR: (o) => new StepLR(o, 3),
  MultiStepLR: (o) => new MultiStepLR(o, [2, 2, 9]),
  ExponentialLR: (o) => new ExponentialLR(o, 0.9),
  CosineAnnealingLR: (o) => new CosineAnnealingLR(o, 4, { etaMin: 0.01 }),
  LambdaLR: (o) => new LambdaLR(o, (epoch) => 1 / (epoch + 1)),
  OneCycleLR: (o) => new OneCycleLR(o, 2, { totalSteps: 20 }),
  LinearLR: (o) => new LinearLR(o, { totalIters: 12 }),
  PolynomialLR: (o) => new PolynomialLR(o, { totalIters: 15, power: 1.5 }),
  CosineAnnealingWarmRestarts: (o) => new CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.01 }),
  SWALR: (o) => new optim.lrScheduler.SWALR(o, 0.05, { annealEpochs: 9 }),
  CyclicLR: (o) => new CyclicLR(o, 0.1, 1, { stepSizeUp: 2, stepSizeDown: 3, mode: "expRange", gamma: 0.9 }),
};

function rates(optimizer: optim.Optimizer, scheduler: optim.lrScheduler.LRScheduler, count: number): number[][] {
  return Array.from({ length: count }, () => {
    scheduler.step();
    return [...scheduler.getLastLr(), ...optimizer.paramGroups.map(({ lr }) => lr)];
  });
}

describe.each(Object.entries(makers))("%s", (name, make) => {
  test("resumed from its state dict, and the optimiser's, goes on bit for bit", () => {
    const optimizer = two();
    const scheduler = make(optimizer);
    rates(optimizer, scheduler, 7);
    optimizer.paramGroups[0].lr *= 0.5;
    const saved = [optimizer.stateDict(), scheduler.stateDict()] as const;
    const expected = rates(optimizer, scheduler, 10);

    const again = two();
    const resumed = make(again);
    again.loadStateDict(saved[0]);
    resumed.loadStateDict(JSON.parse(JSON.stringify(saved[1])));
    expect(resumed.getLastLr()).toEqual(saved[1]._last_lr);
    expect(rates(again, resumed, 10)).toEqual(expected);
  });

  test("takes over the settings of another", () => {
    const state = { ...make(sgd()).stateDict(), last_epoch: 5 };
    const scheduler = make(sgd());
    scheduler.loadStateDict(state);
    expect(scheduler.lastEpoch).toBe(5);
    expect(scheduler.stateDict()).toEqual(state);
  });

  test("lists all that is wrong with a state dict, and loads nothing", () => {
    const scheduler = make(two());
    const own = scheduler.stateDict();
    const { base_lrs, ...rest } = own;
    const dict = { ...rest, last_epoch: "7", colour: 1, _last_lr: [1] };
    expect(() => scheduler.loadStateDict(dict)).toThrow(
      `${name}.loadStateDict: expected a state dict of ${name} for 2 groups, ` +
        'got missing base_lrs; unknown colour; last_epoch of "7"; _last_lr of [1]. Nothing was loaded.',
    );
    expect(() => scheduler.loadStateDict([] as never)).toThrow("expected what stateDict() of a scheduler returns");
    expect(scheduler.stateDict()).toEqual(own);
  });

  test("wants an optimiser, and knows its options", () => {
    expect(() => make(zeros([2]) as never)).toThrow(new RegExp(`^${name}: expected `));
    const optimizer = sgd();
    const withOption = {
      StepLR: () => new StepLR(optimizer, 3, { gama: 1 } as never),
      MultiStepLR: () => new MultiStepLR(optimizer, [3], { gama: 1 } as never),
      ExponentialLR: () => new ExponentialLR(optimizer, 0.5, { gama: 1 } as never),
      CosineAnnealingLR: () => new CosineAnnealingLR(optimizer, 3, { gama: 1 } as never),
      LambdaLR: () => new LambdaLR(optimizer, () => 1, { gama: 1 } as never),
      OneCycleLR: () => new OneCycleLR(optimizer, 3, { gama: 1 } as never),
      LinearLR: () => new LinearLR(optimizer, { gama: 1 } as never),
      PolynomialLR: () => new PolynomialLR(optimizer, { gama: 1 } as never),
      CosineAnnealingWarmRestarts: () => new CosineAnnealingWarmRestarts(optimizer, 3, { gama: 1 } as never),
      SWALR: () => new optim.lrScheduler.SWALR(optimizer, 0, { gama: 1 } as never),
      CyclicLR: () => new CyclicLR(optimizer, 0, 1, { gama: 1 } as never),
    }[name];
    expect(withOption).toThrow(`${name}: expected options among`);
    expect(optimizer.paramGroups[0]).not.toHaveProperty("initialLr");
  });

  test("remembers the first learning rate in the group, for those made later", () => {
    const optimizer = sgd(0.5);
    make(optimizer);
    expect(optimizer.paramGroups[0].initialLr).toBe({ OneCycleLR: 2 / 25, CyclicLR: 0.1 }[name] ?? 0.5);
  });
});

describe("schedulers refuse, and change nothing", () => {
  test.each<[string, Make, string]>([
    ["a stepSize of 0", (o) => new StepLR(o, 0), "StepLR: expected a whole number of 1 or more as stepSize, got 0."],
    ["a stepSize of 1.5", (o) => new StepLR(o, 1.5), "got 1.5."],
    ["a gamma of NaN", (o) => new StepLR(o, 2, { gamma: Number.NaN }), "StepLR: expected a finite number as gamma"],
    ["no gamma", (o) => new ExponentialLR(o, undefined as never), "ExponentialLR: expected a finite number as gamma"],
    [
      "a milestone of 1.5",
      (o) => new MultiStepLR(o, [1.5]),
      "MultiStepLR: expected a whole number of 0 or more as each milestone",
    ],
    ["one milestone", (o) => new MultiStepLR(o, 3 as never), "MultiStepLR: expected an array of milestones, got 3."],
    [
      "a tMax of 0",
      (o) => new CosineAnnealingLR(o, 0),
      "CosineAnnealingLR: expected a whole number of 1 or more as tMax",
    ],
    [
      "an etaMin that is none",
      (o) => new CosineAnnealingLR(o, 3, { etaMin: "0" as never }),
      "a finite number as etaMin",
    ],
    ["no function", (o) => new LambdaLR(o, 0.5 as never), "LambdaLR: expected a function, got 0.5."],
    ["two functions for a group", (o) => new LambdaLR(o, [() => 1, () => 2]), "LambdaLR: expected a function, got ["],
    ["a function without number", (o) => new LambdaLR(o, () => Number.NaN), "LambdaLR.step: expected a learning rate"],
    ["lastEpoch without initialLr", (o) => new StepLR(o, 3, { lastEpoch: 4 }), "an initialLr in every group"],
    ["a lastEpoch of −2", (o) => new StepLR(o, 3, { lastEpoch: -2 }), "a whole number of -1 or more as lastEpoch"],
    ["no number of steps", (o) => new OneCycleLR(o, 1), "OneCycleLR: expected totalSteps, or epochs and stepsPerEpoch"],
    ["epochs alone", (o) => new OneCycleLR(o, 1, { epochs: 3 }), "got neither."],
    [
      "half an epoch",
      (o) => new OneCycleLR(o, 1, { epochs: 0.5, stepsPerEpoch: 4 }),
      "a whole number of 1 or more as epochs",
    ],
    ["no steps", (o) => new OneCycleLR(o, 1, { totalSteps: 0 }), "a whole number of 1 or more as totalSteps, got 0."],
    [
      "a pctStart of 2",
      (o) => new OneCycleLR(o, 1, { totalSteps: 9, pctStart: 2 }),
      "a number from 0 to 1 as pctStart",
    ],
    [
      "a rise of one step",
      (o) => new OneCycleLR(o, 1, { totalSteps: 10, pctStart: 0.1 }),
      "a rise of more than one step",
    ],
    ["another curve", (o) => new OneCycleLR(o, 1, { totalSteps: 9, annealStrategy: "sin" as never }), 'got "sin".'],
    [
      "two rates for a group",
      (o) => new OneCycleLR(o, [1, 2], { totalSteps: 9 }),
      "maxLr for all groups, or for each of",
    ],
    [
      "a rate below 0",
      (o) => new OneCycleLR(o, -1, { totalSteps: 9 }),
      "a finite number of 0 or more, for all groups or for each, as maxLr, got -1.",
    ],
    [
      "a divFactor of 0",
      (o) => new OneCycleLR(o, 1, { totalSteps: 9, divFactor: 0 }),
      "a finite number above 0 as divFactor",
    ],
    [
      "a number as flag",
      (o) => new OneCycleLR(o, 1, { totalSteps: 9, threePhase: 1 as never }),
      "true or false as threePhase",
    ],
    [
      "a text as flag",
      (o) => new OneCycleLR(o, 1, { totalSteps: 9, cycleMomentum: "" as never }),
      "true or false as cycleMomentum",
    ],
    ["a start of 0", (o) => new LinearLR(o, { startFactor: 0 }), "a number above 0 and at most 1 as startFactor"],
    ["an end above 1", (o) => new LinearLR(o, { endFactor: 1.5 }), "a number from 0 to 1 as endFactor"],
    ["half an iteration", (o) => new PolynomialLR(o, { totalIters: 0.5 }), "a whole number of 0 or more as totalIters"],
    ["a power below 0", (o) => new PolynomialLR(o, { power: -1 }), "a finite number of 0 or more as power, got -1."],
    ["a t0 of 0", (o) => new CosineAnnealingWarmRestarts(o, 0), "a whole number of 1 or more as t0, got 0."],
    [
      "a tMult of 1.5",
      (o) => new CosineAnnealingWarmRestarts(o, 2, { tMult: 1.5 }),
      "a whole number of 1 or more as tMult",
    ],
    ["a mode in PyTorch's spelling", (o) => new CyclicLR(o, 0, 1, { mode: "exp_range" as never }), '"expRange"'],
    ["a scale that is no function", (o) => new CyclicLR(o, 0, 1, { scaleFn: 1 as never }), "a function as scaleFn"],
    [
      "a scale that is not a number",
      (o) => new CyclicLR(o, 0, 1, { scaleFn: () => Number.NaN }),
      "CyclicLR.step: expected",
    ],
    ["a strategy of no kind", (o) => new optim.lrScheduler.SWALR(o, 1, { annealStrategy: "cosine" as never }), '"cos"'],
    ["a rate too many", (o) => new optim.lrScheduler.SWALR(o, [1, 2]), "swaLr for all groups, or for each of the 1"],
    ["no step up", (o) => new CyclicLR(o, 0, 1, { stepSizeUp: 0 }), "a whole number of 1 or more as stepSizeUp"],
    ["two bases for a group", (o) => new CyclicLR(o, [0, 1], 1), "baseLr for all groups, or for each of the 1"],
  ])("%s", (_, make, message) => {
    const optimizer = sgd();
    const before = { ...optimizer.paramGroups[0] };
    expect(() => make(optimizer)).toThrow(message);
    expect(optimizer.paramGroups[0]).toEqual(before);
  });

  test("a step at which one function of several returns no number", () => {
    const optimizer = two();
    const scheduler = new LambdaLR(optimizer, [(epoch) => epoch, (epoch) => (epoch < 2 ? 1 : Number.NaN)]);
    scheduler.step();
    expect(() => scheduler.step()).toThrow("got NaN for group 1 at epoch 2.");
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([1, 0.1]);
    expect(scheduler.lastEpoch).toBe(1);
  });

  test("a group that was added since, where they need to know its first rate", () => {
    const optimizer = sgd();
    const [step, lambda] = [new StepLR(optimizer, 1, { gamma: 0.5 }), new LambdaLR(optimizer, () => 1)];
    optimizer.addParamGroup({ params: zeros([1]) });
    expect(() => lambda.step()).toThrow(
      "LambdaLR.step: expected the 1 groups that there were when it was made, got 2.",
    );
    step.step();
    expect(step.getLastLr()).toEqual([0.5, 0.5]);
  });
});

test("two schedulers chain", () => {
  const optimizer = sgd();
  const schedulers = [new ExponentialLR(optimizer, 0.5), new StepLR(optimizer, 2, { gamma: 0.1 })];
  for (const scheduler of [...schedulers, ...schedulers]) scheduler.step();
  expect(optimizer.paramGroups[0].lr).toBeCloseTo(0.025, 12);
});

test("OneCycleLR resumed with lastEpoch takes its rates from the loaded groups", () => {
  const optimizer = two();
  const scheduler = new OneCycleLR(optimizer, 2, { totalSteps: 20 });
  rates(optimizer, scheduler, 7);
  const again = two();
  again.loadStateDict(optimizer.stateDict());
  const resumed = new OneCycleLR(again, 99, { totalSteps: 20, lastEpoch: 7 });
  scheduler.step();
  expect(resumed.getLastLr()).toEqual(scheduler.getLastLr());
});

test("the learning rates that getLastLr returns are a copy", () => {
  const scheduler = new StepLR(sgd(), 3);
  scheduler.getLastLr()[0] = 7;
  expect(scheduler.getLastLr()).toEqual([1]);
});

describe("CyclicLR", () => {
  test("has a scale of one's own, of cycles or of steps", () => {
    const byCycle = new CyclicLR(sgd(), 0, 1, { stepSizeUp: 1, scaleFn: (cycle) => cycle });
    const bySteps = new CyclicLR(sgd(), 0, 1, { stepSizeUp: 1, scaleFn: (t) => t, scaleMode: "iterations" });
    const heights = [byCycle, bySteps].map((scheduler) =>
      Array.from({ length: 4 }, () => {
        scheduler.step();
        return scheduler.getLastLr()[0];
      }),
    );
    expect(heights).toEqual([
      [1, 0, 2, 0],
      [1, 0, 3, 0],
    ]);
  });

  test("moves the first beta of Adam, and refuses to move the momentum of what has none", () => {
    const adam = new optim.Adam([zeros([1])]);
    new CyclicLR(adam, 0, 1, { stepSizeUp: 1 }).step();
    expect(adam.paramGroups[0].betas).toEqual([0.8, 0.999]);
    const adagrad = new optim.Adagrad([zeros([1])]);
    expect(() => new CyclicLR(adagrad, 0, 1)).toThrow("got neither in group 0. Write { cycleMomentum: false }.");
    expect(new CyclicLR(adagrad, 0, 1, { cycleMomentum: false }).getLastLr()).toEqual([0]);
  });
});

describe("ReduceLROnPlateau", () => {
  test("resumed from its state dict goes on as it would have", () => {
    const make = () => {
      const optimizer = two();
      return { optimizer, scheduler: new ReduceLROnPlateau(optimizer, { patience: 1, cooldown: 1, minLr: [0, 0.05] }) };
    };
    const metrics = [3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1];
    const whole = make();
    for (const metric of metrics) whole.scheduler.step(metric);
    const [first, second] = [make(), make()];
    for (const metric of metrics.slice(0, 5)) first.scheduler.step(metric);
    second.optimizer.loadStateDict(first.optimizer.stateDict());
    second.scheduler.loadStateDict(first.scheduler.stateDict());
    for (const metric of metrics.slice(5)) second.scheduler.step(metric);
    expect(second.scheduler.getLastLr()).toEqual(whole.scheduler.getLastLr());
    expect(second.scheduler.stateDict()).toEqual(whole.scheduler.stateDict());
    expect(whole.optimizer.paramGroups[1].lr).toBe(0.05);
    expect(second.scheduler.lastEpoch).toBe(11);
  });

  test.each<[string, object, string]>([
    ["a mode", { mode: "least" }, '"min" or "max" as mode'],
    ["a threshold mode", { thresholdMode: "relative" }, '"rel" or "abs" as thresholdMode'],
    ["a factor of 1", { factor: 1 }, "a finite number from 0 up to, but not, 1, as factor"],
    ["half of patience", { patience: 0.5 }, "a whole number of 0 or more as patience"],
    ["lowest rates of three groups", { minLr: [0, 0, 0] }, "minLr for all groups, or for each of the 2"],
  ])("refuses %s", (_, options, message) => {
    expect(() => new ReduceLROnPlateau(two(), options as never)).toThrow(message);
  });

  test("refuses anything but a metric, added groups and a state of others, and changes nothing", () => {
    const optimizer = two();
    const scheduler = new ReduceLROnPlateau(optimizer);
    const before = scheduler.stateDict();
    for (const metric of [undefined, null, "2", zeros([2])]) {
      expect(() => scheduler.step(metric as never)).toThrow("ReduceLROnPlateau.step: expected a number");
    }
    expect(() => scheduler.loadStateDict({ ...before, min_lrs: [0], mode: 3 })).toThrow("min_lrs of [0]");
    expect(() => scheduler.loadStateDict({ ...before, mode: "least" })).toThrow('"min" or "max" as mode');
    optimizer.addParamGroup({ params: zeros([1]) });
    expect(() => scheduler.step(1)).toThrow("Make the scheduler after the last addParamGroup.");
    expect(scheduler.stateDict()).toEqual(before);
    expect(() => new ReduceLROnPlateau(zeros([1]) as never)).toThrow("expected an optimiser");
  });
});

describe("SequentialLR", () => {
  const sequence = (optimizer: optim.Optimizer) => {
    const parts = [new LinearLR(optimizer, { totalIters: 3 }), new ExponentialLR(optimizer, 0.5)];
    return new SequentialLR(optimizer, parts, [3]);
  };

  test("resumed from its state dict, and the optimiser's, goes on bit for bit", () => {
    for (const epochs of [0, 1, 2, 3, 5]) {
      const optimizer = two();
      const scheduler = sequence(optimizer);
      rates(optimizer, scheduler as never, epochs);
      const saved = [optimizer.stateDict(), scheduler.stateDict()] as const;
      const expected = rates(optimizer, scheduler as never, 6);
      const again = two();
      const resumed = sequence(again);
      again.loadStateDict(saved[0]);
      resumed.loadStateDict(JSON.parse(JSON.stringify(saved[1])));
      expect(resumed.lastEpoch).toBe(epochs);
      expect(rates(again, resumed as never, 6)).toEqual(expected);
    }
  });

  test("refuses anything but such a sequence, in words", () => {
    const optimizer = two();
    const [one, other] = [new StepLR(optimizer, 2), new StepLR(two(), 2)];
    const make = (schedulers: unknown, milestones: unknown) => () =>
      new SequentialLR(optimizer, schedulers as never, milestones as never);
    expect(make([], [])).toThrow("an array of at least one scheduler, got an empty one");
    expect(make(one, [])).toThrow("an array of at least one scheduler");
    expect(make([one, other], [2])).toThrow("of another optimiser as scheduler 1");
    expect(make([one, one], [2])).toThrow("each once");
    expect(make([new ReduceLROnPlateau(optimizer)], [])).toThrow("waits for a plateau");
    for (const milestones of [[], [2, 3], [0], [1.5], undefined]) {
      expect(make([one, new ExponentialLR(optimizer, 0.5)], milestones)).toThrow("1 whole numbers as milestones");
    }
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 0.05].map((lr) => lr * 2));
    expect(() => new SequentialLR(zeros([1]) as never, [one], [])).toThrow("expected an optimiser");
  });

  test("loads all of a state or nothing", () => {
    const scheduler = sequence(two());
    const before = scheduler.stateDict() as { _schedulers: object[] };
    expect(() => scheduler.loadStateDict({ ...before, _milestones: [0] })).toThrow("as milestones");
    const broken = {
      ...before,
      last_epoch: 7,
      _schedulers: [{ ...before._schedulers[0], last_epoch: 5 }, { gamma: 1 }],
    };
    expect(() => scheduler.loadStateDict(broken)).toThrow("missing base_lrs");
    expect(() => scheduler.loadStateDict({ ...before, colour: 1 })).toThrow("unknown colour");
    expect(scheduler.stateDict()).toEqual(before);
  });
});
