import { emptyLike, type NDArray } from "../kernels/array.ts";
import { type Composed, composed, runComposed } from "../kernels/beside/composed.ts";
import { inPieces } from "../kernels/beside/pieces.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { curve } from "./curve.ts";
import type { Primitive } from "./op.ts";

const root = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** `2·Φ(x)`, of the normal distribution function `Φ`. */
const twicePhi = (k: Kernels, x: NDArray): NDArray => k.addScalar(k.erf(k.mulScalar(x, Math.SQRT1_2)), 1);

/** A kernel that float32 has in SIMD. */
const fused = (name: string, isSlope: boolean, parts: (k: Kernels, x: NDArray) => NDArray): Composed<object> =>
  composed(
    name,
    (k, [x]) => parts(k, x),
    (machine, inputs) => inPieces(machine, machine.run[`${name}F32`], inputs, emptyLike(inputs[0]), Number(isSlope)),
  );

/** Runs it. */
const run =
  (kernel: Composed<object>) =>
  (k: Kernels, x: NDArray): NDArray =>
    runComposed(k, kernel, [x], {});

/** `y = x·Φ(x)`. */
export const geluOf: Composed<object> = /* @__PURE__ */ fused("gelu", false, (k, x) =>
  k.mul(k.mulScalar(x, 0.5), twicePhi(k, x)),
);

/** `Φ(x) + x·φ(x)`. */
export const geluSlopeOf: Composed<object> = /* @__PURE__ */ fused("gelu", true, (k, x) => {
  const density = k.mulScalar(k.exp(k.mulScalar(k.mul(x, x), -0.5)), root / 2);
  return k.add(k.mulScalar(twicePhi(k, x), 0.5), k.mul(x, density));
});

/** `y = x·Φ(x)`, `dy/dx = Φ(x) + x·φ(x)`, and that one's slope `φ(x)·(2 − x²)`, of the normal density `φ`. */
export const gelu: Primitive = curve("gelu", run(geluOf), run(geluSlopeOf), (x) => {
  const square = x.square();
  return square
    .mul(-0.5)
    .exp()
    .mul(root / 2)
    .mul(square.neg().add(2));
});

/** `t = tanh(√(2/π)(x + 0.044715x³))`. */
const bent = (k: Kernels, x: NDArray): NDArray =>
  k.tanh(k.mulScalar(k.add(k.mulScalar(k.powScalar(x, 3), cubic), x), root));

/** `y = ½x(1 + t)`. */
export const geluByTanhOf: Composed<object> = /* @__PURE__ */ fused("geluByTanh", false, (k, x) =>
  k.mul(k.mulScalar(x, 0.5), k.addScalar(bent(k, x), 1)),
);

/** `½(1 + t) + ½x(1 − t²)u′`. */
export const geluByTanhSlopeOf: Composed<object> = /* @__PURE__ */ fused("geluByTanh", true, (k, x) => {
  const t = bent(k, x);
  const inner = k.addScalar(k.mulScalar(k.mul(x, x), 3 * cubic * root), root);
  const steepness = k.mul(k.tanhBackward(inner, t), k.mulScalar(x, 0.5));
  return k.add(k.mulScalar(k.addScalar(t, 1), 0.5), steepness);
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
