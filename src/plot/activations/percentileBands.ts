import type { DriftReport } from "../../analysis/index.ts";
import { greatest } from "../../analysis/numbers/extremes.ts";
import type { Plot } from "../drawing/plot.ts";
import { inPanelsIfSeveral, stepAxis } from "../specification/encoding.ts";
import type { OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { averaged, gapNote, groupSize, orGap } from "../specification/series.ts";
import { seriesColours } from "../specification/theme.ts";
import { panelsOf } from "./driftPanels.ts";

const where = "percentileBands";

/**
 * The 15th, 50th and 85th percentile of activations over the steps of a training run, as `ActivationDrift` has recorded
 * them: a line for the median, a band between the other two, a panel for each layer or unit of each report.
 *
 * Layers of a `Sequential` are counted, among those of their class that the report has; one alone is its class.
 * Of more than 300 steps, several are averaged; of more than 8 panels some are left out. Both is said.
 *
 * @throws TensorError for anything but such a report, and for one without a step.
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, Figure 1 (b, c).
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { ActivationDrift } from "evenkeel/analysis";
 * import { percentileBands } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Sigmoid(), new nn.Linear(8, 1));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const drift = new ActivationDrift(model, { layers: ["1"], what: "input" });
 * const x = randn([32, 4]);
 * for (let step = 0; step < 20; step++) {
 *   optimizer.zeroGrad();
 *   model.forward(x).sub(1).square().mean().backward();
 *   optimizer.step();
 *   drift.step();
 * }
 * drift.detach();
 * console.log(percentileBands(drift.report()).title.text); // => Percentiles while training
 * ```
 */
export function percentileBands(reports: OneOrNamed<DriftReport>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Percentiles while training", width: 260, height: 170 });
  const { theme, width, height } = settings;
  const { panels, notes, nonFinite } = panelsOf(where, reports);
  const every = groupSize(greatest(panels.map(({ points }) => points.length)));
  const values = panels.flatMap(({ panel, points }) => {
    const [low, middle, high] = [0, 1, 2].map((which) =>
      averaged(
        points.map(({ step, percentiles }) => ({ step, value: orGap(percentiles[which]) })),
        every,
      ),
    );
    return middle.map(({ step, value }, i) => ({
      ...(panels.length > 1 ? { panel } : {}),
      step,
      low: low[i].value,
      median: value,
      high: high[i].value,
    }));
  });
  const y = { type: "quantitative", title: "activation", scale: { zero: false } };
  const colour = { value: seriesColours[theme][0] };
  const spec = {
    width,
    height,
    layer: [
      {
        mark: { type: "area", opacity: 0.25 },
        encoding: { x: stepAxis, y: { ...y, field: "low" }, y2: { field: "high" }, color: colour },
      },
      {
        mark: { type: "line", point: values.length === panels.length },
        encoding: { x: stepAxis, y: { ...y, field: "median" }, color: colour },
      },
    ],
  };
  const names = panels.map(({ panel }) => panel);
  const body = inPanelsIfSeveral(values, names, spec);
  return plotOf(body, settings, [
    "Line: the median. Band: from the 15th to the 85th percentile.",
    ...(every > 1 ? [`Each point is the mean of ${every} steps.`] : []),
    ...notes,
    ...gapNote(nonFinite),
  ]);
}
