/**
 * What `console.log` prints, as Node does and the documentation's tests compare it: node-inspect-extracted is Node's own code for it,
 * kept up with Node, and knows how tensors and modules say that they are printed.
 */
import { format, inspect } from "node-inspect-extracted";

type Print = (...values: unknown[]) => void;

/** The methods of a console that print, each into `say`. */
export function printed(say: (text: string) => void): Readonly<Record<string, Print>> {
  const print: Print = (...values) => say(format(...values));
  return { log: print, info: print, debug: print, warn: print, error: print, dir: (value) => say(inspect(value)) };
}

export const textOf = (value: unknown): string => inspect(value);
