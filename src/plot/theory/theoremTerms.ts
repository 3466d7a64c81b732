import { describe, TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy } from "../specification/encoding.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, mostRows, orGap, thinned, thinnedNote } from "../specification/series.ts";
import { backgroundOf, textOf } from "../specification/theme.ts";
import { type TheoremParts, type TheoremResult, theoremParts } from "./theoremParts.ts";

const where = "theoremTerms";

/**
 * What batch norm does to the gradient or the curvature, term by term, as one of `explainBatchNormGradient`, `…Curvature`,
 * `…Minimax` and `…Initialisation` has found it: a bar for each unit, in parts that add up to what the theorem says, and
 * points for what was measured and for what there would be otherwise.
 *
 * Of more than 24 units some are left out; that is said, and how many numbers are missing.
 *
 * @throws TensorError for anything else, or a result of no units.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 4.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { explainBatchNormGradient } from "evenkeel/analysis";
 * import { theoremTerms } from "evenkeel/plot";
 *
 * const terms = explainBatchNormGradient(new nn.BatchNorm1d(4), randn([32, 4]), randn([32, 4]));
 * console.log(theoremTerms(terms).title.text); // => Theorem 4.1: not a simple rescale
 * ```
 */
export function theoremTerms(result: TheoremResult, options: PlotOptions = {}): Plot {
  const theorem = theoremParts(result);
  if (theorem === null) {
    throw new TensorError(where, {
      expected: "a result of one of the explainBatchNorm functions, of one unit or more",
      got: describe(result),
    });
  }
  const settings = settingsOf(where, options, { title: theorem.title, width: 420, height: 200 });
  const { theme, width, height } = settings;
  const rows = thinned(theorem.rows, mostRows);
  const units = rows.map(({ unit }) => String(unit));
  const { bars, points } = valuesOf(rows, theorem);
  const y = { field: "unit", type: "nominal", title: "unit", sort: units, axis: { grid: false, ticks: false } };
  const { axis: title, whole } = theorem;
  const scale = whole === undefined ? {} : { scale: { domainMax: whole } };
  const x = { field: "value", type: "quantitative", title, axis: { format: ".4~g", tickCount: 4 }, ...scale };
  const body = {
    width,
    height: Math.max(height, rows.length * 18),
    layer: [
      {
        data: { values: bars },
        mark: { type: "bar", height: { band: 0.75 } },
        encoding: {
          y,
          x,
          order: { field: "order", type: "quantitative" },
          color: {
            ...colourBy("part", theorem.parts, theme),
            legend: { title: null, orient: "bottom", symbolType: "square", columns: 3 },
          },
        },
      },
      ...theorem.points.map((name, i) => ({
        data: { values: points.filter(({ point }) => point === name) },
        mark: { ...pointMarks[i], opacity: 1, fill: backgroundOf(theme), stroke: textOf(theme) },
        encoding: { y, x },
      })),
    ],
  };
  const missing = [...bars, ...points].filter(({ value }) => value === null).length;
  return plotOf(body, settings, [
    ...theorem.points.map((name, i) => `${pointSigns[i]} ${name}.`),
    ...theorem.notes,
    ...thinnedNote(rows.length, theorem.rows.length, "units"),
    ...gapNote(missing),
  ]);
}

/** What points are drawn as, and how they are written below the title: a legend would not show them. */
const pointMarks = [
  { type: "point", shape: "diamond", size: 70, strokeWidth: 1.5 },
  { type: "tick", thickness: 3, height: { band: 0.95 } },
];
const pointSigns = ["◇", "▯"];

function valuesOf(rows: TheoremParts["rows"], { parts, points }: TheoremParts) {
  const named = (names: readonly string[], values: readonly number[], unit: number, field: string) =>
    names.map((name, order) => ({ unit: String(unit), [field]: name, order, value: orGap(values[order]) }));
  return {
    bars: rows.flatMap((row) => named(parts, row.parts, row.unit, "part")),
    points: rows.flatMap((row) => named(points, row.points, row.unit, "point")),
  };
}
