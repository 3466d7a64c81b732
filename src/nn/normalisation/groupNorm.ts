import { type Dtype, type Shape, sizeOf } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag, notNegative } from "../../base/optionKinds.ts";
import { checkRule, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { batchNormTraining } from "../../ops/batchNorm.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, checkSize, floatDtype, optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";
import type { NormalisedOver } from "./normalisedOver.ts";

/** Options of {@link groupNorm}. */
export interface GroupNormFunctionOptions {
  /** Scales each channel, `[c]`. Default: none. */
  readonly weight?: Tensor | null;
  /** Shifts each channel, `[c]`. Default: none. */
  readonly bias?: Tensor | null;
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
}

const functionRules = {
  weight: optionalTensor,
  bias: optionalTensor,
  eps: { is: notNegative, default: 1e-5 },
} as const satisfies OptionRules<GroupNormFunctionOptions>;

/**
 * Normalises each group of channels of each example: `y = (x − mean)/√(variance + eps)·weight + bias`, with mean and biased
 * variance over the channels of the group and all their places.
 *
 * Shapes: `x` `[n, c, …]`, `weight` and `bias` `[c]` → as `x`.
 *
 * @param numGroups - how many groups there are, 1 or more; they have as many channels each.
 * @throws {@link TensorError} for other shapes or dtypes, and groups that do not divide the channels.
 * @see Wu & He 2018, "Group Normalization", arXiv:1803.08494.
 * @see PyTorch `torch.nn.functional.group_norm`, which refuses a single value per group.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.groupNorm(tensor([[1, 3, 10, 30]]), 2, { eps: 0 })); // => tensor([[-1.,  1., -1.,  1.]])
 * ```
 */
export function groupNorm(x: Tensor, numGroups: number, options?: GroupNormFunctionOptions): Tensor {
  const settings = optionsOf("groupNorm", options, functionRules);
  checkSize("groupNorm", "numGroups", numGroups, 1);
  return groupNormFor("groupNorm", x, numGroups, settings);
}

/** {@link groupNorm} on behalf of `where`. */
function groupNormFor(
  where: string,
  x: Tensor,
  numGroups: number,
  { weight, bias, eps }: Required<GroupNormFunctionOptions>,
): Tensor {
  checkFloats(where, "input", x);
  if (x.ndim < 2) throw new TensorError(where, { expected: "an input [n, c] or [n, c, …]", got: show(x.shape) });
  const [n, c, ...places] = x.shape;
  checkDivides(where, numGroups, c);
  checkOperand(where, "weight", weight, [c], x);
  checkOperand(where, "bias", bias, [c], x);
  checkRule(where, functionRules.eps, "eps", eps); // a field of a layer, which anyone may set
  return scaled(eachNormalised(x, n * numGroups, (c / numGroups) * sizeOf(places), eps), weight, bias);
}

/** Groups that have as many channels each. */
function checkDivides(where: string, numGroups: number, channels: number): void {
  if (channels % numGroups === 0) return;
  throw new TensorError(where, {
    expected: "groups that divide the channels",
    got: `${numGroups} groups of ${channels} channels`,
  });
}

/** @internal Each of `rows` runs of `length` elements of `x` with mean 0 and variance 1: the channels of a batch of one. */
export function eachNormalised(x: Tensor, rows: number, length: number, eps: number): Tensor {
  const [one, zero] = [ones([rows], { dtype: x.dtype }), zeros([rows], { dtype: x.dtype })];
  return apply(batchNormTraining(eps), x.reshape([1, rows, length]), one, zero).reshape(x.shape);
}

/** @internal Each channel of `x` `[n, c, …]` scaled and shifted. */
export function scaled(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const meeting = (v: Tensor) => v.reshape([v.numel(), ...x.shape.slice(2).map(() => 1)]);
  const y = weight === null ? x : x.mul(meeting(weight));
  return bias === null ? y : y.add(meeting(bias));
}

/** Options of {@link GroupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
  /** Whether to scale and shift each channel, by parameters. Default `true`. */
  readonly affine?: boolean;
  /** The type of the parameters. Default `"float32"`. */
  readonly dtype?: Dtype;
}

const rules = {
  eps: { is: notNegative, default: 1e-5 },
  affine: { is: flag, default: true },
  dtype: floatDtype,
} as const satisfies OptionRules<GroupNormOptions>;

/**
 * Normalises each group of channels of each example, then scales and shifts each channel: see {@link groupNorm}. It is the
 * same in training and in evaluation.
 *
 * With one group it is a layer norm of channels and places; with as many groups as channels it is {@link InstanceNorm2d}.
 *
 * Shapes: `[n, numChannels, …]` → the same.
 *
 * @throws {@link TensorError} if the groups do not divide the channels; in `forward` for an input of another shape or dtype.
 * @see Wu & He 2018, "Group Normalization", arXiv:1803.08494.
 * @see PyTorch `torch.nn.GroupNorm`, which refuses a single value per group.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 *
 * const norm = new nn.GroupNorm(2, 4);
 * const y = norm.forward(randn([8, 4, 5, 5]));
 * console.log(y.reshape([8, 2, 50]).mean(2).abs().lt(1e-6).all().item()); // => true
 * ```
 */
export class GroupNorm extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "GroupNorm";
  /** @internal */
  static readonly evenkeelLayer: string = "GroupNorm";
  /** How many groups there are. */
  readonly numGroups: number;
  /** How many channels there are. */
  readonly numChannels: number;
  /** Added to the variance before its root is taken. */
  eps: number;
  /** What each channel is multiplied by, 1 at first; null unless `affine`. */
  weight: Parameter | null;
  /** What is added to each channel, 0 at first; null unless `affine`. */
  bias: Parameter | null;

  /**
   * @param numGroups - how many groups there are, 1 or more.
   * @param numChannels - how many channels there are.
   * @param options - see {@link GroupNormOptions}.
   */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    const { eps, affine, dtype } = optionsOf("GroupNorm", options, rules);
    checkSize("GroupNorm", "numGroups", numGroups, 1);
    checkSize("GroupNorm", "numChannels", numChannels);
    checkDivides("GroupNorm", numGroups, numChannels);
    super();
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? ownParameter(ones([numChannels], { dtype })) : null;
    this.bias = affine ? ownParameter(zeros([numChannels], { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    const where = "GroupNorm.forward";
    checkFloats(where, "input", x);
    if (x.ndim < 2 || x.shape[1] !== this.numChannels) {
      throw new TensorError(where, { expected: `an input of shape [n, ${this.numChannels}, …]`, got: show(x.shape) });
    }
    return groupNormFor(where, x, this.numGroups, this);
  }

  /** @internal Over which elements of an input of a shape its statistics are taken. */
  normalisedOver([n, c, ...places]: Shape): NormalisedOver {
    const sizes = [n, this.numGroups, c / this.numGroups, ...places];
    return { sizes, axes: [...sizes.keys()].slice(2), affineAxes: [1], by: "variance" };
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, weight } = this;
    return `${numGroups}, ${numChannels}, eps=${showNumber(eps)}, affine=${weight !== null}`;
  }
}
