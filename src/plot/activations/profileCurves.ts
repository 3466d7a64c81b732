import type { EffectiveRank, ExampleCorrelation } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { finiteList, flag, text } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy, guideMark } from "../specification/encoding.ts";
import { named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { belowNote, gapNote, orGap } from "../specification/series.ts";

/** Numbers of your own: one at each `x`, such as a depth, a width or a batch size; null is a gap. */
export interface Profile {
  /** Where. */
  readonly x: readonly number[];
  /** The number there. */
  readonly y: readonly (number | null)[];
  /** The least and the largest over repeats, which are drawn as a band. Default: none. */
  readonly range?: readonly (readonly [low: number, high: number])[];
}

/** What {@link profileCurves} may be told. */
export interface ProfileCurvesOptions extends PlotOptions {
  /** What of the results of an analysis is drawn. Default: `meanCosine` or `effectiveRank`. */
  readonly measure?: ProfileMeasure;
  /** What stands at the horizontal axis. Default `"module, from the first to the last"`. */
  readonly xTitle?: string;
  /** What stands at the vertical axis. Default: what the measure is called. */
  readonly yTitle?: string;
  /** Whether the horizontal axis is logarithmic. Default `false`. */
  readonly logX?: boolean;
  /** Whether the vertical axis is logarithmic; numbers of 0 and below are gaps then. Default `false`. */
  readonly logY?: boolean;
  /** Numbers to compare with, each a dashed line across. Default: none. */
  readonly guides?: readonly number[];
}

/** What {@link profileCurves} draws of a result: the first three of `exampleCorrelation`, the others of `effectiveRank`. */
export type ProfileMeasure =
  | "meanCosine"
  | "meanAbsoluteCosine"
  | "orthogonalityGap"
  | "effectiveRank"
  | "participation"
  | "stableRank";

const measures: Readonly<Record<ProfileMeasure, string>> = {
  meanCosine: "mean cosine between examples",
  meanAbsoluteCosine: "mean |cosine| between examples",
  orthogonalityGap: "orthogonality gap",
  effectiveRank: "effective rank",
  participation: "participation ratio",
  stableRank: "stable rank",
};

const where = "profileCurves";

const rules = {
  ...plotRules,
  measure: {
    words: ["meanCosine", "meanAbsoluteCosine", "orthogonalityGap", "effectiveRank", "participation", "stableRank"],
  },
  xTitle: { is: text, default: "module, from the first to the last" },
  yTitle: { is: text },
  logX: { is: flag, default: false },
  logY: { is: flag, default: false },
  guides: { is: finiteList },
} satisfies OptionRules<ProfileCurvesOptions>;

/**
 * One number from layer to layer, as `exampleCorrelation` and `effectiveRank` have measured it; or numbers of your own along any
 * axis, as `{ x, y }`. Several by name are laid over one another.
 *
 * Numbers that are not finite are gaps, and counted.
 *
 * @throws TensorError for anything but such results, for a measure that they do not have, for one without numbers, and for
 * lists of your own that are not as long as `x`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { exampleCorrelation } from "evenkeel/analysis";
 * import { profileCurves } from "evenkeel/plot";
 *
 * const block = () => [new nn.Linear(8, 8), new nn.ReLU()];
 * const model = new nn.Sequential(...block(), ...block(), ...block());
 * const modules = ["1", "3", "5"];
 * console.log(profileCurves(exampleCorrelation(model, randn([16, 8]), { modules })).title.text);
 * // => Mean cosine between examples
 * ```
 */
export function profileCurves(
  results: OneOrNamed<ExampleCorrelation | EffectiveRank | Profile>,
  options: ProfileCurvesOptions = {},
): Plot {
  const usual = { title: "", width: 480, height: 280 };
  const {
    measure: asked,
    xTitle,
    yTitle,
    logX,
    logY,
    guides = [],
    ...settings
  } = settingsOf(where, options, usual, rules);
  const { theme, width, height } = settings;
  const list = named(where, results, isResult, "a result of exampleCorrelation or effectiveRank, or { x, y }");
  for (const [, result] of list) if (isProfile(result)) checkProfile(result);
  const names = list.map(([name]) => name);
  const measured = list.flatMap(([, result]) => (isProfile(result) ? [] : [asked ?? usualOf(result)]))[0];
  const values = list.flatMap(([name, result]) =>
    pointsOf(name, isProfile(result) ? result : profileOf(result, asked)),
  );
  if (values.length === 0) throw new TensorError(where, { expected: "one number or more", got: "a result of none" });
  const below = logY ? values.filter(({ y }) => y !== null && y <= 0).length : 0;
  const drawn = logY
    ? values.map((point) => (point.y !== null && point.y <= 0 ? { ...point, y: null } : point))
    : values;
  const axis = yTitle ?? (measured === undefined ? "" : measures[measured]);
  const title =
    settings.title || (axis === "" ? "From layer to layer" : `${axis.charAt(0).toUpperCase()}${axis.slice(1)}`);
  const x = {
    field: "x",
    type: "quantitative",
    title: xTitle,
    scale: logX ? { type: "log", nice: false } : { nice: false },
    axis: { grid: false, tickCount: 6, format: ".5~g", ...(logX ? {} : { tickMinStep: 1 }) },
  };
  const y = {
    type: "quantitative",
    title: axis,
    scale: logY ? { type: "log", nice: false, padding: 10 } : { zero: false },
    axis: { format: ".4~g", tickCount: 5 },
  };
  const color = colourBy("name", names, theme);
  const isSparse = drawn.length <= 40 * list.length;
  const hasBand = drawn.some(({ low }) => low !== null);
  const body = {
    width,
    height,
    data: { values: drawn },
    layer: [
      ...(hasBand
        ? [
            {
              mark: { type: "area", opacity: 0.2 },
              encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
            },
          ]
        : []),
      {
        mark: { type: "line", point: isSparse && { size: 30 } },
        encoding: { x, y: { ...y, field: "y" }, color, strokeDash: dashBy("name", names, theme) },
      },
      ...guides.map((guide) => ({
        data: { values: [{ y: guide }] },
        mark: guideMark,
        encoding: { y: { ...y, field: "y" } },
      })),
    ],
  };
  return plotOf(body, { ...settings, title }, [
    ...(guides.length === 0 ? [] : [`Dashed: ${guides.map((guide) => `${Number(guide.toPrecision(3))}`).join(", ")}.`]),
    ...(hasBand ? ["Bands: smallest to largest."] : []),
    ...gapNote(values.filter((point) => point.y === null).length),
    ...belowNote(below),
  ]);
}

const isProfile = (result: object): result is Profile =>
  "x" in result && "y" in result && [result.x, result.y].every(Array.isArray);

/** Refuses a profile of one's own whose lists do not go together, which would lose numbers silently. */
function checkProfile({ x, y, range }: Profile): void {
  if (!finiteList.accepts(x)) {
    throw new TensorError(where, { expected: "a list of finite numbers as x", got: describe(x) });
  }
  if (y.length !== x.length) {
    throw new TensorError(where, { expected: `as many numbers in y as in x, ${x.length}`, got: `${y.length}` });
  }
  if (range !== undefined && !(Array.isArray(range) && range.length === x.length && range.every(Array.isArray))) {
    throw new TensorError(where, {
      expected: `as range a pair [low, high] for each of ${x.length}`,
      got: describe(range),
    });
  }
}

const isResult = (result: object): boolean => {
  const { kind } = result as { readonly kind?: unknown };
  return kind === "exampleCorrelation" || kind === "effectiveRank" || isProfile(result);
};

const usualOf = ({ kind }: ExampleCorrelation | EffectiveRank): ProfileMeasure =>
  kind === "exampleCorrelation" ? "meanCosine" : "effectiveRank";

function profileOf(result: ExampleCorrelation | EffectiveRank, asked: ProfileMeasure | undefined): Profile {
  const measure = asked ?? usualOf(result);
  const y = result.layers.map((layer) => {
    if (measure in layer) return (layer as unknown as Readonly<Record<string, number | null>>)[measure];
    throw new TensorError(where, {
      expected: `a measure of ${result.kind}, such as "${usualOf(result)}"`,
      got: `"${measure}"`,
    });
  });
  return { x: y.map((_, i) => i + 1), y };
}

const pointsOf = (name: string, { x, y, range }: Profile) =>
  x.map((at, i) => ({
    name,
    x: at,
    y: orGap(y[i]),
    low: orGap(range?.[i]?.[0]),
    high: orGap(range?.[i]?.[1]),
  }));
