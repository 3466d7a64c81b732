import { largestOf, pickLargest, putBackLargest } from "../kernels/beside/maxPool.ts";
import { type MeanWindows, meansOf, spreadMeans } from "../kernels/beside/meanPool.ts";
import type { Windows } from "../kernels/beside/windows.ts";
import { own, type Primitive } from "./op.ts";

/** The largest element of each window of `x` `[n, c, rows, columns]`; of equals the first has the gradient. */
export const maxPool = (windows: Windows): Primitive => ({
  [own]: true,
  name: "maxPool",
  forward: (k, ...inputs) => k.beside(largestOf, inputs, windows),
  vjp: [(g, _y, x) => g.through(maxPoolBack(windows), x)],
  needs: "inputs",
});

/** The gradient of {@link maxPool}, from `g` at its output: added up where `x`, the second input, is largest. */
export const maxPoolBack = (windows: Windows): Primitive => ({
  [own]: true,
  name: "maxPoolBack",
  forward: (k, ...inputs) => k.beside(putBackLargest, inputs, windows),
  vjp: [(u, _y, _g, x) => u.through(maxPoolPick(windows), x), null],
  needs: [[1], []],
});

/** What lies in `u` where `x`, the second input, is largest, for each window. */
export const maxPoolPick = (windows: Windows): Primitive => ({
  [own]: true,
  name: "maxPoolPick",
  forward: (k, ...inputs) => k.beside(pickLargest, inputs, windows),
  vjp: [(g, _y, _u, x) => g.through(maxPoolBack(windows), x), null],
  needs: [[1], []],
});

/** The mean of each window of `x` `[n, c, rows, columns]`. */
export const meanPool = (windows: MeanWindows): Primitive => ({
  [own]: true,
  name: "meanPool",
  forward: (k, ...inputs) => k.beside(meansOf, inputs, windows),
  vjp: [(g) => g.through(meanPoolBack(windows))],
  needs: "nothing",
});

/** The gradient of {@link meanPool}, from `g` at its output. */
export const meanPoolBack = (windows: MeanWindows): Primitive => ({
  [own]: true,
  name: "meanPoolBack",
  forward: (k, ...inputs) => k.beside(spreadMeans, inputs, windows),
  vjp: [(g) => g.through(meanPool(windows))],
  needs: "nothing",
});
