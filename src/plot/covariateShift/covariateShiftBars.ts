import type { InternalCovariateShift } from "../../analysis/index.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy } from "../specification/encoding.ts";
import { isOf, layerNumbers, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, orGap } from "../specification/series.ts";
import { layerRows } from "./layerRows.ts";

const where = "covariateShiftBars";

const panels = [
  { field: "l2", title: "‖G − G′‖₂", scale: {} },
  { field: "relative", title: "‖G − G′‖₂ / ‖G‖₂", scale: {} },
  { field: "cosine", title: "cosine of G and G′", scale: { domain: [-1, 1] } },
] as const;

/**
 * Internal covariate shift layer by layer, as `internalCovariateShift` has measured it: by how much a layer's gradient
 * changes when the layers before it have taken their step – as a distance, beside the gradient's own length, and as the
 * cosine of the angle. Several results stand side by side, layer by layer.
 *
 * Layers of a `Sequential` are numbered, and so are all where those of several results have different names: measure with `batchNormWith: "preceding"`,
 * and those of a network without batch norm and of one with it stand beside one another. Of more than 24 some are left out; that is
 * said, and how many numbers are missing.
 *
 * @throws TensorError for anything but such a result.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Definition 2.1 and Figure 3.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { internalCovariateShift } from "evenkeel/analysis";
 * import { covariateShiftBars } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const shift = internalCovariateShift(model, () => model.forward(x).square().mean(), { lr: 0.1 });
 * console.log(covariateShiftBars(shift).title.text); // => Internal covariate shift
 * ```
 */
export function covariateShiftBars(shifts: OneOrNamed<InternalCovariateShift>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Internal covariate shift", width: 200, height: 240 });
  const { theme, width, height, stacked } = settings;
  const list = named(where, shifts, isOf("internalCovariateShift"), "a result of internalCovariateShift");
  const names = list.map(([name]) => name);
  const { labels, places, notes } = layerRows(
    where,
    list.map(([, { layers, options }]) =>
      layerNumbers(
        layers.map(({ name }) => name),
        options.groups,
      ),
    ),
  );
  const values = places.flatMap((place, row) =>
    list.flatMap(([name, { layers }]) => {
      const shift = layers[place];
      if (shift === undefined) return [];
      const [l2, relative, cosine] = [orGap(shift.l2), orGap(shift.relative), orGap(shift.cosine)];
      return [{ name, layer: labels[row], l2, relative, cosine }];
    }),
  );
  const bars = panels.map(({ field, title, scale }, i) => ({
    width,
    height: Math.max(height, places.length * 14 * names.length),
    mark: { type: "bar" },
    encoding: {
      y: {
        field: "layer",
        type: "nominal",
        title: i === 0 || stacked ? "layer" : null,
        sort: labels,
        axis: { labels: i === 0 || stacked, ticks: false },
      },
      yOffset: { field: "name", type: "nominal", sort: names },
      x: {
        field,
        type: "quantitative",
        title,
        scale,
        axis: { tickCount: 4, format: field === "cosine" ? ".1f" : ".4~g" },
      },
      color: { ...colourBy("name", names, theme), ...(names.length > 1 ? { legend: { orient: "bottom" } } : {}) },
    },
  }));
  const missing = values.flatMap(({ l2, cosine }) => [l2, cosine]).filter((x) => x === null).length;
  const unrelated = values.filter(({ l2, relative }) => l2 !== null && relative === null).length;
  return plotOf({ data: { values }, hconcat: bars }, settings, [
    "Nothing lies before the first layer, so that it has no shift.",
    ...notes,
    ...gapNote(missing),
    ...(unrelated === 0 ? [] : ["Where the gradient before is 0, there is no relative shift."]),
  ]);
}
