import { manualSeed, nn, ones, optim, randn } from "evenkeel";
import {
  activationReport,
  batchNormHealth,
  computationGraph,
  deadUnits,
  diagnose,
  effectiveLearningRate,
  hessianEigenvalues,
  hessianTrace,
  initialLossCheck,
  learningRateRange,
  lineProbe,
  lineProbeAsync,
  Recorder,
  recalibrateBatchNorm,
  surfaceRoughness,
  weightScaleInvariance,
} from "evenkeel/analysis";
import { expect, test } from "vitest";
import { htmlTable } from "../../../src/analysis/measuring/html.ts";
import * as small from "../../plot/small.ts";

const symbol = Symbol.for("Jupyter.display");
const bundleOf = (result: object) => (result as Record<symbol, () => Promise<Record<string, string>>>)[symbol]();

/** What is shown of a result that has no plot, or of one that has, where nothing is installed that draws. */
const shown = async (result: object): Promise<string> => (await bundleOf(result))["text/html"];

manualSeed(0);
const model = new nn.Sequential(new nn.Linear(2, 60), new nn.Tanh(), new nn.Linear(60, 1));
const loss = () =>
  model
    .forward(ones([3, 2]))
    .square()
    .mean();

test("a notebook is shown the numbers of a result without a plot, and its entries as tables; it stays plain data", async () => {
  const trace = hessianTrace(model, loss, { samples: 2 });
  expect(await shown(trace)).toMatch(/<th>trace<\/th><td>[\d.e-]+<\/td>/);
  expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  expect(Object.keys({ ...trace })[0]).toBe("kind");
  const deep = new nn.Sequential(...Array.from({ length: 50 }, () => new nn.Tanh()));
  const health = await shown(deadUnits(deep, [ones([3, 2])]));
  expect(health).toMatch(/<th>layer<\/th><th>type<\/th>/);
  expect(health).toContain("10 more rows");
  expect(typeof (await shown(diagnose()))).toBe("string");
});

test("a notebook is shown the plot of a result that has one, and its numbers as text", async () => {
  const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.001 }));
  for (let step = 0; step < 3; step++) recorder.step(loss);
  for (const result of [recorder.recording(), await lineProbeAsync(model, loss, { steps: [1] }), small.drift()]) {
    const bundle = await bundleOf(result);
    expect(bundle["image/png"]).toMatch(/^[\w+/]+=*$/);
    expect(bundle["application/vnd.vegalite.v5+json"]).toHaveProperty("$schema");
    expect(bundle["text/plain"]).toMatch(/^kind: \w+\n/);
  }
});

test("what a plot refuses is shown as tables; what breaks in it is not hidden", async () => {
  const without = deadUnits(model, [ones([3, 2])]);
  expect(await shown(without)).toContain("<table>");
  const broken = deadUnits(model, [ones([3, 2])], { bitmap: "strings" });
  const bitmap = broken.layers[0].bitmap;
  let isDrawn = false; // tables are made at once, before the entry that draws is asked for
  Object.defineProperty(broken.layers[0], "bitmap", {
    get() {
      if (isDrawn) throw new RangeError("broken");
      return bitmap;
    },
  });
  const bundle = bundleOf(broken);
  isDrawn = true;
  await expect(bundle).rejects.toThrow("broken");
});

test("markup in names is text, long cells are cut, and a bitmap does not flood the page", async () => {
  class Named extends nn.Module {
    readonly "<script>" = new nn.Tanh();
    override forward(x: ReturnType<typeof ones>) {
      return this["<script>"].forward(x);
    }
  }
  const named = new Named();
  const dead = await shown(deadUnits(named, [randn([4, 2])]));
  expect(dead).toContain("&lt;script&gt;");
  expect(dead).not.toContain("<script");
  const { layers } = deadUnits(named, [randn([2000, 2])], { bitmap: "strings" });
  expect(htmlTable(layers as never).length).toBeLessThan(5000);
  expect(await shown(diagnose(activationReport(named, randn([4, 2]).mul(9))))).toMatch(/<th>code<\/th>/);
});

test("a computation graph is a picture, and Mermaid's text for who has no package that draws it", async () => {
  const graph = computationGraph(loss());
  const bundle = await (graph as unknown as Record<symbol, () => Promise<Record<string, string>>>)[symbol]();
  expect(bundle["text/vnd.mermaid"]).toMatch(/^flowchart|^graph/);
  expect(bundle["text/plain"]).toBe(
    `A computation graph of ${graph.nodes.length} nodes and ${graph.edges.length} edges`,
  );
  if (bundle["image/svg+xml"] !== undefined) {
    expect(bundle["image/svg+xml"]).toMatch(/^<svg/);
    expect(bundle["text/html"]).toMatch(/^<img alt=".*" src="data:image\/svg\+xml;base64,[\w+/=]+">$/);
  }
  expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
});

test("every kind of result shows itself in a notebook", () => {
  const x = randn([8, 2], { dtype: "float64" });
  const normed = new nn.Sequential(
    new nn.Linear(2, 3, { dtype: "float64" }),
    new nn.BatchNorm1d(3, { dtype: "float64" }),
    new nn.Linear(3, 2, { dtype: "float64" }),
  );
  const mean = () => normed.forward(x).square().mean();
  const line = lineProbe(normed, mean, { steps: [0.1, 1] });
  const results: object[] = [
    ...Object.values(small.theorems()),
    small.comparison(),
    small.activations(),
    small.gradients(),
    small.drift(),
    small.dead(),
    small.ratios(),
    small.shift(),
    small.interference(),
    small.between(),
    small.surface(),
    small.descents(),
    small.density(),
    line,
    learningRateRange(line),
    surfaceRoughness(small.surface()),
    batchNormHealth(normed, [x]),
    initialLossCheck(normed, mean, { numClasses: 2 }),
    hessianEigenvalues(normed, mean),
    hessianTrace(normed, mean),
    weightScaleInvariance(normed, mean),
    effectiveLearningRate(normed, 0.1),
    recalibrateBatchNorm(normed, [x]),
    computationGraph(mean()),
    diagnose(),
  ];
  for (const result of results) expect(symbol in result, Object.keys(result).join()).toBe(true);
});
