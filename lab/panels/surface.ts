import type { LossSurface } from "evenkeel/analysis";
import { sheet, stroke, three, write } from "../drawing/canvas.ts";
import { rgb } from "../drawing/colours.ts";
import { heightsOf, Relief } from "../drawing/relief.ts";
import type { Surfaces } from "../training/protocol.ts";
import { element, larger, type Panel, sides, twoCanvases } from "./panel.ts";

/** The furthest that a path is from its plane, and how far it has come in all. */
const furthest = ({ path }: LossSurface): number => path.reduce((most, { distance }) => Math.max(most, distance), 0);

export const surface: Panel = {
  mount(root, lab) {
    const measure = element("button", { type: "button" }, "Measure now");
    const turned = element("input", { type: "checkbox", id: "surface-3d" });
    const told = element("p", { class: "told", role: "status" });
    root.append(
      element(
        "p",
        { class: "chosen" },
        measure,
        " ",
        turned,
        element("label", { for: "surface-3d" }, " in space, to be turned"),
      ),
      told,
    );
    const flat = twoCanvases(root, (side) => `The loss of the ${side} network on a plane, as a map`);
    const scale = element("canvas", { class: "scale", role: "img", "aria-label": "Which colour is which loss" });
    root.append(scale);
    const reliefs = sides.map((side, i) => {
      const label = `The loss of the ${side} network on a plane, in space: turn it with the arrow keys`;
      const canvas = element("canvas", {
        class: "relief",
        tabindex: "0",
        role: "img",
        "aria-label": label,
        hidden: "",
      });
      flat[i].after(canvas);
      return { canvas, relief: null as Relief | null };
    });
    measure.addEventListener("click", () => lab.ask({ kind: "surface" }));
    let last: Surfaces | null = null;
    const draw = (): void => {
      if (last === null) return;
      const { surfaces, step, minima } = last;
      const range = logRange(surfaces);
      if (range === null) {
        told.textContent = `At step ${step} there is no loss that is a number, and no surface.`;
        return;
      }
      const [least, most] = range;
      told.textContent = `At step ${step}: ${minima[0]} local minima on the left, ${minima[1]} on the right. ${sides
        .map((side, i) => `Path on the ${side}: up to ${three(furthest(surfaces[i]))} away from the plane.`)
        .join(" ")}`;
      for (const [i, map] of surfaces.entries()) {
        const { canvas } = reliefs[i];
        flat[i].hidden = turned.checked;
        canvas.hidden = !turned.checked;
        if (turned.checked) {
          const height = Math.min(300, canvas.clientWidth);
          try {
            reliefs[i].relief ??= new Relief(canvas);
            reliefs[i].relief?.show(heightsOf(map, least, most), canvas.clientWidth, height);
          } catch {
            turned.checked = false;
            turned.disabled = true;
            told.textContent = "This browser has no WebGL here: the surface stays flat.";
            flat[i].hidden = false;
            canvas.hidden = true;
          }
        } else drawMap(flat[i], map, [least, most], sides[i]);
      }
      drawScale(scale, [least, most]);
    };
    turned.addEventListener("change", draw);
    return ({ surface: found }) => {
      const isNew = found !== last;
      if (found === "diverged") told.textContent = "A loss is no number any more, and has no surface.";
      last = found === "diverged" ? null : found;
      if (isNew || !turned.checked) draw();
    };
  },
  table: ({ surface: found }) => {
    if (found === null || found === "diverged") return [];
    const ends = found.surfaces.map((map) => {
      const losses = map.loss.flat().filter((loss) => loss !== null);
      return [map.centre, Math.min(...losses), Math.max(...losses), furthest(map)].map(three);
    });
    const rows = ["loss at the centre", "least", "most", "path's largest distance from the plane"];
    return [
      [`at step ${found.step}`, ...sides],
      ...rows.map((name, i) => [name, ends[0][i], ends[1][i]]),
      ["local minima", ...found.minima.map(String)],
    ];
  },
  judge: ({ surface: found }) =>
    found === null || found === "diverged"
      ? null
      : { answer: larger(found.minima), because: `${found.minima[0]} on the left, ${found.minima[1]} on the right` },
};

/** The least and the greatest logarithm of a loss on both surfaces. */
function logRange(surfaces: readonly LossSurface[]): [number, number] {
  const logs = surfaces.flatMap(({ loss }) =>
    loss.flat().flatMap((value) => (value === null ? [] : [Math.log(Math.max(value, 1e-6))])),
  );
  return [logs.reduce((a, b) => Math.min(a, b)), logs.reduce((a, b) => Math.max(a, b))];
}

function drawMap(
  canvas: HTMLCanvasElement,
  map: LossSurface,
  [least, most]: readonly [number, number],
  side: "left" | "right",
): void {
  const size = Math.min(canvas.clientWidth, 320);
  const on = sheet(canvas, size + 18);
  if (on === null) return;
  const heights = heightsOf(map, least, most);
  const cell = size / heights.length;
  for (const [j, row] of heights.entries()) {
    for (const [i, share] of row.entries()) {
      on.context.fillStyle = rgb(share);
      const [x, y] = [Math.floor(i * cell), Math.floor(size - (j + 1) * cell)];
      on.context.fillRect(x, y, Math.ceil(cell) + 1, Math.ceil(cell) + 1);
    }
  }
  const { extent } = map.options;
  const place = ({ x, y }: { readonly x: number; readonly y: number }): readonly [number, number] => [
    ((x / extent + 1) / 2) * size,
    ((1 - y / extent) / 2) * size,
  ];
  on.context.save();
  on.context.beginPath();
  on.context.rect(0, 0, size, size);
  on.context.clip();
  const places = map.path.map(place);
  stroke(on, places, { colour: "#000000", width: 4 });
  stroke(on, places, { colour: "#ffffff", width: 2 });
  const [x, y] = place({ x: 0, y: 0 });
  on.context.beginPath();
  on.context.arc(x, y, 5, 0, 2 * Math.PI);
  on.context.fillStyle = on.colours[side];
  on.context.fill();
  on.context.strokeStyle = "#ffffff";
  on.context.lineWidth = 2;
  on.context.stroke();
  on.context.restore();
  write(on, `± ${extent} of the weights`, 0, size + 10, { colour: on.colours.soft });
}

function drawScale(canvas: HTMLCanvasElement, [least, most]: readonly [number, number]): void {
  const on = sheet(canvas, 34);
  if (on === null) return;
  const width = Math.min(on.width, 320);
  for (let i = 0; i < width; i++) {
    on.context.fillStyle = rgb(i / width);
    on.context.fillRect(i, 0, 1.5, 12);
  }
  write(on, `loss ${three(Math.exp(least))}`, 0, 24);
  write(on, three(Math.exp(most)), width, 24, { align: "right" });
}
