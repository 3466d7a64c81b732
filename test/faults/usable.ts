import { createHash } from "node:crypto";
import { defaultGenerator, Generator, isGradEnabled, nn, optim, randn, type Tensor } from "evenkeel";
import { saveCheckpoint } from "evenkeel/io";
import { expect } from "vitest";
import { matrixOf, sizes } from "../fuzz/sizes.ts";

/** One of the sizes around the thresholds of the code: all of them are had by counting on. */
export const sizeAt = (i: number): number => sizes[i % sizes.length];

/** A model whose inner outputs have `size` numbers, its loss on one batch, and an optimiser that has moved. */
export function setting(size: number) {
  const [rows, hidden] = matrixOf(size);
  const generator = new Generator().manualSeed(1);
  const model = new nn.Sequential(
    new nn.Linear(3, hidden, { generator }),
    new nn.BatchNorm1d(hidden),
    new nn.Tanh(),
    new nn.Linear(hidden, 1, { generator }),
  );
  const x = randn([rows, 3], { generator });
  const loss = (): Tensor => model.forward(x).sub(1).square().mean();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  for (let step = 0; step < 2; step++) {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
  }
  return { model, x, loss, optimizer };
}

/** Five steps of training of a network of its own, as a hash of all that they leave. */
export function trainedHash(size: number): string {
  const { model, loss, optimizer } = setting(size);
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
  }
  return createHash("sha256").update(saveCheckpoint({ model, optimizer })).digest("hex");
}

/** All that a fault must not change: the model and its optimiser, gradients, the grad mode, random numbers, hooks. */
export function stateOf({ model, optimizer }: ReturnType<typeof setting>) {
  return {
    saved: createHash("sha256").update(saveCheckpoint({ model, optimizer })).digest("hex"),
    gradients: model.parameters().map(({ grad }) => (grad === null ? null : Array.from(grad.data))),
    training: model.namedModules().map(([, module]) => module.training),
    hooked: model.namedModules().map(([, module]) => module.forward !== Object.getPrototypeOf(module).forward),
    isGradEnabled: isGradEnabled(),
    generator: Buffer.from(defaultGenerator.getState()).toString("base64"),
  };
}

/** Fails unless the library trains as it did before the fault. */
export function expectUsable(size: number, before: string): void {
  expect(isGradEnabled()).toBe(true);
  expect(trainedHash(size)).toBe(before);
}
