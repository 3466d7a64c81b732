import { ownPlot, type Plot } from "evenkeel/plot";
import { heading, type Look, meanOf } from "./parts.ts";

/** What was seen of a network in one step. */
export interface ShiftSeen {
  readonly step: number;
  /** 2015's: how far the mean of a unit's input moves from one step to the next, in its σ. */
  readonly moved: number;
  /** 2018's: ‖G − G′‖/‖G‖, on average over the layers that have others before them; null where it was not measured. */
  readonly changed: number | null;
  readonly loss: number;
}

/** Over how many steps lines are averaged. */
const window = 20;

const panels = [
  { field: "moved", title: "2015: does its input move?", axis: "step of its mean, in σ", log: true },
  { field: "changed", title: "2018: does its gradient change?", axis: "‖G − G′‖ / ‖G‖", log: true },
  { field: "loss", title: "And the loss", axis: "loss", log: false },
] as const;

/**
 * Covariate shift of networks by both measures: that of 2015, of the distribution of a layer's input, and that of 2018, of its
 * gradient; and beside them what it is all for, the loss.
 */
export function shiftMeasures(runs: Readonly<Record<string, readonly ShiftSeen[]>>, look: Look = {}): Plot {
  const names = Object.keys(runs);
  const values = Object.entries(runs).flatMap(([name, seen]) =>
    seen.map((point, i) => {
      const recent = seen.slice(Math.max(0, i + 1 - window), i + 1);
      const smooth = (of: (point: ShiftSeen) => number | null) => {
        const known = recent.flatMap((one) => of(one) ?? []);
        return known.length === 0 ? null : meanOf(known);
      };
      return {
        name,
        ...point,
        movedMean: smooth(({ moved }) => moved),
        changedMean: point.changed === null ? null : smooth(({ changed }) => changed),
        lossMean: smooth(({ loss }) => loss),
      };
    }),
  );
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    sort: names,
    scale: { domain: names, range: "category" },
    legend: { orient: "bottom", symbolType: "stroke" },
  };
  const columns = panels.map(({ field, title, axis, log }) => {
    const x = { field: "step", type: "quantitative", title: "step", axis: { grid: false, format: "d", tickCount: 5 } };
    const y = {
      type: "quantitative",
      title: axis,
      scale: log ? { type: "log" } : { zero: false },
      axis: { format: "~g", ...(log ? { values: [0.001, 0.01, 0.1, 1] } : { tickCount: 5 }) },
    };
    return {
      title: heading(title),
      width: look.width ?? 200,
      height: 200,
      transform: [{ filter: `isValid(datum.${field}) && datum.${field} > 0` }],
      layer: [
        { mark: { type: "line", strokeWidth: 1, opacity: 0.25 }, encoding: { x, y: { ...y, field }, color } },
        { mark: { type: "line", strokeWidth: 2.5 }, encoding: { x, y: { ...y, field: `${field}Mean` }, color } },
      ],
    };
  });
  return ownPlot(
    {
      data: { values },
      hconcat: columns,
      ...(look.stacked ? {} : { bounds: "flush" }),
      spacing: look.stacked ? 24 : 72,
    },
    {
      title: "Internal covariate shift, by two measures",
      notes: [`Lines: means over ${window} steps; faint, as measured.`],
      ...look,
    },
  );
}
