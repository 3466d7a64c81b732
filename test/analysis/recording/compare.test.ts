import { defaultGenerator, type Generator, manualSeed, nn, noGrad, optim, randn, type Tensor, tensor } from "evenkeel";
import {
  type ComparedRow,
  type CompareOptions,
  type Comparison,
  compare,
  compareAsync,
  comparisonRows,
  estimateCost,
  joinComparisons,
  readRecording,
  stepProbes,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";

beforeEach(() => void manualSeed(5));

type Options = CompareOptions<Tensor>;

const network = (norm?: () => nn.Module) =>
  new nn.Sequential(
    new nn.Linear(3, 8),
    ...(norm ? [norm()] : []),
    new nn.Tanh(),
    new nn.Dropout(0.1),
    new nn.Linear(8, 1),
  );
const variants = {
  standard: () => network(),
  "batch norm": () => network(() => new nn.BatchNorm1d(8)),
  noisy: () => network(() => new nn.NoisyBatchNorm1d(8)),
};
const base: Options = {
  variants,
  data: (_step: number, generator: Generator) => randn([16, 3], { generator }),
  loss: (model, x) =>
    model
      .forward(x)
      .sub(x.sum(1, { keepdim: true }))
      .square()
      .mean(),
  optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.05 }),
  steps: 4,
};
const losses = ({ runs }: Comparison) => runs.map(({ recording }) => recording.rows.map(({ value }) => value));

