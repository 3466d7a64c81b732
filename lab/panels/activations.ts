import { percent, type Sheet, sheet, stroke, three, write } from "../drawing/canvas.ts";
import type { ColumnSeen } from "../training/column.ts";
import { type Panel, sides, twoCanvases } from "./panel.ts";

const rowHeight = 44;
const curveHeight = 92;
const margin = { left: 12, right: 12, top: 6 };

const ends = { tanh: [-1, 1], sigmoid: [0, 1], relu: [0, 4] } as const;

export const activations: Panel = {
  mount(root, lab) {
    const canvases = twoCanvases(
      root,
      (side) => `Histograms of the activations of each hidden layer of the ${side} network`,
    );
    return ({ frame }) => {
      if (frame === null) return;
      const { activation, depth } = lab.settings();
      for (const [i, canvas] of canvases.entries()) {
        const made = sheet(canvas, depth * rowHeight + curveHeight + margin.top);
        if (made !== null) ridges(made, frame.columns[i], activation, sides[i]);
      }
    };
  },
  table: ({ frame }) =>
    frame === null
      ? []
      : [
          ["network", "layer", "mean", "deviation", "saturated"],
          ...frame.columns.flatMap(({ layers }, i) =>
            layers.map((layer, j) => [
              sides[i],
              String(j + 1),
              three(layer.mean),
              three(layer.std),
              percent(layer.saturatedFraction),
            ]),
          ),
        ],
  judge: ({ frame }) => {
    if (frame === null || frame.step < 100) return null;
    const { layers } = frame.columns[0];
    const share = layers[layers.length - 1]?.saturatedFraction ?? 0;
    return { answer: share > 0.5 ? "yes" : "no", because: `${percent(share)} of it is` };
  },
};

/** The histogram of each layer, one below the other, and the activation with its slope. */
function ridges(on: Sheet, { layers }: ColumnSeen, activation: keyof typeof ends, side: "left" | "right"): void {
  const { width, colours, context } = on;
  const inner = width - margin.left - margin.right;
  layers.forEach(({ histogram, saturatedFraction, count }, layer) => {
    const base = margin.top + (layer + 1) * rowHeight;
    const most = Math.max(1, ...histogram);
    const place = (bin: number): number => margin.left + (bin / histogram.length) * inner;
    context.beginPath();
    context.moveTo(margin.left, base);
    for (const [bin, many] of histogram.entries()) {
      // Roots, so that what is rare is seen beside the mass at the ends.
      const y = base - Math.sqrt(many / most) * (rowHeight - 16);
      context.lineTo(place(bin), y);
      context.lineTo(place(bin + 1), y);
    }
    context.lineTo(width - margin.right, base);
    context.fillStyle = colours[side];
    context.globalAlpha = 0.75;
    context.fill();
    context.globalAlpha = 1;
    stroke(
      on,
      [
        [margin.left, base],
        [width - margin.right, base],
      ],
      { colour: colours.line, width: 1 },
    );
    const said = count === 0 ? "no number" : `${percent(saturatedFraction)} saturated`;
    write(on, `layer ${layer + 1} · ${said}`, width / 2, base - rowHeight + 8, { align: "center" });
  });
  curve(on, margin.top + layers.length * rowHeight + 14, activation);
}

/** The activation where its outputs lie along the axis: a line from its slope at each. */
function curve(on: Sheet, top: number, activation: keyof typeof ends): void {
  const { width, colours } = on;
  const inner = width - margin.left - margin.right;
  const height = curveHeight - 50;
  const slope = {
    tanh: (y: number) => 1 - y * y,
    sigmoid: (y: number) => 4 * y * (1 - y),
    relu: (y: number) => (y > 0 ? 1 : 0),
  }[activation];
  const [from, to] = ends[activation];
  const places = Array.from({ length: 101 }, (_, i) => {
    const y = from + (i / 100) * (to - from);
    return [margin.left + (i / 100) * inner, top + height - slope(y) * height] as const;
  });
  stroke(on, places, { colour: colours.text, width: 2 });
  stroke(
    on,
    [
      [margin.left, top + height],
      [width - margin.right, top + height],
    ],
    { colour: colours.soft, width: 1 },
  );
  for (const share of [0, 0.5, 1]) {
    const align = share === 0 ? "left" : share === 1 ? "right" : "center";
    write(on, three(from + share * (to - from)), margin.left + share * inner, top + height + 10, { align });
  }
  const name = activation === "relu" ? "ReLU" : activation;
  const most = activation === "sigmoid" ? "¼ at most" : "1 at most";
  const said = width < 260 ? `slope of ${name}` : `slope of ${name} for what it says, ${most}`;
  write(on, said, width / 2, top + height + 24, {
    align: "center",
    colour: colours.soft,
  });
}
