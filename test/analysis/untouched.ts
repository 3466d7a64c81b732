import { defaultGenerator, Generator, NDArray, type nn, type optim, Tensor } from "evenkeel";
import { expect } from "vitest";

type AnyOptimizer = Pick<optim.SGD, "stateDict">;

/** The parameters and buffers of a model, its modes and generators, and the optimiser, as plain data. */
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

/** One place in what a model holds: which object is there, and what its bits are. */
interface Place {
  readonly path: string;
  readonly value: unknown;
  readonly bits: string;
}

/**
 * All that an analysis has to leave as it was, place by place: every field, of a module or of whatever it holds, in its order;
 * objects, and numbers bit for bit; versions, gradients, modes, hooks, and generators.
 */
function everything(model: nn.Module, optimizer?: AnyOptimizer): Place[] {
  const places: Place[] = [{ path: "default generator", value: defaultGenerator, bits: bitsOf(defaultGenerator) }];
  const seen = new Set<unknown>();
  const look = (path: string, value: unknown): void => {
    const place = { path, value, bits: bitsOf(value) };
    places.push(place);
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map) {
      [...value].forEach(([key, held], i) => {
        look(`${path} key ${i}`, key);
        look(`${path} at ${i}`, held);
      });
    }
    if (value instanceof Set) [...value].forEach((held, i) => void look(`${path} with ${i}`, held));
    if (ArrayBuffer.isView(value) || value instanceof Generator || value instanceof NDArray) return;
    if (value instanceof Tensor) look(`${path}.grad`, value.grad);
    for (const name of Reflect.ownKeys(value)) {
      if (Reflect.getOwnPropertyDescriptor(value, name)?.get !== undefined) continue;
      if (value instanceof Tensor && name === "node") look(`${path}.node`, value.node === null);
      else look(`${path}.${String(name)}`, Reflect.get(value, name));
    }
  };
  look("model", model);
  look("optimizer", optimizer?.stateDict());
  return places;
}

/** What an object is in itself, as one string. */
function bitsOf(value: unknown): string {
  if (value instanceof NDArray) return `${bytesOf(value.data)} in version ${value.version}`;
  if (value instanceof Generator) return bytesOf(value.getState());
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  return typeof value === "object" && value !== null ? Reflect.ownKeys(value).map(String).join() : "";
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  new Uint8Array(buffer, byteOffset, byteLength).join();

/** Fails unless all is as it was. */
function expectSame(after: readonly Place[], before: readonly Place[]): void {
  expect(after.map(({ path }) => path)).toEqual(before.map(({ path }) => path));
  const copied = (path: string) => path.startsWith("optimizer");
  before.forEach(({ path, value, bits }, i) => {
    const isSame = copied(path) && typeof value === "object" ? true : Object.is(after[i].value, value);
    if (!isSame) expect.fail(`${path} is another object, or number: ${String(after[i].value)} for ${String(value)}`);
    if (after[i].bits !== bits) expect.fail(`${path} has changed`);
  });
}

/** Runs an analysis, and fails unless it leaves everything as it was, also when it throws. */
export function expectUntouched<T>(model: nn.Module, run: () => T, optimizer?: AnyOptimizer): T {
  const before = everything(model, optimizer);
  try {
    return run();
  } finally {
    expectSame(everything(model, optimizer), before);
  }
}
