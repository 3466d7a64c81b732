import { isTensor } from "../base/brand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { freeAmong, type Run } from "./difference.ts";
import { tensorsWithin } from "./within.ts";

/** What a tensor shares with its views; null for what is none. */
export function memoryOf(x: unknown): object | null {
  return isTensor(x) ? (x as unknown as Tensor).array.memory : null;
}

/** Knows what a run may be made again with: numbers that are free, and tensors that are one with nothing else, for they are copied. */
export class Arguments {
  private readonly given: readonly unknown[];
  /** For each number the argument that it has to be like; −1 for as it was. */
  private readonly free: readonly number[];
  /** What is outside, by memory. */
  private readonly outside = new Set<object>();
  /** The memory of each argument that was the same in both calls, which may be outside as well. */
  private readonly same: readonly (object | null)[];

  /** @param earlier - what the run before, which was compared with this one, was given. */
  constructor({ recording, given }: Run, earlier: readonly unknown[]) {
    this.given = given;
    this.free = freeAmong(given, earlier);
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

  /** Whether the run may be made again with these, of the kinds that it was recorded with. */
  take(given: readonly unknown[]): boolean {
    return given.every((x, i) => {
      if (typeof x === "number") return Object.is(x, this.free[i] < 0 ? this.given[i] : given[this.free[i]]);
      const memory = memoryOf(x);
      return memory === null || (this.same[i] === null ? !this.outside.has(memory) : this.same[i] === memory);
    });
  }
}
