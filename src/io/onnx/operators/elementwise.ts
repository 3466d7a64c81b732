import type { Dtype } from "../../../base/dtype.ts";
import { where } from "../../../functions/combine.ts";
import { acos, asin, atan, cosh, sinh } from "../../../functions/elementary/trigonometry.ts";
import { ceil, floor, round, trunc } from "../../../functions/rounding.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { dataTypes } from "../graph.ts";
import { alike, all, type Operator, refuseNode } from "./value.ts";

/** A function of one tensor. */
const one =
  (fn: (x: Tensor) => Tensor): Operator =>
  (inputs, node) => {
    const [{ x, type }] = all(inputs, node);
    return [{ x: fn(x), type }];
  };

/** A function of two tensors of one type, which has them broadcast. */
const two =
  (fn: (a: Tensor, b: Tensor) => Tensor, made?: number): Operator =>
  (inputs, node) => {
    const [{ x: a, type }, { x: b }] = alike(inputs, node);
    if (type === dataTypes.bool && made === undefined) refuseNode(node, "bools");
    return [{ x: fn(a, b), type: made ?? type }];
  };

/** A function of bools. */
const logical =
  (fn: (...xs: Tensor[]) => Tensor): Operator =>
  (inputs, node) => {
    const values = all(inputs, node);
    if (values.some(({ type }) => type !== dataTypes.bool)) refuseNode(node, "operands that are not bools");
    return [{ x: fn(...values.map(({ x }) => x)), type: dataTypes.bool }];
  };

/** A function of one tensor after the other, of one type. */
const many =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (inputs, node) => {
    const values = alike(inputs, node);
    const [{ type }] = values;
    if (type === dataTypes.bool) refuseNode(node, "bools");
    return [{ x: values.map(({ x }) => x).reduce(fn), type }];
  };

const isWhole = (type: number): boolean => type === dataTypes.int32 || type === dataTypes.int64;

/** A quotient, that of whole numbers without its fraction. */
const divide: Operator = (inputs, node) => {
  const [{ x: a, type }, { x: b }] = alike(inputs, node);
  if (type === dataTypes.bool) refuseNode(node, "bools");
  if (!isWhole(type)) return [{ x: a.div(b), type }];
  return [{ x: trunc(a.to("float64").div(b.to("float64"))).to(a.dtype), type }];
};

/** A power, whose exponent may be of another type than its base. */
const power: Operator = (inputs, node) => {
  const [{ x, type }, { x: exponent, type: other }] = all(inputs, node);
  if (type === dataTypes.bool || other === dataTypes.bool) refuseNode(node, "bools");
  if (type === other) return [{ x: x.pow(exponent), type }];
  if (isWhole(type)) refuseNode(node, "an exponent of another type than a base of whole numbers");
  return [{ x: x.pow(exponent.to(x.dtype)), type }];
};

const order = (fn: (a: Tensor, b: Tensor) => Tensor): Operator => two(fn, dataTypes.bool);
const asInt = (x: Tensor): Tensor => x.to("int32");

const clip: Operator = ([input, low = null, high = null], node) => {
  const [{ x, type }] = all([input], node);
  for (const bound of [low, high])
    if (bound !== null && bound.type !== type) refuseNode(node, "a bound of another type");
  const least = low === null ? x : x.maximum(low.x);
  return [{ x: high === null ? least : least.minimum(high.x), type }];
};

const choose: Operator = ([condition, ...others], node) => {
  const [{ x: a, type }, { x: b }] = alike(others, node);
  if (condition?.type !== dataTypes.bool || type === dataTypes.bool) refuseNode(node, "bools to choose from");
  return [{ x: where(condition.x, a, b), type }];
};

const dtypes = new Map(Object.entries(dataTypes).map(([dtype, type]) => [type, dtype]));

const cast: Operator = (inputs, node) => {
  const [{ x }] = all(inputs, node);
  const type = node.attributes.get("to") as number;
  const dtype = dtypes.get(type) ?? refuseNode(node, `the type ${type}`);
  return [{ x: dtype === "int64" ? trunc(x.to("float64")) : x.to(dtype as Dtype), type }];
};

/** Elementwise operators. */
export const elementwise: Readonly<Record<string, Operator>> = {
  Add: two((a, b) => a.add(b)),
  Sub: two((a, b) => a.sub(b)),
  Mul: two((a, b) => a.mul(b)),
  Div: divide,
  Pow: power,
  Max: many((a, b) => a.maximum(b)),
  Min: many((a, b) => a.minimum(b)),
  Equal: two((a, b) => a.eq(b), dataTypes.bool),
  Less: order((a, b) => a.lt(b)),
  LessOrEqual: order((a, b) => a.le(b)),
  Greater: order((a, b) => a.gt(b)),
  And: logical((a, b) => asInt(a).mul(asInt(b)).to("bool")),
  Or: logical((a, b) => asInt(a).add(asInt(b)).to("bool")),
  Not: logical((a) => a.eq(false)),
  Neg: one((x) => x.neg()),
  Abs: one((x) => x.abs()),
  Sign: one((x) => x.sign()),
  Exp: one((x) => x.exp()),
  Log: one((x) => x.log()),
  Sqrt: one((x) => x.sqrt()),
  Reciprocal: one((x) => x.pow(-1)),
  Floor: one(floor),
  Ceil: one(ceil),
  Round: one(round),
  Tanh: one((x) => x.tanh()),
  Sigmoid: one((x) => x.sigmoid()),
  Relu: one((x) => x.relu()),
  Softplus: one((x) => x.softplus()),
  Erf: one((x) => x.erf()),
  Sin: one((x) => x.sin()),
  Cos: one((x) => x.cos()),
  Asin: one(asin),
  Acos: one(acos),
  Atan: one(atan),
  Sinh: one(sinh),
  Cosh: one(cosh),
  Clip: clip,
  Where: choose,
  Cast: cast,
};
