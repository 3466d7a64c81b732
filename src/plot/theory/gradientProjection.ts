import type { BatchNormGradient } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { OptionKind, OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { isOf } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { seriesColours, textOf } from "../specification/theme.ts";

/** What {@link gradientProjection} may be told. */
export interface GradientProjectionOptions extends PlotOptions {
  /** Which units to show, by their numbers. Default: those of which least, half of all and most is kept. */
  readonly units?: readonly number[];
}

const where = "gradientProjection";

const unitNumbers: OptionKind = {
  expected: "a list of whole numbers from 0 on, of one or more,",
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((n) => Number.isInteger(n) && n >= 0),
};

const rules = {
  ...plotRules,
  units: { is: unitNumbers },
} satisfies OptionRules<GradientProjectionOptions>;

/**
 * What batch norm does to a gradient as a vector, in space: `γ/σ·g`, which a mere rescale would pass on, and `dL/dy`, which
 * batch norm does. From the first lead its projections on `1` and on `x̂`, which are taken out, to the second. The gradient of a unit has a number
 * for each example, but `1`, `x̂` and what is left of it are three directions at right angles, and it lies in the space of the
 * three: nothing is lost in this picture but signs.
 *
 * @throws TensorError for anything but a result of `explainBatchNormGradient`, and for units that it does not have.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Theorem 4.1.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { explainBatchNormGradient } from "evenkeel/analysis";
 * import { gradientProjection } from "evenkeel/plot";
 *
 * const terms = explainBatchNormGradient(new nn.BatchNorm1d(4), randn([32, 4]), randn([32, 4]));
 * console.log(gradientProjection(terms, { units: [0] }).title.text); // => The gradient less two of its projections
 * ```
 */
export function gradientProjection(result: BatchNormGradient, options: GradientProjectionOptions = {}): Plot {
  const usual = { title: "The gradient less two of its projections", width: 190, height: 190 };
  const settings = settingsOf(where, options, usual, rules);
  const { theme, width, height } = settings;
  const units = typeof result === "object" && result !== null && isOf("batchNormGradient")(result) ? result.units : [];
  if (!Array.isArray(units) || units.length === 0 || !units.every(isWhole)) {
    throw new TensorError(where, { expected: "a result of explainBatchNormGradient", got: describe(result) });
  }
  const shown = (settings.units ?? extremes(units)).map((number) => unitOf(units, number));
  const [blue, orange, green] = seriesColours[theme];
  const colours = [textOf(theme), blue, orange, green];
  const panels = shown.map((unit) => {
    const { arrows, box } = partsOf(unit);
    return {
      width,
      height,
      title: { text: titleOf(unit), fontSize: 12, offset: 4 },
      layer: [
        lines(axes, { strokeWidth: 1, color: textOf(theme), opacity: 0.6 }),
        lines(box, { strokeWidth: 1, strokeDash: [3, 3], color: textOf(theme) }),
        lines(arrows, { strokeWidth: 3 }, colours),
      ],
    };
  });
  return plotOf({ concat: panels, columns: 3 }, settings, ["γ/σ·g is as long in each; all axes are at right angles."]);
}

type Unit = BatchNormGradient["units"][number];

/** A place in space: along `1`, along `x̂`, and along what is left. */
type Place = readonly [number, number, number];

/** A line from one place to another, and what it is. */
type Line = readonly [name: string, from: Place, to: Place];

const isWhole = (unit: Unit): boolean =>
  [unit?.unit, unit?.kept, unit?.meanShare, unit?.xhatShare].every((value) => Number.isFinite(value));

function unitOf(units: readonly Unit[], number: number): Unit {
  const found = units.find(({ unit }) => unit === number);
  if (found !== undefined) return found;
  throw new TensorError(where, { expected: `units of the ${units.length} there are`, got: `${number}` });
}

/** The units of which least, half of all and most is kept; of two both, of one it alone. */
function extremes(units: readonly Unit[]): number[] {
  const sorted = units.toSorted((a, b) => a.kept - b.kept).map(({ unit }) => unit);
  return [...new Set([0, Math.floor((sorted.length - 1) / 2), sorted.length - 1])].map((i) => sorted[i]);
}

const names = ["γ/σ·g, a mere rescale", "dL/dy, which is left", "taken out along x̂", "taken out along 1"];

/** The two gradients, what is between them, and the edges of the box that they span. */
function partsOf({ kept, xhatShare, meanShare }: Unit): { readonly arrows: Line[]; readonly box: Line[] } {
  const [z, y, x] = [kept, xhatShare, meanShare].map((share) => Math.sqrt(Math.max(0, share)));
  const origin: Place = [0, 0, 0];
  const tip: Place = [x, y, z];
  const edges: readonly (readonly [Place, Place])[] = [
    [
      [x, 0, 0],
      [x, y, 0],
    ],
    [
      [0, y, 0],
      [x, y, 0],
    ],
    [[x, y, 0], tip],
    [
      [0, 0, z],
      [0, y, z],
    ],
    [[0, y, z], tip],
    [
      [0, y, 0],
      [0, y, z],
    ],
  ];
  return {
    arrows: [
      [names[3], origin, [x, 0, 0]],
      [names[2], origin, [0, y, 0]],
      [names[1], origin, [0, 0, z]],
      [names[0], origin, tip],
    ],
    box: edges.map(([from, to], i) => [`edge ${i}`, from, to]),
  };
}

function titleOf({ unit, kept, cosine }: Unit): string[] {
  const turned = (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
  return [`unit ${unit}`, `${(100 * kept).toFixed(0)} % left, turned by ${turned.toFixed(0)}°`];
}

const axes: readonly Line[] = [
  ["along 1", [0, 0, 0], [1.05, 0, 0]],
  ["along x̂", [0, 0, 0], [0, 1.05, 0]],
  ["what is left", [0, 0, 0], [0, 0, 1.05]],
];

/** A place as it is seen at a slant: along `x̂` to the right, along `1` to the back, and what is left upwards. */
const seen = ([ones, x, left]: Place) => ({ u: 0.95 * x + 0.3 * ones, v: left - 0.2 * x + 0.45 * ones });

const axis = (field: "u" | "v", domain: readonly [number, number]) => ({
  field,
  type: "quantitative",
  axis: null,
  scale: { domain, nice: false, zero: false },
});
const onPaper = { x: /* @__PURE__ */ axis("u", [-0.05, 1.35]), y: /* @__PURE__ */ axis("v", [-0.25, 1.15]) };

/** Lines, in the colours of what they are if colours are given: those have heads. */
function lines(list: readonly Line[], mark: object, colours?: readonly string[]) {
  const values = list.flatMap(([name, from, to]) => {
    const points = [seen(from), seen(to)];
    return (colours === undefined ? points : [...points, ...headOf(points)]).map((point, order) => ({
      name,
      order,
      ...point,
    }));
  });
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    scale: { domain: names, range: colours },
    legend: { orient: "bottom", columns: 2, symbolType: "stroke" },
  };
  return {
    data: { values },
    mark: { type: "line", ...mark },
    encoding: {
      ...onPaper,
      ...(colours === undefined ? { detail: { field: "name", type: "nominal" } } : { color }),
      order: { field: "order", type: "quantitative" },
    },
  };
}

/** The head of an arrow, as a line goes on from its tip; none of one that has no length. */
function headOf([from, to]: readonly { readonly u: number; readonly v: number }[]) {
  const length = Math.hypot(to.u - from.u, to.v - from.v);
  if (length < 1e-6) return [];
  const size = Math.min(0.09, length / 2) / length;
  const barb = (side: 1 | -1) => ({
    u: to.u - size * (to.u - from.u + side * 0.5 * (to.v - from.v)),
    v: to.v - size * (to.v - from.v - side * 0.5 * (to.u - from.u)),
  });
  return [barb(1), to, barb(-1)];
}
