import { mkdirSync, writeFileSync } from "node:fs";
import MagicString from "magic-string";
import type { Plugin } from "vite";
import { placesFile, records, root } from "./places.ts";
import { bodiesOf, places } from "./sources.ts";

declare global {
  /** Which functions of src have run, by number, where that is recorded. */
  var touched: Uint8Array | undefined;
}

/** Makes each function of src say that it runs, for test/mutants/record.ts. */
export function marked(): Plugin {
  const known = places();
  const size = Object.values(known).reduce((sum, { count }) => sum + count, 0);
  mkdirSync(records, { recursive: true });
  writeFileSync(placesFile, JSON.stringify(known));
  return {
    name: "marked",
    enforce: "pre",
    transform(code, id) {
      const place = known[id.split("?")[0].replace(root, "")];
      if (place === undefined) return null;
      const text = new MagicString(code);
      text.prepend(`const $touched = globalThis.touched ??= new Uint8Array(${size});`);
      for (const [i, { start, end, isExpression }] of bodiesOf(id, code).entries()) {
        const mark = `$touched[${place.first + i}] = 1`;
        if (isExpression) text.appendRight(start, `(${mark}, `).appendLeft(end, ")");
        else text.appendRight(start + 1, `${mark};`);
      }
      return { code: text.toString(), map: text.generateMap({ hires: true }) };
    },
  };
}
