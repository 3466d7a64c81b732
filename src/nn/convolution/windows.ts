import { show, TensorError } from "../../base/errors.ts";
import type { Pair, Windows } from "../../kernels/beside/windows.ts";

/** How windows lie, but for how many there are. */
export interface WindowSettings {
  readonly stride: Pair;
  /** Where the first window begins before the picture. */
  readonly before: Pair;
  /** How many places are added in all, before and behind. */
  readonly added: Pair;
  readonly dilation: Pair;
  /** Whether a last window may hang over the edge, as long as it begins within. */
  readonly ceilMode?: boolean;
}

/**
 * How the windows lie over a picture; refused where not one fits.
 *
 * @param dims - how many dimensions the caller knows of: with one, rows are not told of.
 */
export function windowsOver(where: string, dims: 1 | 2, size: Pair, kernel: Pair, settings: WindowSettings): Windows {
  const { stride, before, added, dilation, ceilMode = false } = settings;
  const along = (d: 0 | 1) => {
    const room = size[d] + added[d] - dilation[d] * (kernel[d] - 1) - 1;
    const count = (ceilMode ? Math.ceil(room / stride[d]) : Math.floor(room / stride[d])) + 1;
    // A window that begins in the padding behind sees nothing.
    return ceilMode && (count - 1) * stride[d] >= size[d] + before[d] ? count - 1 : count;
  };
  const places: Pair = [along(0), along(1)];
  if (places[0] > 0 && places[1] > 0) return { size, kernel, stride, padding: before, dilation, places };
  const shown = (pair: readonly number[]) => show(pair.slice(2 - dims));
  const spans = kernel.map((length, d) => dilation[d] * (length - 1) + 1);
  throw new TensorError(where, {
    expected: "a kernel no larger than the padded input",
    got: `one that spans ${shown(spans)}, and an input of ${shown(size.map((length, d) => length + added[d]))}`,
    hint: "Padding makes room: { padding: 1 }.",
  });
}
