import type { LineProbe } from "../../analysis/index.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { colourBy, dashBy, stepAxis } from "../specification/encoding.ts";
import { isOf, named, type OneOrNamed } from "../specification/named.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { belowNote, gapNote, orGap, thinned, thinnedNote } from "../specification/series.ts";

/** A result of `lineProbe` and when in a training run it was made. */
export interface LineProbeAt {
  /** The step, counted from 0. */
  readonly step: number;
  /** What `lineProbe` returned then. */
  readonly probe: LineProbe;
}

/** What {@link landscapeBands} may be told. */
export interface LandscapeBandsOptions extends PlotOptions {
  /** Whether the values are on a log scale, on which those of 0 and below are gaps. Default `false`. */
  readonly log?: boolean;
}

const where = "landscapeBands";

/** At most so many probes of one run are drawn. */
const mostProbes = 200;

const measures = [
  { title: "loss along the step", low: "lossLow", high: "lossHigh" },
  { title: ["change of the gradient", "‖∇L(θₕ) − ∇L(θ)‖₂"], low: "gradientLow", high: "gradientHigh" },
  { title: "effective β", low: null, high: "beta" },
] as const;

const rules = {
  ...plotRules,
  log: { is: flag, default: false },
} satisfies OptionRules<LandscapeBandsOptions>;

/**
 * The three pictures of the loss landscape while training: from the smallest to the largest loss along the step, from the
 * smallest to the largest change of the gradient, and the effective smoothness β. A narrow band is a smooth landscape.
 * Several runs lie over one another in the same panels.
 *
 * Of more than 200 probes of a run some are left out; that is said, and how many numbers are missing.
 *
 * @throws TensorError for anything but a list of `lineProbe`'s results with ascending steps, and for an empty one.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Figure 4.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { lineProbe } from "evenkeel/analysis";
 * import { landscapeBands } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 4]);
 * const loss = () => model.forward(x).square().mean();
 * const probes = [0, 1, 2].map((step) => ({ step, probe: lineProbe(model, loss, { preset: "vgg", lr: 0.1 }) }));
 * console.log(landscapeBands(probes).title.text); // => The landscape along the step
 * ```
 */
export function landscapeBands(runs: OneOrNamed<readonly LineProbeAt[]>, options: LandscapeBandsOptions = {}): Plot {
  const usual = { title: "The landscape along the step", width: 360, height: 130 };
  const { log, ...settings } = settingsOf(where, options, usual, rules);
  const { theme, width, height } = settings;
  const list = named(where, runs, Array.isArray, "a list of { step, probe } with results of lineProbe");
  const names = list.map(([name]) => name);
  const notes = new Set(["Bands: from the smallest value along the step to the largest."]);
  const shown = (value: number | null | undefined) => {
    const known = orGap(value);
    return known !== null && log && known <= 0 ? null : known;
  };
  const values = list.flatMap(([name, probes]) => {
    checkProbes(probes);
    const kept = thinned(probes, mostProbes);
    for (const note of thinnedNote(kept.length, probes.length, "probes")) notes.add(note);
    return kept.map(({ step, probe: { lossRange, gradientDistanceRange, effectiveBeta } }) => ({
      name,
      step,
      lossLow: shown(lossRange?.[0]),
      lossHigh: shown(lossRange?.[1]),
      gradientLow: shown(gradientDistanceRange?.[0]),
      gradientHigh: shown(gradientDistanceRange?.[1]),
      beta: shown(effectiveBeta),
    }));
  });
  const scale = log ? { type: "log" } : { zero: false };
  const isOne = values.length === list.length;
  const rows = measures.map(({ title, low, high }, row) => {
    const y = { type: "quantitative", title, scale, axis: { format: ".4~g", tickCount: 5 } };
    const [color, strokeDash] = [colourBy("name", names, theme), dashBy("name", names, theme)];
    const x = row < measures.length - 1 ? { ...stepAxis, title: null } : stepAxis;
    const edge = (field: string) => ({
      mark: { type: "line", strokeWidth: low === null ? 2 : 1.2, point: isOne },
      encoding: { x, y: { ...y, field }, color, strokeDash },
    });
    const band = {
      mark: { type: "area", opacity: 0.3 },
      encoding: { x, y: { ...y, field: low }, y2: { field: high }, color },
    };
    return { width, height, layer: low === null ? [edge(high)] : [band, edge(low), edge(high)] };
  });
  const all = list.flatMap(([, probes]) =>
    thinned(probes, mostProbes).flatMap(({ probe: { lossRange, gradientDistanceRange, effectiveBeta } }) => [
      ...(lossRange ?? [null, null]),
      ...(gradientDistanceRange ?? [null, null]),
      effectiveBeta,
    ]),
  );
  const known = all.filter((value) => orGap(value) !== null);
  const below = log ? known.filter((value) => Number(value) <= 0).length : 0;
  return plotOf({ data: { values }, vconcat: rows }, settings, [
    ...notes,
    ...gapNote(all.length - known.length),
    ...belowNote(below),
  ]);
}

function checkProbes(probes: readonly LineProbeAt[]): void {
  const isProbe = isOf("lineProbe");
  const wrong = probes.findIndex((at, i) => {
    const fits = typeof at?.probe === "object" && at.probe !== null && isProbe(at.probe) && Number.isFinite(at.step);
    return !fits || (i > 0 && at.step <= probes[i - 1].step);
  });
  if (probes.length > 0 && wrong < 0) return;
  throw new TensorError(where, {
    expected: "a list of { step, probe } with results of lineProbe and ascending steps",
    got: probes.length === 0 ? "an empty one" : `${describe(probes[wrong])} in place ${wrong}`,
  });
}
