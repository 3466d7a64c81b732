import { percent, three } from "../drawing/canvas.ts";
import { type Line, LineChart, smoothed } from "../drawing/lines.ts";
import type { Frame } from "../training/session.ts";
import { element, meanOf, type Panel, sides } from "./panel.ts";

/** Losses are smoothed over so many points. */
const over = 15;

const pointsOf = (frame: Frame, side: number, isHeldOut: boolean) =>
  isHeldOut ? frame.columns[side].heldOut : frame.columns[side].losses;

/** The mean of the last losses of a column. */
export const recentLoss = (frame: Frame, side: number, isHeldOut = false): number => {
  const { values } = pointsOf(frame, side, isHeldOut);
  const last = values.slice(isHeldOut ? -3 : -over);
  return last.every(Number.isFinite) && last.length > 0 ? meanOf(last) : Number.NaN;
};

export const losses: Panel = {
  mount(root, lab) {
    const place = element("div", { class: "chart" });
    root.append(place);
    let chart: LineChart | null = null;
    let guess = Number.NaN;
    return ({ frame }) => {
      if (frame === null) return;
      const isHeldOut = lab.settings().mode === "evaluation";
      if (chart === null || guess !== frame.guess) {
        place.replaceChildren();
        guess = frame.guess;
        chart = new LineChart(place, {
          y: "loss",
          height: 260,
          guide: [guess, `guessing, ln K = ${three(guess)}`],
          range: [0, guess * 1.6],
        });
      }
      const lines = sides.flatMap((side, i): Line[] => {
        const points = pointsOf(frame, i, isHeldOut);
        return [
          { label: `${side}, each`, colour: side, points, isFaint: true },
          { label: side, colour: side, points: smoothed(points, isHeldOut ? 3 : over) },
        ];
      });
      chart.draw(lines);
    };
  },
  table: ({ frame }, settings) => {
    if (frame === null) return [];
    const isHeldOut = settings.mode === "evaluation";
    const { steps } = pointsOf(frame, 0, isHeldOut);
    const every = Math.max(1, Math.ceil(steps.length / 20));
    return [
      ["step", "loss left", "loss right", "guessing"],
      ...steps.flatMap((step, i) =>
        i % every === 0
          ? [
              [
                String(step),
                ...[0, 1].map((side) => three(pointsOf(frame, side, isHeldOut).values[i])),
                three(frame.guess),
              ],
            ]
          : [],
      ),
    ];
  },
  judge: ({ frame }) => {
    if (frame === null || frame.step < 300) return null;
    const loss = recentLoss(frame, 0);
    return {
      answer: loss < frame.guess - 0.3 ? "yes" : "no",
      because: `its loss is ${three(loss)}, that of guessing ${three(frame.guess)} (${percent(loss / frame.guess)})`,
    };
  },
};