describe("a comparison", () => {
  test("is of runs that are what they would be alone, on the same batches from the same seed", () => {
    const [first, second] = [[0, 1], [1]].map((seed) => compare({ ...base, seed }));
    const alone = Object.entries(variants).map(([name, make]) =>
      compare({ ...base, variants: { [name]: make }, seed: 1 }),
    );
    expect(losses(first).slice(3)).toEqual(losses(second));
    expect(losses(first).slice(3)).toEqual(alone.map((run) => losses(run)[0]));
    expect(losses(first)[0]).not.toEqual(losses(first)[3]);
  });

  test("gives the losses of a training loop by hand", () => {
    manualSeed(1);
    const model = network(() => new nn.NoisyBatchNorm1d(8));
    const stream = defaultGenerator.getState();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
    const batches: Tensor[] = [];
    const comparison = compare({
      ...base,
      seed: 1,
      data: (step, generator) => {
        batches[step] = randn([16, 3], { generator });
        return batches[step];
      },
    });
    defaultGenerator.setState(stream);
    const byHand = batches.map((x) => {
      optimizer.zeroGrad();
      const y = base.loss(model, x);
      y.backward();
      optimizer.step();
      return y.item();
    });
    expect(losses(comparison)[2]).toEqual(byHand);
  });

  test("gives every variant the same batch, made once a step, from another stream than the weights", () => {
    const seen: Tensor[] = [];
    const made: Tensor[] = [];
    compare({
      ...base,
      data: () => {
        made.push(randn([16, 3])); // from the default generator: seeded too
        return made[made.length - 1];
      },
      loss: (model, x) => {
        seen.push(x);
        return base.loss(model, x);
      },
    });
    expect(made.length).toBe(4);
    expect(seen).toEqual(made.flatMap((x) => [x, x, x]));
    seen.forEach((x, i) => expect(x).toBe(made[Math.floor(i / 3)]));
    const other: Tensor[] = [];
    compare({ ...base, data: (_, generator) => other[other.push(randn([16, 3], { generator })) - 1] });
    expect(other.map((x) => x.toArray())).toEqual(made.map((x) => x.toArray()));
    manualSeed(0);
    expect(randn([16, 3]).toArray()).not.toEqual(made[0].toArray());
  });

  test("takes batches in turn from an array", () => {
    const batches = [0, 1, 2].map((i) => tensor([[i]]));
    const seen: number[] = [];
    compare({
      variants: { a: () => new nn.Linear(1, 1) },
      data: batches,
      loss: (model, x) => {
        seen.push(x.item());
        return model.forward(x).square().mean();
      },
      optimizer: base.optimizer,
      steps: 5,
    });
    expect(seen).toEqual([0, 1, 2, 0, 1]);
  });

  test("starts equal where the same is drawn, and says how far", () => {
    const { runs } = compare({ ...base, seed: 3 });
    expect(runs.map(({ start }) => start)).toEqual([
      { parameters: 4, counterparts: 4, equal: 4 },
      { parameters: 6, counterparts: 4, equal: 4 },
      { parameters: 6, counterparts: 4, equal: 4 },
    ]);
  });

  test("starts as the first variant where it is asked to, layer by layer, whatever the names", () => {
    const deep = () => [new nn.Linear(3, 3), new nn.Tanh(), new nn.Linear(3, 3), new nn.Tanh(), new nn.Linear(3, 3)];
    const models: nn.Sequential[] = [];
    const keep = (model: nn.Sequential) => models[models.push(model) - 1];
    const options: Options = {
      ...base,
      variants: {
        standard: () => keep(new nn.Sequential(...deep())),
        // Its first draws are another's, so that all weights differ; and "2.weight" is another layer's.
        norms: () => {
          randn([7]);
          const [a, b, c, d, e] = deep();
          return keep(new nn.Sequential(a, new nn.LayerNorm(3), b, c, new nn.LayerNorm(3), d, e));
        },
      },
      loss: (model, x) => model.forward(x).square().mean(),
      optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0 }),
      steps: 1,
    };
    expect(compare(options).runs[1].start).toEqual({ parameters: 10, counterparts: 6, equal: 0 });
    const { runs, options: used } = compare({ ...options, initial: "first" });
    expect(runs[1].start).toEqual({ parameters: 10, counterparts: 6, equal: 6 });
    expect(used.initial).toBe("first");
    const [standard, norms] = models.slice(-2);
    for (const [i, j] of [
      [0, 0],
      [2, 3],
      [4, 6],
    ]) {
      expect(norms[j].parameters().map(String)).toEqual(standard[i].parameters().map(String));
    }
  });

  test("has mean, spread and number of runs of every metric at every step", () => {
    const { summary, runs } = compare({ ...base, seed: [0, 1, 2], probes: { n: stepProbes.parameterNorms() } });
    expect(summary.map(({ variant, step, layer }) => [variant, step, layer])).toEqual(
      Object.keys(variants).flatMap((variant) =>
        [0, 1, 2, 3].flatMap((step) =>
          (variant === "standard" ? ["0", "3"] : ["0", "1", "4"]).map((layer) => [variant, step, layer]),
        ),
      ),
    );
    const row = summary[3];
    const values = runs
      .filter(({ variant }) => variant === "standard")
      .map(({ recording }) => recording.rows[3].value as number);
    const x = tensor(values, { dtype: "float64" });
    expectClose([row.mean, row.std] as number[], [x.mean().item(), x.std().item()], 1e-13);
    expect([row.min, row.max, row.runs]).toEqual([x.min().item(), x.max().item(), 3]);
    expect(compare(base).summary[0]).toMatchObject({ runs: 1, std: null });
  });

  test("is plain data, says what it is of, and becomes one table", () => {
    const comparison = compare({ ...base, seed: [2, 4] });
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
    expect(comparison.options).toEqual({
      variants: ["standard", "batch norm", "noisy"],
      seed: [2, 4],
      steps: 4,
      initial: "seed",
      probes: { loss: 1 },
    });
    expect(comparison.runs.map(({ variant, seed }) => [variant, seed])).toEqual(
      [2, 4].flatMap((seed) => Object.keys(variants).map((variant) => [variant, seed])),
    );
    const { recording, finalLoss } = comparison.runs[4];
    expect(readRecording(JSON.stringify(recording))).toEqual(recording);
    expect([recording.seed, recording.notes]).toEqual([4, { variant: "batch norm" }]);
    expect(finalLoss).toBe(recording.rows[3].value);
    const rows = comparisonRows(comparison);
    expect(rows.length).toBe(24);
    expect(rows[23]).toEqual({ variant: "noisy", seed: 4, ...comparison.runs[5].recording.rows[3] });
  });

  test("costs what it says beforehand, and can have an optimiser for each variant", () => {
    const comparison = compare({
      ...base,
      seed: [0, 1],
      optimizer: (model, variant) => new optim.SGD(model.parameters(), { lr: variant === "standard" ? 0.01 : 0.1 }),
    });
    expect(comparison.cost).toEqual(estimateCost("compare", { variants: 3, seeds: 2, steps: 4 }));
    expect(comparison.cost).toEqual({ forward: 24, backward: 24 });
    const rates = comparison.runs.map(({ recording }) => recording.options.optimizer.groups[0].lr);
    expect(rates).toEqual([0.01, 0.1, 0.1, 0.01, 0.1, 0.1]);
  });
});

