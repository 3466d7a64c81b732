import { TensorError } from "../../base/errors.ts";
import type { FileNode, FileTensor } from "../onnx/decode.ts";
import { ConstantTable } from "./constants.ts";

/** The names in the source that is written, of what has names in the file. */
export class Scope {
  readonly constants: ConstantTable;
  private readonly names = new Map<string, string>();

  constructor(constants: readonly FileTensor[]) {
    this.constants = new ConstantTable(constants);
  }

  /** A name in the source for what the file calls so. */
  declare(name: string): string {
    const own = `x${this.names.size}`;
    this.names.set(name, own);
    return own;
  }

  /** The name in the source of an array. */
  array(name: string): string {
    return this.names.get(name) ?? this.constants.array(name);
  }

  /** The only number of an array, in words of the source. */
  number(name: string): string {
    return this.constants.numbers(name)?.[0] ?? `${this.array(name)}.data[0]`;
  }

  /** The numbers of an array as a list, in words of the source. */
  list(name: string): string {
    const known = this.constants.numbers(name);
    return known === null ? `[...${this.array(name)}.data]` : `[${known.join(", ")}]`;
  }
}

/** Says that an operator is not written. */
export function refuseNode({ type }: FileNode, expected: string): never {
  throw new TensorError("exportStandalone", { expected, got: `the operator ${type}` });
}
