import type { DeadUnits, DeadUnitsLayer } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { inPanels, nominal } from "../specification/encoding.ts";
import { isOf, layerNames, named, type OneOrNamed, panelName } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, thinned, thinnedNote } from "../specification/series.ts";
import { alarmColours } from "../specification/theme.ts";
import { rectangles, runsOf } from "./bitmapRuns.ts";

const where = "saturationBitmap";

const [mostExamples, mostUnits, mostPanels] = [100, 200, 6];

const states = ["saturated", "dead: saturated for every example"];

/**
 * Which unit was saturated for which example, as `deadUnits` has found it with a `bitmap`: a row for each example, a
 * column for each unit, filled where it was saturated. A column that is filled throughout is a dead unit, and has a colour
 * of its own.
 *
 * At most 100 examples and 200 units are drawn, evenly chosen, and 6 layers; that is said.
 *
 * @throws TensorError for anything but such a report, and for one without a bitmap.
 * @see Karpathy 2022, "Building makemore", part 3, where it is drawn white on black.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { deadUnits } from "evenkeel/analysis";
 * import { saturationBitmap } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh());
 * const report = deadUnits(model, [randn([32, 4])], { bitmap: "strings" });
 * console.log(saturationBitmap(report).title.text); // => Saturated units
 * ```
 */
export function saturationBitmap(reports: OneOrNamed<DeadUnits>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Saturated units", width: 320, height: 180 });
  const { theme, width, height } = settings;
  const list = named(where, reports, isOf("deadUnits"), "a report of deadUnits");
  const notes = new Set<string>();
  const all = list.flatMap(([name, { layers }]) => {
    const names = layerNames(layers);
    return layers.map((layer, i) => ({ panel: panelName(name, names[i]), layer }));
  });
  if (all.length === 0) throw new TensorError(where, { expected: "a report of one layer or more", got: "one of none" });
  const panels = thinned(all, mostPanels);
  for (const note of thinnedNote(panels.length, all.length, "layers")) notes.add(note);
  const values = panels.flatMap(({ panel, layer }) => {
    const rows = rowsOf(layer);
    const examples = thinned([...rows.keys()], mostExamples);
    const units = thinned([...layer.activeFraction.keys()], mostUnits);
    for (const note of thinnedNote(examples.length, rows.length, "examples")) notes.add(note);
    for (const note of thinnedNote(units.length, layer.units, "units")) notes.add(note);
    const dead = new Set(layer.dead);
    return examples.flatMap((example, y) =>
      runsOf(units, (unit) => (rows[example][unit] ? states[dead.has(unit) ? 1 : 0] : null)).map(
        ({ value, from, to }) => ({ panel, state: value, from, to, top: y, bottom: y + 1 }),
      ),
    );
  });
  const extents = panels.map(({ panel, layer }) => ({
    panel,
    from: 0,
    to: Math.min(layer.units, mostUnits),
    top: 0,
    bottom: Math.min(rowsOf(layer).length, mostExamples),
  }));
  const colours = alarmColours[theme];
  const cell = (background: boolean) => ({
    ...(background ? { transform: [{ filter: "!isValid(datum.state)" }] } : {}),
    mark: background ? { type: "rect", color: colours.calm, tooltip: null } : { type: "rect" },
    encoding: {
      ...rectangles("unit", "example"),
      ...(background ? {} : { color: nominal("state", states, [colours.uneasy, colours.alarm]) }),
    },
  });
  const spec = {
    width,
    height,
    layer: [cell(true), { ...cell(false), transform: [{ filter: "isValid(datum.state)" }] }],
  };
  const names = panels.map(({ panel }) => panel);
  const body = inPanels([...extents, ...values], names, spec, ["x", "y"]);
  const missing = panels.reduce((sum, { layer }) => sum + layer.nonFinite, 0);
  return plotOf(body, settings, ["A filled column is a dead unit.", ...notes, ...gapNote(missing)]);
}

/** For each example, whether each unit was saturated. */
function rowsOf({ bitmap, layer }: DeadUnitsLayer): readonly (readonly boolean[])[] {
  if (bitmap === null || bitmap === undefined) {
    throw new TensorError(where, {
      expected: "a report with a bitmap",
      got: `one without, of layer "${layer}"`,
      hint: 'Ask for it: deadUnits(model, batches, { bitmap: "strings" }).',
    });
  }
  return bitmap.map((row) => (typeof row === "string" ? [...row].map((bit) => bit === "1") : row));
}
