import type { ActivationReport } from "../../analysis/index.ts";
import type { Plot } from "../drawing/plot.ts";
import { isOf, layerNames, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, settingsOf } from "../specification/plot.ts";
import { layerHistograms } from "./layerHistograms.ts";

const where = "activationHistograms";

/**
 * The distribution of each layer's activations on a batch, as `activationReport` has counted it: a histogram for each
 * layer, the first at the top, and a panel for each of several reports, all on one axis, which for tanhs is that from −1 to 1.
 * Layers of a `Sequential` are counted, among those of their class that the report has, so that the third tanh is `layer 3`.
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
  const settings = settingsOf(where, options, { title: "Activations", width: 250, height: 300 });
  const list = named(where, reports, isOf("activationReport"), "a report of activationReport");
  const panels = list.map(([panel, { layers }]) => {
    const names = layerNames(layers);
    return {
      panel,
      rows: layers.map(({ saturatedFraction, ...rest }, i) => ({
        ...rest,
        name: `${names[i]}${saturatedFraction === null ? "" : ` · ${percent(saturatedFraction)} saturated`}`,
      })),
    };
  });
  const types = new Set(list.flatMap(([, { layers }]) => layers.map(({ type }) => type)));
  const domain = types.size === 1 ? ranges[[...types][0]] : undefined;
  return layerHistograms(where, panels, settings, { x: "activation", what: "layers", domain });
}

/** Where the values of a class lie, all of them. */
const ranges: Readonly<Record<string, readonly [number, number]>> = { Tanh: [-1, 1], Sigmoid: [0, 1] };

const percent = (fraction: number) => `${Math.round(100 * fraction)} %`;
