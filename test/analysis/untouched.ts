import { defaultGenerator, Generator, type nn, type optim } from "evenkeel";
import { expect } from "vitest";

type AnyOptimizer = Pick<optim.SGD, "stateDict">;

/** All that an analysis has to leave as it was: numbers bit for bit, objects, versions, modes, hooks, generators. */
export function snapshot(model: nn.Module, optimizer?: AnyOptimizer): unknown {
  const tensors = [...model.namedParameters(), ...model.namedBuffers()].map(([name, x]) => ({
    name,
    array: x.array,
    bits: x.data.slice(),
    version: x.array.version,
    requiresGrad: x.requiresGrad,
    grad: x.grad,
    gradBits: x.grad?.data.slice() ?? null,
    gradVersion: x.grad?.array.version ?? null,
  }));
  const modules = model.namedModules().map(([name, module]) => ({
    name,
    training: module.training,
    fields: Reflect.ownKeys(module).map(String),
    forward: module.forward,
    generators: Object.values(module)
      .filter((value) => value instanceof Generator)
      .map((generator) => generator.getState()),
  }));
  return { tensors, modules, optimizer: optimizer?.stateDict(), generator: defaultGenerator.getState() };
}

/** Runs an analysis, and fails unless it leaves everything as it was, also when it throws. */
export function expectUntouched<T>(model: nn.Module, run: () => T, optimizer?: AnyOptimizer): T {
  const before = snapshot(model, optimizer) as { tensors: { array: unknown; grad: unknown }[] };
  try {
    return run();
  } finally {
    const after = snapshot(model, optimizer) as typeof before;
    expect(after).toEqual(before);
    after.tensors.forEach(({ array, grad }, i) => {
      expect(array).toBe(before.tensors[i].array);
      expect(grad).toBe(before.tensors[i].grad);
    });
  }
}
