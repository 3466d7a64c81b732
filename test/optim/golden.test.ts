import { describe, expect, test } from "vitest";
import { cat, type Dtype, manualSeed, optim, randn, type Tensor, tensor } from "../../src/index.ts";
import old from "../golden/optim/optim.json" with { type: "json" };
import current from "../golden/optim/optim-current.json" with { type: "json" };

type Options = Record<string, unknown>;

/** PyTorch's names as they are here; `T_max` and its kind are positional. */
const camel = (options: Options) =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase()), value]),
  );

const steps = 10;
const shapes = [[3, 4], [5], [2, 3]];

/** Parameters and their losses, as `optim.py` has them. */
function parameters(dtype: Dtype) {
  manualSeed(7);
  const draw = () => shapes.map((shape) => randn(shape, { dtype }));
  const [params, shifts, heights] = [draw(), draw(), draw()];
  for (const p of params) p.requiresGrad = true;
  const loss = (step: number) =>
    params
      .map((p, k) => p.sub(shifts[k]).mul(heights[k]).div(p.mul(p).add(1)).sum())
      .filter((_, k) => (step + k) % 3 !== 1 || step % 3 === 0)
      .reduce((sum, term) => sum.add(term));
  return { params, loss };
}

type Making = new (groups: readonly { readonly params: readonly Tensor[] }[], options: object) => optim.Optimizer;

const { SGD, Adam, AdamW, RMSprop, Adagrad, NAdam, RAdam, Lion } = optim;
const kinds: Readonly<Record<string, Making>> = { SGD, Adam, AdamW, RMSprop, Adagrad, NAdam, RAdam, Lion };

function build(kind: string, options: Options, second: Options, params: readonly Tensor[]): optim.Optimizer {
  const groups = [{ params: params.slice(0, 2) }, { params: params.slice(2), ...camel(second) }];
  return new kinds[kind](groups, camel(options));
}

/** Those whose means PyTorch 1.13 makes by the same operations as the current version. */
const bitForBit = ["SGD", "RMSprop", "Adagrad", "Lion"];

/** How far `actual` is from `expected`, relative to the largest number there. */
function distance(actual: Iterable<number>, expected: readonly number[]): number {
  const numbers = [...actual];
  expect(numbers).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...numbers.map((x, i) => Math.abs(x - expected[i]))) / (largest || 1);
}

const same = (a: Options, b: Options, ...names: string[]) =>
  names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));

interface Golden {
  readonly torch: string;
  readonly trainings: readonly {
    readonly kind: string;
    readonly dtype: string;
    readonly options: Options;
    readonly second: Options;
    readonly kept: readonly number[][];
  }[];
  readonly resumptions: readonly {
    readonly kind: string;
    readonly options: Options;
    readonly values: readonly number[][];
    readonly optimizer: unknown;
    readonly scheduler: Options;
    readonly ends: readonly number[][];
  }[];
  readonly searches: readonly {
    readonly name: "valley" | "waves";
    readonly dtype: "float32" | "float64";
    readonly options: Options;
    readonly rows: readonly { loss: number; counts: readonly number[]; values: readonly number[] }[];
    readonly saved: unknown;
  }[];
  readonly schedules: readonly {
    readonly name: string;
    readonly optimizer: readonly unknown[];
    readonly args: readonly unknown[];
    readonly options: Options;
    readonly rows: readonly number[][];
    readonly state: Options & { readonly last_epoch: number };
    readonly groups: readonly Options[];
  }[];
}

const versions: readonly Golden[] = [old, { searches: [], ...current }] as never;

