import { isTensor } from "../base/brand.ts";
import { type Dtype, isFloat } from "../base/dtype.ts";
import { TensorError } from "../base/errors.ts";
import { aNumber } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import * as ops from "../ops/elementwise.ts";
import { gelu as geluByErf, geluByTanh } from "../ops/gelu.ts";
import { checkDtype, checkElements, refuseBool } from "./checks.ts";
import { binary, floated, meeting, scalarFor } from "./operands.ts";
import { floating, resultDtype } from "./promotion.ts";
import type { Operand, Tensor } from "./tensor.ts";

export function add(a: Tensor, b: Operand): Tensor {
  if (!isTensor(b)) {
    const x = meeting("add", a, b);
    return x.through(ops.addScalar(scalarFor(x.dtype, b)));
  }
  return binary("add", ops.add, a, b);
}

export function sub(a: Tensor, b: Operand): Tensor {
  if (!isTensor(b)) {
    refuseBool("sub", a, b);
    const x = meeting("sub", a, b);
    return x.through(ops.addScalar(-scalarFor(x.dtype, b)));
  }
  refuseBool("sub", a, b);
  return binary("sub", ops.sub, a, b);
}

export function mul(a: Tensor, b: Operand): Tensor {
  if (!isTensor(b)) {
    const x = meeting("mul", a, b);
    return x.through(ops.mulScalar(scalarFor(x.dtype, b)));
  }
  return binary("mul", ops.mul, a, b);
}

export function div(a: Tensor, b: Operand): Tensor {
  if (isTensor(b)) {
    const dtype = floating(resultDtype(a, b));
    return binary("div", ops.div, a.to(dtype), b.to(dtype));
  }
  const x = meeting("div", floated(a), b);
  return x.through(ops.divScalar(scalarFor(x.dtype, b)));
}

export function neg(x: Tensor): Tensor {
  refuseBool("neg", x);
  return x.through(ops.neg);
}

export function pow(a: Tensor, b: Operand): Tensor {
  if (isTensor(b)) return binary("pow", ops.pow, a, b);
  const x = meeting("pow", a, b);
  const p = scalarFor(x.dtype, b);
  if (!isFloat(x.dtype) && p < 0) {
    throw new TensorError("pow", {
      expected: "an exponent of 0 or more for whole numbers",
      got: `${p}`,
      hint: 'Convert first: x.to("float32").',
    });
  }
  return x.through(ops.powScalar(isFloat(x.dtype) ? Number(b) : p));
}

export const exp = (x: Tensor): Tensor => floated(x).through(ops.exp);
export const log = (x: Tensor): Tensor => floated(x).through(ops.log);
export const log1p = (x: Tensor): Tensor => floated(x).through(ops.log1p);
export const sqrt = (x: Tensor): Tensor => floated(x).through(ops.sqrt);
export const rsqrt = (x: Tensor): Tensor => floated(x).through(ops.rsqrt);
export function abs(x: Tensor): Tensor {
  refuseBool("abs", x);
  return x.through(ops.abs);
}

export const sign = (x: Tensor): Tensor => x.through(ops.sign);
export const tanh = (x: Tensor): Tensor => floated(x).through(ops.tanh);
export const sigmoid = (x: Tensor): Tensor => floated(x).through(ops.sigmoid);
export function relu(x: Tensor): Tensor {
  refuseBool("relu", x);
  return x.through(ops.relu);
}

type GeluOptions = NonNullable<Parameters<Tensor["gelu"]>[0]>;
const geluRules = { approximate: { words: ["none", "tanh"], default: "none" } } satisfies OptionRules<GeluOptions>;

export function gelu(x: Tensor, options?: GeluOptions): Tensor {
  const { approximate } = optionsOf("gelu", options, geluRules);
  return floated(x).through(approximate === "none" ? geluByErf : geluByTanh);
}

export const erf = (x: Tensor): Tensor => floated(x).through(ops.erf);

type SoftplusOptions = NonNullable<Parameters<Tensor["softplus"]>[0]>;

export const softplusRules = {
  beta: {
    is: { expected: "a finite number other than 0", accepts: (value) => Number.isFinite(value) && value !== 0 },
    default: 1,
  },
  threshold: { is: aNumber, default: 20 },
} as const satisfies OptionRules<SoftplusOptions>;

export function softplus(x: Tensor, options?: SoftplusOptions): Tensor {
  const { beta, threshold } = optionsOf("softplus", options, softplusRules);
  return floated(x).through(ops.softplus(beta, threshold));
}

export const sin = (x: Tensor): Tensor => floated(x).through(ops.sin);
export const cos = (x: Tensor): Tensor => floated(x).through(ops.cos);
export function to(x: Tensor, dtype: Dtype): Tensor {
  if (dtype === x.dtype) return x;
  checkDtype("to", dtype);
  checkElements("to", dtype, x);
  return x.through(ops.cast(dtype));
}

export const clone = (x: Tensor): Tensor => x.through(ops.clone);
