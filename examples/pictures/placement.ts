import { ownPlot, type Plot } from "evenkeel/plot";
import { deviationOf, heading, type Look, meanOf } from "./parts.ts";

/** What one unit says on a batch, before its tanh and behind it. */
export interface UnitSeen {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

/** How far the axis of values reaches. */
const most = 4;

/**
 * What batch norm before a tanh fixes, and what it does not: the distribution of one unit before the tanh and behind it, where
 * the next layer gets it, each before training and after.
 */
export function placement(seen: Readonly<Record<string, UnitSeen>>, look: Look = {}): Plot {
  const places = [
    { place: "before", title: "before the tanh, where batch norm is" },
    { place: "behind", title: "behind it, what the next layer gets" },
  ] as const;
  const times = Object.keys(seen);
  const values = Object.entries(seen).flatMap(([time, unit]) =>
    places.flatMap(({ place }) => unit[place].map((value) => ({ time, place, value }))),
  );
  const rows = times.map((time, row) => ({
    hconcat: places.map(({ place, title }) => {
      const numbers = seen[time][place];
      const text = `mean ${meanOf(numbers).toFixed(1)}, σ ${deviationOf(numbers).toFixed(1)}`
        .replace("-", "−")
        .replace("−0.0", "0.0");
      return {
        title: heading([title, `${time}: ${text}`]),
        width: look.width ?? 240,
        height: 130,
        transform: [{ filter: { field: "time", equal: time } }, { filter: { field: "place", equal: place } }],
        mark: { type: "bar", binSpacing: 0 },
        encoding: {
          x: {
            field: "value",
            bin: { extent: [-most, most], step: 0.2 },
            type: "quantitative",
            title: row === times.length - 1 ? "value" : null,
            scale: { domain: [-most, most] },
            axis: { values: [-4, -2, 0, 2, 4], grid: true },
          },
          y: { aggregate: "count", title: null, axis: { labels: false, ticks: false, grid: false } },
          color: {
            datum: place,
            scale: { domain: places.map((one) => one.place), range: "category" },
            legend: null,
          },
        },
      };
    }),
  }));
  return ownPlot(
    { data: { values }, vconcat: rows },
    { title: "Batch norm before the tanh does not fix what comes out of it", ...look },
  );
}
