import type { LearningRateTest } from "../../analysis/index.ts";
import { greatest, least } from "../../analysis/numbers/extremes.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy, guideMark } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, orGap } from "../specification/series.ts";

const where = "rateTestCurve";

/**
 * The loss while the learning rate grew, as `learningRateTest` has measured it: the smoothed loss as a line, the losses
 * themselves as faint points, and a dashed line at the rate where the smoothed loss falls fastest. Several tests are laid over
 * one another.
 *
 * Where a loss blows up it would hide all others: what is higher above the lowest than twice the smoothed losses on the way down
 * is drawn at the upper edge, which is said. Losses that are not finite are gaps, and counted.
 *
 * @throws TensorError for anything but such a result.
 * @see Smith 2017, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { learningRateTest } from "evenkeel/analysis";
 * import { rateTestCurve } from "evenkeel/plot";
 *
 * const model = new nn.Linear(4, 1);
 * const x = randn([16, 4]);
 * const test = learningRateTest(model, () => model.forward(x).sub(1).square().mean());
 * console.log(rateTestCurve(test).title.text); // => The loss as the learning rate grows
 * ```
 */
export function rateTestCurve(tests: OneOrNamed<LearningRateTest>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, {
    title: "The loss as the learning rate grows",
    width: 480,
    height: 280,
  });
  const { theme, width, height } = settings;
  const list = named(where, tests, isOf("learningRateTest"), "a result of learningRateTest");
  const names = list.map(([name]) => name);
  const points = list.flatMap(([name, { rates, loss, smoothed }]) =>
    rates.map((rate, i) => ({ name, rate, loss: orGap(loss[i]), smoothed: orGap(smoothed[i]) })),
  );
  const low = least(points.flatMap(({ loss }) => loss ?? []));
  const fall = greatest(list.map(([, test]) => greatest(onTheWayDown(test)) - low));
  const high = low + 2 * Math.max(fall, Math.abs(low) / 10);
  const isCut = points.some(({ loss, smoothed }) => Math.max(loss ?? low, smoothed ?? low) > high);
  const upTo = (value: number | null) => value && Math.min(value, high);
  const values = points.map((point) => ({ ...point, loss: upTo(point.loss), smoothed: upTo(point.smoothed) }));
  const steepest = list.flatMap(([name, { steepest: rate }]) => (rate === null ? [] : [{ name, rate }]));
  const x = {
    field: "rate",
    type: "quantitative",
    title: "learning rate",
    scale: { type: "log" },
    axis: { grid: false, format: ".4~g", tickCount: 5 },
  };
  const y = { type: "quantitative", title: "loss", scale: { domain: [low, high], zero: false } };
  const color = colourBy("name", names, theme);
  const body = {
    width,
    height,
    data: { values },
    layer: [
      {
        mark: { type: "point", filled: true, size: 14, opacity: 0.35 },
        encoding: { x, y: { ...y, field: "loss" }, color },
      },
      {
        mark: "line",
        encoding: { x, y: { ...y, field: "smoothed" }, color, strokeDash: dashBy("name", names, theme) },
      },
      { data: { values: steepest }, mark: guideMark, encoding: { x, color } },
    ],
  };
  return plotOf(body, settings, [
    "Points: the loss of each step. Lines: smoothed.",
    ...list.map(([name, { steepest: rate, stopped }]) => note(name, rate, stopped)),
    ...(isCut ? [`What is above ${high.toPrecision(3)} is drawn at the edge.`] : []),
    ...gapNote(values.filter(({ loss }) => loss === null).length),
  ]);
}

/** The smoothed losses up to the lowest. */
const onTheWayDown = ({ rates, smoothed, lowest }: LearningRateTest): number[] =>
  smoothed.slice(0, rates.indexOf(lowest) + 1).flatMap((value) => orGap(value) ?? []);

function note(name: string, steepest: number | null, stopped: number | null): string {
  const falls = steepest === null ? "never falls" : `falls fastest at ${steepest.toPrecision(2)} (dashed)`;
  const ends = stopped === null ? "" : `, and has blown up at ${stopped.toPrecision(2)}`;
  return `${name === "" ? "The loss" : `${name}:`} ${falls}${ends}.`;
}
