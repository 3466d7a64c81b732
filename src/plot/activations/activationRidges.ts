import type { DriftReport } from "../../analysis/index.ts";
import type { Plot } from "../drawing/plot.ts";
import { inPanelsIfSeveral } from "../specification/encoding.ts";
import type { OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, mostSeries, thinned, thinnedNote } from "../specification/series.ts";
import { panelsOf } from "./driftPanels.ts";
import { type Ridge, ridgeMarks, ridgeNote, ridgeValues } from "./ridge.ts";

const where = "activationRidges";

/**
 * How the distribution of a layer's activations moves while training, as `ActivationDrift` has counted it: a histogram
 * for each step, the first at the top, and a panel for each layer of each report.
 *
 * Of more than 12 steps, and of more than 8 panels, some are left out, and that is said.
 *
 * @throws TensorError for anything but such a report, and for one without a step.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Figure 2.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { ActivationDrift } from "evenkeel/analysis";
 * import { activationRidges } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const drift = new ActivationDrift(model, { layers: ["1"] });
 * const x = randn([32, 4]);
 * for (let step = 0; step < 20; step++) {
 *   optimizer.zeroGrad();
 *   model.forward(x).sub(1).square().mean().backward();
 *   optimizer.step();
 *   drift.step();
 * }
 * drift.detach();
 * console.log(activationRidges(drift.report()).title.text); // => Activations while training
 * ```
 */
export function activationRidges(reports: OneOrNamed<DriftReport>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Activations while training", width: 240, height: 260 });
  const { theme, width, height } = settings;
  const { panels, notes, nonFinite } = panelsOf(where, reports);
  const all = [...new Set(panels.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const steps = thinned(all, mostSeries);
  const ridges = panels.flatMap(({ panel, edges, points }) =>
    points.flatMap(({ step, histogram }): Ridge[] => {
      const row = steps.indexOf(step);
      return row < 0 ? [] : [{ panel, row, edges, counts: histogram }];
    }),
  );
  const values = ridgeValues(ridges, steps.length);
  const marks = ridgeMarks(steps.map(String), { x: "activation", y: "step", theme });
  const spec = { width, height, ...marks };
  const names = panels.map(({ panel }) => panel);
  const body = inPanelsIfSeveral(values, names, spec);
  return plotOf(body, settings, [
    ridgeNote,
    ...thinnedNote(steps.length, all.length, "steps"),
    ...notes,
    ...gapNote(nonFinite),
  ]);
}
