import type { LayerInterference } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { heat } from "../specification/encoding.ts";
import { isOf, layerNumbers, named } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { gapNote, mostRows, orGap, thinned, thinnedNote } from "../specification/series.ts";

/** What {@link interferenceHeatMap} may be told. */
export interface InterferenceHeatMapOptions extends PlotOptions {
  /** The changes as they are, or to first order in the step. Default `"exact"`. */
  readonly of?: "exact" | "linearised";
}

const where = "interferenceHeatMap";

/** Up to so many layers the numbers are written into the cells. */
const mostWritten = 8;

const rules = {
  ...plotRules,
  of: { words: ["exact", "linearised"], default: "exact" },
} satisfies OptionRules<InterferenceHeatMapOptions>;

/**
 * Who disturbs whom, as `layerInterference` has measured it: the change of the gradient of the layer of a row when only
 * the layer of a column takes its step. Definition 2.1 of internal covariate shift looks at what lies below the diagonal.
 *
 * Layers of a `Sequential` are numbered from 1, batch norm's among them. Of more than 24 some are left out; that is said, and how many numbers are missing.
 *
 * @throws TensorError for anything but such a result, and for one of no layers or no finite change.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { layerInterference } from "evenkeel/analysis";
 * import { interferenceHeatMap } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const interference = layerInterference(model, () => model.forward(x).square().mean(), { lr: 0.1 });
 * console.log(interferenceHeatMap(interference).title.text); // => Which layer disturbs which
 * ```
 */
export function interferenceHeatMap(interference: LayerInterference, options: InterferenceHeatMapOptions = {}): Plot {
  const { of, ...settings } = settingsOf(where, options, titled, rules);
  const { width, height } = settings;
  const expected = "a result of layerInterference";
  const [[, { layers, options: measured, ...matrices }]] = named(
    where,
    { it: interference },
    isOf("layerInterference"),
    expected,
  );
  if (layers.length === 0) throw new TensorError(where, { expected: "one layer or more", got: "none" });
  const places = thinned([...layers.keys()], mostRows);
  const called = layerNumbers(layers, measured.groups);
  const values = places.flatMap((i) =>
    places.map((j) => ({ disturbed: called[i], moves: called[j], change: orGap(matrices[of][i]?.[j]) })),
  );
  const names = places.map((i) => called[i]);
  if (values.every(({ change }) => change === null)) {
    throw new TensorError(where, { expected: "a result with a finite change", got: "one without" });
  }
  const largest = Math.max(0, ...values.map(({ change }) => change ?? 0));
  const axis = { type: "nominal", sort: names, axis: { grid: false, labelAngle: 0, domain: false, ticks: false } };
  const position = {
    x: { ...axis, field: "moves", title: "the layer that moves" },
    y: { ...axis, field: "disturbed", title: "the layer whose gradient changes" },
  };
  const body = {
    data: { values },
    width,
    height,
    layer: [
      {
        mark: { type: "rect" },
        encoding: { ...position, color: heat("change", "‖G − G′‖₂") },
      },
      ...(places.length > mostWritten
        ? []
        : [
            {
              mark: { type: "text", fontSize: 11 },
              encoding: {
                ...position,
                text: { field: "change", type: "quantitative", format: ".2~g" },
                color: { condition: { test: `datum.change > ${largest * 0.55}`, value: "black" }, value: "white" },
              },
            },
          ]),
    ],
  };
  return plotOf(body, settings, [
    "Definition 2.1 of internal covariate shift is about what lies below the diagonal.",
    ...thinnedNote(places.length, layers.length, "layers"),
    ...gapNote(values.filter(({ change }) => change === null).length),
  ]);
}

const titled = ({ of }: { readonly of: InterferenceHeatMapOptions["of"] }) => ({
  title: `Which layer disturbs which${of === "exact" ? "" : ", to first order"}`,
  width: 340,
  height: 300,
});
