import { describe, TensorError } from "../../base/errors.ts";
import { NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { allocate, copyOf, isBytes, refuse } from "../bytes/checks.ts";
import { tensorFrom } from "../bytes/elements.ts";
import { type Kind, widthOf } from "../bytes/kinds.ts";
import { type JsonObject, readManifest, readModelJson, type WeightEntry, type WeightGroup } from "./manifest.ts";

/** The files that a `model.json` names, in its order, or by the names that it has for them. */
export type TensorFlowJsShards = readonly Uint8Array[] | Readonly<Record<string, Uint8Array>>;

/**
 * The weights of a TensorFlow.js model by name, as they are stored there: a dense kernel is `[in, out]`, and of a graph model too.
 * Those that are quantised to uint8, uint16 or float16 come back as the float32 or int32 that TensorFlow.js makes of them.
 *
 * @param json - `model.json`, as text or bytes.
 * @param shards - its binary files, in the order of `weightsManifest`, or an object of them by the paths there.
 * @throws TensorError with the code `EVENKEEL_FILE` for what is no such file, files that are missing, of another length or
 * too many, and weights of texts or complex numbers. Nothing is read then.
 * @see TensorFlow.js `tf.io.decodeWeights`; {@link fromTensorFlowJs} makes a model of them.
 *
 * @example
 * ```ts
 * import { tensorFlowJsWeights } from "evenkeel/io";
 *
 * const json = JSON.stringify({
 *   format: "graph-model",
 *   weightsManifest: [{ paths: ["a.bin"], weights: [{ name: "w", shape: [2], dtype: "float32" }] }],
 * });
 * const { w } = tensorFlowJsWeights(json, { "a.bin": new Uint8Array(new Float32Array([1, 2]).buffer) });
 * console.log(w); // => tensor([1., 2.])
 * ```
 */
export function tensorFlowJsWeights(json: string | Uint8Array, shards: TensorFlowJsShards): Record<string, Tensor> {
  const where = "tensorFlowJsWeights";
  return weightsOf(where, readModelJson(where, json), shards);
}

/** The weights of a model that has been taken apart. */
export function weightsOf(where: string, model: JsonObject, shards: TensorFlowJsShards): Record<string, Tensor> {
  const groups = readManifest(where, model);
  const files = filesOf(where, groups, shards);
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { paths, weights } of groups) {
    const bytes = joined(
      where,
      paths.map((path) => files.get(path) as Uint8Array),
    );
    const needed = weights.reduce((sum, weight) => sum + byteLength(weight), 0);
    if (bytes.length !== needed) {
      refuse({ where, part: paths.join(", ") }, `${needed} bytes`, `${bytes.length}`);
    }
    let at = 0;
    for (const weight of weights) {
      tensors[weight.name] = decoded(where, weight, copyOf(where, bytes, at, at + byteLength(weight)));
      at += byteLength(weight);
    }
  }
  return tensors;
}

/** The files by their paths. */
function filesOf(
  where: string,
  groups: readonly WeightGroup[],
  shards: TensorFlowJsShards,
): ReadonlyMap<string, Uint8Array> {
  const paths = groups.flatMap((group) => group.paths);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) refuse({ where, part: "weightsManifest" }, "paths that stand once", describe(twice));
  if (typeof shards !== "object" || shards === null || isBytes(shards)) {
    throw new TensorError(where, {
      expected: "a list of Uint8Arrays, or an object of them by path",
      got: describe(shards),
      hint: isBytes(shards) ? "One file is a list of one." : "",
    });
  }
  const given = Array.isArray(shards)
    ? shards.map((bytes, i) => [paths[i] ?? "", bytes] as const)
    : Object.entries(shards);
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of given) {
    if (!isBytes(bytes))
      throw new TensorError(where, { expected: `a Uint8Array as ${describe(path)}`, got: describe(bytes) });
    files.set(path, bytes);
  }
  const missing = paths.filter((path) => !files.has(path));
  if (missing.length > 0 || given.length > paths.length) {
    throw new TensorError(where, {
      expected: `the files ${paths.map(describe).join(", ")}`,
      got: given.map(([path]) => describe(path)).join(", ") || "none",
      hint: "They stand beside model.json, under the paths of its weightsManifest.",
      code: "EVENKEEL_FILE",
    });
  }
  return files;
}

function joined(where: string, parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const bytes = allocate(
    where,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const kinds: Readonly<Record<WeightEntry["dtype"] | "uint8" | "uint16" | "float16", Kind>> = {
  float32: "f4",
  int32: "i4",
  bool: "b1",
  uint8: "u1",
  uint16: "u2",
  float16: "f2",
};

const kindOf = ({ dtype, quantisation }: WeightEntry): Kind => kinds[quantisation?.dtype ?? dtype];

const byteLength = (weight: WeightEntry): number => weight.count * widthOf(kindOf(weight));

/** A weight, with its numbers as they were before they were quantised, as near as that can be. */
function decoded(where: string, weight: WeightEntry, bytes: ReturnType<typeof copyOf>): Tensor {
  const { name, shape, dtype, quantisation } = weight;
  const stored = tensorFrom({ where, part: `the weight ${describe(name)}` }, kindOf(weight), shape, bytes);
  if (quantisation === null || quantisation.dtype === "float16") return dtype === "int32" ? stored.to("int32") : stored;
  const { scale, min } = quantisation;
  const data =
    dtype === "int32"
      ? Int32Array.from(stored.data, (value) => Math.round(value * scale + min))
      : Float32Array.from(stored.data, (value) => value * scale + min);
  return new Tensor(new NDArray(data, shape, dtype === "int32" ? "int32" : "float32"));
}
