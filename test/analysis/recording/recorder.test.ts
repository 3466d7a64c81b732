import { Generator, manualSeed, nn, noGrad, ones, optim, randn, type Tensor, tensor } from "evenkeel";
import {
  internalCovariateShift,
  type RecordedRow,
  Recorder,
  type RecorderOptions,
  type Recording,
  readRecording,
  type StepContext,
  type StepProbe,
  stepProbes,
} from "evenkeel/analysis";
import { beforeEach, describe, expect, test } from "vitest";
import pkg from "../../../package.json" with { type: "json" };
import { version } from "../../../src/base/version.ts";
import { expectClose } from "../../close.ts";
import { refusal } from "../../refusal.ts";
import { expectUntouched, snapshot } from "../untouched.ts";

beforeEach(() => void manualSeed(0));

/** A network with everything that a recorder could disturb. */
function network(): nn.Sequential {
  const generator = new Generator().manualSeed(1);
  return new nn.Sequential(
    new nn.Linear(3, 8, { generator }),
    new nn.NoisyBatchNorm1d(8, { generator: new Generator().manualSeed(2) }),
    new nn.Tanh(),
    new nn.Dropout(0.2),
    new nn.Linear(8, 1, { generator }),
  );
}

const x = randn([16, 3], { generator: new Generator().manualSeed(3) });
const lossOf = (model: nn.Module) => () => model.forward(x).sub(1).square().mean();
const adam = (model: nn.Module) => new optim.Adam(model.parameters(), { lr: 0.01 });

/** One parameter `w`, and the loss `½Σ hᵢwᵢ²`. */
class Quadratic extends nn.Module {
  readonly w: nn.Parameter;
  readonly h = tensor([1, 4], { dtype: "float64" });

  constructor(w: number[] = [3, 1]) {
    super();
    this.w = new nn.Parameter(tensor(w, { dtype: "float64" }));
  }

  override forward(): Tensor {
    return this.h.mul(this.w.square()).sum().mul(0.5);
  }
}

/** What one recorded run of a quadratic says, by metric. */
function quadratic(options: RecorderOptions, { lr = 0.1, steps = 2, w = [3, 1] } = {}) {
  const model = new Quadratic(w);
  const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr }), options);
  for (let step = 0; step < steps; step++) recorder.step(() => model.forward());
  const recording = recorder.recording();
  const of = (metric: string) => recording.rows.filter((row) => row.metric === metric).map(({ value }) => value);
  return { model, recorder, recording, of };
}

