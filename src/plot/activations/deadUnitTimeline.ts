import type { DeadUnits } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { inPanels, nominal } from "../specification/encoding.ts";
import { isOf, layerNames, named, type OneOrNamed, panelName } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { orGap, thinned, thinnedNote } from "../specification/series.ts";
import { alarmColours } from "../specification/theme.ts";
import { rectangles, runsOf } from "./bitmapRuns.ts";

/** A report of `deadUnits` and when in a training run it was made. */
export interface DeadUnitsAt {
  /** The step, counted from 0. */
  readonly step: number;
  /** What `deadUnits` returned then. */
  readonly report: DeadUnits;
}

const where = "deadUnitTimeline";

const [mostUnits, mostSteps, mostPanels] = [200, 100, 6];

/** A unit that is active for less than this share of the examples is dying. */
const dyingBelow = 0.1;

const states = ["active", "dying: active for under 10 %", "dead"];

/**
 * Which units have died while training, and which have come back: a row for each unit, over the steps at which
 * `deadUnits` was asked, and a panel for each layer of each run. Dead is what is saturated for every example, dying what
 * is not for less than a tenth of them.
 *
 * At most 200 units and 100 steps are drawn, evenly chosen, and 6 layers; that is said.
 *
 * @throws TensorError for anything but a list of such reports, an empty one, or steps that do not ascend.
 * @see Lu, Shin, Su & Karniadakis 2020, "Dying ReLU and Initialization", arXiv:1903.06733.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { deadUnits } from "evenkeel/analysis";
 * import { deadUnitTimeline } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
 * const timeline = [0, 10].map((step) => ({ step, report: deadUnits(model, [randn([32, 4])]) }));
 * console.log(deadUnitTimeline(timeline).title.text); // => Units while training
 * ```
 */
export function deadUnitTimeline(runs: OneOrNamed<readonly DeadUnitsAt[]>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Units while training", width: 320, height: 180 });
  const { theme, width, height } = settings;
  const list = named(where, runs, Array.isArray, "a list of { step, report } with reports of deadUnits");
  const notes = new Set<string>();
  const all = list.flatMap(([name, timeline]) => {
    checkTimeline(timeline);
    return layerNames(timeline[0].report.layers).map((layer, place) => ({
      panel: panelName(name, layer),
      timeline: timeline.map(({ step, report }) => ({ step, layer: report.layers[place] })),
    }));
  });
  const panels = thinned(all, mostPanels);
  for (const note of thinnedNote(panels.length, all.length, "layers")) notes.add(note);
  const values = panels.flatMap(({ panel, timeline }) => {
    const kept = thinned(timeline, mostSteps);
    const units = thinned([...kept[0].layer.activeFraction.keys()], mostUnits);
    for (const note of thinnedNote(kept.length, timeline.length, "reports")) notes.add(note);
    for (const note of thinnedNote(units.length, kept[0].layer.units, "units")) notes.add(note);
    const lastGap = kept.length > 1 ? kept[kept.length - 1].step - kept[kept.length - 2].step : 1;
    const edges = [...kept.map(({ step }) => step), kept[kept.length - 1].step + lastGap];
    return units.flatMap((unit, row) =>
      runsOf(kept, ({ layer }) => stateOf(orGap(layer?.activeFraction[unit]))).map(({ value, from, to }) => ({
        panel,
        state: value,
        from: edges[from],
        to: edges[to],
        top: row,
        bottom: row + 1,
      })),
    );
  });
  const { calm, uneasy, alarm } = alarmColours[theme];
  const spec = {
    width,
    height,
    mark: { type: "rect" },
    encoding: {
      ...rectangles("step", "unit"),
      color: nominal("state", states, [calm, uneasy, alarm]),
    },
  };
  const names = panels.map(({ panel }) => panel);
  const body = inPanels(values, names, spec, ["y"]);
  return plotOf(body, settings, ["Each row is a unit.", ...notes]);
}

const stateOf = (active: number | null) =>
  active === null ? null : states[active === 0 ? 2 : active < dyingBelow ? 1 : 0];

function checkTimeline(timeline: readonly DeadUnitsAt[]): void {
  const isReport = isOf("deadUnits");
  const wrong = timeline.findIndex((at, i) => {
    const fits =
      typeof at?.report === "object" && at.report !== null && isReport(at.report) && Number.isFinite(at.step);
    return !fits || (i > 0 && at.step <= timeline[i - 1].step);
  });
  if (wrong >= 0) {
    throw new TensorError(where, {
      expected: "a list of { step, report } with reports of deadUnits and ascending steps",
      got: `${describe(timeline[wrong])} in place ${wrong}`,
    });
  }
  if (timeline.length > 0 && timeline[0].report.layers.length > 0) return;
  throw new TensorError(where, { expected: "one report of one layer or more", got: "none" });
}
