import type { Plugin } from "vite";
import { root } from "./places.ts";

/** A change to one place of a file of src: the characters from `start` to `end` become `text`. */
export interface Mutant {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Loads one file of src with the change that the variable MUTANT describes, and nothing otherwise; on disk it stays as it is. */
export function broken(): Plugin {
  return {
    name: "broken",
    enforce: "pre",
    transform(code, id) {
      if (process.env.MUTANT === undefined) return null;
      const { file, start, end, text }: Mutant = JSON.parse(process.env.MUTANT);
      return id.split("?")[0] === root + file
        ? { code: code.slice(0, start) + text + code.slice(end), map: null }
        : null;
    },
  };
}
