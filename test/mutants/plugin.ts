import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** A change to one place of a file of src: the characters from `start` to `end` become `text`. */
export interface Mutant {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Loads one file of src with the change that the variable MUTANT describes, and nothing otherwise; on disk it stays as it is. */
export function mutant(): Plugin {
  const asked: Mutant | null = process.env.MUTANT === undefined ? null : JSON.parse(process.env.MUTANT);
  const path = asked && fileURLToPath(new URL(`../../${asked.file}`, import.meta.url)).replaceAll("\\", "/");
  return {
    name: "mutant",
    enforce: "pre",
    transform(code, id) {
      if (asked === null || id.split("?")[0] !== path) return null;
      return { code: code.slice(0, asked.start) + asked.text + code.slice(asked.end), map: null };
    },
  };
}
