import { isTensorError, TensorError } from "../../base/errors.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { decodeModel } from "../onnx/decode.ts";
import { exportOnnx } from "../onnx/exportOnnx.ts";
import { sourceOf } from "./source.ts";

const where = "exportStandalone";

/**
 * A model in evaluation mode as the source of one ES module without dependencies: its weights and plain loops, a few kB of
 * code, for who ships a trained network inside a package. It exports `predict`, which takes the examples as nested arrays or
 * as one flat array, any number of them, and returns `{ data, shape }`: a typed array and its sizes. Nothing in it is made at
 * run time from text, so that it runs under a strict content security policy.
 *
 * The model is followed as {@link exportOnnx} follows it, and what that can write is written here too, with the same numbers
 * as the model to about 1e-6 of them. What has no many-threaded or SIMD form here takes longer: it is meant for small networks.
 *
 * @param model - any module whose `forward` takes tensors and gives one.
 * @param exampleInput - an input, whose first dimension is that of the examples; a list where `forward` takes several. Its
 * numbers do not matter.
 * @throws TensorError for what {@link exportOnnx} refuses, by name, before anything is made. The model is then as it was.
 * @see PyTorch has no counterpart; there one exports to ONNX, and ships a runtime.
 *
 * @example
 * ```ts
 * import { nn, tensor, zeros } from "evenkeel";
 * import { exportStandalone } from "evenkeel/io";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 2));
 * const source = exportStandalone(model, zeros([1, 4])); // write it to a file, or
 * const { predict } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
 * const { data, shape } = predict([[1, 2, 3, 4]]);
 * const y = model.eval().forward(tensor([[1, 2, 3, 4]]));
 * console.log(shape, Math.abs(data[0] - y.data[0]) < 1e-6); // => [ 1, 2 ] true
 * ```
 */
export function exportStandalone(model: Module, exampleInput: Tensor | readonly Tensor[]): string {
  return sourceOf(decodeModel(where, written(model, exampleInput)));
}

/** The model as a file; what is refused is refused by this function's name. */
function written(model: Module, exampleInput: Tensor | readonly Tensor[]): Uint8Array {
  try {
    return exportOnnx(model, exampleInput);
  } catch (error) {
    if (!isTensorError(error) || error.where !== "exportOnnx") throw error;
    const { expected, got, hint, code } = error;
    throw new TensorError(where, { expected: expected.replace("ONNX", "a file"), got, hint, code });
  }
}
