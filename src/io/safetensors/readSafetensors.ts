import { describe } from "../../base/errors.ts";
import { threshold } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type ByteSource, byteReader } from "../bytes/byteReader.ts";
import { defaultMaxBytes, refuseFile } from "../bytes/checks.ts";
import { tensorFrom } from "../bytes/elements.ts";
import { type ReadAsOptions, readAs } from "../bytes/readAs.ts";
import type { Safetensors } from "./safetensors.ts";
import { prefixLength, readHeader, readHeaderLength } from "./safetensorsHeader.ts";

/** Options of what reads a file of unknown size. */
export interface ReadOptions extends ReadAsOptions {
  /** The most bytes that are taken. Default 2 GiB, 2³¹. */
  readonly maxBytes?: number;
}

const where = "readSafetensors";

/** What they may be. */
export const readRules = {
  maxBytes: { is: threshold, default: defaultMaxBytes },
  as: { is: readAs, default: {} },
} satisfies OptionRules<ReadOptions>;

/**
 * Reads a safetensors file as its bytes arrive, tensor by tensor: beside the tensors there is never more in memory than
 * the bytes of one.
 *
 * @param source - such as `(await fetch(url)).body`, a `File`, or a stream of Node's.
 * @returns what {@link fromSafetensors} would return for all bytes.
 * @throws TensorError for what {@link fromSafetensors} refuses, and for a file that says it has more than
 * `maxBytes`; and whatever the source throws.
 *
 * @example
 * ```ts
 * import { ones } from "evenkeel";
 * import { readSafetensors, toSafetensors } from "evenkeel/io";
 *
 * const file = new Blob([toSafetensors({ w: ones([2]) })]);
 * const { tensors } = await readSafetensors(file, { maxBytes: 1e6 });
 * console.log(tensors.w); // => tensor([1., 1.])
 * ```
 */
export async function readSafetensors(source: ByteSource, options: ReadOptions = {}): Promise<Safetensors> {
  const { maxBytes, as } = optionsOf(where, options, readRules);
  const reader = byteReader(where, source);
  const checkSize = (size: number): void => {
    if (size <= maxBytes) return;
    refuseFile(where, {
      expected: `a file of at most ${maxBytes} bytes`,
      got: `one that says it has ${size}`,
      hint: "If you trust it, raise maxBytes.",
    });
  };
  try {
    const headerLength = readHeaderLength(where, await reader.take(prefixLength, "a safetensors file"));
    checkSize(prefixLength + headerLength);
    const header = readHeader(where, await reader.take(headerLength, "the header"));
    const size = prefixLength + headerLength + header.byteLength;
    checkSize(size);
    const tensors: Record<string, Tensor> = Object.create(null);
    for (const { name, kind, shape, start, end } of header.entries) {
      const part = `the tensor ${describe(name)}`;
      tensors[name] = tensorFrom({ where, part }, kind, shape, await reader.take(end - start, part), as);
    }
    if (!(await reader.isAtEnd())) {
      refuseFile(where, { expected: `a file of ${size} bytes, as its header says`, got: "more" });
    }
    return { tensors, metadata: header.metadata };
  } finally {
    await reader.close();
  }
}
