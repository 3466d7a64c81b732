import { randn } from "../../functions/sample.ts";
import { NDArray } from "../../kernels/array.ts";
import type { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { eigenSymmetric } from "../numbers/eigenSymmetric.ts";
import { dot, moved } from "../numbers/vectors.ts";

/**
 * A random direction whose every filter has the norm of the parameter's own: of a matrix each row, `d ← d·‖w‖/‖d‖`.
 * Parameters of one dimension, biases and those of batch norm, do not move, and neither do filters of norm 0.
 * @see Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913, section 4.
 */
export function filterNormalised(parameters: readonly Tensor[], generator: Generator): Tensor[] {
  return parameters.map((p) => {
    const drawn = randn(p.shape, { dtype: p.dtype, generator });
    if (p.ndim < 2) return drawn.mul(0);
    const width = p.numel() / Math.max(1, p.shape[0]);
    const values = drawn.data.slice();
    for (let row = 0; row < p.shape[0]; row++) {
      const scale = size(p.data, row, width) / size(values, row, width);
      for (let j = row * width; j < (row + 1) * width; j++) values[j] = Number.isFinite(scale) ? values[j] * scale : 0;
    }
    return p.wrap(new NDArray(values, p.shape, p.dtype));
  });
}

function size(data: ArrayLike<number>, row: number, width: number): number {
  let sum = 0;
  for (let j = row * width; j < (row + 1) * width; j++) sum += data[j] * data[j];
  return Math.sqrt(sum);
}

/** Two directions of length 1, at right angles, that hold most of a path's way about `centre`. */
export interface PrincipalDirections {
  readonly directions: readonly [Tensor[], Tensor[]];
  /** The shares of the path's squared way that each of the two holds. */
  readonly explained: readonly [number, number];
}

/**
 * The two principal directions of a path about a centre, from the eigenvectors of the small matrix of inner products of
 * its points; null if the points span no plane.
 * @see Li et al. 2018, arXiv:1712.09913, section 7.2.
 */
export function principalDirections(
  path: readonly (readonly Tensor[])[],
  centre: readonly Tensor[],
): PrincipalDirections | null {
  const offsets = path.map((point) => moved(point, centre, -1));
  const products = offsets.map((a) => offsets.map((b) => dot(a, b)));
  const { values, vectors } = eigenSymmetric(products);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  if (values.length < 2 || !(values[1] > 1e-12 * total)) return null;
  const [first, second] = [0, 1].map((k) => {
    const combined = offsets.reduce<Tensor[] | null>((sum, offset, i) => {
      const weight = vectors[i][k] / Math.sqrt(values[k]);
      return sum === null ? offset.map((x) => x.mul(weight)) : moved(sum, offset, weight);
    }, null);
    return combined as Tensor[];
  });
  return { directions: [first, second], explained: [values[0] / total, values[1] / total] };
}
