import { alike, all, numberOf, type Operator } from "./value.ts";

const gemm: Operator = (inputs, node) => {
  const [{ x: a, type }, { x: b }, c] = alike(inputs, node);
  const turned = (x: typeof a, attribute: string) => (numberOf(node, attribute, 0) === 1 ? x.T : x);
  const y = turned(a, "transA").matmul(turned(b, "transB"));
  return [{ x: c === undefined ? y : y.add(c.x), type }];
};

/** By statistics that are given, along the second dimension. */
const batchNormalization: Operator = (inputs, node) => {
  const [{ x, type }, ...values] = alike(inputs, node);
  const laidOut = values.map((value) => value.x.reshape([-1, ...x.shape.slice(2).map(() => 1)]));
  const [scale, bias, mean, variance] = laidOut;
  const spread = variance.add(numberOf(node, "epsilon", 1e-5)).sqrt();
  return [{ x: x.sub(mean).div(spread).mul(scale).add(bias), type }];
};

/** Operators that multiply matrices, pick elements, or normalise. */
export const products: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: (inputs, node) => {
    const [{ x: a, type }, { x: b }] = alike(inputs, node);
    return [{ x: a.matmul(b), type }];
  },
  Gather: (inputs, node) => {
    const [{ x, type }, { x: index }] = all(inputs, node);
    return [{ x: x.index(index.to("int32")), type }];
  },
  GatherElements: (inputs, node) => {
    const [{ x, type }, { x: index }] = all(inputs, node);
    return [{ x: x.gather(numberOf(node, "axis", 0), index.to("int32")), type }];
  },
  BatchNormalization: batchNormalization,
};
