import { noGrad } from "../../autograd/gradMode.ts";
import type { Dtype } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber, positive } from "../../base/optionKinds.ts";
import { type OptionKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { tensor } from "../../functions/create.ts";
import { erf, inverseErf } from "../../kernels/numbers/errorFunction.ts";
import { aGenerator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { drawFrom } from "./fill.ts";

/** Options of {@link truncNormal_}. */
export interface TruncNormalOptions extends RandomOptions {
  /** The mean before anything is cut off. Default `0`. */
  readonly mean?: number;
  /** The standard deviation before anything is cut off, above 0. Default `1`. */
  readonly std?: number;
  /** The lower bound, a value and no number of deviations. Default `-2`. */
  readonly a?: number;
  /** The upper bound, above `a`. Default `2`. */
  readonly b?: number;
}

const deviation: OptionKind = {
  expected: positive.expected,
  accepts: positive.accepts,
  refusal: (value) => ({
    expected: "a finite number above 0 as std",
    got: describe(value),
    hint: finiteNumber.accepts(value) ? "For equal values: nn.init.constant_(x, mean)." : "",
  }),
};

const rules = {
  mean: { is: finiteNumber, default: 0 },
  std: { is: deviation, default: 1 },
  a: { is: finiteNumber, default: -2 },
  b: { is: finiteNumber, default: 2 },
  generator: { is: aGenerator },
} as const satisfies OptionRules<TruncNormalOptions>;

/**
 * Fills with numbers of the normal distribution that lie in `[a, b]`, as if those outside were drawn again, and returns
 * the tensor: `mean + √2·std·erf⁻¹(u)`, with `u` spread evenly between `erf` of the two bounds.
 *
 * @throws {@link TensorError} if `x` is no float tensor, an option is not finite, `std ≤ 0`, `a ≥ b`, or `[a, b]` is so
 * far out, or so narrow, that its bounds have the same `erf` in the tensor's dtype.
 * @see PyTorch `torch.nn.init.trunc_normal_`: the same draws from the same seed, and values that agree to rounding.
 * PyTorch's `erfinv` depends on its build; here it is computed in float64, the same in every engine, and rounded.
 * PyTorch warns where the mean is more than two deviations from `[a, b]`. Such bounds are taken here without a word, as
 * long as the dtype tells the values apart; float32 does so up to about five deviations.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, zeros } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(nn.init.truncNormal_(zeros([3]), { std: 0.02, a: -0.04, b: 0.04 })); // => tensor([-0.0002,  0.0139, -0.0248])
 * ```
 */
export function truncNormal_<T extends Tensor>(x: T, options: TruncNormalOptions = {}): T {
  const { mean, std, a, b } = optionsOf("truncNormal_", options, rules);
  checkBounds(a, b);
  checkFloats("truncNormal_", "weight", x);
  const [low, high] = [centred((a - mean) / std), centred((b - mean) / std)];
  refuseEqual(x.dtype, low, high, { a, b });
  return noGrad(() => {
    const drawn = x.uniform_(low, high, drawFrom(options)).flatten().toArray<number[]>();
    x.copy_(tensor(drawn.map(inverseErf), { dtype: "float64" }).reshape(x.shape));
    return x.copy_(
      x
        .mul_(std * Math.SQRT2)
        .add_(mean)
        .clamp(a, b),
    );
  });
}

/** `2Φ(z) − 1` by way of `Φ(z)`, which PyTorch rounds between. */
function centred(z: number): number {
  return 2 * ((1 + erf(z / Math.SQRT2)) / 2) - 1;
}

function checkBounds(a: number, b: number): void {
  if (a < b) return;
  throw new TensorError("truncNormal_", {
    expected: "a below b",
    got: `a = ${a} and b = ${b}`,
    hint: "They are bounds of the values, not of the mean in deviations; the defaults are -2 and 2.",
  });
}

function refuseEqual(dtype: Dtype, low: number, high: number, { a, b }: { a: number; b: number }): void {
  const isWide = dtype === "float64" ? low < high : Math.fround(low) < Math.fround(high);
  if (isWide) return;
  throw new TensorError("truncNormal_", {
    expected: `bounds [a, b] where ${dtype} tells the values apart`,
    got: `[${a}, ${b}]`,
    hint: `Move the mean nearer to them${dtype === "float32" ? ", or fill a float64 tensor and copy it" : ""}.`,
  });
}
