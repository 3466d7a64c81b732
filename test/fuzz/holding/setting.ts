import type { HookHandle, nn, optim, Tensor } from "evenkeel";
import type { Copy } from "./copies.ts";
import type { Holdings } from "./held.ts";
import type { Kind } from "./kinds.ts";

/** What a program throws where a user's own code might. */
export const fault = new Error("a fault of the program's");

/** What the lines of a program work on. */
export interface Program {
  readonly random: () => number;
  /** A whole number from 0 to below `n`. */
  readonly below: (n: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly chance: (p: number) => boolean;
  /** A copy of the package: in a program that mixes two, either. */
  readonly copy: () => Copy;
  readonly did: (kind: Kind) => void;
  readonly holdings: Holdings;
  readonly models: readonly nn.Sequential[];
  readonly optimizers: readonly optim.Optimizer[];
  readonly x: Tensor;
  readonly classes: number;
  readonly labels: Tensor;
  readonly draw: (shape: readonly number[]) => Tensor;
  readonly handles: HookHandle[];
  /** Tensors, graphs and states of earlier steps. */
  readonly across: Map<string, Tensor>;
  readonly states: Map<string, Record<string, Tensor>>;
  /** Whether it uses the plain loops only. */
  readonly loops: boolean;
  readonly isThreaded: boolean;
}

/** Runs a line; a fault of the program's own ends it, and so does a refusal of what has changed in place since. */
export async function attempt({ did, holdings }: Program, line: () => Promise<void>): Promise<void> {
  try {
    await line();
  } catch (error) {
    if (error === fault) return;
    if (!(error instanceof Error && /got .+ changed in place/.test(error.message))) throw error;
    did("refuses what has changed in place");
    holdings.computed.push(Float64Array.of(0));
  }
}
