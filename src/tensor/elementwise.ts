import { isTensor } from "../base/brand.ts";
import { type Dtype, isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { checkOptions } from "../base/options.ts";
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

export function gelu(
  a: Tensor,
  options: {
    readonly approximate?: "none" | "tanh";
  },
): Tensor {
  checkOptions("gelu", options, ["approximate"]);
  const { approximate = "none" } = options;
  const x = floated(a);
  if (approximate === "none") return x.through(geluByErf);
  if (approximate === "tanh") return x.through(geluByTanh);
  throw new TensorError("gelu", { expected: 'approximate "none" or "tanh"', got: describe(approximate) });
}

export const erf = (x: Tensor): Tensor => floated(x).through(ops.erf);
export function softplus(
  x: Tensor,
  options: {
    readonly beta?: number;
    readonly threshold?: number;
  },
): Tensor {
  checkOptions("softplus", options, ["beta", "threshold"]);
  const { beta = 1, threshold = 20 } = options;
  if (!(Number.isFinite(beta) && beta !== 0) || typeof threshold !== "number" || Number.isNaN(threshold)) {
    throw new TensorError("softplus", {
      expected: "a finite beta other than 0, and a number as threshold",
      got: `${describe(beta)} and ${describe(threshold)}`,
    });
  }
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
