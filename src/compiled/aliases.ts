import { isTensor } from "../base/brand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Run } from "./difference.ts";
import { tensorsWithin } from "./within.ts";

/** What a tensor shares with its views; null for what is none. */
export function memoryOf(x: unknown): object | null {
  return isTensor(x) ? (x as unknown as Tensor).array.memory : null;
}

/** Knows which tensors may be arguments of a run that is made again: they are copied, and nothing else may be one with them. */
export class Aliases {
  /** What is outside, by memory. */
  private readonly outside = new Set<object>();
  /** The memory of each argument that was the same in both calls, which may be outside as well. */
  private readonly same: readonly (object | null)[];

  /** @param earlier - what the run before, which was compared with this one, was given. */
  constructor({ recording, given }: Run, earlier: readonly unknown[]) {
    this.same = given.map((x, i) => {
      const memory = memoryOf(x);
      return memory !== null && memory === memoryOf(earlier[i]) ? memory : null;
    });
    for (const { array, from } of recording.memories)
      if (from === "outside" && array !== null) this.outside.add(array.memory);
    for (const step of recording.steps) {
      if (step.kind === "gradient" && step.argument < 0) this.outside.add(step.leaf.array.memory);
      if (step.kind !== "call" || step.isPure) continue;
      for (const item of step.given)
        if (item.kind === "value") for (const { array } of tensorsWithin(item.value)) this.outside.add(array.memory);
    }
  }

  /** Whether the run may be made again with this as one of its arguments. */
  mayBe(x: unknown, argument: number): boolean {
    const memory = memoryOf(x);
    const same = this.same[argument];
    return memory === null || (same === null ? !this.outside.has(memory) : same === memory);
  }
}
