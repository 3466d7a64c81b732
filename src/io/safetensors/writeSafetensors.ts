import { describe, TensorError } from "../../base/errors.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { bytesOf } from "../bytes/elements.ts";
import { layOut, type SafetensorsOptions } from "./safetensors.ts";

const where = "writeSafetensors";

/** The most bytes that are handed over at once, so that a large tensor is not there twice. */
const chunkBytes = 1 << 20;

/**
 * Tensors as a stream of the bytes of a safetensors file, a mebibyte at a time, so that the file is not in memory beside them.
 *
 * The bytes are those of `toSafetensors`, and each is taken when the reader asks for it. A tensor that an operation in place or
 * an optimiser's step has changed in the meantime makes the stream fail, rather than give a file of two moments; a state dict is
 * a copy, which training does not change. Values set through `x.data` go unnoticed.
 *
 * @param tensors - by name, such as a state dict.
 * @returns what `fetch` sends as a body, a file of the browser is piped to, and `writeFileAtomically` writes.
 * @throws TensorError as `toSafetensors` does.
 *
 * @example
 * ```ts
 * import { ones } from "evenkeel";
 * import { readSafetensors, writeSafetensors } from "evenkeel/io";
 *
 * const { tensors } = await readSafetensors(writeSafetensors({ w: ones([2]) }));
 * console.log(tensors.w); // => tensor([1., 1.])
 * ```
 */
export function writeSafetensors(
  tensors: StateDict | Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): ReadableStream<Bytes> {
  const { head, parts } = layOut(where, tensors, options);
  const versions = parts.map(({ x }) => x.array.version);

  function* chunks(): Generator<Bytes, void> {
    yield head;
    for (const [i, { name, x }] of parts.entries()) {
      for (let at = 0; at < x.data.byteLength; at += chunkBytes) {
        if (x.array.version !== versions[i]) {
          throw new TensorError(where, {
            expected: "tensors that stay as they are until the stream is read to its end",
            got: `a change of ${describe(name)}`,
            hint: "Stream a copy, such as stateDict(), or take all bytes at once with toSafetensors.",
          });
        }
        yield bytesOf(where, x).slice(at, at + chunkBytes);
      }
    }
  }

  const remaining = chunks();
  return new ReadableStream<Bytes>(
    {
      pull(controller) {
        const { done, value } = remaining.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}
