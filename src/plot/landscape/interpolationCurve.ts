import type { Interpolation } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, orGap } from "../specification/series.ts";

const where = "interpolationCurve";

/**
 * The loss between two states of a model, as `interpolate` has measured it, with the straight line between its ends: what
 * stands above that is a barrier. Several results are laid over one another.
 *
 * Losses that are not finite are gaps, and counted.
 *
 * @throws TensorError for anything but such a result, and for one of no positions.
 * @see Goodfellow, Vinyals & Saxe 2015, "Qualitatively characterizing neural network optimization problems".
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { interpolate } from "evenkeel/analysis";
 * import { interpolationCurve } from "evenkeel/plot";
 *
 * const [model, other] = [new nn.Linear(4, 1), new nn.Linear(4, 1)];
 * const x = randn([16, 4]);
 * const loss = () => model.forward(x).square().mean();
 * const between = interpolate(model, loss, model.stateDict(), other.stateDict());
 * console.log(interpolationCurve(between).title.text); // => The loss between two states
 * ```
 */
export function interpolationCurve(results: OneOrNamed<Interpolation>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "The loss between two states", width: 460, height: 280 });
  const { theme, width, height } = settings;
  const list = named(where, results, isOf("interpolation"), "a result of interpolate");
  const names = list.map(([name]) => name);
  const values = list.flatMap(([name, { positions, loss }]) =>
    positions.map((position, i) => ({ name, position, loss: orGap(loss[i]) })),
  );
  if (values.length === 0) throw new TensorError(where, { expected: "one position or more", got: "a result of none" });
  const ends = list.flatMap(([name, { positions, loss }]) =>
    [positions.indexOf(0), positions.indexOf(1)]
      .filter((i) => i >= 0)
      .map((i) => ({ name, position: positions[i], loss: orGap(loss[i]) })),
  );
  const encoding = {
    x: {
      field: "position",
      type: "quantitative",
      title: "position: 0 is the first state, 1 the second",
      axis: { grid: false },
    },
    y: { field: "loss", type: "quantitative", title: "loss", scale: { zero: false } },
    color: colourBy("name", names, theme),
  };
  const body = {
    width,
    height,
    layer: [
      { data: { values: ends }, mark: { type: "line", strokeWidth: 1, strokeDash: [3, 3], opacity: 0.7 }, encoding },
      {
        data: { values },
        mark: { type: "line", point: { size: 30 } },
        encoding: { ...encoding, strokeDash: dashBy("name", names, theme) },
      },
    ],
  };
  return plotOf(body, settings, [
    "Dotted: straight between the ends.",
    ...list.map(([name, { barrier }]) => barrierNote(name, orGap(barrier))),
    ...gapNote(values.filter(({ loss }) => loss === null).length),
  ]);
}

const barrierNote = (name: string, barrier: number | null) =>
  `${name === "" ? "" : `${name}: `}${barrier === null ? "no barrier is known" : `a barrier of ${barrier.toPrecision(3)}`}.`;
