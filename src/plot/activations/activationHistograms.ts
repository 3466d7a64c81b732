import type { ActivationReport } from "../../analysis/index.ts";
import type { Plot } from "../drawing/plot.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, settingsOf } from "../specification/plot.ts";
import { layerHistograms } from "./layerHistograms.ts";

const where = "activationHistograms";

/**
 * The distribution of each layer's activations on a batch, as `activationReport` has counted it: a histogram for each
 * layer, the first at the top, and a panel for each of several reports.
 *
 * Of more than 12 layers some are left out, and that is said; so is how many values are not finite.
 *
 * @throws TensorError for anything but such a report.
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", Figure 4.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { activationReport } from "evenkeel/analysis";
 * import { activationHistograms } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 8), new nn.Tanh());
 * const plot = activationHistograms(activationReport(model, randn([64, 4])));
 * console.log(plot.title.text); // => Activations
 * ```
 */
export function activationHistograms(reports: OneOrNamed<ActivationReport>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Activations", width: 360, height: 300 });
  const list = named(where, reports, isOf("activationReport"), "a report of activationReport");
  const panels = list.map(([panel, { layers }]) => ({
    panel,
    rows: layers.map(({ layer, type, saturatedFraction, ...rest }) => ({
      ...rest,
      name: `${layer} · ${type}${saturatedFraction === null ? "" : ` · ${percent(saturatedFraction)} saturated`}`,
    })),
  }));
  return layerHistograms(where, panels, settings, { x: "activation", what: "layers" });
}

const percent = (fraction: number) => `${Math.round(100 * fraction)} %`;
