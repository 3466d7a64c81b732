import uPlot from "uplot";
import type { Points } from "../training/series.ts";
import { three } from "./canvas.ts";
import { colours } from "./colours.ts";

/** A line of a chart. */
export interface Line {
  readonly label: string;
  readonly colour: "left" | "right" | "soft" | "text";
  readonly points: Points;
  /** Faint, as what is smoothed lies over it. */
  readonly isFaint?: boolean;
  readonly dash?: number[];
}

/** What is said of a chart besides its lines. */
export interface ChartLook {
  readonly y: string;
  readonly log?: boolean;
  readonly height?: number;
  /** A value at which a line lies to compare with, and what it is. */
  readonly guide?: readonly [value: number, label: string];
  readonly range?: readonly [number, number];
}

/** Lines over steps. By uPlot, for it draws thousands of points in well under a millisecond. */
export class LineChart {
  private readonly root: HTMLElement;
  private readonly look: ChartLook;
  private plot: uPlot | null = null;
  private key = "";

  constructor(root: HTMLElement, look: ChartLook) {
    this.root = root;
    this.look = look;
  }

  /** Draws the lines there are now. */
  draw(lines: readonly Line[]): void {
    const width = this.root.clientWidth;
    if (width === 0) return;
    const { text, ground, isDark } = colours();
    const key = JSON.stringify([width, text, ground, isDark, lines.map(({ label }) => label)]);
    const data = joined(lines, this.look);
    if (this.plot === null || key !== this.key) {
      this.plot?.destroy();
      this.key = key;
      this.plot = new uPlot(this.options(width, lines), data, this.root);
    } else this.plot.setData(data);
  }

  private options(width: number, lines: readonly Line[]): uPlot.Options {
    const all = colours();
    const { y, log = false, height = 200, guide, range } = this.look;
    const axis = {
      stroke: all.text,
      grid: { stroke: all.line, width: 1 },
      ticks: { stroke: all.line, width: 1 },
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
    };
    const series = lines.map(
      ({ label, colour, isFaint, dash }): uPlot.Series => ({
        label,
        stroke: all[colour],
        width: isFaint ? 1 : 2,
        alpha: isFaint ? 0.35 : 1,
        points: { show: false },
        ...(dash === undefined ? {} : { dash }),
        value: (_, value) => (value === null ? "–" : three(value)),
      }),
    );
    const guides: uPlot.Series[] =
      guide === undefined
        ? []
        : [
            {
              label: guide[1],
              stroke: all.text,
              width: 1,
              dash: [4, 4],
              points: { show: false },
              value: () => three(guide[0]),
            },
          ];
    return {
      width,
      height,
      cursor: { drag: { x: false, y: false } },
      legend: { live: false },
      scales: {
        x: { time: false },
        y: { distr: log ? 3 : 1, ...(range === undefined ? {} : { range: [...range] as [number, number] }) },
      },
      axes: [
        { ...axis, label: "step", labelSize: 18, size: 30 },
        {
          ...axis,
          label: y,
          labelSize: 20,
          size: 48,
          values: (_, values) => values.map((value) => (value === null ? "" : three(value))),
        },
      ],
      series: [{ label: "step" }, ...series, ...guides],
    };
  }
}

/** Lines over the steps of all of them; what is no number is a gap, and on a logarithmic axis what is not above 0. */
function joined(lines: readonly Line[], { guide, log = false }: ChartLook): uPlot.AlignedData {
  const steps = [...new Set(lines.flatMap(({ points }) => points.steps))].sort((a, b) => a - b);
  const values = lines.map(({ points }) => {
    const at = new Map(points.steps.map((step, i) => [step, points.values[i]]));
    return steps.map((step) => {
      const value = at.get(step);
      return value === undefined ? undefined : Number.isFinite(value) && (!log || value > 0) ? value : null;
    });
  });
  const guides = guide === undefined ? [] : [steps.map(() => guide[0])];
  return [steps, ...values, ...guides] as uPlot.AlignedData;
}

/** The mean of each value and so many before it. */
export function smoothed({ steps, values }: Points, over: number): Points {
  const means = values.map((_, i) => {
    const last = values.slice(Math.max(0, i + 1 - over), i + 1);
    return last.reduce((sum, value) => sum + value, 0) / last.length;
  });
  return { steps, values: means };
}
