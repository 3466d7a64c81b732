import type { LossSurface } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { heat } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { belowNote, gapNote, orGap, thinned, thinnedNote } from "../specification/series.ts";
import { textOf } from "../specification/theme.ts";

/** What {@link surfaceRelief} may be told. */
export interface SurfaceReliefOptions extends PlotOptions {
  /** Whether heights and colours are on a log scale. Default: if the largest loss is over 20 times the smallest. */
  readonly log?: boolean;
}

const where = "surfaceRelief";

const mostPerSide = 31;

/** From how many times the smallest loss on a log scale shows more. */
const wideRange = 20;

const rules = {
  ...plotRules,
  log: { is: flag },
} satisfies OptionRules<SurfaceReliefOptions>;

/**
 * The loss on a plane through the parameters, as `lossSurface` has measured it, in relief: a sheet as high as the loss, seen
 * from above at a slant. Whether a landscape is smooth or jagged is seen at once. Several surfaces stand side by side, two in a
 * row, with the same heights and the same colours.
 *
 * What lies behind a mountain is hidden; `surfaceContours` has values that can be read off. Of more than 31 points on a side some
 * are left out; that is said, and how many losses are not finite.
 *
 * @throws TensorError for anything but such a result, for one without a finite loss, and for fewer than 2 points on a side.
 * @see Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913, Figure 1.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { lossSurface } from "evenkeel/analysis";
 * import { surfaceRelief } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const surface = lossSurface(model, () => model.forward(x).square().mean(), { points: 9, seed: 1 });
 * console.log(surfaceRelief(surface).title.text); // => The loss around the parameters
 * ```
 */
export function surfaceRelief(surfaces: OneOrNamed<LossSurface>, options: SurfaceReliefOptions = {}): Plot {
  const usual = ({ width = 200 }: SurfaceReliefOptions) => ({
    title: "The loss around the parameters",
    width,
    height: Math.round(0.75 * width),
  });
  const settings = settingsOf(where, options, usual, rules);
  const { theme, width, height } = settings;
  const list = named(where, surfaces, isOf("lossSurface"), "a result of lossSurface");
  const known = list.flatMap(([, { loss }]) => loss.flat()).filter((value) => orGap(value) !== null) as number[];
  if (known.length === 0 || list.some(([, { x }]) => x.length < 2)) {
    throw new TensorError(where, { expected: "a surface with a finite loss and 2 points on a side", got: "another" });
  }
  const [least, most] = known.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [known[0], known[0]]);
  const { log = least > 0 && most > wideRange * least } = settings;
  const lowest = log ? Math.max(least, most * 1e-12) : least;
  const scaled = (loss: number) => (log ? Math.log(loss) : loss);
  const span = scaled(most) - scaled(lowest) || 1;
  const heightOf = (loss: number | null): number | null => {
    const finite = orGap(loss);
    return finite === null || (log && finite <= 0) ? null : (scaled(finite) - scaled(lowest)) / span;
  };
  const lossAt = (at: number) => (log ? Math.exp(at * span + scaled(lowest)) : at * span + lowest);
  const notes = new Set(["All are as high, and coloured, by one scale."].slice(0, list.length - 1));
  const panels = list.map(([name, { x, loss }]) => {
    const kept = thinned([...x.keys()], mostPerSide);
    for (const note of thinnedNote(kept.length, x.length, "points on a side")) notes.add(note);
    const heights = kept.map((j) => kept.map((i) => heightOf(loss[j][i])));
    return {
      width,
      height,
      ...(name === "" ? {} : { title: { text: name, fontSize: 12, offset: 4 } }),
      layer: [
        box(textOf(theme)),
        sheet(heights, { lossAt, log, size: [width, height] }),
        labels([lowest, most], textOf(theme)),
      ],
    };
  });
  const all = list.flatMap(([, { loss }]) => loss.flat());
  const below = log ? known.filter((value) => value <= 0).length : 0;
  return plotOf({ concat: panels, columns: 2 }, settings, [
    ...notes,
    ...gapNote(all.length - known.length),
    ...belowNote(below),
  ]);
}

/** How far the plane is turned, how steeply one looks down on it, and how high the sheet is beside the plane's half width. */
const [turn, slant, tall] = [0.55, 0.6, 1.5];

/** A place on paper. */
interface Spot {
  readonly u: number;
  readonly v: number;
}