describe("a recorder", () => {
  /** A probe that does to the model whatever it can. */
  const vandal: StepProbe = ({ model, loss, step }: StepContext) => {
    model.eval();
    model.train();
    const y = loss();
    y.backward();
    noGrad(() => model.parameters().forEach((p) => void p.fill_(step)));
    randn([5]);
    return ({ loss: value }) => {
      model.forward(x);
      model.zeroGrad();
      model.eval();
      noGrad(() => model.namedBuffers().forEach(([, b]) => void b.fill_(7)));
      return [{ metric: "damage", value }];
    };
  };
  const everything = {
    loss: stepProbes.loss(),
    norms: stepProbes.parameterNorms(),
    gradients: stepProbes.gradientNorms(),
    updates: stepProbes.updateRatios(),
    activations: stepProbes.activations(),
    vandal,
  };

  test("trains bit for bit as one would without, whatever its probes do", () => {
    const plain = network();
    const optimizer = adam(plain);
    const losses = Array.from({ length: 6 }, () => {
      optimizer.zeroGrad();
      const y = lossOf(plain)();
      y.backward();
      optimizer.step();
      return y.item();
    });
    const wanted = randn([3]).toArray();
    manualSeed(0);
    const model = network();
    const own = adam(model);
    const recorder = new Recorder(model, own, { probes: everything });
    expect(Array.from({ length: 6 }, () => recorder.step(lossOf(model)))).toEqual(losses);
    expect(Object.values(model.stateDict()).map((t) => t.data)).toEqual(
      Object.values(plain.stateDict()).map((t) => t.data),
    );
    expect(model.parameters().map((p) => p.grad?.data)).toEqual(plain.parameters().map((p) => p.grad?.data));
    expect(JSON.stringify(own.stateDict())).toBe(JSON.stringify(optimizer.stateDict()));
    expect(randn([3]).toArray()).toEqual(wanted);
  });

  test("leaves no hook, mode or field behind", () => {
    const model = network();
    const shape = () => model.namedModules().map(([, m]) => [Reflect.ownKeys(m), m.training, m.forward]);
    const before = shape();
    const recorder = new Recorder(model, adam(model), { probes: everything });
    recorder.step(lossOf(model));
    expect(shape()).toEqual(before);
  });

  test("counts its steps from 0, and runs each probe when its turn comes", () => {
    const { of, recording } = quadratic(
      {
        probes: {
          third: { probe: ({ step }) => [{ metric: "third", value: step }], every: 3 },
          odd: { probe: ({ step }) => [{ metric: "odd", value: step }], every: (step) => step % 2 === 1 },
          each:
            ({ step }) =>
            () => [{ metric: "each", value: step }],
        },
      },
      { steps: 7 },
    );
    expect(of("third")).toEqual([0, 3, 6]);
    expect(of("odd")).toEqual([1, 3, 5]);
    expect(of("each")).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(recording.options.probes).toEqual({ third: 3, odd: "function", each: 1 });
    expect(recording.rows.map(({ step }) => step)).toEqual([...recording.rows.map(({ step }) => step)].sort());
  });

  test("counts the passes, those of probes too", () => {
    const { recording } = quadratic({
      probes: {
        a: ({ loss }) => {
          loss();
          loss().backward();
          return [];
        },
      },
    });
    expect(recording.cost).toEqual({ forward: 6, backward: 4 });
    expect(quadratic({}).recording.cost).toEqual({ forward: 2, backward: 2 });
  });

  test("gives a probe the model before and after the update, and a memory of its own", () => {
    const { of } = quadratic({
      probes: {
        weight: ({ model, memory, optimizer }) => {
          const w = () => model.parameters()[0].data[1];
          const before = w();
          memory.set("calls", ((memory.get("calls") as number | undefined) ?? 0) + 1);
          return ({ loss }) => [
            { metric: "before", value: before },
            { metric: "after", value: w() },
            { metric: "loss", value: loss },
            { metric: "calls", value: memory.get("calls") as number },
            { metric: "lr", value: optimizer.paramGroups[0].lr },
          ];
        },
      },
    });
    expect(of("before")[0]).toBe(1);
    expectClose(of("after") as number[], [0.6, 0.36], 1e-15);
    expect(of("loss")[0]).toBe(6.5);
    expect(of("calls")).toEqual([1, 2]);
    expect(of("lr")).toEqual([0.1, 0.1]);
  });

  test("can be told how a step is trained", () => {
    const model = new Quadratic();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const recorder = new Recorder(model, optimizer, {
      probes: { g: stepProbes.gradientNorms() },
      train: (loss) => {
        optimizer.zeroGrad();
        const y = loss();
        y.backward();
        noGrad(() => model.w.grad?.mul_(0.5)); // such as clipping
        optimizer.step();
        return y;
      },
    });
    expect(recorder.step(() => model.forward())).toBe(6.5);
    expectClose(model.w.data, [3 - 0.15, 1 - 0.2], 1e-15);
    expectClose([recorder.recording().rows[0].value as number], [2.5], 1e-15);
  });
});

