import type { SpectralDensity } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { anything } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { gapNote, orGap } from "../specification/series.ts";

/** What {@link hessianSpectrum} may be told. */
export interface HessianSpectrumOptions extends PlotOptions {
  /** Eigenvalues to be marked, such as those of `hessianEigenvalues`; by the same names as the densities if there are several. */
  readonly eigenvalues?: OneOrNamed<readonly number[]>;
}

const where = "hessianSpectrum";

/** What is less than this share of the highest density is not drawn: it is rounding. */
const floor = 1e-6;

const rules = {
  ...plotRules,
  eigenvalues: { is: anything },
} satisfies OptionRules<HessianSpectrumOptions>;

/**
 * How the eigenvalues of the Hessian are spread, as `spectralDensity` has estimated them, on a log scale, with the
 * standard error as a band: most lie near 0, and a few far out. Several densities are laid over one another.
 *
 * What lies below a millionth of the highest density is a gap; numbers that are not finite are too, and are counted.
 *
 * @throws TensorError for anything but such a result, one without a density above 0, or eigenvalues of other names.
 * @see Ghorbani et al. 2019, "An Investigation into Neural Net Optimization via Hessian Eigenvalue Density",
 * arXiv:1901.10159, Figure 2.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { spectralDensity } from "evenkeel/analysis";
 * import { hessianSpectrum } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const density = spectralDensity(model, () => model.forward(x).square().mean(), { iterations: 20, seed: 0 });
 * console.log(hessianSpectrum(density).title.text); // => Eigenvalues of the Hessian
 * ```
 */
export function hessianSpectrum(densities: OneOrNamed<SpectralDensity>, options: HessianSpectrumOptions = {}): Plot {
  const usual = { title: "Eigenvalues of the Hessian", width: 480, height: 280 };
  const { eigenvalues, ...settings } = settingsOf(where, options, usual, rules);
  const { theme, width, height } = settings;
  const list = named(where, densities, isOf("spectralDensity"), "a result of spectralDensity");
  const names = list.map(([name]) => name);
  const finite = list.flatMap(([, { density }]) => density).filter((value) => orGap(value) !== null);
  const peak = finite.reduce((a, b) => Math.max(a, b), 0);
  if (peak <= 0) throw new TensorError(where, { expected: "a density above 0", got: "a result without one" });
  const shown = (value: number | null) => (value !== null && value < peak * floor ? null : value);
  const values = list.flatMap(([name, { grid, density, densityError }]) =>
    grid.map((eigenvalue, i) => {
      const [at, error] = [orGap(density[i]), orGap(densityError[i]) ?? 0];
      const low = at === null ? null : Math.max(at - error, peak * floor);
      return {
        name,
        eigenvalue,
        density: shown(at),
        low: shown(at) === null ? null : low,
        high: at && shown(at + error),
      };
    }),
  );
  const marked = markedOf(eigenvalues, names);
  const x = {
    field: "eigenvalue",
    type: "quantitative",
    title: "eigenvalue, in loss per parameter²",
    scale: { zero: false },
    axis: { grid: false },
  };
  const y = {
    type: "quantitative",
    title: "density",
    scale: { type: "log", domain: [peak * floor, peak * 2], nice: false },
    axis: { format: ".0e", tickCount: 6 },
  };
  const color = colourBy("name", names, theme);
  const body = {
    data: { values },
    width,
    height,
    layer: [
      {
        mark: { type: "area", opacity: 0.25, clip: true },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      {
        mark: { type: "line", strokeWidth: 1.6, clip: true },
        encoding: { x, y: { ...y, field: "density" }, color, strokeDash: dashBy("name", names, theme) },
      },
      ...(marked.length === 0
        ? []
        : [
            {
              data: { values: marked },
              mark: { type: "tick", orient: "vertical", size: 16, thickness: 2, yOffset: -8 },
              encoding: { x, y: { value: height }, color },
            },
          ]),
    ],
  };
  const starts = [...new Set(list.map(([, { options: used }]) => used.starts))].join(" and ");
  return plotOf(body, settings, [
    `Bands: one standard error, of ${starts} random starts.`,
    ...(marked.length === 0 ? [] : ["Ticks below: the eigenvalues that were given."]),
    ...gapNote(list.flatMap(([, { density }]) => density).filter((value) => orGap(value) === null).length),
  ]);
}

function markedOf(eigenvalues: unknown, names: readonly string[]): { name: string; eigenvalue: number }[] {
  if (eigenvalues === undefined) return [];
  const expected = "eigenvalues as a list of numbers";
  const lists = named<readonly number[]>(where, eigenvalues as OneOrNamed<readonly number[]>, Array.isArray, expected);
  return lists.flatMap(([name, list]) => {
    if (!names.includes(name)) {
      throw new TensorError(where, {
        expected: names[0] === "" ? "eigenvalues in one list" : `eigenvalues by the names ${names.join(", ")}`,
        got: name === "" ? "one list" : describe(name),
      });
    }
    const wrong = list.find((value) => value !== null && typeof value !== "number");
    if (wrong !== undefined) throw new TensorError(where, { expected, got: `${describe(wrong)} in one` });
    return list.filter((value) => orGap(value) !== null).map((eigenvalue) => ({ name, eigenvalue }));
  });
}
