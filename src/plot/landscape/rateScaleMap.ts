import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import type { Plot } from "../drawing/plot.ts";
import { heat, inPanelsIfSeveral } from "../specification/encoding.ts";
import { type PlotOptions, plotOf, plotRules, settingsOf } from "../specification/plot.ts";
import { orGap } from "../specification/series.ts";
import { alarmColours } from "../specification/theme.ts";

/** How training ended at one learning rate, from weights of one scale. */
export interface RateScaleCell {
  /** Which network. Default: there is one only. */
  readonly variant?: string;
  /** The learning rate, above 0. */
  readonly lr: number;
  /** The scale of the first weights, above 0. */
  readonly scale: number;
  /** The loss at the end; null where training diverged. */
  readonly loss: number | null;
}

/** What {@link rateScaleMap} may be told. */
export interface RateScaleMapOptions extends PlotOptions {
  /** Losses from here on have the same colour, so that a few large ones do not leave the rest alike. Default: the largest. */
  readonly mostLoss?: number;
}

const where = "rateScaleMap";

const rules = {
  ...plotRules,
  mostLoss: { is: finiteNumber },
} satisfies OptionRules<RateScaleMapOptions>;

/**
 * Which learning rates train from which scale of the first weights: a cell for each pair, coloured by the loss at the end,
 * with a cross where training diverged, and a panel for each network. A network that minds neither is of one colour.
 *
 * @param cells - what you have trained, in any order; pairs may be missing.
 * @throws TensorError for no cells, rates or scales that are not above 0, and a pair given twice.
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, sections 3.3 and 4.2.
 *
 * @example
 * ```ts
 * import { rateScaleMap } from "evenkeel/plot";
 *
 * const cells = [0.1, 1, 10].flatMap((lr) => [1, 5].map((scale) => ({ lr, scale, loss: lr * scale > 9 ? null : 2.5 })));
 * console.log(rateScaleMap(cells).title.text); // => Learning rate and scale of the weights
 * ```
 */
export function rateScaleMap(cells: readonly RateScaleCell[], options: RateScaleMapOptions = {}): Plot {
  const usual = { title: "Learning rate and scale of the weights", width: 260, height: 220 };
  const { mostLoss, ...settings } = settingsOf(where, options, usual, rules);
  const { theme, width, height } = settings;
  checkCells(cells);
  const values = cells.map(({ variant = "", lr, scale, loss }) => ({ panel: variant, lr, scale, loss: orGap(loss) }));
  const panels = [...new Set(values.map(({ panel }) => panel))];
  const ascending = (list: readonly number[]) => [...new Set(list)].sort((a, b) => a - b);
  const axis = { type: "ordinal", axis: { grid: false, labelAngle: 0, domain: false, ticks: false } };
  const place = {
    x: { ...axis, field: "lr", title: "learning rate", sort: ascending(values.map(({ lr }) => lr)) },
    y: {
      ...axis,
      field: "scale",
      title: "scale of the weights",
      sort: ascending(values.map((v) => v.scale)).reverse(),
    },
  };
  const colour = heat("loss", "loss at the end");
  const diverged = values.filter(({ loss }) => loss === null).length;
  const trained = {
    transform: [{ filter: "isValid(datum.loss)" }],
    mark: { type: "rect" },
    encoding: {
      ...place,
      color: {
        ...colour,
        scale: {
          ...colour.scale,
          reverse: true,
          ...(mostLoss === undefined ? {} : { domainMax: mostLoss, clamp: true }),
        },
      },
    },
  };
  const crossed = {
    transform: [{ filter: "!isValid(datum.loss)" }],
    mark: { type: "text", text: "×", fontSize: 18, color: alarmColours[theme].alarm },
    encoding: place,
  };
  // Colours of no number at all have a legend of NaN.
  const spec = { width, height, layer: diverged < values.length ? [trained, crossed] : [crossed] };
  const body = inPanelsIfSeveral(values, panels, spec);
  return plotOf(body, settings, [
    ...(diverged === 0 ? [] : [`×: diverged, as ${diverged} of ${values.length} did.`]),
    ...(mostLoss === undefined ? [] : [`Losses of ${mostLoss} and more have one colour.`]),
  ]);
}

function checkCells(cells: readonly RateScaleCell[]): void {
  if (!Array.isArray(cells) || cells.length === 0) {
    throw new TensorError(where, { expected: "a list of { lr, scale, loss }, one or more", got: describe(cells) });
  }
  const seen = new Set<string>();
  for (const cell of cells) {
    const isPair = [cell?.lr, cell?.scale].every((value) => Number.isFinite(value) && value > 0);
    if (!isPair || (cell.loss !== null && typeof cell.loss !== "number")) {
      throw new TensorError(where, { expected: "{ lr, scale, loss } with lr and scale above 0", got: describe(cell) });
    }
    const key = JSON.stringify([cell.variant ?? "", cell.lr, cell.scale]);
    if (seen.has(key)) throw new TensorError(where, { expected: "each pair once", got: `${describe(cell)} again` });
    seen.add(key);
  }
}
