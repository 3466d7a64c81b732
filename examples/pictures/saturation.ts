import type { Tensor } from "evenkeel";
import type { DeadUnits } from "evenkeel/analysis";
import { ownPlot, type Plot, saturationBitmap } from "evenkeel/plot";
import { heading, type Look, meanOf } from "./parts.ts";

/** What a tanh layer of a network got, `[n, units]`, and which of its units were saturated. */
interface TanhLayer {
  readonly inputs: Tensor;
  readonly report: DeadUnits;
}

/** How far the axis of inputs reaches: what lies beyond stands at its ends. */
const most = 8;
const mostTicks = 400;

/**
 * Why units are dead: above, which are saturated for which example; below, the tanh with its inputs as ticks, and its slope at
 * each of them, by which it multiplies the gradient that passes.
 */
export function saturation(layers: Readonly<Record<string, TanhLayer>>, look: Look = {}): Plot {
  const width = look.width ?? 320;
  const ink = look.theme === "dark" ? "#56b4e9" : "#0072b2";
  const curve = Array.from({ length: 161 }, (_, i) => ((i - 80) / 80) * most).map((z) => ({
    z,
    tanh: Math.tanh(z),
    slope: 1 - Math.tanh(z) ** 2,
  }));
  const columns = Object.entries(layers).map(([name, { inputs, report }], i) => {
    const all = [...inputs.data];
    const slope = meanOf(all.map((z) => 1 - Math.tanh(z) ** 2));
    const every = Math.max(1, Math.floor(all.length / mostTicks));
    const ticks = all
      .filter((_, place) => place % every === 0)
      .map((z) => ({ name, input: z, z: Math.max(-most, Math.min(most, z)), slope: 1 - Math.tanh(z) ** 2 }));
    const x = (title: string | null) => ({
      field: "z",
      type: "quantitative",
      title,
      scale: { domain: [-most, most] },
      axis: { tickCount: 9, grid: false },
    });
    const line = (field: string, title: string, domain: readonly number[]) => ({
      data: { values: curve },
      mark: { type: "line", strokeWidth: 2.5, color: "#888888" },
      encoding: {
        x: x(null),
        y: {
          field,
          type: "quantitative",
          title: i === 0 || look.stacked ? title : null,
          scale: { domain },
          axis: { tickCount: 3 },
        },
      },
    });
    const tanh = {
      width,
      height: 110,
      layer: [
        line("tanh", "tanh", [-1.35, 1.05]),
        {
          data: { values: ticks },
          mark: { type: "tick", opacity: 0.6, thickness: 1, height: 14 },
          encoding: {
            x: x(null),
            y: { datum: -1.22 },
            color: { value: ink },
          },
        },
      ],
    };
    const slopes = {
      width,
      height: 90,
      layer: [
        line("slope", "slope", [0, 1.05]),
        {
          data: { values: ticks },
          mark: { type: "point", filled: true, size: 26, opacity: 0.35 },
          encoding: {
            x: x("input of the tanh"),
            y: { field: "slope", type: "quantitative" },
            color: { value: ink },
          },
        },
        {
          data: {
            values: [{ name, meanSlope: slope, text: `${slope.toFixed(2)} of the gradient comes through` }],
          },
          mark: { type: "text", fontSize: 12, fontWeight: "bold", align: "left" },
          encoding: { x: { value: 4 }, y: { value: -10 }, text: { field: "text" } },
        },
      ],
    };
    const {
      data,
      facet: _facet,
      columns: _columns,
      spec,
      resolve: _resolve,
    } = saturationBitmap(report, { ...look, width, height: 170, stacked: false }) as unknown as {
      data: { values: object[] };
      facet: unknown;
      columns: unknown;
      spec: object;
      resolve: unknown;
    };
    return { title: heading(name), spacing: 22, vconcat: [{ data, ...spec }, tanh, slopes] };
  });
  return ownPlot(
    { hconcat: columns, resolve: { scale: { color: "shared" } } },
    {
      title: "Far out a tanh is flat, and no gradient comes through",
      notes: ["Filled: a unit that says −1 or 1 for that example."],
      ...look,
    },
  );
}
