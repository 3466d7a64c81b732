import { version } from "evenkeel";
import { readRecording } from "evenkeel/analysis";
import fc from "fast-check";
import { expect, test } from "vitest";
import { threeNeurons } from "../../examples/experiments/threeNeurons.ts";
import { recordingOf } from "../../lab/page/saving.ts";
import { saturatedShares } from "../../lab/panels/saturated.ts";
import { hasSameMap, type Normalisation, normalisations, type Settings, usual } from "../../lab/settings.ts";
import { rescaleNow, surfacesNow } from "../../lab/training/engine.ts";
import { walk } from "../../lab/training/neurons.ts";
import { Series } from "../../lab/training/series.ts";
import { type Frame, Session } from "../../lab/training/session.ts";
import type { Said } from "../../lab/training/watch.ts";
import { numRuns, patience } from "../fuzz/runs.ts";

const small: Settings = { ...usual, depth: 2, width: 8, batch: 16 };

/** The lab after so many steps. */
function after(settings: Settings, steps: number): Frame {
  const session = new Session(settings);
  while (session.step < steps) session.advance();
  return session.frame();
}

test("both networks begin with the same weights, and see the same batches", () => {
  const { columns } = after({ ...small, left: "none", right: "none" }, 5);
  expect(columns[0].losses).toEqual(columns[1].losses);
  expect(new Session(small).columns.map(({ model }) => [...model.parameters()[0].data])).toSatisfy(
    ([left, right]) => JSON.stringify(left) === JSON.stringify(right),
  );
});

test("two halves are a step, and what is followed changes nothing", () => {
  const [whole, halves] = [new Session(small), new Session(small)];
  for (let i = 0; i < 24; i++) whole.advance();
  for (let i = 0; i < 48; i++) {
    halves.half();
    halves.follow({ layer: i % 2, unit: i % 8 });
  }
  const losses = (session: Session) => session.frame().columns.map((column) => column.losses.values);
  expect(losses(halves)).toEqual(losses(whole));
  halves.half();
  expect(halves.frame()).toMatchObject({ step: 24, isHalf: true });
  halves.advance();
  expect(halves.frame()).toMatchObject({ step: 25, isHalf: false });
});

test.each(["spirals", "digits"] as const)("trains on %s, too", (data) => {
  const { columns, guess } = after({ ...small, data, scale: 1, lr: 0.3, width: 20 }, 60);
  expect(columns[1].loss).toBeLessThan(guess);
});

test("the walk through three neurons has the numbers of the experiment", () => {
  const { data } = threeNeurons("small", 0) as { data: { updates: { step: string; updated: number; zb: number }[] } };
  for (const { step, updated, zb } of data.updates) {
    const own = walk(0.1, 2).find((update) => update.step === step);
    expect(own?.updated).toBeCloseTo(updated, 12);
    expect(own?.zb).toBeCloseTo(zb, 12);
  }
});

test("a series stays short, and has the means of all there was", () => {
  const series = new Series();
  for (let i = 0; i < 100_000; i++) series.push(i, i);
  const { steps, values } = series.points();
  expect(steps.length).toBeLessThan(400);
  const stride = steps[1] - steps[0];
  values.forEach((value, i) => expect(value).toBeCloseTo(steps[i] - (stride - 1) / 2, 6));
});

test("what is saved is a recording that the library reads", () => {
  const frame = after(small, 30);
  const { rows, seed } = readRecording(JSON.stringify(recordingOf(frame, small, version)));
  expect(seed).toBe(0);
  expect(rows.filter(({ layer, metric }) => layer === "left" && metric === "loss").map(({ value }) => value)).toEqual(
    frame.columns[0].losses.values,
  );
});

const anyRun = fc.record({
  left: fc.constantFrom(...(Object.keys(normalisations) as Normalisation[])),
  right: fc.constantFrom(...(Object.keys(normalisations) as Normalisation[])),
  placement: fc.constantFrom("before" as const, "behind" as const),
  activation: fc.constantFrom("tanh" as const, "sigmoid" as const, "relu" as const),
  optimizer: fc.constantFrom("sgd" as const, "momentum" as const, "adam" as const),
  data: fc.constantFrom("names" as const, "spirals" as const),
  scale: fc.constantFrom(0.1, 1, 30),
  lr: fc.constantFrom(0.01, 1, 10),
  depth: fc.integer({ min: 1, max: 10 }),
  width: fc.constantFrom(2, 3, 7, 20),
  batch: fc.constantFrom(2, 3, 5, 12, 50, 64, 97, 256),
});

test(
  "whatever is set trains and is measured, also where losses are no numbers",
  () => {
    fc.assert(
      fc.property(anyRun, (given) => {
        const session = new Session({ ...usual, ...given });
        while (session.step < 22) session.advance();
        const areNumbers = session.columns.every(({ loss }) => Number.isFinite(loss));
        const surfaces = surfacesNow(session);
        if (!areNumbers) expect(surfaces).toBe("diverged");
        expect(rescaleNow(session) === "none").toBe(given.left !== "batch" && given.right !== "batch");
        expect(session.frame().columns[1].losses.steps).toHaveLength(22);
      }),
      { numRuns: numRuns(12) },
    );
  },
  patience,
);

test("what is followed while nothing runs is seen at once, and is saturated as the library says", () => {
  const session = new Session({ ...small, depth: 3 });
  while (session.step < 30) session.advance();
  for (const layer of [0, 2, 1]) {
    session.follow({ layer, unit: 1 });
    for (const { followed, layers } of session.frame().columns) {
      const shares = saturatedShares(followed as Said, "tanh");
      expect(shares.reduce((sum, share) => sum + share, 0) / 8).toBeCloseTo(layers[layer].saturatedFraction ?? -1, 12);
    }
  }
});

test("settings have one map where only rate, scale and what is shown differ", () => {
  expect(hasSameMap(small, { ...small, lr: 3, scale: 0.1, mode: "evaluation" })).toBe(true);
  for (const other of [{ depth: 3 }, { right: "l1" as const }, { seed: 1 }, { optimizer: "adam" as const }]) {
    expect(hasSameMap(small, { ...small, ...other })).toBe(false);
  }
});
