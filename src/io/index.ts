/**
 * Files: tensors and models that other programs read, and theirs read here; and checkpoints, from which a training run that
 * was stopped goes on. Everything is bytes in memory, or comes as a stream; `evenkeel/io/node` writes files.
 * @module evenkeel/io
 */

export type { ByteSource } from "./bytes/byteReader.ts";
export type { Bytes } from "./bytes/bytes.ts";
export type { StoredDtype } from "./bytes/kinds.ts";
export type { ReadAs, ReadAsOptions } from "./bytes/readAs.ts";
export {
  type CheckpointParts,
  type LoadedCheckpoint,
  loadCheckpoint,
  type Stateful,
  saveCheckpoint,
} from "./checkpoint/checkpoint.ts";
export { fromNpy, toNpy } from "./numpy/npy.ts";
export { type NpzFile, openNpz, readNpz, toNpz } from "./numpy/npz.ts";
export { type ExportOnnxOptions, exportOnnx } from "./onnx/exportOnnx.ts";
export { fromOnnx } from "./onnx/fromOnnx.ts";
export { type ReadRowsOptions, readRows } from "./rows/readRows.ts";
export { type ReadOptions, readSafetensors } from "./safetensors/readSafetensors.ts";
export {
  fromSafetensors,
  type Safetensors,
  type SafetensorsOptions,
  toSafetensors,
} from "./safetensors/safetensors.ts";
export { writeSafetensors } from "./safetensors/writeSafetensors.ts";
export { exportStandalone } from "./standalone/exportStandalone.ts";
export type {
  HistogramCounts,
  HistogramEntry,
  ImageEntry,
  RowEntry,
  ScalarEntry,
  TensorBoardEntry,
  TextEntry,
} from "./tensorBoard/entry.ts";
export { type TensorBoardOptions, toTensorBoard } from "./tensorBoard/toTensorBoard.ts";
export { fromTensorFlowJs } from "./tensorFlowJs/fromTensorFlowJs.ts";
export { type TensorFlowJsShards, tensorFlowJsWeights } from "./tensorFlowJs/tensorFlowJsWeights.ts";
export { fromTorch, readTorch, type TorchFile, type TorchOptions } from "./torch/fromTorch.ts";
export { toTorch } from "./torch/toTorch.ts";
