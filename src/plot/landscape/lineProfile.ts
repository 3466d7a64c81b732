import type { LineProbe } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy, guideMark } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { gapNote, orGap } from "../specification/series.ts";

const where = "lineProfile";

const panels = [
  { field: "loss", title: "loss L(θₕ)" },
  { field: "gradientDistance", title: "‖∇L(θₕ) − ∇L(θ)‖₂" },
  { field: "smoothness", title: "smoothness β" },
] as const;

/**
 * The loss along a line, as `lineProbe` has measured it: how the loss, the gradient and the smoothness change with the
 * length of the step. Dashed is the loss at the start; several results are laid over one another.
 *
 * Step lengths are on a log scale where all are above 0. Losses that are not finite are gaps, and counted.
 *
 * @throws TensorError for anything but such a result, and for one of no steps.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 3.1.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { lineProbe } from "evenkeel/analysis";
 * import { lineProfile } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const probe = lineProbe(model, () => model.forward(x).square().mean(), { steps: { from: 0.01, to: 10 } });
 * console.log(lineProfile(probe).title.text); // => Along a line from the parameters
 * ```
 */
export function lineProfile(probes: OneOrNamed<LineProbe>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, { title: "Along a line from the parameters", width: 228, height: 220 });
  const { theme, width, height } = settings;
  const list = named(where, probes, isOf("lineProbe"), "a result of lineProbe");
  const names = list.map(([name]) => name);
  const values = list.flatMap(([name, { steps, loss, gradientDistance, smoothness }]) =>
    steps.map((h, i) => ({
      name,
      h,
      loss: orGap(loss[i]),
      gradientDistance: orGap(gradientDistance[i]),
      smoothness: h === 0 ? undefined : orGap(smoothness[i]),
    })),
  );
  if (values.length === 0) throw new TensorError(where, { expected: "one step or more", got: "a result of none" });
  const isLog = values.every(({ h }) => h > 0);
  const starts = list.map(([name, { start }]) => ({ name, loss: orGap(start.loss) }));
  const directions = [...new Set(list.map(([, { options: used }]) => used.direction))];
  const x = {
    field: "h",
    type: "quantitative",
    title: `step length h along the ${directions.join(", ")} direction`,
    scale: isLog ? { type: "log" } : {},
    axis: { grid: false, tickCount: 4, format: ".4~g" },
  };
  const drawn = panels.map(({ field, title }) => {
    const y = {
      type: "quantitative",
      title,
      scale: { zero: field !== "loss" },
      axis: { format: ".4~g", tickCount: 5 },
    };
    const series = { color: colourBy("name", names, theme), strokeDash: dashBy("name", names, theme) };
    return {
      width,
      height,
      layer: [
        { mark: { type: "line", point: { size: 25 } }, encoding: { x, y: { ...y, field }, ...series } },
        ...(field === "loss"
          ? [
              {
                data: { values: starts },
                mark: { ...guideMark, opacity: 0.8 },
                encoding: { y: { ...y, field }, color: series.color },
              },
            ]
          : []),
      ],
    };
  });
  const missing = values.flatMap((at) => [at.loss, at.gradientDistance, at.smoothness]).filter((v) => v === null);
  return plotOf({ data: { values }, hconcat: drawn }, settings, [
    "Dashed: the loss at the start.",
    ...gapNote(missing.length),
  ]);
}
