import { createHash } from "node:crypto";
import { data, Generator, manualSeed, nn, optim, rand, randn, type Tensor, TensorError, tensor } from "evenkeel";
import { Recorder, stepProbes } from "evenkeel/analysis";
import { fromSafetensors, loadCheckpoint, saveCheckpoint, toSafetensors } from "evenkeel/io";
import { beforeEach, describe, expect, test } from "vitest";

beforeEach(() => void manualSeed(0));

/** A run with everything that has a state: dropout from the default generator, a shuffled loader, momentum, a scheduler. */
function run() {
  manualSeed(1);
  const model = new nn.Sequential(
    new nn.Linear(3, 8, { bias: false }),
    new nn.BatchNorm1d(8),
    new nn.Dropout(0.2),
    new nn.Tanh(),
    new nn.Linear(8, 2),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 5, { gamma: 0.5 });
  const generator = new Generator().manualSeed(2);
  const x = randn([23, 3], { generator: new Generator().manualSeed(3) });
  const labels = x.slice(1, 0, 1).reshape(23).gt(0).to("int32");
  const loader = new data.DataLoader(new data.TensorDataset(x, labels), { batchSize: 4, shuffle: true });
  const recorder = new Recorder(model, optimizer, { probes: { loss: stepProbes.loss() }, seed: 1 });
  return { model, optimizer, scheduler, generator, loader, recorder };
}

type Run = ReturnType<typeof run>;

/** Trains until `last`, from `step` on; `after` may stop it. */
function train(parts: Run, step: number, last: number, after: (step: number) => void = () => {}): void {
  const { model, scheduler, loader, recorder, generator } = parts;
  for (;;) {
    for (const [x, labels] of loader) {
      const noise = rand([x.shape[0], 3], { generator });
      recorder.step(() => nn.functional.crossEntropy(model.forward((x as Tensor).add(noise)), labels as Tensor));
      scheduler.step();
      step++;
      after(step);
      if (step === last) return;
    }
  }
}

function hashOf({ model, optimizer, scheduler, recorder }: Run): string {
  const bytes = saveCheckpoint({ model, optimizer, scheduler, recorder });
  return createHash("sha256").update(bytes).digest("hex");
}

describe("a run that goes on from a checkpoint", () => {
  const steps = 20; // three epochs of six batches, and two batches
  test.each([1, 3, 5, 6, 7, 11, 12, 13, 19])("after step %i ends with the same bits", (at) => {
    const whole = run();
    train(whole, 0, steps);

    const first = run();
    let bytes = new Uint8Array();
    train(first, 0, at, (step) => {
      if (step === at) bytes = saveCheckpoint({ ...first, step });
    });

    const second = run();
    rand([17]); // the default generator is elsewhere
    const { values } = loadCheckpoint(bytes, second);
    expect(values).toEqual({ step: at });
    train(second, at, steps);
    expect(hashOf(second)).toBe(hashOf(whole));
  });
});

test("values of every kind come back as they were", () => {
  const extra = {
    numbers: [1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-300],
    words: { $tensor: "no tensor", "": null, nested: [[], {}] },
    bytes: new Uint8Array([0, 255, 7]),
    tensor: tensor([[1, 2]]),
    flag: true,
  };
  const own = JSON.parse('{"__proto__": 1, "a": 2}');
  const { values } = loadCheckpoint(saveCheckpoint({ extra, own, step: 3 }));
  expect(values.step).toBe(3);
  const back = values.extra as typeof extra;
  expect(back.numbers).toEqual(extra.numbers);
  expect(Object.is(back.numbers[1], -0)).toBe(true);
  expect(back.words).toEqual(extra.words);
  expect(back.bytes).toEqual(extra.bytes);
  expect(back.tensor.toArray()).toEqual([[1, 2]]);
  expect(Object.keys(values.own as object)).toEqual(["__proto__", "a"]);
  expect(({} as { a?: number }).a).toBeUndefined();
});

test("a checkpoint is a safetensors file with the weights under their names", () => {
  const { model } = run();
  const { tensors } = fromSafetensors(saveCheckpoint({ model }));
  expect(tensors["model/0.weight"].toArray()).toEqual((model[0] as nn.Linear).weight.toArray());
  expect(Object.keys(tensors)).toContain("model/1.running_mean");
});

test("all or nothing is loaded", () => {
  const saved = run();
  train(saved, 0, 4);
  const bytes = saveCheckpoint({ ...saved, step: 4 });
  const wrong = new optim.SGD(new nn.Linear(1, 1).parameters(), { lr: 1 });
  const other = run();
  const before = hashOf(other);
  const state = new Generator().setState(other.generator.getState());
  expect(() => loadCheckpoint(bytes, { ...other, optimizer: wrong })).toThrow(TensorError);
  expect(hashOf(other)).toBe(before);
  expect(other.generator.getState()).toEqual(state.getState());
});

