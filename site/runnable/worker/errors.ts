import type { RunError } from "../messages.ts";
import { NotRunError } from "./compile.ts";
import { textOf } from "./printed.ts";

/** An error as a reader is told of it, with its line in the block that ran last, if it went through it. */
export function told(error: unknown, addresses: readonly { readonly address: string }[]): RunError {
  if (error instanceof NotRunError) return { name: error.name, message: error.message, line: error.line };
  if (!(error instanceof Error)) return { name: "Thrown", message: textOf(error), line: null };
  const { name, message, stack = "" } = error;
  return { name, message, line: lineIn(stack, addresses.at(-1)?.address) };
}

/** The first line of a stack that is in the module at an address. */
function lineIn(stack: string, address: string | undefined): number | null {
  if (address === undefined) return null;
  const at = stack.indexOf(`${address}:`);
  return at < 0 ? null : Number.parseInt(stack.slice(at + address.length + 1), 10);
}
