import { percent, sheet, write } from "../drawing/canvas.ts";
import { element, larger, type Panel, sides, twoCanvases } from "./panel.ts";
import { isSaturated, saturatedShares } from "./saturated.ts";

const mostExamples = 64;
const rowHeight = 6;
const top = 18;

export const bitmap: Panel = {
  mount(root, lab) {
    const layer = element("select", { "aria-label": "Layer that is followed" });
    const unit = element("input", { type: "number", min: "1", step: "1", "aria-label": "Unit that is followed" });
    root.append(element("p", { class: "chosen" }, "Layer ", layer, " unit ", unit));
    const canvases = twoCanvases(root, (side) => `Which units of the ${side} network are saturated for which examples`);
    const follow = (): void => {
      const { width } = lab.settings();
      const chosen = Math.min(width, Math.max(1, Math.round(Number(unit.value)) || 1));
      lab.ask({ kind: "follow", followed: { layer: Number(layer.value), unit: chosen - 1 } });
    };
    layer.addEventListener("change", follow);
    unit.addEventListener("change", follow);
    for (const canvas of canvases) {
      canvas.addEventListener("click", ({ offsetY }) => {
        unit.value = String(Math.floor((offsetY - top) / rowHeight) + 1);
        follow();
      });
    }
    return ({ frame }) => {
      if (frame === null) return;
      const { depth, width, activation } = lab.settings();
      if (layer.options.length !== depth) {
        layer.replaceChildren(
          ...Array.from({ length: depth }, (_, i) => element("option", { value: String(i) }, String(i + 1))),
        );
      }
      unit.max = String(width);
      if (document.activeElement !== layer) layer.value = String(frame.followed.layer);
      if (document.activeElement !== unit) unit.value = String(frame.followed.unit + 1);
      for (const [side, canvas] of canvases.entries()) {
        const seen = frame.columns[side].followed;
        const on = sheet(canvas, top + width * rowHeight + 4);
        if (on === null || seen === null) continue;
        const examples = Math.min(mostExamples, seen.output.length / seen.units);
        const [cell, gap] = [(on.width - 8) / examples, on.width / examples > 4 ? 1 : 0];
        write(on, `examples →  (units ↓)`, 0, 8, { colour: on.colours.soft });
        for (let u = 0; u < seen.units; u++) {
          const y = top + u * rowHeight;
          for (let i = 0; i < examples; i++) {
            const isFull = isSaturated[activation](seen.output[i * seen.units + u]);
            on.context.fillStyle = isFull ? on.colours[sides[side]] : on.colours.line;
            on.context.fillRect(i * cell, y, cell - gap, rowHeight - 1);
          }
          if (u === frame.followed.unit) write(on, "◂", on.width, y + rowHeight / 2, { align: "right", bold: true });
        }
      }
    };
  },
  table: ({ frame }, { activation }) => {
    if (frame === null) return [];
    const shares = frame.columns.map(({ followed }) =>
      followed === null ? [] : saturatedShares(followed, activation),
    );
    return [
      [`unit of layer ${frame.followed.layer + 1}`, "saturated left", "saturated right"],
      ...shares[0].map((share, u) => [String(u + 1), percent(share), percent(shares[1][u])]),
    ];
  },
  judge: ({ frame }, { activation }) => {
    if (frame === null || frame.step < 100) return null;
    const counts = frame.columns.map(({ followed }) =>
      followed === null ? 0 : saturatedShares(followed, activation).filter((share) => share === 1).length,
    );
    return { answer: larger(counts), because: `${counts[0]} on the left, ${counts[1]} on the right` };
  },
};