describe.each(versions)("PyTorch $torch", ({ torch, trainings, resumptions, searches, schedules }) => {
  test.each(trainings)("trains as $kind does in $dtype with $options", ({ kind, dtype, options, second, kept }) => {
    const { params, loss } = parameters(dtype as Dtype);
    const optimizer = build(kind, options, second, params);
    const ours: number[][] = [];
    for (let step = 1; step <= steps; step++) {
      optimizer.zeroGrad();
      loss(step).backward();
      optimizer.step();
      if ([1, 2, 3, 10].includes(step)) ours.push(params.flatMap((p) => [...p.data]));
    }
    ours.forEach((numbers, i) => {
      expect(distance(numbers, kept[i])).toBeLessThan(dtype === "float64" ? 1e-12 : 1e-6);
      if (dtype === "float32" && bitForBit.includes(kind)) expect(numbers).toEqual(kept[i].map(Math.fround));
    });
  });

  test.each(resumptions)("leaves states of $kind with $options from which training goes on", (saved) => {
    const { params, loss } = parameters("float64");
    params.forEach((p, i) => p.data.set(saved.values[i]));
    const optimizer = build(saved.kind, saved.options, { lr: 0.003 }, params);
    const scheduler = new optim.lrScheduler.StepLR(optimizer, 1);
    optimizer.loadStateDict(revive(saved.optimizer) as optim.OptimizerStateDict);
    scheduler.loadStateDict(saved.scheduler);
    for (let step = 6; step <= steps; step++) {
      optimizer.zeroGrad();
      loss(step).backward();
      optimizer.step();
      scheduler.step();
    }
    for (const [i, p] of params.entries()) {
      expect(distance(p.data as Float64Array, saved.ends[i])).toBeLessThan(1e-12);
    }
  });

  test.each(searches)("searches the $name as LBFGS does in $dtype with $options", ({ name, dtype, options, rows }) => {
    const { optimizer, closure, params } = search(name, dtype, options);
    // Each direction is made of differences of the gradients before it, and takes on what rounding left of them.
    const tolerance = dtype === "float64" ? 1e-7 : 1e-4;
    for (const { loss, counts, values } of rows) {
      const first = optimizer.step(closure).item();
      expect(Math.abs(first - loss)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(loss)));
      const { func_evals, n_iter } = optimizer.stateDict().state[0];
      if (dtype === "float64") expect([func_evals, n_iter]).toEqual(counts);
      expect(
        distance(
          params.flatMap((p) => [...p.data]),
          values,
        ),
      ).toBeLessThan(tolerance);
    }
  });

  test.each(searches.filter(({ saved, dtype }) => saved !== null && dtype === "float64"))(
    "leaves a state of LBFGS on the $name from which the search goes on",
    ({ name, dtype, options, rows, saved }) => {
      const { optimizer, closure, params } = search(name, dtype, options);
      let from = 0;
      for (const p of params) {
        p.data.set(rows[1].values.slice(from, from + p.numel()));
        from += p.numel();
      }
      const state = revive(saved) as optim.OptimizerStateDict;
      optimizer.loadStateDict(state);
      const ours = optimizer.stateDict();
      expect(Object.keys(ours.state[0]).sort()).toEqual(Object.keys(state.state[0]).sort());
      expect(Object.keys(ours.param_groups[0]).sort()).toEqual(Object.keys(state.param_groups[0]).sort());
      expect(ours.param_groups[0]).toMatchObject(state.param_groups[0]);
      for (const { counts, values } of rows.slice(2)) {
        optimizer.step(closure);
        const { func_evals, n_iter } = optimizer.stateDict().state[0];
        expect([func_evals, n_iter]).toEqual(counts);
        expect(
          distance(
            params.flatMap((p) => [...p.data]),
            values,
          ),
        ).toBeLessThan(1e-8);
      }
    },
  );

  test.each(schedules)("schedules as $name does with $args and $options, for $optimizer.0", (recorded) => {
    const { optimizer, scheduler } = scheduled(recorded);
    for (const [epoch, row] of recorded.rows.entries()) {
      const groups = optimizer.paramGroups as (optim.ParamGroup & { momentum?: number; betas?: number[] })[];
      if (epoch === 8) groups[0].lr *= 0.5;
      const ours = groups.map(({ lr }) => lr);
      if (["OneCycleLR", "CyclicLR"].includes(recorded.name))
        ours.push(...groups.map(({ momentum, betas }) => momentum ?? betas?.[0] ?? 0));
      if (epoch === 8) ours.push(...scheduler.getLastLr());
      ours.forEach((x, i) => expect(Math.abs(x - row[i])).toBeLessThanOrEqual(1e-12 * Math.abs(row[i]) + 1e-16));
      expect(ours).toHaveLength(row.length);
      if (scheduler.lastEpoch !== recorded.state.total_steps) scheduler.step();
      else expect(() => scheduler.step()).toThrow("OneCycleLR.step: expected at most");
    }
  });

  test.each(schedules)("saves $name with $args and $options under the same names, for $optimizer.0", (recorded) => {
    const { scheduler, optimizer } = scheduled(recorded);
    for (let epoch = 0; epoch < recorded.state.last_epoch; epoch++) scheduler.step();
    const { verbose, use_beta1, ...state } = recorded.state;
    expect(Object.keys(state).filter((name) => !Object.hasOwn(scheduler.stateDict(), name))).toEqual([]);
    if (torch === current.torch) expect(Object.keys(scheduler.stateDict()).sort()).toEqual(Object.keys(state).sort());
    scheduler.loadStateDict(recorded.state);
    expect(scheduler.stateDict()).toMatchObject(state);
    const [saved] = optimizer.stateDict().param_groups;
    const ignored = ["foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay"];
    const names = Object.keys(recorded.groups[0]).filter((name) => !ignored.includes(name));
    expect(Object.keys(saved).sort()).toEqual([...names, "params"].sort());
  });
});

