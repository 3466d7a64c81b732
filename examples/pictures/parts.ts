import type { Tensor } from "evenkeel";
import type { PlotOptions } from "evenkeel/plot";

/** For which page a picture is drawn: light or dark, of a screen or of a phone. */
export type Look = Pick<PlotOptions, "theme" | "stacked" | "width">;

/** What stands above a panel. */
export const heading = (text: string | readonly string[]) => ({ text, fontSize: 12, offset: 4 });

/** The numbers of one unit, over the examples of a batch `[n, units]`. */
export const column = (x: Tensor, unit: number): number[] => x.select(1, unit).toArray() as number[];

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard deviation, of all there are. */
export const deviationOf = (values: readonly number[]): number =>
  Math.sqrt(meanOf(values.map((value) => (value - meanOf(values)) ** 2)));
