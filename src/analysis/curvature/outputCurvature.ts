import { grad } from "../../autograd/grad.ts";
import { enableGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { isFloat } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { NDArray } from "../../kernels/array.ts";
import { kernels } from "../../kernels/index.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Probe } from "../measuring/loss.ts";
import { watchingAll } from "../measuring/watching.ts";
import { type CurvatureGraph, derivative } from "./curvatureGraph.ts";

/**
 * Products with `Jᵀ·M·J`, where `J` has the derivatives of the model's outputs `z` by its parameters, and `M` is of the outputs
 * alone: their Hessian `∂²L/∂z²` for `"gaussNewton"`; for `"fisher"` `n·Σᵢ eᵢeᵢᵀ` with `eᵢ = ∂L/∂zᵢ` of each of `n` examples,
 * which are along the first dimension. What the loss has of parameters by other ways than the outputs is left out.
 *
 * `J·v` is the derivative of `⟨Jᵀu, v⟩` by `u`, of which `Jᵀu` is linear: two backward passes in place of a forward one.
 * @see Schraudolph 2002, "Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent", Neural Computation 14.
 * @see https://j-towns.github.io/2017/06/12/A-new-trick.html for `J·v` by two backward passes.
 */
export function outputCurvature(
  where: string,
  model: Module,
  probe: Probe,
  curvature: "gaussNewton" | "fisher",
): CurvatureGraph {
  const outputs: Tensor[] = [];
  const collect = (output: unknown): void => {
    if (Array.isArray(output)) for (const one of output) collect(one);
    else if (isTensor(output) && isFloat(output.dtype) && output.requiresGrad) outputs.push(output);
  };
  const { atOthers: slopes } = watchingAll(
    [["", model]],
    (_name, _module, _inputs, output) => collect(output),
    () => probe.gradientAt(() => outputs, { createGraph: true }),
  );
  if (outputs.length === 0) {
    throw new TensorError(where, {
      expected: `a loss of the model's outputs, for curvature: "${curvature}"`,
      got: "one that does not call the model's forward",
      hint: "Let the loss call model.forward(x), not its parts.",
    });
  }
  if (curvature === "fisher") checkExamples(where, outputs);
  const zeros = outputs.map((z) => {
    const u = z.detach().wrap(kernels().fill(z.dtype, z.shape, 0));
    u.requiresGrad = true;
    return u;
  });
  const pulled = enableGrad(() => {
    const inner = outputs.map((z, i) => z.mul(zeros[i]).sum()).reduce((a, b) => a.add(b));
    return grad(inner, probe.parameters, { createGraph: true, allowUnused: true });
  });
  return {
    times(directions) {
      const moved = derivative(pulled, directions, zeros);
      const weighed = curvature === "fisher" ? outer(slopes, moved) : derivative(slopes, moved, outputs);
      return derivative(outputs, weighed, probe.parameters);
    },
  };
}

/** `n·Σᵢ eᵢ⟨eᵢ, s⟩`, with an `eᵢ` of all outputs of example `i`. */
function outer(slopes: readonly Tensor[], moved: readonly (Tensor | null)[]): Tensor[] {
  const n = examplesOf(slopes[0]);
  const inner = new Float64Array(n);
  slopes.forEach(({ data }, k) => {
    const along = moved[k]?.data;
    if (along !== undefined)
      for (let i = 0; i < data.length; i++) inner[rowOf(i, data.length, n)] += data[i] * along[i];
  });
  return slopes.map((e) => {
    const { data } = e;
    const values = data.slice();
    for (let i = 0; i < data.length; i++) values[i] = n * data[i] * inner[rowOf(i, data.length, n)];
    return e.detach().wrap(new NDArray(values, e.shape, e.dtype));
  });
}

/** The example that a number belongs to, of `size` numbers of `n` examples. */
const rowOf = (place: number, size: number, n: number): number => Math.floor(place / (size / n));

const examplesOf = ({ shape: [n = 1] }: Tensor): number => n;

function checkExamples(where: string, outputs: readonly Tensor[]): void {
  const other = outputs.find((z) => examplesOf(z) !== examplesOf(outputs[0]));
  if (other === undefined) return;
  throw new TensorError(where, {
    expected: 'outputs of the same number of examples, for curvature: "fisher"',
    got: `shapes ${show(outputs[0].shape)} and ${show(other.shape)}`,
  });
}