describe("the probes that come with the library", () => {
  test("know a quadratic in closed form", () => {
    const { of, recording } = quadratic({
      probes: {
        a: stepProbes.loss(),
        b: stepProbes.parameterNorms(),
        c: stepProbes.gradientNorms(),
        d: stepProbes.updateRatios(),
      },
    });
    // w = (3, 1), then (2.7, 0.6); gradients (3, 4), then (2.7, 2.4).
    expectClose(of("loss") as number[], [6.5, 0.5 * (2.7 ** 2 + 4 * 0.36)], 1e-15);
    expectClose(of("parameter norm") as number[], [Math.sqrt(10), Math.hypot(2.7, 0.6)], 1e-15);
    expectClose(of("gradient norm") as number[], [5, Math.hypot(2.7, 2.4)], 1e-15);
    expectClose(
      of("update ratio") as number[],
      [0.5 / Math.sqrt(10), Math.hypot(0.27, 0.24) / Math.hypot(2.7, 0.6)],
      1e-14,
    );
    expect(new Set(recording.rows.map(({ layer }) => layer))).toEqual(new Set([""]));
  });

  test("name layers as the model does, or as they are told", () => {
    const model = network();
    const groups = { ends: ["0", "4.bias"] };
    const recorder = new Recorder(model, adam(model), {
      probes: { own: stepProbes.parameterNorms(), grouped: stepProbes.updateRatios({ groups }) },
    });
    const first = Math.hypot(...model[0].parameters().flatMap((p) => [...p.data]));
    recorder.step(lossOf(model));
    const { rows } = recorder.recording();
    expect(rows.map(({ layer }) => layer)).toEqual(["0", "1", "4", "ends"]);
    expectClose([rows[0].value as number], [first], 1e-7);
  });

  test("see the activations of the step itself, with hand-made saturation", () => {
    const model = new nn.Sequential(new nn.Identity(), new nn.Tanh(), new nn.Identity());
    const w = new nn.Parameter(tensor([0]));
    const input = tensor([[-3, -1, 0, 1, 2.5, 3, 4, 0.5]]);
    const recorder = new Recorder(model, new optim.SGD([w], { lr: 0.1 }), {
      probes: { a: stepProbes.activations(), b: stepProbes.activations({ modules: ["1"], tanh: 0.5 }) },
    });
    recorder.step(() => model.forward(input).mean().add(w.sum()));
    const { rows, cost } = recorder.recording();
    expect(cost).toEqual({ forward: 1, backward: 1 });
    const value = (layer: string, metric: string) => rows.find((r) => r.layer === layer && r.metric === metric)?.value;
    expectClose([value("0", "activation mean") as number], [7 / 8], 1e-15);
    expectClose([value("0", "activation std") as number], [input.std().item()], 1e-6);
    expect(value("0", "saturated")).toBeUndefined();
    expect(value("1", "saturated")).toBe(4 / 8); // tanh(±3), tanh(2.5) and tanh(4) are beyond 0.97
    expect(rows.filter(({ metric }) => metric === "saturated").map((row) => row.value)).toEqual([4 / 8, 6 / 8]);
  });

  test("take exactly the threshold for unsaturated, zeros of a ReLU and both ends of a sigmoid for saturated", () => {
    class Fixed extends nn.Sigmoid {
      override forward(given: Tensor): Tensor {
        return given;
      }
    }
    class FixedTanh extends nn.Tanh {
      override forward(given: Tensor): Tensor {
        return given;
      }
    }
    const model = new nn.Sequential(new Fixed(), new FixedTanh(), new nn.ReLU());
    const w = new nn.Parameter(tensor([0], { dtype: "float64" }));
    const recorder = new Recorder(model, new optim.SGD([w], { lr: 0.1 }), { probes: { a: stepProbes.activations() } });
    const input = tensor([0.03, 0.02, 0.97, 0.98, -0.97, -0.98, 0, 0.5], { dtype: "float64" });
    recorder.step(() => model.forward(input).mean().add(w.sum()));
    const saturated = recorder.recording().rows.filter(({ metric }) => metric === "saturated");
    expect(saturated.map(({ value }) => value)).toEqual([5 / 8, 2 / 8, 3 / 8]);
  });

  test("give null where there is no number", () => {
    const { of } = quadratic({ probes: { d: stepProbes.updateRatios() } }, { w: [0, 0], steps: 1 });
    expect(of("update ratio")).toEqual([null]);
  });

  test("refuse thresholds, names and options that make no sense", () => {
    expect(refusal(() => stepProbes.activations({ tanh: 2 })).message).toMatch(/a number from 0 to 1 as tanh, got 2/);
    expect(refusal(() => stepProbes.activations({ tan: 1 } as never)).hint).toMatch(/tanh/);
    expect(refusal(() => stepProbes.updateRatios({ group: {} } as never)).hint).toMatch(/groups/);
    const model = network();
    const step = (probe: StepProbe) => () =>
      new Recorder(model, adam(model), { probes: { probe } }).step(lossOf(model));
    expect(refusal(step(stepProbes.activations({ modules: ["2", "9"] }))).message).toMatch(
      /such as "0","1","2", got "9"/,
    );
    expect(refusal(() => stepProbes.activations({ modules: [] })).message).toMatch(/a list of names/);
    expect(refusal(step(stepProbes.gradientNorms({ groups: { a: ["7"] } }))).message).toMatch(/got "7"/);
  });
});