const inSequence: Readonly<Record<string, (optimizer: optim.Optimizer) => optim.lrScheduler.LRScheduler>> = {
  StepLR: (o) => new optim.lrScheduler.StepLR(o, 2, { gamma: 0.5 }),
  MultiStepLR: (o) => new optim.lrScheduler.MultiStepLR(o, [1, 3]),
  ExponentialLR: (o) => new optim.lrScheduler.ExponentialLR(o, 0.9),
  CosineAnnealingLR: (o) => new optim.lrScheduler.CosineAnnealingLR(o, 5),
  LinearLR: (o) => new optim.lrScheduler.LinearLR(o, { startFactor: 0.1, totalIters: 4 }),
  PolynomialLR: (o) => new optim.lrScheduler.PolynomialLR(o, { totalIters: 6, power: 2 }),
  CosineAnnealingWarmRestarts: (o) => new optim.lrScheduler.CosineAnnealingWarmRestarts(o, 2, { tMult: 2 }),
  LambdaLR: (o) => new optim.lrScheduler.LambdaLR(o, (epoch) => 1 / (1 + epoch)),
};

describe.each(old.sequences)(
  "PyTorch's SequentialLR of $names at $milestones",
  ({ names, milestones, rows, state }) => {
    const sequence = () => {
      const optimizer = build("SGD", { lr: 0.8 }, { lr: 0.08 }, parameters("float64").params);
      const schedulers = names.map((name) => inSequence[name](optimizer));
      return { optimizer, scheduler: new optim.lrScheduler.SequentialLR(optimizer, schedulers, milestones) };
    };
    const rates = ({ optimizer, scheduler }: ReturnType<typeof sequence>) => [
      ...optimizer.paramGroups.map(({ lr }) => lr),
      ...scheduler.getLastLr(),
    ];

    test("has these rates", () => {
      const made = sequence();
      for (const row of rows) {
        expect(distance(rates(made), row)).toBeLessThan(1e-12);
        made.scheduler.step();
      }
    });

    test("goes on from its state", () => {
      const made = sequence();
      for (let epoch = 0; epoch < 8; epoch++) made.scheduler.step();
      const ours = made.scheduler.stateDict() as { _schedulers: readonly object[] };
      expect(Object.keys(ours).sort()).toEqual(Object.keys(state).sort());
      for (const [i, each] of state._schedulers.entries()) {
        const { verbose: _, lr_lambdas: __, ...theirs } = each as Record<string, unknown>;
        for (const [name, value] of Object.entries(theirs)) {
          const own = (ours._schedulers[i] as Record<string, unknown>)[name];
          if (name === "_step_count") continue; // CosineAnnealingWarmRestarts of PyTorch does not count
          if (typeof value === "number" || Array.isArray(value)) {
            expect(distance([own].flat(2) as number[], [value].flat(2) as number[])).toBeLessThan(1e-12);
          }
        }
      }
      const other = sequence();
      for (let epoch = 0; epoch < 8; epoch++) other.scheduler.step();
      other.scheduler.step();
      other.optimizer.paramGroups.forEach((group, i) => {
        group.lr = rows[8][i];
      });
      other.scheduler.loadStateDict(state);
      for (const row of rows.slice(8)) {
        expect(distance(rates(other), row)).toBeLessThan(1e-12);
        other.scheduler.step();
      }
    });
  },
);

describe.each(old.plateaus)("PyTorch's ReduceLROnPlateau with $options", ({ options, metrics, rows, state }) => {
  const make = () => {
    const optimizer = build("SGD", { lr: 0.8 }, { lr: 0.08 }, parameters("float64").params);
    return { optimizer, scheduler: new optim.lrScheduler.ReduceLROnPlateau(optimizer, camel(options)) };
  };
  const revived = Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      /^-?inf$/.test(String(value)) ? Number(`${value}inity`.replace("inf", "Inf")) : value,
    ]),
  );

  test("has these rates, and this state", () => {
    const { optimizer, scheduler } = make();
    for (const [i, metric] of metrics.entries()) {
      scheduler.step(metric ?? Number.NaN);
      expect(
        distance(
          optimizer.paramGroups.map(({ lr }) => lr),
          rows[i],
        ),
      ).toBeLessThan(1e-15);
    }
    const { verbose: _, ...theirs } = revived;
    expect(scheduler.stateDict()).toEqual(theirs);
    const other = make().scheduler;
    other.loadStateDict(revived);
    expect(other.stateDict()).toEqual(theirs);
  });
});

