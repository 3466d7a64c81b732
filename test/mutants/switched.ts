import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { mutantsOf } from "../../scripts/check/mutants/find.ts";
import { root } from "./places.ts";
import { sources } from "./sources.ts";
import { withSwitches } from "./switchable.ts";

/** The number of the first mutant of each file of src: those of the files before come before. */
export function firstNumbers(): Map<string, number> {
  let first = 0;
  return new Map(
    sources.map((file): [string, number] => {
      const own = first;
      first += mutantsOf(file).length;
      return [file, own];
    }),
  );
}

/** Loads src with all its mutants in it, each of which is on while `globalThis.$switch.on` is its number. */
export function switched(): Plugin {
  const numbers = firstNumbers();
  return {
    name: "switched",
    enforce: "pre",
    transform(_, id) {
      const file = id.split("?")[0].replace(root, "");
      const first = numbers.get(file);
      if (first === undefined) return null;
      return { code: withSwitches(readFileSync(root + file, "utf8"), mutantsOf(file), first), map: null };
    },
  };
}
