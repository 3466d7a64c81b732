import { finiteNumber, flag, fromOne, text } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { type PlotOptions, plotRules, settingsOf } from "../specification/plot.ts";
import { curves, type Run } from "./curves.ts";

/** What {@link lossCurves} may be told. */
export interface LossCurvesOptions extends PlotOptions {
  /** What to draw of what was recorded. Default `"loss"`. */
  readonly metric?: string;
  /** Whether the values are shown on a log scale; those of 0 and below are gaps then. Default `false`. */
  readonly log?: boolean;
  /**
   * Over how many recorded steps the lines are averaged, the last of them the one where the mean stands; what was recorded is drawn
   * faintly behind them. Default `1`: the lines are as recorded.
   */
  readonly smooth?: number;
  /** A value to compare with, drawn as a dashed line, such as `ln K`, the loss of guessing among K classes. */
  readonly guide?: number;
  /** Where the axis of values ends: lines beyond are cut off. Default: it holds all. */
  readonly most?: number;
}

const where = "lossCurves";

const rules = {
  ...plotRules,
  metric: { is: text, default: "loss" },
  log: { is: flag, default: false },
  smooth: { is: fromOne, default: 1 },
  guide: { is: finiteNumber },
  most: { is: finiteNumber },
} satisfies OptionRules<LossCurvesOptions>;

/**
 * The loss, or any other metric, over the steps of a training run: a line per variant of a comparison, its band from the
 * smallest to the largest value over the seeds; or a line per recording, of several by name. Of what was measured layer by layer, a line per layer, and a panel per
 * variant.
 *
 * Losses of small batches tremble: `smooth` shows where they go. Lines of more than 300 points are averaged in groups. Values that are not finite are gaps, and counted below the title.
 *
 * @throws TensorError for what is neither a recording, nor several by name, nor a comparison, and for a metric that it does
 * not have.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { compare } from "evenkeel/analysis";
 * import { lossCurves } from "evenkeel/plot";
 *
 * const network = (...norm: nn.Module[]) =>
 *   new nn.Sequential(new nn.Linear(4, 8), ...norm, new nn.Tanh(), new nn.Linear(8, 1));
 * const comparison = compare({
 *   variants: { standard: () => network(), "batch norm": () => network(new nn.BatchNorm1d(8)) },
 *   data: (_, generator) => randn([16, 4], { generator }),
 *   loss: (model, x) => model.forward(x).sub(x.sum(1, { keepdim: true })).square().mean(),
 *   optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.05 }),
 *   steps: 20,
 *   seed: [0, 1, 2],
 * });
 * console.log(lossCurves(comparison).title.text); // => Loss while training
 * ```
 */
export function lossCurves(run: Run, options: LossCurvesOptions = {}): Plot {
  const { metric, log, smooth, guide, most, ...settings } = settingsOf(where, options, titled, rules);
  const notes = guide === undefined ? [] : [`Dashed: ${guide.toPrecision(3)}, to compare with.`];
  return curves(where, run, settings, { metric, axis: metric, log, smooth, guide, most, notes });
}

const titled = ({ metric }: { readonly metric: string }) => ({
  title: `${metric.charAt(0).toUpperCase()}${metric.slice(1)} while training`,
  width: 520,
  height: 300,
});
