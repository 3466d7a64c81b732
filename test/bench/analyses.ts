import { digits, median, table, times } from "./format.ts";

const root = new URL("../../", import.meta.url);

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
const analysesHeading = "## Analyses";

/** Measures the analyses of `evenkeel/analysis`, as built, on two networks with batch norm. */
export async function measureAnalyses(log: (line: string) => void): Promise<AnalysisTime[]> {
  const library = (await import(new URL("dist/index.js", root).href)) as typeof import("evenkeel");
  const analysis = (await import(new URL("dist/analysis.js", root).href)) as typeof import("evenkeel/analysis");
  const { Generator, grad, nn, noGrad, randint, randn } = library;
  const rows: AnalysisTime[] = [];
  for (const width of [64, 300]) {
    const generator = new Generator().manualSeed(0);
    const hidden = (from: number) => [
      new nn.Linear(from, width, { bias: false, generator }),
      new nn.BatchNorm1d(width),
      new nn.Tanh(),
    ];
    const model = new nn.Sequential(
      ...hidden(30),
      ...hidden(width),
      ...hidden(width),
      new nn.Linear(width, 10, { generator }),
    );
    const parameters = model.parameters().reduce((sum, p) => sum + p.numel(), 0);
    const x = randn([128, 30], { generator });
    const y = randint(0, 10, [128], { generator });
    const loss = () => nn.functional.crossEntropy(model.forward(x), y);
    const state = model.stateDict();

    const forward = took(() => noGrad(() => loss().item()), 50);
    const gradient = took(() => grad(loss(), model.parameters()), 50);
    type Told = { readonly forward: number; readonly backward: number };
    const timeOf = (told: Told) => told.forward * forward + told.backward * (gradient - forward);
    const add = (what: string, ratio: number, unit: AnalysisTime["unit"], target: number) => {
      rows.push({ parameters, what, ratio, unit, target });
      log(`${what}, ${parameters} parameters: ${digits(ratio)} ${unit}`);
    };
    const addProducts = (
      name: "hessianEigenvalues" | "hessianTrace" | "spectralDensity",
      options: object,
      products: number,
      run: () => unknown,
    ) => {
      const time = took(run, 2);
      add(`a product within \`${name}\``, time / products / gradient, "gradients", 5);
      add(`\`${name}\``, time / timeOf(analysis.estimateCost(name, parameters, options)), "its passes", 2);
    };
    const density = { starts: 2, iterations: 30 };
    addProducts("spectralDensity", density, 60, () => analysis.spectralDensity(model, loss, density));
    addProducts("hessianTrace", {}, 30, () => analysis.hessianTrace(model, loss));
    // A tolerance of 0 takes all that it may.
    const search = { tolerance: 0, maxIterations: 50 };
    addProducts("hessianEigenvalues", search, 51, () => analysis.hessianEigenvalues(model, loss, search));
    add("`activationReport`", took(() => analysis.activationReport(model, x)) / forward, "forward passes", 6);
    const report = took(() => analysis.gradientReport(model, loss));
    add("`gradientReport`", report / timeOf(analysis.gradientReport(model, loss).cost), "its passes", 4);
    const others: Record<string, () => { readonly cost: Told }> = {
      lineProbe: () => analysis.lineProbe(model, loss, { steps: { from: 0.01, to: 1 } }),
      lossSurface: () => analysis.lossSurface(model, loss, { points: 11 }),
      interpolate: () => analysis.interpolate(model, loss, state, state),
      internalCovariateShift: () => analysis.internalCovariateShift(model, loss, { lr: 0.1 }),
      layerInterference: () => analysis.layerInterference(model, loss, { lr: 0.1 }),
      weightScaleInvariance: () => analysis.weightScaleInvariance(model, loss),
      deadUnits: () => analysis.deadUnits(model, [x, x, x]),
      batchNormHealth: () => analysis.batchNormHealth(model, [x, x, x]),
      recalibrateBatchNorm: () => analysis.recalibrateBatchNorm(model, [x, x, x]),
      initialLossCheck: () => analysis.initialLossCheck(model, loss, { numClasses: 10 }),
    };
    for (const [name, run] of Object.entries(others)) {
      add(`\`${name}\``, took(run, 5) / timeOf(run().cost), "its passes", 1.5);
    }
  }
  return rows;
}

/** The median over some runs of the processor's time, in milliseconds, after as many runs that are not counted. */
function took(run: () => unknown, runs = 10): number {
  for (let i = 0; i < runs; i++) run();
  return median(
    Array.from({ length: runs }, () => {
      const start = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    }),
  );
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
It is the processor's, of all threads, so that what else the machine does counts little.`,
    table(["", ...sizes.map((size) => `${size.toLocaleString("en")} parameters`), "at most", ""], lines),
  ];
}

/** The page with its section of analyses taken out and put in anew, before the one on growing sizes where there was none. */
export function withAnalyses(page: string, section: string): string {
  const at = page.indexOf(analysesHeading);
  const from = at >= 0 ? at : page.indexOf("## What stands in the way");
  const to = at >= 0 ? page.indexOf("\n## ", at) + 1 : from;
  return `${page.slice(0, from)}${section}\n\n${page.slice(to)}`;
}
