import { alike, all, axisOf, given, numberOf, type Operator } from "./value.ts";

const gemm: Operator = (inputs, node) => {
  const [{ x: a, type }, { x: b }, c] = alike(given(inputs), node);
  const turned = (x: typeof a, attribute: string) => (numberOf(node, attribute, 0) === 1 ? x.T : x);
  const scaled = (x: typeof a, attribute: string) => {
    const scale = numberOf(node, attribute, 1);
    return scale === 1 ? x : x.mul(scale);
  };
  const y = scaled(turned(a, "transA").matmul(turned(b, "transB")), "alpha");
  return [{ x: c === undefined ? y : y.add(scaled(c.x, "beta")), type }];
};

/** By statistics that are given, along the second dimension. */
const batchNormalization: Operator = (inputs, node) => {
  const [{ x, type }, ...values] = alike(inputs, node);
  const laidOut = values.map((value) => value.x.reshape([-1, ...x.shape.slice(2).map(() => 1)]));
  const [scale, bias, mean, variance] = laidOut;
  const spread = variance.add(numberOf(node, "epsilon", 1e-5)).sqrt();
  return [{ x: x.sub(mean).div(spread).mul(scale).add(bias), type }];
};

/** The parts of a tensor along an axis that an index names, whose dimensions take that axis's place. */
const gather: Operator = (inputs, node) => {
  const [{ x, type }, { x: index }] = all(inputs, node);
  const axis = axisOf(node, x);
  const others = x.shape.map((_, d) => d).filter((d) => d !== axis);
  const parts = x.permute([axis, ...others]).index(index.to("int32"));
  const [first, last] = [others.slice(0, axis), others.slice(axis)].map((dims) =>
    dims.map((d) => index.ndim + others.indexOf(d)),
  );
  return [{ x: parts.permute([...first, ...index.shape.map((_, d) => d), ...last]), type }];
};

/** Operators that multiply matrices, pick elements, or normalise. */
export const products: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: (inputs, node) => {
    const [{ x: a, type }, { x: b }] = alike(inputs, node);
    return [{ x: a.matmul(b), type }];
  },
  Gather: gather,
  GatherElements: (inputs, node) => {
    const [{ x, type }, { x: index }] = all(inputs, node);
    const axis = axisOf(node, x);
    const places = index.to("int32");
    return [{ x: x.gather(axis, places.add(places.lt(0).mul(x.shape[axis]))), type }];
  },
  BatchNormalization: batchNormalization,
};
