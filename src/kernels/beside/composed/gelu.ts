import { emptyLike, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import { type Composed, composed } from "./composed.ts";
import { inPieces } from "./pieces.ts";

/** `√(2/π)`. */
export const root = Math.sqrt(2 / Math.PI);
/** What the cube counts. */
export const cubic = 0.044715;

/** `2·Φ(x)`, of the normal distribution function `Φ`. */
const twicePhi = (k: Kernels, x: NDArray): NDArray => k.addScalar(k.erf(k.mulScalar(x, Math.SQRT1_2)), 1);

/** A kernel that float32 has in SIMD. */
const fused = (name: string, isSlope: boolean, parts: (k: Kernels, x: NDArray) => NDArray): Composed<object> =>
  composed(
    name,
    (k, [x]) => parts(k, x),
    (machine, inputs) => inPieces(machine, machine.run[`${name}F32`], inputs, emptyLike(inputs[0]), Number(isSlope)),
  );

/** `y = x·Φ(x)`. */
export const geluOf: Composed<object> = /* @__PURE__ */ fused("gelu", false, (k, x) =>
  k.mul(k.mulScalar(x, 0.5), twicePhi(k, x)),
);

/** `Φ(x) + x·φ(x)`. */
export const geluSlopeOf: Composed<object> = /* @__PURE__ */ fused("gelu", true, (k, x) => {
  const density = k.mulScalar(k.exp(k.mulScalar(k.mul(x, x), -0.5)), root / 2);
  return k.add(k.mulScalar(twicePhi(k, x), 0.5), k.mul(x, density));
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
