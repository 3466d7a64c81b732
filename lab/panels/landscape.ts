import { three } from "../drawing/canvas.ts";
import { type Line, LineChart } from "../drawing/lines.ts";
import { element, meanOf, type Panel, sides } from "./panel.ts";

const charts = [
  { title: "Losses along the gradient", y: "loss", of: ["least", "most"], log: true },
  { title: "Change of the gradient", y: "‖∇L′ − ∇L‖", of: ["distance"], log: true },
  { title: "Effective β", y: "β", of: ["beta"], log: true },
] as const;

export const landscape: Panel = {
  mount(root) {
    const made = charts.map(({ title, y, log }) => {
      const place = element("div", { class: "chart" });
      return {
        chart: new LineChart(place, { y, log, height: 180 }),
        column: element("div", { class: "column" }, element("h3", {}, title), place),
      };
    });
    root.append(element("div", { class: "columns three" }, ...made.map(({ column }) => column)));
    return ({ frame }) => {
      if (frame === null) return;
      for (const [i, { of }] of charts.entries()) {
        const lines = sides.flatMap((side, s) =>
          of.map(
            (which): Line => ({
              label: of.length > 1 ? `${side}, ${which}` : side,
              colour: side,
              points: frame.columns[s].line[which],
              ...(which === "least" ? { dash: [5, 3] } : {}),
            }),
          ),
        );
        made[i].chart.draw(lines);
      }
    };
  },
  table: ({ frame }) => {
    if (frame === null) return [];
    const [left, right] = frame.columns.map(({ line }) => line);
    const every = Math.max(1, Math.ceil(left.beta.steps.length / 15));
    return [
      ["step", "losses left", "losses right", "change left", "change right", "β left", "β right"],
      ...left.beta.steps.flatMap((step, i) =>
        i % every === 0
          ? [
              [
                String(step),
                ...[left, right].map((line) => `${three(line.least.values[i])} to ${three(line.most.values[i])}`),
                ...[left, right].map((line) => three(line.distance.values[i])),
                ...[left, right].map((line) => three(line.beta.values[i])),
              ],
            ]
          : [],
      ),
    ];
  },
  judge: ({ frame }) => {
    if (frame === null || frame.step < 100) return null;
    const means = frame.columns.map(({ line }) => meanOf(line.beta.values));
    if (!means.every(Number.isFinite)) return null;
    return {
      answer: means[0] > means[1] ? "left" : "right",
      because: `on average ${three(means[0])} on the left, ${three(means[1])} on the right`,
    };
  },
};