describe("a recording", () => {
  const probes = { loss: stepProbes.loss(), updates: { probe: stepProbes.updateRatios(), every: 2 } };

  test("says what it is of", () => {
    const { recording } = quadratic({ probes, seed: 7, notes: { data: "names", sizes: [1, 2] } }, { steps: 3 });
    const { rows, ...rest } = recording;
    expect(rest).toEqual({
      kind: "recording",
      schema: 1,
      version: pkg.version,
      seed: 7,
      options: {
        probes: { loss: 1, updates: 2 },
        optimizer: { name: "SGD", groups: [expect.objectContaining({ params: 1, lr: 0.1, momentum: 0 })] },
      },
      notes: { data: "names", sizes: [1, 2] },
      steps: 3,
      divergedAt: null,
      cost: { forward: 3, backward: 3 },
    });
    expect(rows.length).toBe(5);
    expect(version).toBe(pkg.version);
  });

  test("is the same after a round trip through JSON", () => {
    const { recording } = quadratic(
      { probes: { ...probes, zero: () => [{ metric: "zero", value: -0 }] } },
      { steps: 3 },
    );
    expect(readRecording(JSON.stringify(recording))).toEqual(recording);
    expect(readRecording(JSON.parse(JSON.stringify(recording)))).toEqual(recording);
    const nothing = quadratic({}, { steps: 0 }).recording;
    expect(readRecording(JSON.stringify(nothing))).toEqual(nothing);
  });

  test("is a copy: what is done to it does not come back, and it does not grow", () => {
    const { recorder, recording, model } = quadratic({ notes: { list: [1] } });
    (recording.notes.list as number[]).push(2);
    (recording.rows as unknown[]).pop();
    recorder.step(() => model.forward());
    expect(recording.rows.length).toBe(1);
    expect(recorder.recording().rows.length).toBe(3);
    expect(recorder.recording().notes).toEqual({ list: [1] });
  });

  test("that is none is refused", () => {
    const good = quadratic({}).recording;
    const bad: [unknown, RegExp][] = [
      ["not json", /^readRecording: expected JSON, got "not json"/],
      [null, /kind is "recording", got null/],
      [{ kind: "comparison" }, /kind is "recording"/],
      [{ ...good, schema: 2 }, /schema 1, got schema 2/],
      [{ ...good, version: 1 }, /a version/],
      [{ ...good, steps: -1 }, /a number of steps, got -1/],
      [{ ...good, seed: "0" }, /number or null as seed/],
      [{ ...good, cost: null }, /an object as cost/],
      [{ ...good, rows: {} }, /an array of rows/],
      [{ ...good, rows: [good.rows[0], { step: 0 }] }, /another at 1: \{"step":0\}/],
      [{ ...good, rows: [{ ...good.rows[0], value: "1" }] }, /another at 0/],
      [{ ...good, rows: [null] }, /another at 0: null/],
    ];
    for (const [json, says] of bad) expect(refusal(() => readRecording(json)).message).toMatch(says);
  });
});

