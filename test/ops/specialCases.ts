import { type Dtype, type Tensor, tensor } from "evenkeel";
import { draw, type Row, rows } from "./ops.table.ts";

/**
 * What operations are differentiated at, and with, where multiplying by 0 differs from leaving out: 0, ±∞ and NaN, and
 * values that saturate, tie, or lie on a bound.
 */

/** Values that the elements of an input take in turn. */
const fills: Readonly<Record<string, readonly number[]>> = {
  edges: [0, -0, 1, -1, 2, -0.5, 0.25, 3],
  infinite: [Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, 1, -2, 0.25, 2],
  NaN: [1, Number.NaN, 0, -1, 2, 0.5, -0, 3, -0.25],
  equal: [2],
  zero: [0, 0, -0],
  saturated: [100, -100, 1000, -1000, 20, -20, 0],
};

/** Gradients at the output, likewise. */
const cotangents: Readonly<Record<string, readonly number[]>> = {
  plain: [1, -2, 0.625, 3, -1.125, 0.25, 1.75],
  infinite: [0, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, -0, -2, 0.5],
  NaN: [Number.NaN, 0, 1, Number.POSITIVE_INFINITY, -1],
};

/** What stands before the operation or behind it, by PyTorch's name; its slope is infinite somewhere. */
export const neighbours: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "sqrt()": (x) => x.sqrt(),
  "log()": (x) => x.log(),
  "pow(0.5)": (x) => x.pow(0.5),
};

/** One way to differentiate something twice: at which values, and from which gradients. */
export interface SpecialCase {
  readonly title: string;
  readonly inputs: readonly SpecialInput[];
  /** Of the gradient at the output, and of the gradients at that gradient, taken in turn. */
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** A neighbour of {@link neighbours}, or nothing. */
  readonly before?: string;
  readonly behind?: string;
}

export interface SpecialInput {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly wantsGrad: boolean;
  readonly data: readonly number[];
}

/** The elements that an array of a length gets from values taken in turn, from a place on. */
export function inTurn(values: readonly number[], length: number, from = 0): number[] {
  return Array.from({ length }, (_, i) => values[(i + from) % values.length]);
}

/** All cases of something with such inputs; those that want gradients are filled. */
export function casesAt(inputs: readonly Tensor[], edges: readonly number[] = []): SpecialCase[] {
  const filled = (...kinds: (readonly number[])[]): SpecialInput[] =>
    inputs.map(({ shape, dtype, requiresGrad, data }, i) => ({
      shape,
      dtype,
      wantsGrad: requiresGrad,
      data: requiresGrad ? inTurn(kinds[i % kinds.length], data.length, 3 * i) : [...data],
    }));
  const { plain } = cotangents;
  const at: Record<string, SpecialInput[]> = {};
  for (const [name, values] of Object.entries(fills)) at[name] = filled(values);
  if (edges.length > 0) at["its own"] = filled(edges);
  if (inputs.filter(({ requiresGrad }) => requiresGrad).length > 1) {
    at["edges and infinite"] = filled(fills.edges, fills.infinite);
    at["infinite and edges"] = filled(fills.infinite, fills.edges);
  }
  const cases: SpecialCase[] = [];
  for (const [name, inputs] of Object.entries(at)) {
    for (const [slope, first] of Object.entries(cotangents)) {
      cases.push({ title: `at ${name}, from ${slope}`, inputs, first, second: plain });
    }
    cases.push({ title: `at ${name}, then from infinite`, inputs, first: plain, second: cotangents.infinite });
  }
  for (const neighbour of Object.keys(neighbours)) {
    // Of −∞ the root is NaN, and the power of a half ∞, or whatever a library takes for it.
    for (const name of neighbour === "pow(0.5)" ? ["edges"] : ["edges", "infinite"]) {
      const rest = { inputs: at[name], first: plain, second: plain };
      cases.push({ title: `at ${name}, before ${neighbour}`, behind: neighbour, ...rest });
      cases.push({ title: `at ${name}, behind ${neighbour}`, before: neighbour, ...rest });
    }
  }
  return cases;
}

/** Rows of operations that have gradients. */
export const differentiable = rows.filter(({ smooth }) => smooth !== false);

/** The cases of a row of the table of operations. */
export function casesOfRow(row: Row): SpecialCase[] {
  return casesAt(draw(row, [3, 4], 1, "float64"), row.edges);
}

/** The inputs of a case as tensors. */
export function tensorsOf({ inputs }: SpecialCase, dtype: Dtype): Tensor[] {
  return inputs.map((input) => {
    const type = input.dtype === "float64" ? dtype : input.dtype;
    const x = tensor(Float64Array.from(input.data)).to(type).reshape(input.shape).detach();
    x.requiresGrad = input.wantsGrad;
    return x;
  });
}