describe("a run that diverges", () => {
  const options: Options = {
    ...base,
    variants: { steady: () => new nn.Linear(3, 1), wild: () => new nn.Linear(3, 1) },
    optimizer: (model, variant) => new optim.SGD(model.parameters(), { lr: variant === "wild" ? 1e30 : 0.01 }),
    loss: (model, x) => model.forward(x).square().mean(),
    seed: [0, 1],
  };

  test("is ended and says so, while the others go on", () => {
    const { runs, summary, cost } = compare(options);
    expect(runs.map(({ divergedAt }) => divergedAt)).toEqual([null, 1, null, 1]);
    expect(runs.map(({ finalLoss }) => finalLoss === null)).toEqual([false, true, false, true]);
    expect(runs.map(({ recording }) => recording.steps)).toEqual([4, 2, 4, 2]);
    expect(
      summary.filter(({ variant }) => variant === "wild").map(({ step, runs: n, mean }) => [step, n, mean === null]),
    ).toEqual([
      [0, 2, false],
      [1, 0, true],
    ]);
    expect(cost.forward).toBe(12);
  });

  test("is left out of the mean, which says over how many it is", () => {
    const { summary } = compare({
      ...options,
      variants: { some: (seed) => Object.assign(new nn.Linear(3, 1), { seed }) },
      optimizer: (model) => {
        const { seed } = model as unknown as { seed: number };
        return new optim.SGD(model.parameters(), { lr: seed === 1 ? 1e30 : 0.01 });
      },
    });
    expect(summary.map(({ runs }) => runs)).toEqual([2, 1, 1, 1]);
  });

  test("ends the work where all have", () => {
    const [steps, progress] = [50, [] as number[]];
    const { wild } = options.variants;
    compare({ ...options, variants: { wild }, seed: 0, steps, onProgress: ({ done }) => void progress.push(done) });
    expect(progress).toEqual([2, 4]);
  });
});

describe("a comparison leaves the default generator, and models that are not its own, as they were", () => {
  const outside = new nn.BatchNorm1d(3);
  const state = () => [defaultGenerator.getState(), outside.stateDict()];
  const unchanged = async (run: () => unknown) => {
    const before = state();
    await run();
    expect(state()).toEqual(before);
  };

  test("when it is done", () => unchanged(() => compare(base)));

  test("when something throws", async () => {
    const boom = () => {
      randn([3]);
      throw new Error("boom");
    };
    const broken: Partial<Options>[] = [
      { variants: { a: boom } },
      { data: boom },
      { loss: boom },
      { optimizer: boom },
      { probes: { boom } },
      { onProgress: boom },
    ];
    for (const part of broken) {
      const wasDrawn = part.onProgress !== undefined; // which runs outside, and may draw
      if (wasDrawn) expect(() => compare({ ...base, ...part })).toThrow("boom");
      else await unchanged(() => expect(() => compare({ ...base, ...part })).toThrow("boom"));
    }
  });

  test("when it is aborted, and between its parts", async () => {
    const before = defaultGenerator.getState();
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => {
      expect(defaultGenerator.getState()).toEqual(before);
      if (done === 6) controller.abort(new Error("enough"));
    };
    await unchanged(() => expect(() => compare({ ...base, onProgress, signal: controller.signal })).toThrow("enough"));
    const second = new AbortController();
    const later = ({ done }: { done: number }) => void (done === 6 && second.abort(new Error("enough")));
    const run = compareAsync({ ...base, onProgress: later, signal: second.signal });
    await unchanged(() => expect(run).rejects.toThrow("enough"));
  });
});

test("the asynchronous twin gives the same, and tells how far it is", async () => {
  const seen: number[][] = [];
  const comparison = await compareAsync({ ...base, onProgress: ({ done, total }) => void seen.push([done, total]) });
  expect(comparison).toEqual(compare(base));
  expect(seen.length).toBe(12);
  expect(seen[0]).toEqual([2, 24]);
  expect(seen[11]).toEqual([24, 24]);
});