describe("a run that diverges", () => {
  const diverging = (probes: RecorderOptions["probes"] = { loss: stepProbes.loss() }): Recording =>
    quadratic({ probes }, { lr: 1e200, steps: 6 }).recording;

  test("goes on, with nulls, and says since when", () => {
    const recording = diverging();
    expect(recording.divergedAt).toBe(1); // h·w² of 1e200 is beyond the largest number
    expect(recording.rows.map(({ value }) => value === null)).toEqual([false, true, true, true, true, true]);
    expect(readRecording(JSON.stringify(recording))).toEqual(recording);
  });

  test("passes over probes that cannot bear it, but only then", () => {
    const strict = ({ loss }: StepContext) => {
      if (!Number.isFinite(loss().item())) throw new Error("not finite");
      return [{ metric: "strict", value: 1 }];
    };
    expect(diverging({ strict }).rows.map(({ step }) => step)).toEqual([0]);
    const late: StepProbe = () => (result) => {
      if (!Number.isFinite(result.loss)) throw new Error("not finite");
      return [{ metric: "late", value: 1 }];
    };
    expect(diverging({ late }).rows.map(({ step }) => step)).toEqual([0]);
    const broken = () => {
      throw new Error("broken");
    };
    expect(() => diverging({ broken })).toThrow("broken");
  });

  test("passes over what needs gradients that are finite where only the loss is", () => {
    const model = new nn.Sequential(new nn.Linear(1, 1), new nn.Linear(1, 1));
    const measured = ({ loss }: StepContext) =>
      internalCovariateShift(model, loss, { lr: 1 }).layers.map(({ name, l2 }) => ({
        layer: name,
        metric: "l2",
        value: l2,
      }));
    const probes = { before: measured, after: (context: StepContext) => () => measured(context) };
    const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0 }), { probes });
    const loss = () => model.forward(ones([1, 1])).sum();
    recorder.step(loss);
    const [weight] = model.parameters();
    recorder.step(() => loss().add(weight.sub(weight.detach()).sum().sqrt()));
    expect(recorder.recording().rows.map(({ step }) => step)).toEqual([0, 0, 0, 0]);
  });
});

describe("a step that is refused", () => {
  const model = network();
  const optimizer = adam(model);
  const recorder = (probe: unknown) => new Recorder(model, optimizer, { probes: { probe: probe as StepProbe } });

  test("by a probe has trained nothing, and recorded nothing", () => {
    const thrower = recorder(({ loss, model: own }: StepContext) => {
      own.eval();
      loss();
      throw new Error("no");
    });
    expectUntouched(model, () => expect(() => thrower.step(lossOf(model))).toThrow("no"), optimizer);
    expect(thrower.recording()).toMatchObject({ steps: 0, rows: [] });
  });

  test("for its loss has trained nothing, and left no hook", () => {
    const watching = recorder(stepProbes.activations());
    const state = () => JSON.stringify(snapshot(model, optimizer));
    const before = state();
    expect(refusal(() => watching.step(() => tensor([1, 2]))).message).toMatch(/a loss of one number.*\.mean\(\)/);
    expect(refusal(() => watching.step((() => 3) as never)).message).toMatch(/got 3.*has to return the loss/);
    expect(refusal(() => watching.step(tensor(1) as never)).hint).toMatch(/Write \(\) =>/);
    expect(state()).toBe(before);
    expect(watching.recording()).toMatchObject({ steps: 0, rows: [] });
  });

  test("for its rows says which probe", () => {
    const cases: [unknown, RegExp][] = [
      [() => 3, /from probe "probe", got 3/],
      [() => [{ metric: "a" }], /value undefined/],
      [() => [{ metric: "a", value: tensor(1) }], /value a float32 tensor/],
      [() => () => [{ layer: 1, metric: "a", value: 1 }], /layer 1/],
      [() => [null], /metric undefined/],
    ];
    for (const [probe, says] of cases) expect(refusal(() => recorder(probe).step(lossOf(model))).message).toMatch(says);
  });
});

test("a recorder tells of each step what it records, in copies", () => {
  const model = network();
  const told: RecordedRow[][] = [];
  const recorder = new Recorder(model, adam(model), { onRows: (rows) => void told.push([...rows]) });
  for (let step = 0; step < 3; step++) recorder.step(lossOf(model));
  expect(told.flat()).toEqual(recorder.recording().rows);
  (told[0][0] as { value: number }).value = 7;
  expect(recorder.recording().rows[0].value).not.toBe(7);
});

