import { manualSeed, nn, ones, optim, randn } from "evenkeel";
import { activationReport, type Comparison, compare, Recorder, type Recording, stepProbes } from "evenkeel/analysis";
import { hessianSpectrum, lossCurves, report, reportPage } from "evenkeel/plot";
import { beforeEach, expect, test } from "vitest";
import * as small from "./small.ts";

beforeEach(() => void manualSeed(0));

const network = () => new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));

function recording(steps: number): { run: Recording; model: nn.Module } {
  const model = network();
  const probes = { loss: stepProbes.loss(), updates: stepProbes.updateRatios() };
  const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), {
    probes,
    seed: 7,
    notes: { data: "<b>ones</b>" },
  });
  for (let step = 0; step < steps; step++)
    recorder.step(() =>
      model
        .forward(ones([4, 2]))
        .sub(1)
        .square()
        .mean(),
    );
  return { run: recorder.recording(), model };
}

/** What a page would fetch from elsewhere. */
const elsewhere = /(src|href)="(?!#)|@import|url\((?!#)/;

test("a page has verdicts, a figure of each metric, a table, the configuration, and needs nothing else", async () => {
  const { run, model } = recording(25);
  const html = await report(run, {
    title: "Mine <i>",
    text: ["What it is about."],
    reports: [activationReport(model, randn([8, 2]).mul(1e3))],
    figures: [lossCurves(run, { title: "Once more" })],
  });
  for (const part of [
    "<h1>Mine &lt;i&gt;</h1>",
    "What it is about.",
    "saturated",
    "Loss while training",
    "Update ratio while training",
    "Once more",
    "At the end",
    run.version,
    "&lt;b&gt;ones&lt;/b&gt;",
    "forward passes",
  ]) {
    expect(html).toContain(part);
  }
  expect(html.indexOf("Verdicts")).toBeLessThan(html.indexOf("Figures"));
  expect(html).not.toMatch(elsewhere);
  expect(html).not.toMatch(/<script|NaN|undefined/);
  expect(await report(run)).toBe(await report(run));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a comparison has its seeds and variants, also where all of it diverged", async () => {
  const make = (lr: number): Comparison =>
    compare({
      variants: { a: network, b: network },
      data: [ones([4, 2])],
      loss: (model, x) => model.forward(x).square().mean(),
      optimizer: (model) => new optim.SGD(model.parameters(), { lr }),
      probes: { loss: stepProbes.loss(), norms: stepProbes.parameterNorms() },
      steps: 30,
      seed: [3, 4],
    });
  const html = await report(make(0.1));
  expect(html).toContain("Compared: a, b");
  expect(html).toContain("lowest-loss");
  expect(html).toContain("<th>seeds</th><td>3, 4</td>");
  const diverged = await report(make(1e30));
  expect(diverged).toContain("diverged");
  expect(diverged).toMatch(/not finite: gaps?/);
});

test("each id on a page is there once, and what is referred to is there", async () => {
  const html = await reportPage({
    title: "Two spectra",
    figures: [small.density(), small.density()].map((found) => hessianSpectrum(found)),
  });
  const ids = [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
  const referred = [...html.matchAll(/url\(#([^)]*)\)|href="#([^"]*)"/g)].map(([, a, b]) => a ?? b);
  expect(ids.length).toBeGreaterThan(1);
  expect(new Set(ids).size).toBe(ids.length);
  // Whether Vega counts on from figure to figure is its own affair: each has names of its own.
  const owners = ids.map((id) => /^figure(\d+)-/.exec(id)?.[1]);
  expect(new Set(owners)).toEqual(new Set(["0", "1"]));
  expect(referred.filter((id) => !ids.includes(id))).toEqual([]);
});

test("an empty recording is a page that says so, and what is no run is refused", async () => {
  const html = await report(recording(0).run);
  expect(html).toContain("Nothing to say against it");
  expect(html).not.toContain("<figure>");
  await expect(report({} as Recording)).rejects.toThrow(/a recording or a comparison/);
  await expect(report(recording(1).run, { titel: "" } as object)).rejects.toThrow(/Did you mean "title"/);
  await expect(reportPage({ title: 3 as unknown as string })).rejects.toThrow(/a text as title/);
});

test("sentences in a table are whole", async () => {
  const sentence = "What was seen takes some words to say. ".repeat(10).trim();
  expect(await reportPage({ title: "Words", tables: { Claims: [{ sentence }] } })).toContain(sentence);
});

test("hundreds of verdicts and rows are cut, and that is said", async () => {
  const verdict = { code: "c", severity: "info", layer: null, message: "m", suggestion: "s" } as const;
  const html = await reportPage({
    title: "Long",
    verdicts: new Array(200).fill(verdict),
    listings: { Drawn: ["#..", "<.>"] },
    tables: { Rows: Array.from({ length: 100 }, (_, i) => ({ i })) },
  });
  expect(html).toContain("170 more.");
  expect(html).toContain("60 more rows.");
  expect(html).toContain("<pre>#..\n&lt;.&gt;</pre>");
});