test("parts that are missing, too many or of another kind are refused, or passed over where asked", () => {
  const { model, optimizer } = run();
  const bytes = saveCheckpoint({ model, optimizer, step: 1 });
  expect(() => loadCheckpoint(bytes, { model })).toThrow(/the parts model, optimizer, got model/);
  expect(() => loadCheckpoint(bytes, { model, optimizer, other: run().model })).toThrow(/the parts/);
  expect(() => loadCheckpoint(bytes, { model: new Generator(), optimizer })).toThrow(
    /a generator as "model", got a state/,
  );
  expect(loadCheckpoint(bytes, { model }, { strict: false }).values.step).toBe(1);
  expect(() => loadCheckpoint(bytes, { model }, { strikt: false } as object)).toThrow(/strict/);
});

test("what cannot be saved is refused, and what is no checkpoint", () => {
  expect(() => saveCheckpoint({ f: () => 1 })).toThrow(/as f\b/);
  expect(() => saveCheckpoint({ date: new Date() })).toThrow(/plain objects/);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(() => saveCheckpoint({ circle })).toThrow(/nested at most 32 deep/);
  expect(() => saveCheckpoint(null as never)).toThrow(/parts by name/);
  expect(() => saveCheckpoint(run().model as never)).toThrow(/Write \{ model/);
  expect(() => saveCheckpoint({ defaultGenerator: 1 })).toThrow(/always saved/);
  expect(() => loadCheckpoint(toSafetensors({}))).toThrow(/something else/);
  expect(() => loadCheckpoint(new TextEncoder().encode("no checkpoint"))).toThrow(/^loadCheckpoint: expected/);
});

test("a loader goes on in the middle of an epoch, in order and shuffled, also at the last batch", () => {
  for (const options of [
    { batchSize: 3 },
    { batchSize: 3, shuffle: true },
    { batchSize: 5, shuffle: true, dropLast: true },
  ]) {
    for (const own of [true, false]) {
      const make = () =>
        new data.DataLoader(
          Array.from({ length: 10 }, (_, i) => i),
          {
            ...options,
            ...(own ? { generator: new Generator().manualSeed(9) } : {}),
          },
        );
      manualSeed(4);
      const whole = [...make()].map(String);
      for (let stop = 1; stop <= whole.length; stop++) {
        manualSeed(4);
        const first = make();
        let state: data.DataLoaderStateDict | undefined;
        let generators: Uint8Array | undefined;
        const seen: string[] = [];
        for (const batch of first) {
          seen.push(String(batch));
          if (seen.length < stop) continue;
          state = first.stateDict();
          generators = new Generator().setState(savedDefault()).getState();
          break;
        }
        manualSeed(99);
        const second = make();
        restoreDefault(generators);
        second.loadStateDict(state as data.DataLoaderStateDict);
        expect(second.stateDict()).toEqual(state);
        for (const batch of second) seen.push(String(batch));
        expect(seen).toEqual(whole);
      }
    }
  }
});

/** The default generator's state, by way of a checkpoint. */
function savedDefault(): Uint8Array {
  saved = saveCheckpoint({});
  return new Generator().getState();
}
let saved = new Uint8Array();
function restoreDefault(_: unknown): void {
  loadCheckpoint(saved);
}

test("a loader refuses anything but a state of its own", () => {
  const loader = new data.DataLoader([1, 2, 3]);
  for (const wrong of [
    null,
    {},
    { batch: 1, start: null },
    { batch: 9, start: new Generator().getState() },
    { batch: 1, start: new Uint8Array(3) },
  ]) {
    expect(() => loader.loadStateDict(wrong as never)).toThrow(TensorError);
  }
  expect([...loader].length).toBe(3);
});

test("a recorder goes on with its rows, steps and costs, and refuses other probes", () => {
  const whole = run();
  train(whole, 0, 10);
  const first = run();
  train(first, 0, 4);
  const second = run();
  second.recorder.loadStateDict(first.recorder.stateDict());
  expect(second.recorder.recording()).toEqual(first.recorder.recording());
  const other = new Recorder(second.model, second.optimizer, { probes: { norms: stepProbes.parameterNorms() } });
  expect(() => other.loadStateDict(first.recorder.stateDict())).toThrow(/the probes norms, got loss/);
  expect(() => other.loadStateDict({} as never)).toThrow(TensorError);
});
