import { manualSeed, nn, ones, optim } from "evenkeel";
import { compare, Recorder } from "evenkeel/analysis";
import { type DisplayBundle, LiveView, lossCurves, ProgressLine, sparkline } from "evenkeel/plot";
import { beforeEach, expect, test, vi } from "vitest";
import { refusal } from "../refusal.ts";

beforeEach(() => void manualSeed(0));

const variants = { plain: () => new nn.Linear(1, 1), "with bias": () => new nn.Linear(1, 1) };
const base = {
  variants,
  data: [ones([4, 1])],
  loss: (model: nn.Module, x: unknown) => model.forward(x).square().mean(),
  optimizer: (model: nn.Module) => new optim.SGD(model.parameters(), { lr: 0.1 }),
  steps: 40,
};

test("a sparkline goes from the lowest bar to the highest, and has as many as fit", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline([1, 1])).toBe("▁▁");
  expect(sparkline([null, Number.NaN, 2])).toBe("··▁");
  expect(sparkline([])).toBe("");
  expect(sparkline(Array.from({ length: 1000 }, (_, i) => i)).length).toBeLessThanOrEqual(24);
});

test("a progress line writes over itself in a terminal, never wider than it, and ends with the last step", () => {
  const texts: string[] = [];
  const line = new ProgressLine({ steps: 40, write: (part) => void texts.push(part), interval: 0, columns: 60 });
  compare({ ...base, seed: [0, 1], onRows: line.onRows });
  line.end();
  const text = texts.join("");
  const lines = text.split("\r").slice(1);
  expect(lines.length).toBe(160);
  for (const one of lines) expect(one.replace("\n", "").length).toBeLessThan(60);
  expect(text.endsWith("\n")).toBe(true);
  expect(lines[40]).toMatch(/^seed 0 {2}step 21\/40 {2}plain [\d.e-]+ {2}with bias/); // no room for bars
  expect(lines[159]).toMatch(/^seed 1 {2}step 40\/40/);
});

test("sparklines take the room that there is", () => {
  const texts: string[] = [];
  const write = (part: string) => void texts.push(part);
  const line = new ProgressLine({ steps: 40, label: "names", write, interval: 0, columns: 100, isInteractive: false });
  compare({ ...base, onRows: line.onRows });
  const written = texts.map((text) => text.trimEnd());
  for (const one of written) expect(one.length).toBeLessThan(100);
  expect(written.at(-1)).toMatch(
    /^names {2}seed 0 {2}step 40\/40 {2}plain [\d.e-]+ [▁-█]{4,16} {2}with bias .* in 0:0\d$/,
  );
});

test("where lines stay it writes few, and a loss that is not finite is a dash", () => {
  const texts: string[] = [];
  const line = new ProgressLine({ steps: 30, write: (part) => void texts.push(part), isInteractive: false });
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const recorder = new Recorder(model, optimizer, { onRows: line.onRows });
  for (let step = 0; step < 30; step++)
    recorder.step(() =>
      model
        .forward(ones([1, 1]))
        .mul(Number.NaN)
        .sum(),
    );
  line.end();
  const lines = texts.join("").split("\n");
  expect(lines.length).toBe(2);
  expect(lines[0]).toMatch(/^step 30\/30 {2}loss – ·+ {2}[\d,]+ steps\/s {2}in 0:0\d$/);
  expect(lines[1]).toBe("");
});

test("a progress line refuses what it cannot do", () => {
  const write = () => {};
  expect(refusal(() => new ProgressLine({ steps: 0, write })).expected).toMatch(/steps/);
  expect(refusal(() => new ProgressLine({ steps: 1, write: 3 as never })).expected).toMatch(/write/);
  expect(refusal(() => new ProgressLine({ steps: 1, write, columns: 3 })).expected).toMatch(/columns/);
  expect(refusal(() => new ProgressLine({ steps: 1, write, wide: 1 } as never)).got).toBe('"wide"');
});

function recorder() {
  const model = new nn.Linear(1, 1);
  const made = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
  made.step(() =>
    model
      .forward(ones([1, 1]))
      .square()
      .sum(),
  );
  return made;
}

test("a live view draws first anew and then in place, as often as it may", async () => {
  const run = recorder();
  const shown: [DisplayBundle, boolean][] = [];
  const show = (bundle: DisplayBundle, isUpdate: boolean) => void shown.push([bundle, isUpdate]);
  const view = new LiveView(() => lossCurves(run.recording()), { interval: 1e6, show });
  for (let i = 0; i < 5; i++) await view.update();
  expect(shown.length).toBe(1);
  await view.end();
  expect(shown.map(([, isUpdate]) => isUpdate)).toEqual([false, true]);
  expect(shown[0][0]["image/png"]).toBeDefined();
});

test("in Deno's kernel it is shown in one place by the protocol, and without a kernel it says so", async () => {
  const run = recorder();
  const view = new LiveView(() => lossCurves(run.recording()));
  await expect(view.update()).rejects.toThrow(/a notebook with Deno's kernel/);
  const sent: [string, { transient: { display_id: string } }][] = [];
  vi.stubGlobal("Deno", { jupyter: { broadcast: async (...args: never) => void sent.push(args) } });
  try {
    await view.end();
    await view.end();
  } finally {
    vi.unstubAllGlobals();
  }
  expect(sent.map(([type]) => type)).toEqual(["display_data", "update_display_data"]);
  expect(sent[0][1].transient.display_id).toBe(sent[1][1].transient.display_id);
  expect(refusal(() => new LiveView(3 as never)).expected).toMatch(/makes a plot/);
  expect(refusal(() => new LiveView(() => lossCurves(run.recording()), { interval: -1 })).expected).toMatch(/interval/);
});
