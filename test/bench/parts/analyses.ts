import { digits, median, table, times } from "../format.ts";

const root = new URL("../../../", import.meta.url);

/** What an analysis took, beside the passes that it tells. */
export interface AnalysisTime {
  /** How many parameters the model has. */
  readonly parameters: number;
  /** What was measured. */
  readonly what: string;
  /** The time, in the unit that the target is in: `unit`. */
  readonly ratio: number;
  readonly unit: "gradients" | "forward passes" | "its passes";
  /** The most that is allowed. */
  readonly target: number;
}

/** The heading that the section is found by. */
export const analysesHeading = "## Analyses";

/** The passes that an analysis tells. */
interface Told {
  readonly forward: number;
  readonly backward: number;
}

/** What the time of an analysis is held against. */
interface Claim {
  readonly what: string;
  /** What the time is divided by. */
  readonly passes: Told;
  readonly unit: AnalysisTime["unit"];
  readonly target: number;
}

/** What is measured, beside the passes that it tells, or that are told beforehand. */
interface Row {
  run(): unknown;
  readonly claims: readonly Claim[];
}

type Library = typeof import("evenkeel");
type Analysis = typeof import("evenkeel/analysis");

/**
 * Measures the analyses of `evenkeel/analysis`, as built, on two networks with batch norm.
 * @param only - what is measured, by its name. Default: everything.
 */
export async function measureAnalyses(log: (line: string) => void, only = /./): Promise<AnalysisTime[]> {
  const library = (await import(new URL("dist/index.js", root).href)) as Library;
  const analysis = (await import(new URL("dist/analysis.js", root).href)) as Analysis;
  const times: AnalysisTime[] = [];
  for (const width of [64, 300]) {
    const { parameters, passes, rows } = network(library, analysis, width);
    for (const { run, claims } of rows.filter(({ claims }) => claims.some(({ what }) => only.test(what)))) {
      const ratios = ratiosOf(run, claims, passes);
      for (const [i, { what, unit, target }] of claims.entries()) {
        times.push({ parameters, what, ratio: ratios[i], unit, target });
        log(`${what}, ${parameters} parameters: ${digits(ratios[i])} ${unit}`);
      }
    }
  }
  return times;
}

/** A network of three hidden layers, its passes, and what is measured on it. */
function network({ Generator, grad, nn, noGrad, optim, randint, randn }: Library, analysis: Analysis, width: number) {
  const generator = new Generator().manualSeed(0);
  const build = () => {
    const hidden = (from: number) => [
      new nn.Linear(from, width, { bias: false, generator }),
      new nn.BatchNorm1d(width),
      new nn.Tanh(),
    ];
    const last = new nn.Linear(width, 10, { generator });
    return new nn.Sequential(...hidden(30), ...hidden(width), ...hidden(width), last);
  };
  const model = build();
  const all = model.parameters();
  const parameters = all.reduce((sum, p) => sum + p.numel(), 0);
  const x = randn([128, 30], { generator });
  const y = randint(0, 10, [128], { generator });
  const lossOf = (net: { forward(input: typeof x): typeof x }) => nn.functional.crossEntropy(net.forward(x), y);
  const loss = () => lossOf(model);
  const state = model.stateDict();
  const passes: Passes = { forward: () => noGrad(() => loss().item()), gradient: () => grad(loss(), all) };

  const rows: Row[] = [];
  const addProducts = (
    name: "hessianEigenvalues" | "hessianTrace" | "spectralDensity",
    options: object,
    products: number,
    run: () => unknown,
  ) => {
    const gradients = { forward: products, backward: products };
    const told = analysis.estimateCost(name, parameters, options);
    const claims: Claim[] = [
      { what: `a product within \`${name}\``, passes: gradients, unit: "gradients", target: 5 },
      { what: `\`${name}\``, passes: told, unit: "its passes", target: 2 },
    ];
    rows.push({ run, claims });
  };
  const density = { starts: 2, iterations: 30 };
  addProducts("spectralDensity", density, 60, () => analysis.spectralDensity(model, loss, density));
  addProducts("hessianTrace", {}, 30, () => analysis.hessianTrace(model, loss));
  // A tolerance of 0 takes all that it may.
  const search = { tolerance: 0, maxIterations: 50 };
  addProducts("hessianEigenvalues", search, 51, () => analysis.hessianEigenvalues(model, loss, search));

  const report = () => analysis.activationReport(model, x);
  const one = { forward: 1, backward: 0 };
  rows.push({
    run: report,
    claims: [{ what: "`activationReport`", passes: one, unit: "forward passes", target: 6 }],
  });
  const add = (name: string, run: () => { readonly cost: Told }, target = 1.5) => {
    rows.push({ run, claims: [{ what: `\`${name}\``, passes: run().cost, unit: "its passes", target }] });
  };
  add("gradientReport", () => analysis.gradientReport(model, loss), 4);
  add("lineProbe", () => analysis.lineProbe(model, loss, { steps: { from: 0.01, to: 1 } }));
  add("lossSurface", () => analysis.lossSurface(model, loss, { points: 11 }));
  add("interpolate", () => analysis.interpolate(model, loss, state, state));
  add("descend1d", () => analysis.descend1d({ model, loss }, { starts: [0, 1], lr: 0.1, steps: 10, points: 10 }));
  add("internalCovariateShift", () => analysis.internalCovariateShift(model, loss, { lr: 0.1 }));
  add("layerInterference", () => analysis.layerInterference(model, loss, { lr: 0.1 }));
  add("weightScaleInvariance", () => analysis.weightScaleInvariance(model, loss));
  add("updateRatios", () => analysis.updateRatios(model, loss, { lr: 0.1 }));
  add("deadUnits", () => analysis.deadUnits(model, [x, x, x]));
  add("batchNormHealth", () => analysis.batchNormHealth(model, [x, x, x]));
  add("recalibrateBatchNorm", () => analysis.recalibrateBatchNorm(model, [x, x, x]));
  add("initialLossCheck", () => analysis.initialLossCheck(model, loss, { numClasses: 10 }));

  const descent = (net: InstanceType<typeof nn.Module>) => new optim.SGD(net.parameters(), { lr: 0.01 });
  const comparison = {
    variants: { first: build, second: build },
    data: [x],
    loss: (net: InstanceType<typeof nn.Module>) => lossOf(net as typeof model),
    optimizer: descent,
    steps: 20,
  };
  add("compare", () => analysis.compare(comparison));
  const { loss: lossOfStep, ...others } = analysis.stepProbes;
  const probes = Object.fromEntries(Object.entries({ lossOfStep, ...others }).map(([name, probe]) => [name, probe()]));
  add("compare`, with `stepProbes", () => analysis.compare({ ...comparison, probes }));
  return { parameters, passes, rows };
}