test("batch norm trains better than none from large weights, and with noise after it too", () => {
  // The direction of Figure 2 in Santurkar et al. 2018, with weights that saturate tanh.
  const deep = (norm?: () => nn.Module, noise?: () => nn.Module) => {
    const hidden = (n: number) => {
      const linear = new nn.Linear(n, 20, { bias: false });
      noGrad(() => linear.weight.mul_(6));
      return [linear, ...(norm ? [norm()] : []), ...(noise ? [noise()] : []), new nn.Tanh()];
    };
    return new nn.Sequential(...[5, 20, 20, 20].flatMap(hidden), new nn.Linear(20, 5));
  };
  const { summary } = compare<readonly [Tensor, Tensor]>({
    variants: {
      standard: () => deep(),
      "batch norm": () => deep(() => new nn.BatchNorm1d(20)),
      noisy: () => deep(() => new nn.NoisyBatchNorm1d(20)),
    },
    data: (_, generator) => {
      const x = randn([64, 5], { generator });
      return [x, x.abs().argmax(1)];
    },
    loss: (model, [x, labels]) => nn.functional.crossEntropy(model.forward(x), labels),
    optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.3 }),
    steps: 300,
    seed: [0, 1],
    probes: { loss: { probe: stepProbes.loss(), every: (step) => step >= 250 } },
  });
  const mean = (name: string) => {
    const rows = summary.filter(({ variant }) => variant === name).map((row) => row.mean as number);
    return rows.reduce((sum, value) => sum + value, 0) / rows.length;
  };
  expect(mean("batch norm")).toBeLessThan(mean("standard"));
  expect(mean("noisy")).toBeLessThan(mean("standard"));
});

test("a comparison tells of each step what it records, with variant and seed", () => {
  const told: ComparedRow[] = [];
  const comparison = compare({ ...base, seed: [3, 4], onRows: (rows) => void told.push(...rows) });
  const inOrder = (rows: readonly ComparedRow[]) => rows.map((row) => JSON.stringify(row)).sort();
  expect(told.length).toBeGreaterThan(0);
  expect(inOrder(told)).toEqual(inOrder(comparisonRows(comparison)));
});

describe("comparisons from different seeds", () => {
  const of = (seed: number | readonly number[], more: Partial<Options> = {}) => compare({ ...base, seed, ...more });

  test("are joined to that from all of them, to the bit, also where runs diverge", () => {
    const optimizer: Options["optimizer"] = (model, variant) =>
      new optim.SGD(model.parameters(), { lr: variant === "standard" ? 1e6 : 0.05 });
    const more = { optimizer, steps: 12 };
    const whole = of([4, 0, 7, 2], more);
    expect(whole.runs.map(({ divergedAt }) => divergedAt === null)).toEqual(expect.arrayContaining([true, false]));
    const parts = [of(4, more), of([0, 7], more), of(2, more)];
    expect(joinComparisons(parts)).toEqual(whole);
    expect(joinComparisons(JSON.parse(JSON.stringify(parts)))).toEqual(whole);
    expect(joinComparisons([whole])).toEqual(whole);
  });

  test("are refused where they are none, or not of one kind", () => {
    const first = of(0);
    const said = (...others: unknown[]) => refusal(() => joinComparisons([first, ...others] as Comparison[])).message;
    expect(refusal(() => joinComparisons([])).message).toMatch(
      /joinComparisons: expected results of compare, one or more, got/,
    );
    expect(refusal(() => joinComparisons(first as never)).message).toMatch(
      /results of compare, one or more, got an object/,
    );
    expect(said({ kind: "recording" })).toMatch(/a result of compare as comparisons\[1\], got an object/);
    expect(said(of(1), of(1))).toMatch(/seeds of its own as comparisons\[2\], got 1 again/);
    expect(said(of(1, { steps: 5 }))).toMatch(/one of steps 4, as the first has, as comparisons\[1\], got 5/);
    expect(said(of(1, { initial: "first" }))).toMatch(/one of initial "seed", as the first has/);
    const { noisy, ...two } = variants;
    expect(said(of(1, { variants: two }))).toMatch(
      /one of variants \["standard","batch norm","noisy"\], .*got \["standard","batch norm"\]/,
    );
    expect(said(of(1, { probes: { loss: { probe: stepProbes.loss(), every: 2 } } }))).toMatch(/one of probes/);
    expect(said({ ...of(1), version: "0.0.9" })).toMatch(
      /one of version "\d+\.\d+\.\d+", as the first has, .*got "0\.0\.9"/,
    );
  });
});

