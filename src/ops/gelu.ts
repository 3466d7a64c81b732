import type { NDArray } from "../kernels/array.ts";
import { type Composed, runComposed } from "../kernels/beside/composed/composed.ts";
import { cubic, geluByTanhOf, geluByTanhSlopeOf, geluOf, geluSlopeOf, root } from "../kernels/beside/composed/gelu.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { curve } from "./curve.ts";
import type { Primitive } from "./op.ts";

/** Runs it. */
const run =
  (kernel: Composed<object>) =>
  (k: Kernels, x: NDArray): NDArray =>
    runComposed(k, kernel, [x], {});

/** `y = x·Φ(x)`, `dy/dx = Φ(x) + x·φ(x)`, and that one's slope `φ(x)·(2 − x²)`, of the normal density `φ`. */
export const gelu: Primitive = curve("gelu", run(geluOf), run(geluSlopeOf), (x) => {
  const square = x.square();
  return square
    .mul(-0.5)
    .exp()
    .mul(root / 2)
    .mul(square.neg().add(2));
});

/** `y = ½x(1 + t)`, `t = tanh u`, `u = √(2/π)(x + 0.044715x³)`, `dy/dx = ½(1 + t) + ½x(1 − t²)u′`. */
export const geluByTanh: Primitive = curve(
  "gelu",
  run(geluByTanhOf),
  run(geluByTanhSlopeOf),
  // (1 − t²)·(u′ + ½x·u″ − x·t·u′²)
  (x) => {
    const t = x.pow(3).mul(cubic).add(x).mul(root).tanh();
    const slope = x
      .square()
      .mul(3 * cubic * root)
      .add(root);
    const rest = x
      .square()
      .mul(3 * cubic * root)
      .sub(x.mul(t).mul(slope.square()));
    return slope.add(rest).mul(t.square().neg().add(1));
  },
);