/** What analyses are measured beside. */
interface Passes {
  /** A forward pass without a tape. */
  forward(): unknown;
  /** A forward pass and one backward. */
  gradient(): unknown;
}

/**
 * The processor's time that something takes, in times that of passes: the median over rounds, in each of which they stand
 * side by side, so that what slows the machine for a while slows both.
 */
function ratiosOf(run: () => unknown, claims: readonly Claim[], passes: Passes): number[] {
  const [f, g, r] = [passes.forward, passes.gradient, run].map((work) => ({ work, count: countFor(work) }));
  const rounds = Array.from({ length: 7 }, () => [r, f, g].map(timeOf));
  return claims.map(({ passes: { forward, backward } }) =>
    median(rounds.map(([whole, there, both]) => whole / (forward * there + backward * (both - there)))),
  );
}

interface Repeated {
  work(): unknown;
  readonly count: number;
}

/** How often something is done in a round, which takes some 10 ms; after it has been done for long enough to be fast. */
function countFor(work: () => unknown): number {
  let [count, spent] = [0, 0];
  for (; spent < 200 || count < 3; count++) spent += timeOf({ work, count: 1 });
  return Math.max(1, Math.ceil((10 * count) / spent));
}

/** The processor's time for doing something once, in milliseconds: the mean of so many times. */
function timeOf({ work, count }: Repeated): number {
  const start = process.cpuUsage();
  for (let i = 0; i < count; i++) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / count;
}

/** The section of the page, its heading first. */
export function analysesSection(rows: readonly AnalysisTime[]): string[] {
  if (rows.length === 0) return [analysesHeading];
  const sizes = [...new Set(rows.map(({ parameters }) => parameters))];
  const lines = [...new Set(rows.map(({ what, unit }) => `${what}, in ${unit}`))].map((line) => {
    const own = rows.filter(({ what, unit }) => `${what}, in ${unit}` === line);
    const found = sizes.map((size) => own.find(({ parameters }) => parameters === size));
    const isMet = own.every(({ ratio, target }) => ratio <= target);
    return [line, ...found.map((row) => times(row?.ratio ?? null)), times(own[0].target), isMet ? "met" : "missed"];
  });
  return [
    analysesHeading,
    `How long analyses take beside the passes that they tell, in networks of three hidden layers with batch norm and tanh, on
a batch of 128: the time of a forward pass is that without a tape, of a backward pass that of a gradient less a forward.
It is the processor's, of all threads, so that what else the machine does counts little, and the median over rounds in
each of which the analysis stands beside the passes. \`estimateCost\` tells the same passes, so that the time it predicts is
off by these ratios.`,
    table(["", ...sizes.map((size) => `${size.toLocaleString("en")} parameters`), "at most", ""], lines),
  ];
}
