import { sheet, stroke, three, write } from "../drawing/canvas.ts";
import { walkRate, walkSteps } from "../training/plan.ts";
import { element, type Panel } from "./panel.ts";

const rowHeight = 92;

export const neurons: Panel = {
  mount(root, lab) {
    lab.ask({ kind: "neurons", lr: walkRate, steps: walkSteps });
    let many = 4;
    const next = element("button", { type: "button" }, "Next update");
    const again = element("button", { type: "button" }, "From the start");
    const canvas = element("canvas", { role: "img", "aria-label": "Three neurons in a row, update by update" });
    root.append(element("p", { class: "chosen" }, next, " ", again), canvas);
    let draw = (): void => {};
    next.addEventListener("click", () => {
      many = Math.min(3 * walkSteps, many + 1);
      draw();
    });
    again.addEventListener("click", () => {
      many = 1;
      draw();
    });
    return ({ neurons: updates }) => {
      if (updates === null) return;
      draw = () => {
        next.disabled = many >= updates.length;
        const shown = updates.slice(Math.max(0, many - 4), many);
        const on = sheet(canvas, shown.length * rowHeight + 10);
        if (on === null) return;
        const { colours, width, context } = on;
        const at = (share: number): number => share * width;
        for (const [row, { step, weight, updated, zb, weights }] of shown.entries()) {
          const y = row * rowHeight + 50;
          write(on, step, 4, y, { bold: true, size: 16 });
          const places = [0.24, 0.5, 0.76].map(at);
          stroke(
            on,
            [
              [at(0.1), y],
              [at(0.92), y],
            ],
            { colour: colours.soft, width: 1.5 },
          );
          write(on, "x = 1", at(0.1), y - 12);
          write(on, "ŷ", at(0.93), y, {});
          for (const [i, name] of (["a", "b", "c"] as const).entries()) {
            const isMoved = step.endsWith(name);
            context.beginPath();
            context.arc(places[i], y, 16, 0, 2 * Math.PI);
            context.fillStyle = isMoved ? colours.left : colours.soft;
            context.fill();
            write(on, name, places[i], y, { align: "center", bold: true, size: 14, colour: colours.ground });
            const said = isMoved ? `${three(weight)} → ${three(updated)}` : three(weights[name]);
            write(on, said, places[i], y + 27, { align: "center", bold: isMoved });
          }
          const now = weights.a * weights.b;
          const isStale = Math.abs(now - zb) > 1e-9;
          write(on, `z_b = ${three(zb)}`, at(0.63), y - 16, {
            align: "center",
            bold: true,
            colour: isStale ? colours.left : colours.text,
          });
          if (isStale)
            write(on, `stale: now ${three(now)}`, at(0.63), y - 32, { align: "center", colour: colours.left });
        }
      };
      draw();
    };
  },
  table: ({ neurons: updates }) =>
    updates === null
      ? []
      : [
          ["update", "weight before", "after", "z_b of its pass", "z_b by now"],
          ...updates.map(({ step, weight, updated, zb, weights }) => [
            step,
            three(weight),
            three(updated),
            three(zb),
            three(weights.a * weights.b),
          ]),
        ],
  judge: ({ neurons: updates }) => {
    if (updates === null || updates.length < 4) return null;
    const [first, , , later] = updates;
    return {
      answer: first.zb === later.zb ? "yes" : "no",
      because: `it got ${three(first.zb)} in 1c, and gets ${three(later.zb)} in 2c`,
    };
  },
};