test("a recorder refuses what it cannot record", () => {
  const model = network();
  const optimizer = adam(model);
  const cases: [run: () => unknown, says: RegExp][] = [
    [() => new Recorder({} as never, optimizer), /^Recorder: expected a module/],
    [() => new Recorder(model, {} as never), /an optimiser, got an object/],
    [() => new Recorder(model, optimizer, { probe: {} } as never), /Did you mean "probes"/],
    [() => new Recorder(model, optimizer, { probes: [] as never }), /an object of probes, by names, as probes/],
    [() => new Recorder(model, optimizer, { probes: { a: 3 as never } }), /probe "a".*got 3/],
    [
      () => new Recorder(model, optimizer, { probes: { a: {} as never } }),
      /probe "a": expected a function as probe, got undefined/,
    ],
    [
      () => new Recorder(model, optimizer, { probes: { a: { probe: () => [], every: 0 } } }),
      /probe "a": expected a whole number of 1 or more, or a function, as every, got 0/,
    ],
    [() => new Recorder(model, optimizer, { probes: { a: { probe: () => [], evry: 1 } as never } }), /"every"/],
    [() => new Recorder(model, optimizer, { train: 1 as never }), /a function as train/],
    [() => new Recorder(model, optimizer, { onRows: 1 as never }), /a function as onRows/],
    [() => new Recorder(model, optimizer, { seed: "1" as never }), /a whole number as seed/],
  ];
  for (const [run, says] of cases) expect(refusal(run).message).toMatch(says);
});

describe("compiled steps", () => {
  const batches = Array.from({ length: 12 }, (_, i) =>
    randn([16, 3], { generator: new Generator().manualSeed(20 + i) }),
  );

  /** A run whose rate falls in the middle, with what is left of it. */
  const run = (options: RecorderOptions) => {
    manualSeed(4);
    const model = network();
    const optimizer = adam(model);
    const recorder = new Recorder(model, optimizer, options);
    let calls = 0;
    const loss = (batch: Tensor, shift: number) => {
      calls++;
      return model.forward(batch).sub(shift).square().mean();
    };
    for (const [i, batch] of batches.entries()) {
      if (i === 6) optimizer.paramGroups[0].lr = 0.001;
      recorder.step(loss, batch, i);
    }
    return { recording: recorder.recording(), state: snapshot(model), calls };
  };

  test("have the rows, the parameters and the costs of steps that are called", () => {
    const [plain, made] = [run({}), run({ compiled: true })];
    expect(made.recording.rows).toEqual(plain.recording.rows);
    expect(made.recording.cost).toEqual(plain.recording.cost);
    expect(made.state).toEqual(plain.state);
    expect([plain.calls, made.calls < 5]).toEqual([12, true]);
  });

  test("are called where a probe looks inside", () => {
    const probes = { loss: stepProbes.loss(), activations: { probe: stepProbes.activations(), every: 4 } };
    const [plain, made] = [run({ probes }), run({ probes, compiled: true })];
    expect(made.recording.rows).toEqual(plain.recording.rows);
    expect(made.recording.cost).toEqual(plain.recording.cost);
    expect(made.state).toEqual(plain.state);
  });

  test("want the same loss in each step, and say so", () => {
    const model = network();
    const recorder = new Recorder(model, adam(model), { compiled: true });
    const losses = Array.from({ length: 9 }, () => lossOf(model));
    for (const loss of losses.slice(0, 8)) recorder.step(loss);
    for (const loss of losses.slice(0, 8)) recorder.step(loss);
    const before = snapshot(model);
    expect(refusal(() => recorder.step(losses[8])).message).toMatch(/the same loss in each step.*pass what changes/);
    expect(snapshot(model)).toEqual(before);
    expect(recorder.recording().steps).toBe(16);
  });

  test("are not those of a train of one's own", () => {
    const train = (loss: () => Tensor) => loss();
    expect(refusal(() => run({ train, compiled: true })).message).toMatch(/either .* or a train of your own, got both/);
  });
});
