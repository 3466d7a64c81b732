import { columnsOf, picturesOf } from "../kernels/beside/columns.ts";
import type { Windows } from "../kernels/beside/windows.ts";
import { own, type Primitive } from "./op.ts";

/** Each window of pictures `[n, c, rows, columns]` as a column of `[n, c·kernel, places]`. */
export const unfold = (windows: Windows): Primitive => ({
  [own]: true,
  name: "unfold",
  forward: (k, ...inputs) => k.beside(columnsOf, inputs, windows),
  vjp: [(g) => g.through(fold(windows))],
  needs: "nothing",
});

/** The reverse of {@link unfold}: columns added up where they have come from. */
export const fold = (windows: Windows): Primitive => ({
  [own]: true,
  name: "fold",
  forward: (k, ...inputs) => k.beside(picturesOf, inputs, windows),
  vjp: [(g) => g.through(unfold(windows))],
  needs: "nothing",
});
