import { seriesColours, type Theme } from "../specification/theme.ts";

/** A histogram as a ridge: what stands beside it, and how high it is at each place. */
export interface Ridge {
  /** The name of its panel; empty where there is one panel only. */
  readonly panel: string;
  /** The number of its row, from the top. */
  readonly row: number;
  /** The edges of the bins, ascending, one more than there are bins. */
  readonly edges: readonly number[];
  /** How many values fall into each bin. */
  readonly counts: readonly number[];
}

/** How many rows high the highest bin of a ridge is. */
const overlap = 1.25;

/** What is said of the heights below a plot's title. */
export const ridgeNote = "Each curve is a histogram, as high as its own fullest bin makes it.";

/** The points of ridges' outlines: above the middle of each bin, and 0 at both ends. */
export function ridgeValues(ridges: readonly Ridge[], rows: number, extra: (ridge: Ridge) => object = () => ({})) {
  return ridges.flatMap((ridge) => {
    const { panel, row, edges, counts } = ridge;
    const most = Math.max(1, ...counts);
    const base = rows - 1 - row;
    const middles = counts.map((count, i) => [(edges[i] + edges[i + 1]) / 2, base + (overlap * count) / most]);
    const outline = [[edges[0], base], ...middles, [edges[edges.length - 1], base]];
    return outline.map(([x, top]) => ({ ...(panel === "" ? {} : { panel }), row, ...extra(ridge), x, base, top }));
  });
}

/** The marks of ridges whose rows have these names, from the top. Rows further down stand in front. */
export function ridgeMarks(
  names: readonly string[],
  {
    x,
    y,
    theme,
    colour,
    domain,
  }: { x: string; y: string | null; theme: Theme; colour?: object; domain?: readonly [number, number] | undefined },
): object {
  const fill = seriesColours[theme][0];
  const labels = JSON.stringify([...names].reverse());
  return {
    mark: { type: "area", line: { strokeWidth: 1.2, ...(colour === undefined ? { color: fill } : {}) }, opacity: 0.6 },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: x,
        scale: { zero: false, nice: false, ...(domain === undefined ? {} : { domain }) },
        axis: { grid: true, tickCount: 6 },
      },
      y: {
        field: "top",
        type: "quantitative",
        title: y,
        scale: { domain: [-0.2, names.length - 1 + overlap + 0.1], nice: false },
        axis: {
          values: names.map((_, i) => i),
          labelExpr: `${labels}[datum.value]`,
          grid: true,
          ticks: false,
          domain: false,
          labelLimit: 320,
        },
      },
      y2: { field: "base" },
      detail: { field: "row", type: "nominal" },
      ...(colour === undefined ? { color: { value: fill } } : { color: colour }),
    },
  };
}
