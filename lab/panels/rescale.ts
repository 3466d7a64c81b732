import type { BatchNormGradient } from "evenkeel/analysis";
import { percent, type Sheet, sheet, stroke, three, write } from "../drawing/canvas.ts";
import { element, type Panel, sides } from "./panel.ts";

type Unit = BatchNormGradient["units"][number];

/** The units of which least, half of all, and most is kept. */
function chosenOf(units: readonly Unit[]): Unit[] {
  const sorted = units.toSorted((a, b) => a.kept - b.kept);
  return [...new Set([0, Math.floor((sorted.length - 1) / 2), sorted.length - 1])].map((i) => sorted[i]);
}

const size = 220;

export const rescale: Panel = {
  mount(root, lab) {
    const measure = element("button", { type: "button" }, "Measure now");
    measure.addEventListener("click", () => lab.ask({ kind: "rescale" }));
    const told = element("p", { class: "told", role: "status" });
    const canvas = element("canvas", {
      role: "img",
      "aria-label": "The gradient of three units, and what batch norm takes out",
    });
    root.append(element("p", { class: "chosen" }, measure), told, canvas);
    return ({ rescale: found }) => {
      if (found === null) return;
      canvas.hidden = typeof found === "string";
      if (typeof found === "string") {
        told.textContent =
          found === "none"
            ? "Neither network has batch norm: choose it for one of them."
            : "The loss is no number any more, and has no gradient.";
        return;
      }
      const { terms, step, column } = found;
      told.textContent = `At step ${step}, last batch norm of the ${sides[column]} network: of the gradient's square ${percent(terms.total.kept)} is kept, ${percent(terms.total.meanShare)} lay along 1, ${percent(terms.total.xhatShare)} along x̂.`;
      const units = chosenOf(terms.units);
      const isNarrow = canvas.clientWidth < 560;
      const on = sheet(canvas, isNarrow ? units.length * size : size);
      if (on === null) return;
      const width = isNarrow ? on.width : on.width / units.length;
      for (const [i, unit] of units.entries()) arrows(on, unit, isNarrow ? [0, i * size] : [i * width, 0], width);
    };
  },
  table: ({ rescale: found }) =>
    found === null || typeof found === "string"
      ? []
      : [
          ["unit", "kept", "taken out along 1", "along x̂", "cosine with a rescale"],
          ...found.terms.units.map((unit) => [
            String(unit.unit + 1),
            percent(unit.kept),
            percent(unit.meanShare),
            percent(unit.xhatShare),
            three(unit.cosine),
          ]),
        ],
  judge: ({ rescale: found }) => {
    if (found === null || typeof found === "string") return null;
    const kept = found.terms.units.map((unit) => unit.kept);
    return {
      answer: kept.every((share) => share > 1 - 1e-6) ? "yes" : "no",
      because: `from ${percent(Math.min(...kept))} to ${percent(Math.max(...kept))} of its square is kept`,
    };
  },
};

/** Along 1, x̂ and what is left, as they are drawn: three directions at right angles. */
function projected(along: readonly [number, number, number], length: number): [number, number] {
  const [one, xhat, rest] = along;
  return [length * (0.9 * xhat - 0.55 * one), length * (-0.95 * rest + 0.35 * one + 0.12 * xhat)];
}

function arrows(on: Sheet, unit: Unit, [left, top]: readonly [number, number], width: number): void {
  const { colours } = on;
  const [x, y] = [left + width * 0.42, top + size - 62];
  const length = Math.min(width * 0.5, size - 100);
  const at = (along: readonly [number, number, number]): [number, number] => {
    const [dx, dy] = projected(along, length);
    return [x + dx, y + dy];
  };
  const [one, xhat, rest] = [unit.meanShare, unit.xhatShare, unit.kept].map((share) => Math.sqrt(Math.max(0, share)));
  for (const [axis, name] of [
    [[1, 0, 0], "1"],
    [[0, 1, 0], "x̂"],
    [[0, 0, 1], "rest"],
  ] as const) {
    const end = at(axis);
    stroke(on, [at([0, 0, 0]), end], { colour: colours.line, width: 1 });
    write(on, name, end[0] + 4, end[1] - 4, { colour: colours.soft });
  }
  const origin: [number, number] = at([0, 0, 0]);
  const whole = at([one, xhat, rest]);
  const kept = at([0, 0, rest]);
  const path = [whole, at([one, 0, rest]), kept];
  stroke(on, path, { colour: colours.left, width: 2, dash: [4, 3] });
  arrow(on, origin, whole, colours.soft);
  arrow(on, origin, kept, colours.right);
  write(on, `unit ${unit.unit + 1}: ${percent(unit.kept)} kept`, left + width / 2, top + 12, {
    align: "center",
    bold: true,
  });
  write(on, "γ/σ·g", left + 8, top + size - 34, { colour: colours.soft, bold: true });
  write(on, "dL/dy", left + 64, top + size - 34, { colour: colours.right, bold: true });
  write(on, "taken out", left + 118, top + size - 34, { colour: colours.left, bold: true });
}

function arrow(on: Sheet, from: readonly [number, number], to: readonly [number, number], colour: string): void {
  stroke(on, [from, to], { colour, width: 3 });
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const tip = (turn: number): [number, number] => [
    to[0] - 9 * Math.cos(angle + turn),
    to[1] - 9 * Math.sin(angle + turn),
  ];
  stroke(on, [tip(0.45), to, tip(-0.45)], { colour, width: 3 });
}
