import type { UpdateRatios } from "../../analysis/index.ts";
import { TensorError } from "../../base/errors.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, guideMark } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, settingsOf } from "../specification/plot.ts";
import { mostRows, orGap, thinned, thinnedNote } from "../specification/series.ts";

const where = "updateRatioDots";

/**
 * How large the next update of each parameter is, beside its values, as `updateRatios` has found it: `log₁₀` of
 * `std(update)/std(data)`, a point for each parameter and each of several reports, with a guide at −3.
 *
 * Of more than 24 parameters some are left out, and that is said; so is how many have no ratio.
 *
 * @throws TensorError for anything but such a report, and for one of no parameters.
 * @see Karpathy 2022, "Building makemore", part 3.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { updateRatios } from "evenkeel/analysis";
 * import { updateRatioDots } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const report = updateRatios(model, () => model.forward(x).square().mean(), { lr: 0.1 });
 * console.log(updateRatioDots(report).title.text); // => The next update beside the values it changes
 * ```
 */
export function updateRatioDots(reports: OneOrNamed<UpdateRatios>, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, {
    title: "The next update beside the values it changes",
    width: 400,
    height: 240,
  });
  const { theme, width, height } = settings;
  const list = named(where, reports, isOf("updateRatios"), "a report of updateRatios");
  const all = merged(list.map(([, { parameters }]) => parameters.map(({ parameter }) => parameter)));
  if (all.length === 0) throw new TensorError(where, { expected: "one parameter or more", got: "a report of none" });
  const rows = thinned(all, mostRows);
  const names = list.map(([name]) => name);
  const values = list.flatMap(([name, { parameters }]) =>
    parameters
      .filter(({ parameter }) => rows.includes(parameter))
      .map(({ parameter, log10 }) => ({ name, parameter, log10: orGap(log10) })),
  );
  const x = { type: "quantitative", title: "log₁₀ std(update)/std(data)", scale: { zero: false } };
  const { guide } = list[0][1];
  return plotOf(
    {
      data: { values },
      width,
      height: rows.length > 10 ? rows.length * 24 : height,
      layer: [
        {
          mark: { type: "point", filled: true, size: 90, opacity: 0.9 },
          encoding: {
            x: { ...x, field: "log10" },
            y: { field: "parameter", type: "nominal", title: null, sort: rows, axis: { grid: true } },
            color: { ...colourBy("name", names, theme) },
            shape: { ...colourBy("name", names, theme), scale: { domain: names } },
          },
        },
        { mark: guideMark, encoding: { x: { ...x, datum: guide } } },
      ],
    },
    settings,
    [
      `Dashed: ${String(guide).replace("-", "−")}, where it is usually best.`,
      ...thinnedNote(rows.length, all.length, "parameters"),
      ...withoutNote(values.filter(({ log10 }) => log10 === null).length),
    ],
  );
}

/** What is said of parameters that have no ratio to show; nothing without any. */
function withoutNote(count: number): string[] {
  if (count === 0) return [];
  return [`${count === 1 ? "1 parameter has" : `${count} parameters have`} no ratio above 0, and no dot.`];
}

/** All names of several lists, each behind the one that it follows in its own. */
function merged(lists: readonly (readonly string[])[]): string[] {
  const all: string[] = [];
  for (const list of lists) {
    for (const [i, name] of list.entries()) {
      if (!all.includes(name)) all.splice(i === 0 ? 0 : all.indexOf(list[i - 1]) + 1, 0, name);
    }
  }
  return all;
}
