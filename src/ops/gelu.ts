import { emptyLike, type NDArray } from "../kernels/array.ts";
import { composed, runComposed } from "../kernels/beside/composed.ts";
import { inPieces } from "../kernels/beside/pieces.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Machine } from "../kernels/wasm/machine.ts";
import { curve } from "./curve.ts";
import type { Primitive } from "./op.ts";

const root = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** `2·Φ(x)`, of the normal distribution function `Φ`. */
const twicePhi = (k: Kernels, x: NDArray): NDArray => k.addScalar(k.erf(k.mulScalar(x, Math.SQRT1_2)), 1);

const ofGelu = (machine: Machine, inputs: readonly NDArray[], isSlope: number): NDArray =>
  inPieces(machine, machine.run.geluF32, inputs, emptyLike(inputs[0]), isSlope);

const geluOf = /* @__PURE__ */ composed(
  "gelu",
  (k, [x]) => k.mul(k.mulScalar(x, 0.5), twicePhi(k, x)),
  (machine, inputs) => ofGelu(machine, inputs, 0),
);

const geluSlopeOf = /* @__PURE__ */ composed(
  "geluSlope",
  (k, [x]) => {
    const density = k.mulScalar(k.exp(k.mulScalar(k.mul(x, x), -0.5)), root / 2);
    return k.add(k.mulScalar(twicePhi(k, x), 0.5), k.mul(x, density));
  },
  (machine, inputs) => ofGelu(machine, inputs, 1),
);

/** `y = x·Φ(x)`, `dy/dx = Φ(x) + x·φ(x)`, and that one's slope `φ(x)·(2 − x²)`, of the normal density `φ`. */
export const gelu: Primitive = curve(
  "gelu",
  (k, x) => runComposed(k, geluOf, [x], {}),
  (k, x) => runComposed(k, geluSlopeOf, [x], {}),
  (x) => {
    const square = x.square();
    return square
      .mul(-0.5)
      .exp()
      .mul(root / 2)
      .mul(square.neg().add(2));
  },
);

/** `t = tanh(√(2/π)(x + 0.044715x³))`. */
const bent = (k: Kernels, x: NDArray): NDArray =>
  k.tanh(k.mulScalar(k.add(k.mulScalar(k.powScalar(x, 3), cubic), x), root));

/** `y = ½x(1 + t)`, `t = tanh u`, `u = √(2/π)(x + 0.044715x³)`, `dy/dx = ½(1 + t) + ½x(1 − t²)u′`. */
export const geluByTanh: Primitive = curve(
  "gelu",
  (k, x) => k.mul(k.mulScalar(x, 0.5), k.addScalar(bent(k, x), 1)),
  (k, x) => {
    const t = bent(k, x);
    const inner = k.addScalar(k.mulScalar(k.mul(x, x), 3 * cubic * root), root);
    const steepness = k.mul(k.tanhBackward(inner, t), k.mulScalar(x, 0.5));
    return k.add(k.mulScalar(k.addScalar(t, 1), 0.5), steepness);
  },
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
