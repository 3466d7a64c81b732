import { arrays } from "./arrays.ts";
import { layers } from "./layers.ts";
import { lines } from "./lines.ts";

/**
 * What a module that is written may need, by name, as the source of functions that call one another. An array is
 * `{ data, shape }`, row-major; whole numbers of 64 bits lie in a Float64Array.
 */
const helpers: Readonly<Record<string, string>> = { ...arrays, ...lines, ...layers };

/** The sources of all that some source names, and of what they name in turn. */
export function helpersFor(source: string): string[] {
  const found = new Set<string>();
  const look = (text: string): void => {
    for (const [word] of text.matchAll(/(?<![.\w])[a-zA-Z]+/g)) {
      if (found.has(word) || !Object.hasOwn(helpers, word)) continue;
      found.add(word);
      look(helpers[word]);
    }
  };
  look(source);
  return Object.keys(helpers).flatMap((name) => (found.has(name) ? [helpers[name]] : []));
}
