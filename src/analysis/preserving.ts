import { enableGrad } from "../autograd/gradMode.ts";
import { kernels } from "../kernels/index.ts";
import type { Module } from "../nn/module.ts";
import { defaultGenerator, type Generator, isGenerator } from "../random/generator.ts";
import type { Tensor } from "../tensor.ts";

/** Which statistics batch norm uses during an analysis: those of the batch, or the running ones. */
export type BatchNormMode = "batch" | "running";

export interface PreservingOptions {
  /** Which statistics batch norm uses. Default: as the modules are. */
  readonly batchNorm?: BatchNormMode;
}

/**
 * Runs `fn` with the model on memory of its own, gradients enabled, and puts everything back, also when it throws:
 * parameters, buffers, gradients, training modes and generators are bit for bit as before, and so are their versions, so
 * that a loss computed earlier can still be differentiated. What `fn` does in place happens to copies.
 */
export function preserving<T>(model: Module, fn: () => T, { batchNorm }: PreservingOptions = {}): T {
  const modules = model.namedModules().map(([, module]) => module);
  const tensors = [...model.namedParameters(), ...model.namedBuffers()].map(([, tensor]) => keepTensor(tensor));
  const modes = modules.map((module) => module.training);
  const generators = [...new Set([defaultGenerator, ...modules.flatMap(generatorsOf)])];
  const states = generators.map((generator) => generator.getState());
  try {
    for (const module of modules) {
      if (batchNorm !== undefined && hasRunningStatistics(module)) module.training = batchNorm === "batch";
    }
    return enableGrad(fn);
  } finally {
    for (const tensor of tensors) tensor.restore();
    modules.forEach((module, i) => {
      module.training = modes[i];
    });
    generators.forEach((generator, i) => {
      generator.setState(states[i]);
    });
  }
}

/**
 * Puts a tensor, and its gradient, on copies of their memory, until it is restored. A gradient that stayed where it is could
 * be cleared meanwhile, and its memory have another owner by the time it is put back.
 */
function keepTensor(tensor: Tensor): { restore(): void } {
  const { array, requiresGrad } = tensor;
  const gradient = tensor.grad;
  tensor.array = kernels().copy(array);
  if (gradient !== null) tensor.grad = gradient.detach().wrap(kernels().copy(gradient.array));
  return {
    restore() {
      tensor.array = array;
      if (tensor.requiresGrad !== requiresGrad) tensor.requiresGrad = requiresGrad;
      if (tensor.grad !== gradient) tensor.grad = gradient;
    },
  };
}

/** Whether a module normalises by statistics of the batch or by running ones, as it is trained or not. */
export function hasRunningStatistics(module: Module): boolean {
  return "runningMean" in module && ("runningVar" in module || "runningNorm" in module);
}

/** The generators that an object, such as a module or a loader, has as fields. */
export function generatorsOf(object: object): Generator[] {
  return Object.values(object).filter(isGenerator);
}