/** Those of the current version, where it has another result. */
const lateStarts = old.late_starts.map((x) => current.late_starts.find((y) => same(x, y, "name", "args")) ?? x);

test.each(lateStarts)("$name with lastEpoch goes on as PyTorch's", ({ name, args, rates }) => {
  const optimizer = new optim.SGD([{ params: parameters("float64").params, initialLr: 0.8 }], { lr: 0.1 });
  const scheduler = make(name, optimizer, args, { last_epoch: 4 });
  const ours = [scheduler.getLastLr()[0]];
  for (let epoch = 0; epoch < 8; epoch++) {
    scheduler.step();
    ours.push(scheduler.getLastLr()[0]);
  }
  expect(distance(ours, rates)).toBeLessThan(1e-12);
});

/** An L-BFGS on one of the losses of `optim.py`. */
function search(name: "valley" | "waves", dtype: Dtype, options: Options) {
  const { params, loss } = parameters(dtype);
  const { line_search_fn: word, ...rest } = options;
  const lineSearch = word === undefined ? {} : { lineSearchFn: "strongWolfe" as const };
  const optimizer = new optim.LBFGS(params, { ...camel(rest), ...lineSearch });
  const valley = () => {
    const x = cat(params.map((p) => p.flatten()));
    const [head, tail] = [x.slice(0, 0, -1), x.slice(0, 1)];
    return tail.sub(head.square()).square().mul(100).add(head.neg().add(1).square()).sum();
  };
  const closure = () => {
    optimizer.zeroGrad();
    const value = name === "valley" ? valley() : loss(3);
    value.backward();
    return value;
  };
  return { optimizer, closure, params };
}

/** The tensors of a recorded state dict. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("values" in value) {
    const { values, shape, dtype } = value as unknown as { values: number[]; shape: number[]; dtype: Dtype };
    return tensor(Float64Array.from(values), { dtype }).reshape(shape);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revive(item)]));
}

function scheduled(recorded: Golden["schedules"][number]) {
  const [kind, base] = recorded.optimizer as readonly [string, { lr: number }];
  const optimizer = build(kind, base, { lr: base.lr / 10 }, parameters("float64").params);
  return { optimizer, scheduler: make(recorded.name, optimizer, recorded.args, recorded.options) };
}

const lambdas: Record<string, optim.lrScheduler.LrLambda> = {
  "1 / (1 + epoch)": (epoch) => 1 / (1 + epoch),
  "0.5 ** epoch": (epoch) => 0.5 ** epoch,
  "epoch / 7": (epoch) => epoch / 7,
};

function make(name: string, optimizer: optim.Optimizer, args: readonly unknown[], options: Options) {
  const first = args[0] as number;
  const camelOptions = camel(options);
  const { StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, LambdaLR, OneCycleLR } = optim.lrScheduler;
  const { LinearLR, PolynomialLR, CosineAnnealingWarmRestarts, CyclicLR } = optim.lrScheduler;
  switch (name) {
    case "StepLR":
      return new StepLR(optimizer, first, camelOptions);
    case "MultiStepLR":
      return new MultiStepLR(optimizer, args[0] as number[], camelOptions);
    case "ExponentialLR":
      return new ExponentialLR(optimizer, first, camelOptions);
    case "CosineAnnealingLR":
      return new CosineAnnealingLR(optimizer, first, camelOptions);
    case "LambdaLR": {
      const given = args[0] as string | string[];
      return new LambdaLR(optimizer, Array.isArray(given) ? given.map((text) => lambdas[text]) : lambdas[given]);
    }
    case "LinearLR":
      return new LinearLR(optimizer, camelOptions);
    case "PolynomialLR":
      return new PolynomialLR(optimizer, camelOptions);
    case "CosineAnnealingWarmRestarts":
      return new CosineAnnealingWarmRestarts(optimizer, first, {
        ...("T_mult" in options ? { tMult: options.T_mult as number } : {}),
        ...("eta_min" in options ? { etaMin: options.eta_min as number } : {}),
        ...("last_epoch" in options ? { lastEpoch: options.last_epoch as number } : {}),
      });
    case "CyclicLR": {
      const mode = options.mode === "exp_range" ? { mode: "expRange" as const } : {};
      return new CyclicLR(optimizer, first, args[1] as number, { ...camelOptions, ...mode });
    }
    default:
      return new OneCycleLR(optimizer, first, camelOptions);
  }
}
