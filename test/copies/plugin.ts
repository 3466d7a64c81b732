import { dirname, resolve } from "node:path";
import type { Plugin } from "vite";
import { root } from "../docs/examples.ts";

const mark = "?other-copy";

/**
 * A second copy of the library in one process, as a package and its dependency may each have one: what is imported from
 * `other:evenkeel` and its entries shares no module with what is imported from `evenkeel`.
 */
export function otherCopy(): Plugin {
  return {
    name: "other-copy",
    enforce: "pre",
    resolveId(source, importer) {
      const [, entry] = /^other:evenkeel\/?(.*)$/.exec(source) ?? [];
      if (entry !== undefined) return `${resolve(root, "src", entry, "index.ts")}${mark}`;
      const isWithin = importer?.endsWith(mark) && source.startsWith(".");
      return isWithin ? `${resolve(dirname(importer as string), source)}${mark}` : undefined;
    },
  };
}
