import { version } from "evenkeel";
import { readRecording } from "evenkeel/analysis";
import { expect, test } from "vitest";
import { threeNeurons } from "../../examples/experiments/threeNeurons.ts";
import { recordingOf } from "../../lab/page/saving.ts";
import { type Settings, usual } from "../../lab/settings.ts";
import { walk } from "../../lab/training/neurons.ts";
import { Series } from "../../lab/training/series.ts";
import { type Frame, Session } from "../../lab/training/session.ts";

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
