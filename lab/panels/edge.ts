import { three } from "../drawing/canvas.ts";
import { type Line, LineChart } from "../drawing/lines.ts";
import { edgeRates, edgeSteps } from "../training/plan.ts";
import { element, meanOf, type Panel } from "./panel.ts";

const names = [`without batch norm, rate ${edgeRates[0]}`, `with it, rate ${edgeRates[1]}`] as const;
const colours = ["left", "right"] as const;

export const edge: Panel = {
  mount(root, lab) {
    const climb = element("button", { type: "button" }, "Climb");
    climb.addEventListener("click", () => lab.ask({ kind: "edge" }));
    const [sharp, loss] = [0, 1].map(() => element("div", { class: "chart" }));
    root.append(
      element("p", { class: "chosen" }, climb, ` ${edgeSteps} steps, by themselves`),
      element("h3", {}, "rate × λ"),
      sharp,
      element("h3", {}, "The loss meanwhile"),
      loss,
    );
    const sharpChart = new LineChart(sharp, { y: "rate × λ", height: 220, guide: [2, "2"], range: [0, 3] });
    const lossChart = new LineChart(loss, { y: "loss", height: 150, log: true });
    return ({ edge: found }) => {
      if (found === null) return;
      const lines = (of: "edge" | "losses"): Line[] =>
        names.map((label, i) => ({ label, colour: colours[i], points: found[of][i] }));
      sharpChart.draw(lines("edge"));
      lossChart.draw(lines("losses"));
    };
  },
  table: ({ edge: found }) =>
    found === null
      ? []
      : [
          ["step", ...names.map((name) => `rate × λ ${name}`)],
          ...found.edge[0].steps.map((step, i) => [String(step), ...found.edge.map(({ values }) => three(values[i]))]),
        ],
  judge: ({ edge: found }) => {
    if (found === null || found.step < edgeSteps) return null;
    const ends = found.edge.map(({ values }) => meanOf(values.slice(-10)));
    const said = (value: number): string => (value < 1.5 ? "below 1.5" : value > 2.5 ? "above 2.5" : "from 1.5 to 2.5");
    return {
      answer: said(ends[0]) === said(ends[1]) ? said(ends[0]) : `${said(ends[0])} and ${said(ends[1])}`,
      because: `on average of the last looks ${three(ends[0])} without batch norm, ${three(ends[1])} with it`,
    };
  },
};