test("a comparison refuses what it cannot compare", () => {
  const one = new nn.Linear(3, 1);
  const cases: [run: () => unknown, says: RegExp][] = [
    [
      () => compare(undefined as never),
      /^compare: expected an object of functions, one or more, as variants, got undefined/,
    ],
    [() => compare({ ...base, variant: {} } as never), /Did you mean "variants"/],
    [() => compare({ ...base, variants: {} }), /an object of functions, one or more, as variants/],
    [() => compare({ ...base, variants: { a: one as never } }), /makes a model as variant "a", got a Linear/],
    [() => compare({ ...base, variants: { a: () => 3 as never } }), /a new model from variant "a", got 3/],
    [() => compare({ ...base, variants: { a: () => one, b: () => one } }), /variant "b", got the same one again/],
    [() => compare({ ...base, seed: [0, 1], variants: { a: () => one } }), /variant "a", got the same one again/],
    [() => compare({ ...base, data: [] }), /an array of batches, or a function, as data, got \[\]/],
    [() => compare({ ...base, loss: undefined as never }), /a function as loss, got undefined/],
    [() => compare({ ...base, optimizer: {} as never }), /a function as optimizer/],
    [() => compare({ ...base, optimizer: () => 3 as never }), /an optimiser for variant "standard", got 3/],
    [() => compare({ ...base, onRows: 3 as never }), /a function as onRows/],
    [() => compare({ ...base, steps: 0 }), /1 or more as steps, got 0/],
    [() => compare({ ...base, seed: [] }), /as seed, got \[\]/],
    [() => compare({ ...base, seed: [1, 1] }), /different ones, as seed, got \[1, 1\]/],
    [() => compare({ ...base, seed: 0.5 }), /as seed, got 0.5/],
    [() => compare({ ...base, initial: "same" as never }), /"seed" or "first" as initial, got "same"/],
    [() => compare({ ...base, maxEvaluations: 23 }), /at most 23 passes .*take 24/],
    [
      () => compare({ ...base, loss: (model, x) => model.forward(x) }),
      /^Recorder\.step: expected a loss of one number/,
    ],
    [() => compare({ ...base, probes: { a: 1 as never } }), /probe "a"/],
  ];
  for (const [run, says] of cases) expect(refusal(run).message).toMatch(says);
  expect(compare({ ...base, maxEvaluations: 24 }).runs.length).toBe(3);
});

describe("compiled steps", () => {
  const many = { ...base, steps: 12, seed: [0, 1] };
  const xy = (step: number, generator: Generator) => randn([8, 3], { generator }).add(step / 100);
  const forms: Record<string, Options> = {
    "a tensor": many,
    "a list": { ...many, data: ((step: number, generator: Generator) => [xy(step, generator), 0.5]) as never },
    "an object": {
      ...many,
      data: ((step: number, generator: Generator) => ({ x: xy(step, generator), c: step })) as never,
    },
  };
  const lossOf: Options["loss"] = (model, batch: unknown) => {
    const [x, c] = (Array.isArray(batch) ? batch : Object.values(batch as object)) as [Tensor, number];
    return model.forward(x).sub(c).square().mean();
  };

  test.each(Object.entries(forms))(
    "train as those that are called, to the bit, on batches that are %s",
    (name, options) => {
      const own = { ...options, ...(name === "a tensor" ? {} : { loss: lossOf }) };
      const watched = { loss: stepProbes.loss(), gradients: { probe: stepProbes.gradientNorms(), every: 5 } };
      for (const probes of [undefined, watched]) {
        const settings = probes === undefined ? own : { ...own, probes };
        let calls = 0;
        const counting: Options["loss"] = (model, batch) => {
          calls++;
          return settings.loss(model, batch);
        };
        const plain = compare(settings);
        const compiled = compare({ ...settings, loss: counting, compiled: true });
        const strip = ({ runs, cost }: Comparison) => ({
          runs: runs.map(({ recording, ...run }) => [run, recording.rows]),
          cost,
        });
        expect(strip(compiled)).toEqual(strip(plain));
        if (probes === undefined) expect(calls).toBeLessThan(6 * 12 * 0.5);
      }
    },
  );

  test("are refused for batches of anything else, and beside a train of one's own", () => {
    const odd = { ...base, data: [["words"]] as never, compiled: true };
    expect(refusal(() => compare(odd)).message).toMatch(/tensors or numbers, or lists or objects of them/);
  });
});
