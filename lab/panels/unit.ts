import { three } from "../drawing/canvas.ts";
import { type Line, LineChart, smoothed } from "../drawing/lines.ts";
import { element, heading, meanOf, type Panel, sides } from "./panel.ts";

const names = ["15th", "median", "85th"];

export const unit: Panel = {
  mount(root) {
    const places = sides.map((side) => {
      const place = element("div", { class: "chart" });
      return { side, place, column: element("div", { class: "column" }, heading(side), place) };
    });
    const [moved, changed] = [0, 1].map(() => element("div", { class: "chart" }));
    root.append(
      element("div", { class: "columns" }, ...places.map(({ column }) => column)),
      element(
        "div",
        { class: "columns" },
        element("div", { class: "column" }, element("h3", {}, "2015: how far its mean moves"), moved),
        element("div", { class: "column" }, element("h3", {}, "2018: change of the gradients"), changed),
      ),
    );
    const bands = places.map(({ place }) => new LineChart(place, { y: "input of the unit", height: 170 }));
    const movedChart = new LineChart(moved, { y: "in deviations", height: 170 });
    const changedChart = new LineChart(changed, { y: "‖G − G′‖/‖G‖", height: 170, log: true });
    return ({ frame }) => {
      if (frame === null) return;
      for (const [i, { side }] of places.entries()) {
        const lines = frame.columns[i].percentiles.map(
          (points, which): Line => ({
            label: names[which],
            colour: which === 1 ? "text" : side,
            points,
            ...(which === 1 ? {} : { dash: [5, 3] }),
          }),
        );
        bands[i].draw(lines);
      }
      movedChart.draw(
        sides.map((side, i): Line => ({ label: side, colour: side, points: smoothed(frame.columns[i].moved, 10) })),
      );
      changedChart.draw(
        sides.map((side, i): Line => ({ label: side, colour: side, points: frame.columns[i].changed })),
      );
    };
  },
  table: ({ frame }) => {
    if (frame === null) return [];
    const { steps } = frame.columns[0].changed;
    const every = Math.max(1, Math.ceil(steps.length / 15));
    const at = (side: number, of: "moved" | "changed", step: number): string => {
      const points = frame.columns[side][of];
      const place = points.steps.findIndex((other) => other >= step);
      return place < 0 ? "–" : three(points.values[place]);
    };
    return [
      ["step", "2015 left", "2015 right", "2018 left", "2018 right"],
      ...steps.flatMap((step, i) =>
        i % every === 0
          ? [[String(step), ...(["moved", "changed"] as const).flatMap((of) => [at(0, of, step), at(1, of, step)])]]
          : [],
      ),
    ];
  },
  judge: ({ frame }) => {
    if (frame === null || frame.step < 100) return null;
    const means = frame.columns.map(({ changed }) => meanOf(changed.values));
    if (!means.every(Number.isFinite)) return null;
    return {
      answer: means[0] > means[1] ? "left" : "right",
      because: `on average ${three(means[0])} on the left, ${three(means[1])} on the right`,
    };
  },
};
