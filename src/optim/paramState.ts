import type { Tensor } from "../tensor/tensor.ts";

/** What an optimiser keeps of one parameter, under PyTorch's names. */
export type ParamState = Record<string, Tensor>;
