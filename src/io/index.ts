/**
 * Files: tensors and models that other programs read, and theirs read here; and checkpoints, from which a training run that
 * was stopped goes on. Everything is bytes in memory, or comes as a stream; `evenkeel/io/node` writes files.
 * @module evenkeel/io
 */

export type { ByteSource } from "./bytes/byteReader.ts";
export type { Bytes } from "./bytes/bytes.ts";
export {
  type CheckpointParts,
  type LoadedCheckpoint,
  loadCheckpoint,
  type Stateful,
  saveCheckpoint,
} from "./checkpoint/checkpoint.ts";
export { fromNpy, toNpy } from "./numpy/npy.ts";
export { readNpz, toNpz } from "./numpy/npz.ts";
export { type ExportOnnxOptions, exportOnnx } from "./onnx/exportOnnx.ts";
export { type ReadOptions, readSafetensors } from "./safetensors/readSafetensors.ts";
export {
  fromSafetensors,
  type Safetensors,
  type SafetensorsOptions,
  toSafetensors,
} from "./safetensors/safetensors.ts";
export { writeSafetensors } from "./safetensors/writeSafetensors.ts";