/** A place in space, sides from −1 to 1 and height from 0 to 1, as it is seen. */
function seen(x: number, y: number, z: number): Spot {
  const [right, back] = [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];
  return { u: right, v: back * Math.sin(slant) + z * tall * Math.cos(slant) };
}

const reach = Math.cos(turn) + Math.sin(turn);
const place = {
  u: [-reach - 0.25, reach + 0.1],
  v: [-reach * Math.sin(slant) - 0.1, reach * Math.sin(slant) + tall * Math.cos(slant)],
};
const axis = (field: "u" | "v") => ({
  field,
  type: "quantitative",
  axis: null,
  scale: { domain: place[field], nice: false, zero: false },
});
const onPaper = { x: /* @__PURE__ */ axis("u"), y: /* @__PURE__ */ axis("v") };

/** The sheet in patches of one colour, those behind first: what is drawn later hides what is further away. */
function sheet(
  heights: readonly (readonly (number | null)[])[],
  { lossAt, log, size }: { lossAt: (height: number) => number; log: boolean; size: readonly [number, number] },
) {
  const last = heights.length - 1;
  const at = (k: number) => (2 * k) / last - 1;
  const patches: { readonly depth: number; readonly loss: number; readonly corners: readonly Spot[] }[] = [];
  for (let j = 0; j < last; j++) {
    for (let i = 0; i < last; i++) {
      const around = [heights[j][i], heights[j][i + 1], heights[j + 1][i + 1], heights[j + 1][i]];
      if (around.includes(null)) continue;
      const [a, b, c, d] = around as number[];
      patches.push({
        depth: at(i) * Math.sin(turn) + at(j) * Math.cos(turn),
        loss: lossAt((a + b + c + d) / 4),
        corners: [
          seen(at(i), at(j), a),
          seen(at(i + 1), at(j), b),
          seen(at(i + 1), at(j + 1), c),
          seen(at(i), at(j + 1), d),
        ],
      });
    }
  }
  patches.sort((a, b) => b.depth - a.depth);
  return {
    data: {
      values: patches.map(({ loss, corners }) => ({ loss, patch: outline(corners, size) })),
    },
    mark: { type: "point", filled: true, size: 4, opacity: 1, stroke: "#00000080", strokeWidth: 0.4 },
    encoding: {
      x: { value: 0 },
      y: { value: 0 },
      // A symbol for each, in pixels: as lines they would be groups of their own, and ten times the text.
      shape: { field: "patch", type: "nominal", scale: null, legend: null },
      color: {
        ...heat("loss", "loss", { log }),
        legend: { orient: "bottom", direction: "horizontal", gradientLength: 200, tickCount: 5, format: ".4~g" },
      },
    },
  };
}

/** A patch as the path of a symbol, in pixels from the upper left of the panel. */
function outline(corners: readonly Spot[], [width, height]: readonly [number, number]): string {
  const pixels = corners.map(({ u, v }) => {
    const right = ((u - place.u[0]) * width) / (place.u[1] - place.u[0]);
    const down = ((place.v[1] - v) * height) / (place.v[1] - place.v[0]);
    return `${Number(right.toFixed(1))},${Number(down.toFixed(1))}`;
  });
  return `M${pixels.join("L")}Z`;
}

/** The plane below the sheet, and an edge that goes up from it. */
function box(colour: string) {
  const line = (name: string, ...points: (readonly [number, number, number])[]) =>
    points.map(([x, y, z], order) => ({ name, order, ...seen(x, y, z) }));
  return {
    data: {
      values: [
        ...line("plane", [-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0], [-1, -1, 0]),
        ...line("edge", [-1, 1, 0], [-1, 1, 1]),
      ],
    },
    mark: { type: "line", strokeWidth: 1, color: colour },
    encoding: {
      ...onPaper,
      detail: { field: "name", type: "nominal" },
      order: { field: "order", type: "quantitative" },
    },
  };
}

/** The least and the largest loss, beside the edge. */
function labels([least, most]: readonly [number, number], color: string) {
  const values = [least, most].map((loss, z) => ({ ...seen(-1, 1, z), text: String(Number(loss.toPrecision(3))) }));
  return {
    data: { values },
    mark: { type: "text", fontSize: 11, align: "right", dx: -4, color },
    encoding: { ...onPaper, text: { field: "text", type: "nominal" } },
  };
}
