import { sheet, three, write } from "../drawing/canvas.ts";
import { rgb } from "../drawing/colours.ts";
import { type Pair, pairSteps, rates, scales } from "../training/plan.ts";
import type { Shown } from "../training/protocol.ts";
import { element, larger, type Panel, twoCanvases } from "./panel.ts";

const rowHeight = 30;
const margin = { left: 40, top: 8, bottom: 34 };

/** Whether a network came well below guessing. */
const trains = (loss: number, guess: number): boolean => loss < guess - 0.3;

const countOf = ({ pairs, frame }: Shown): number[] =>
  [0, 1].map((side) => pairs.filter(({ losses }) => trains(losses[side], frame?.guess ?? Number.NaN)).length);

export const map: Panel = {
  mount(root, lab) {
    const fill = element("button", { type: "button" }, "Fill the map");
    fill.addEventListener("click", () => lab.ask({ kind: "pairs" }));
    const told = element("p", { class: "told", role: "status" });
    root.append(element("p", { class: "chosen" }, fill), told);
    const canvases = twoCanvases(root, (side) => `Final losses of the ${side} network for each rate and scale`);
    for (const canvas of canvases) {
      canvas.addEventListener("click", ({ offsetX, offsetY }) => {
        const cell = (canvas.clientWidth - margin.left) / rates.length;
        const lr = rates[Math.floor((offsetX - margin.left) / cell)];
        const scale = scales[scales.length - 1 - Math.floor((offsetY - margin.top) / rowHeight)];
        if (lr !== undefined && scale !== undefined) lab.set({ lr, scale });
      });
    }
    return (shown) => {
      const { frame, pairs } = shown;
      if (frame === null) return;
      const counts = countOf(shown);
      told.textContent = `${pairs.length} of ${rates.length * scales.length} pairs tried, ${pairSteps} steps each. Well below guessing: ${counts[0]} on the left, ${counts[1]} on the right.`;
      for (const [side, canvas] of canvases.entries()) {
        const on = sheet(canvas, margin.top + scales.length * rowHeight + margin.bottom);
        if (on === null) continue;
        const cell = (on.width - margin.left) / rates.length;
        const { lr, scale } = lab.settings();
        for (const [row, s] of scales.toReversed().entries()) {
          const y = margin.top + row * rowHeight;
          write(on, String(s), margin.left - 6, y + rowHeight / 2, { align: "right" });
          for (const [column, rate] of rates.entries()) {
            const x = margin.left + column * cell;
            const pair = pairs.find((other) => other.lr === rate && other.scale === s);
            drawCell(on, [x, y, cell], pair, { side, guess: frame.guess });
            if (rate === lr && s === scale) {
              on.context.strokeStyle = on.colours.mark;
              on.context.lineWidth = 3;
              on.context.strokeRect(x + 1.5, y + 1.5, cell - 4, rowHeight - 4);
            }
          }
        }
        const below = margin.top + scales.length * rowHeight;
        for (const [column, rate] of rates.entries()) {
          write(on, String(rate), margin.left + (column + 0.5) * cell, below + 10, { align: "center", size: 11 });
        }
        write(on, "learning rate →  (scale ↑)", margin.left, below + 26, { colour: on.colours.soft });
      }
    };
  },
  table: ({ pairs }) => [
    ["rate", "scale", "loss left", "loss right"],
    ...pairs.map(({ lr, scale, losses }) => [String(lr), String(scale), ...losses.map(three)]),
  ],
  judge: (shown) => {
    if (shown.pairs.length < rates.length * scales.length) return null;
    const counts = countOf(shown);
    return { answer: larger(counts), because: `${counts[0]} on the left, ${counts[1]} on the right` };
  },
};

function drawCell(
  on: NonNullable<ReturnType<typeof sheet>>,
  [x, y, width]: readonly [number, number, number],
  pair: Pair | undefined,
  { side, guess }: { readonly side: number; readonly guess: number },
): void {
  const { context, colours } = on;
  const loss = pair?.losses[side];
  context.fillStyle =
    loss === undefined ? colours.line : Number.isFinite(loss) ? rgb(1 - loss / (guess * 1.3)) : colours.ground;
  context.fillRect(x, y, width - 1, rowHeight - 1);
  if (loss === undefined) return;
  const share = Number.isFinite(loss) ? 1 - loss / (guess * 1.3) : 0;
  const colour = !Number.isFinite(loss) ? colours.text : share > 0.45 ? "#000000" : "#ffffff";
  write(on, Number.isFinite(loss) ? loss.toFixed(width > 40 ? 2 : 1) : "×", x + width / 2, y + rowHeight / 2, {
    align: "center",
    size: 11,
    colour,
  });
}
