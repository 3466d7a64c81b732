import type { Descent, Descents } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, mostSeries, orGap, thinned, thinnedNote } from "../specification/series.ts";
import { textOf } from "../specification/theme.ts";

const where = "descentPaths";

const mostPoints = 200;

const outcomes = ["arrived", "moving", "diverged"];

/**
 * Gradient descent on a curve of one number, as `descend1d` has followed it: the curve, if its points were asked for, and on it a line of points
 * from each start, the last of which says whether the descent has arrived. Several results stand side by side.
 *
 * What leaves the curve's range is cut off, and counted. Of more than 12 descents some are left out; that is said.
 *
 * @throws TensorError for anything but such a result, and for one without a finite loss.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 3.
 *
 * @example
 * ```ts
 * import type { Tensor } from "evenkeel";
 * import { descend1d } from "evenkeel/analysis";
 * import { descentPaths } from "evenkeel/plot";
 *
 * const bumpy = (x: Tensor) => x.square().mul(0.1).add(x.mul(3).cos());
 * console.log(descentPaths(descend1d(bumpy, { starts: [-3, 0.5, 4], lr: 0.05, points: 99 })).title.text); // => Gradient descent
 * ```
 */
export function descentPaths(results: OneOrNamed<Descents>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Gradient descent", width: 360, height: 260 });
  const { theme, width, height } = settings;
  const ink = textOf(theme);
  const list = named(where, results, isOf("descents"), "a result of descend1d");
  const notes = new Set<string>();
  let [outside, missing] = [0, 0];
  const shownOf = new Map(list.map(([name, { descents }]) => [name, labelled(thinned(descents, mostSeries))]));
  const names = [...new Set([...shownOf.values()].flat().map(([label]) => label))];
  const panels = list.map(([name, result]) => {
    const { curve, descents } = result;
    const shown = shownOf.get(name) ?? [];
    for (const note of thinnedNote(shown.length, descents.length, "descents")) notes.add(note);
    const { x: domain, y: range } = extentOf(result);
    const isInside = (x: number, loss: number) =>
      x >= domain[0] && x <= domain[1] && loss <= range[1] && loss >= range[0];
    const paths = shown.map(([label, descent]) => {
      const all = descent.x.map((x, step) => ({ name: label, step, x, loss: orGap(descent.loss[step]) }));
      const finite = all.filter(({ loss }) => loss !== null) as {
        name: string;
        step: number;
        x: number;
        loss: number;
      }[];
      const inside = finite.filter(({ x, loss }) => isInside(x, loss));
      missing += all.length - finite.length;
      outside += finite.length - inside.length;
      return { points: thinned(inside, mostPoints), outcome: descent.outcome };
    });
    const place = {
      x: {
        field: "x",
        type: "quantitative",
        title: "x",
        scale: { domain, nice: false, zero: false },
        axis: { grid: false },
      },
      y: { field: "loss", type: "quantitative", title: "loss", scale: { domain: range, zero: false } },
    };
    const color = colourBy("name", names, theme);
    const values = paths.flatMap(({ points }) => points);
    const ends = paths.flatMap(({ points, outcome }) => points.slice(-1).map((point) => ({ ...point, outcome })));
    return {
      width,
      height,
      ...(name === "" ? {} : { title: { text: name, fontSize: 12, offset: 4 } }),
      layer: [
        {
          data: { values: curve.x.map((x, i) => ({ x, loss: orGap(curve.loss[i]) })) },
          mark: { type: "line", strokeWidth: 4, opacity: 0.35, color: "#888888", clip: true },
          encoding: place,
        },
        {
          data: { values },
          mark: { type: "line", strokeWidth: 1, clip: true },
          encoding: { ...place, order: { field: "step", type: "quantitative" }, color },
        },
        {
          data: { values },
          mark: { type: "point", filled: true, size: 22, opacity: 0.8, clip: true },
          encoding: { ...place, color },
        },
        {
          data: { values: ends },
          mark: { type: "point", filled: true, size: 170, opacity: 1, clip: true },
          encoding: {
            ...place,
            color,
            shape: {
              field: "outcome",
              type: "nominal",
              title: null,
              scale: { domain: outcomes, range: ["circle", "triangle-up", "cross"] },
              legend: { orient: "bottom", symbolFillColor: ink, symbolStrokeColor: ink },
            },
          },
        },
      ],
    };
  });
  if (outside > 0)
    notes.add(
      `${outside} ${outside === 1 ? "step lies" : "steps lie"} outside and ${outside === 1 ? "is" : "are"} not drawn.`,
    );
  return plotOf({ hconcat: panels }, settings, [
    "Each small point is a step, the large one the last.",
    ...notes,
    ...gapNote(missing),
  ]);
}

/** What tells the descents of a result apart: where they start, how fast they go, or both. */
function labelled(descents: readonly Descent[]): readonly (readonly [name: string, descent: Descent])[] {
  const count = (values: readonly number[]) => new Set(values).size;
  const oneRate = count(descents.map(({ lr }) => lr)) === 1;
  const oneStart = count(descents.map(({ x }) => x[0])) === 1;
  return descents.map((descent) => {
    const start = `from ${String(Number(descent.x[0].toPrecision(3))).replace("-", "−")}`;
    const rate = `rate ${descent.lr}`;
    return [oneRate ? start : oneStart ? rate : `${start}, ${rate}`, descent];
  });
}

/** The range that is drawn: that of the curve, or of the steps if there is none, with a margin. */
function extentOf({ curve, descents, options }: Descents) {
  const known = (losses: readonly (number | null)[]) => losses.filter((value) => orGap(value) !== null) as number[];
  const onCurve = known(curve.loss);
  const finite = onCurve.length > 0 ? onCurve : known(descents.flatMap(({ loss }) => loss));
  if (finite.length === 0) throw new TensorError(where, { expected: "a finite loss or more", got: "a result of none" });
  const [low, high] = finite.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [finite[0], finite[0]]);
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  return { x: options.range, y: [low - margin, high + margin] as const };
}
