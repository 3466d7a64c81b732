import {
  type Comparison,
  type DiagnosableReport,
  diagnose,
  type Plain,
  type RecordedRow,
  type Recording,
} from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { list, text, texts } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { checkPlot } from "../drawing/render.ts";
import { lossCurves } from "../recording/lossCurves.ts";
import { type ReportContent, reportPage } from "./reportPage.ts";

/** What {@link report} may be told. */
export interface ReportOptions {
  /** The heading. Default: which run it is. */
  readonly title?: string;
  /** Paragraphs that stand below the heading. */
  readonly text?: readonly string[];
  /** Reports on the trained model, from `activationReport` and its kin, for more verdicts. */
  readonly reports?: readonly DiagnosableReport[];
  /** Figures of your own, after those of the run. */
  readonly figures?: readonly Plot[];
}

const where = "report";

const rules = {
  title: { is: text },
  text: { is: texts, default: [] },
  reports: { is: list, default: [] },
  figures: { is: list, default: [] },
} satisfies OptionRules<ReportOptions>;

/**
 * A training run, or a comparison of several, as one HTML page: verdicts first, then a figure of each metric, tables,
 * configuration, versions and seeds. It needs nothing else, and opens from disk.
 *
 * @throws TensorError for what is neither a recording nor a comparison, or if the packages that draw are missing.
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { Recorder } from "evenkeel/analysis";
 * import { report } from "evenkeel/plot";
 *
 * const model = new nn.Linear(1, 1);
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), { seed: 0 });
 * for (let step = 0; step < 30; step++) recorder.step(() => model.forward(ones([1, 1])).square().mean());
 * const html = await report(recorder.recording(), { title: "A line through nothing" });
 * console.log(html.includes("Loss while training")); // => true
 * ```
 */
export async function report(run: Recording | Comparison, options: ReportOptions = {}): Promise<string> {
  const { title, text: paragraphs, reports, figures } = optionsOf(where, options, rules);
  const kind = (run as { kind?: unknown } | null)?.kind;
  if (kind !== "recording" && kind !== "comparison") {
    throw new TensorError(where, { expected: "a recording or a comparison", got: describe(run) });
  }
  for (const figure of figures) checkPlot(where, figure, "as figures plots, such as lossCurves makes them");
  const content: ReportContent = {
    title: title ?? (run.kind === "recording" ? "A training run" : `Compared: ${run.options.variants.join(", ")}`),
    text: paragraphs,
    verdicts: diagnose(run, ...reports),
    figures: [...metricsOf(run).map((metric) => curvesOf(run, metric)), ...figures],
    tables: { "At the end": atTheEnd(run) },
    configuration: configurationOf(run),
  };
  return reportPage(content);
}

const rowsOf = (run: Recording | Comparison): readonly Pick<RecordedRow, "metric">[] =>
  run.kind === "recording" ? run.rows : run.summary;

const metricsOf = (run: Recording | Comparison): string[] => [...new Set(rowsOf(run).map(({ metric }) => metric))];

/** Norms and ratios range over powers of ten. */
const curvesOf = (run: Recording | Comparison, metric: string): Plot =>
  lossCurves(run, { metric, log: /norm|ratio/.test(metric) });

/** The last value of each metric, or of a comparison the mean over its seeds with the spread. */
function atTheEnd(run: Recording | Comparison): Record<string, unknown>[] {
  const last = new Map<string, Record<string, unknown>>();
  if (run.kind === "recording") {
    for (const { metric, layer, step, value } of run.rows) {
      last.set(`${metric} ${layer}`, { metric, layer, step, value });
    }
  } else {
    for (const { variant, metric, layer, step, runs, mean, min, max, std } of run.summary) {
      last.set(`${variant} ${metric} ${layer}`, { variant, metric, layer, step, runs, mean, min, max, std });
    }
  }
  return [...last.values()];
}

function configurationOf(run: Recording | Comparison): Record<string, Plain> {
  const { version, cost } = run;
  const shared = { "evenkeel version": version, "forward passes": cost.forward, "backward passes": cost.backward };
  if (run.kind === "comparison") {
    const { seed, steps, ...options } = run.options;
    return { ...shared, seeds: seed.join(", "), steps, options: { ...options } };
  }
  const { seed, steps, divergedAt, options, notes } = run;
  const plainOptions = JSON.parse(JSON.stringify(options)) as Plain;
  return { ...shared, seed, steps, "first step that was not finite": divergedAt, options: plainOptions, notes };
}
