import { describe, show, TensorError } from "../../base/errors.ts";
import { Sequential } from "../../nn/layers/sequential.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isWhole, type Place, refuse } from "../bytes/checks.ts";
import type { Json } from "../bytes/json.ts";
import { layers } from "./layers.ts";
import { type JsonObject, listOf, objectOf, readModelJson } from "./manifest.ts";
import { type TensorFlowJsShards, weightsOf } from "./tensorFlowJsWeights.ts";

const where = "fromTensorFlowJs";

/**
 * A TensorFlow.js layers model as a {@link Sequential}: what `model.save` and the converter for Keras write, of the layers
 * `Dense`, `BatchNormalization` of features, `Activation`, `ReLU`, `LeakyReLU`, `ELU`, `Softmax`, `Dropout` and `Flatten`. An
 * activation that is an option there is a layer of its own here. Batch norm keeps its epsilon and its running variance, which
 * is the biased one; where training goes on, `momentum` is the share of the new batch, and the variance that is averaged from
 * then on the unbiased one, as everywhere here.
 *
 * @param json - `model.json`, as text or bytes.
 * @param shards - its binary files, in the order of `weightsManifest`, or an object of them by the paths there.
 * @returns a model in training mode, as all are that are made; `eval()` it to predict.
 * @throws TensorError with the code `EVENKEEL_FILE` for what is no such file, graph models, models that are no chain of layers,
 * and layers and options that are not known, by name. Nothing is made then.
 * @see TensorFlow.js `tf.loadLayersModel`. {@link tensorFlowJsWeights} reads the weights of every model.
 *
 * @example
 * ```ts
 * import { ones } from "evenkeel";
 * import { fromTensorFlowJs } from "evenkeel/io";
 *
 * const dense = { name: "d", units: 1, activation: "relu", use_bias: false, batch_input_shape: [null, 2] };
 * const json = JSON.stringify({
 *   modelTopology: { class_name: "Sequential", config: { layers: [{ class_name: "Dense", config: dense }] } },
 *   weightsManifest: [{ paths: ["a.bin"], weights: [{ name: "d/kernel", shape: [2, 1], dtype: "float32" }] }],
 * });
 * const model = fromTensorFlowJs(json, [new Uint8Array(new Float32Array([2, 3]).buffer)]);
 * console.log(model.eval().forward(ones([1, 2])).toArray()); // => [ [ 5 ] ]
 * ```
 */
export function fromTensorFlowJs(json: string | Uint8Array, shards: TensorFlowJsShards): Sequential {
  const file = readModelJson(where, json);
  const given = layersOf(file);
  const tensors = weightsOf(where, file, shards);
  const used = new Set<string>();
  const known = layers();
  const unknown = new Set(given.map(({ kind }) => kind).filter((kind) => !Object.hasOwn(known, kind)));
  if (unknown.size > 0) {
    throw new TensorError(where, {
      expected: `layers among ${Object.keys(known).join(", ")}`,
      got: [...unknown].map(describe).join(", "),
      hint: "Build the network here, and fill it by tensorFlowJsWeights; images are [n, channels, height, width] here.",
      code: "EVENKEEL_FILE",
    });
  }
  let shape = inputShape(given);
  const modules = given.flatMap(({ name, kind, config }): readonly Module[] => {
    const place = { where, part: `the layer ${describe(name)}` };
    const weight = (part: string, ndim: number) => weightNamed(place, tensors, used, `${name}/${part}`, ndim);
    const made = known[kind]({ place, name, kind, config, shape, weight });
    shape = made.shape;
    return made.modules;
  });
  const left = Object.keys(tensors).filter((name) => !used.has(name));
  if (left.length > 0)
    refuse({ where, part: "weightsManifest" }, "weights of these layers", left.map(describe).join(", "));
  return new Sequential(...modules);
}

/** A layer of the topology. */
interface Layer {
  readonly name: string;
  readonly kind: string;
  readonly config: JsonObject;
}

/** The layers of a chain, in their order. */
function layersOf(file: JsonObject): readonly Layer[] {
  const place = { where, part: "modelTopology" };
  const given = file.get("modelTopology");
  if (file.get("format") === "graph-model" || (given instanceof Map && given.has("node"))) {
    refuse(place, "a layers model", "a graph model", "tensorFlowJsWeights reads its weights.");
  }
  const topology = objectOf(place, given, "it");
  const model = objectOf(place, topology.get("model_config") ?? topology, "its model_config");
  const kind = model.get("class_name");
  if (kind !== "Sequential") refuse(place, "a Sequential", describe(kind));
  const config = model.get("config");
  const list = Array.isArray(config) ? config : objectOf(place, config, "its config").get("layers");
  return listOf(place, list, "layers").map((layer) => {
    const fields = objectOf(place, layer, "a layer");
    const type = fields.get("class_name");
    const own = objectOf(place, fields.get("config"), `the config of a layer ${describe(type)}`);
    const name = own.get("name");
    if (typeof type !== "string" || typeof name !== "string") {
      return refuse(place, "layers with a class_name and a name", `${describe(type)} and ${describe(name)}`);
    }
    return { name, kind: type, config: own };
  });
}

/** The shape of an example, which the first layer says. */
function inputShape(given: readonly Layer[]): readonly number[] {
  const place = { where, part: "modelTopology" };
  const [first] = given;
  const shape = first?.config.get("batch_input_shape") ?? first?.config.get("batch_shape");
  const [, ...sizes] = listOf(place, shape, "the batch_input_shape of the first layer");
  return sizes.map((size: Json) => {
    if (size === null) return -1;
    return isWhole(size) ? size : refuse(place, "sizes that are whole numbers", describe(size));
  });
}

/** A weight by its name, which may stand behind that of the model. */
function weightNamed(
  place: Place,
  tensors: Readonly<Record<string, Tensor>>,
  used: Set<string>,
  name: string,
  ndim: number,
): Tensor {
  const found = Object.keys(tensors).find((own) => own === name || own.endsWith(`/${name}`));
  if (found === undefined) return refuse(place, `a weight ${describe(name)}`, "none");
  used.add(found);
  const x = tensors[found];
  if (x.dtype !== "float32" || x.ndim !== ndim) {
    refuse(place, `${describe(name)} to be float32 of ${ndim} dimensions`, `${x.dtype} ${show(x.shape)}`);
  }
  return x;
}
