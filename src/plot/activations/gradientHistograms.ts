import type { GradientReport } from "../../analysis/index.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { isOf, layerNames, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotRules, settingsOf } from "../specification/plot.ts";
import { layerHistograms } from "./layerHistograms.ts";

/** What {@link gradientHistograms} may be told. */
export interface GradientHistogramsOptions extends PlotOptions {
  /** The gradients at the outputs of modules, or those of parameters. Default `"activations"`. */
  readonly of?: "activations" | "parameters";
}

const where = "gradientHistograms";

const rules = {
  ...plotRules,
  of: { words: ["activations", "parameters"], default: "activations" },
} satisfies OptionRules<GradientHistogramsOptions>;

/**
 * The distribution of the gradient at each layer, as `gradientReport` has counted it: a histogram for each layer or
 * parameter, the first at the top, and a panel for each of several reports. All of a panel share one scale, so that a
 * layer whose gradient vanishes is a spike at 0.
 *
 * Of more than 12 layers some are left out, and that is said; so is how many values are not finite.
 *
 * @throws TensorError for anything but such a report.
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", Figure 7.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { gradientReport } from "evenkeel/analysis";
 * import { gradientHistograms } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([64, 4]);
 * const report = gradientReport(model, () => model.forward(x).square().mean());
 * console.log(gradientHistograms(report, { of: "parameters" }).title.text); // => Gradients at the parameters
 * ```
 */
export function gradientHistograms(reports: OneOrNamed<GradientReport>, options: GradientHistogramsOptions = {}): Plot {
  const { of, ...settings } = settingsOf(where, options, titled, rules);
  const list = named(where, reports, isOf("gradientReport"), "a report of gradientReport");
  const panels = list.map(([panel, { activations, parameters }]) => {
    const names = of === "activations" ? layerNames(activations) : parameters.map(({ parameter }) => parameter);
    return {
      panel,
      rows: (of === "activations" ? activations : parameters).map((row, i) => ({ ...row, name: names[i] })),
    };
  });
  return layerHistograms(where, panels, settings, { x: "gradient", what: of === "activations" ? "layers" : of });
}

const titled = ({ of }: { readonly of: GradientHistogramsOptions["of"] }) => ({
  title: of === "activations" ? "Gradients at the outputs of layers" : "Gradients at the parameters",
  width: 250,
  height: 300,
});
