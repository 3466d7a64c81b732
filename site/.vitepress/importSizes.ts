import { readFileSync } from "node:fs";
import { bundle, packedSize } from "../../scripts/check/size/bundle.mjs";
import { fileOf, pages } from "../../scripts/docs/site/pages.ts";

/** What a program imports, if all of it is the library's, as a module that hands it on: sources are alike where imports are. */
function importsOf(code: string): string | undefined {
  const imports = [...code.matchAll(/^import \{([^}]*)\} from "([^"]*)";$/gm)].map(([, list, from]) => ({
    from,
    names: list
      .split(",")
      .map((name) => name.trim().replace(/ as .*/, ""))
      .filter((name) => name !== "" && !name.startsWith("type ")),
  }));
  const all = code.match(/^import /gm)?.length ?? 0;
  if (all === 0 || all > imports.length || imports.some(({ from }) => !/^evenkeel(\/|$)/.test(from))) return undefined;
  const lines = imports.flatMap(({ from, names }) => names.map((name) => ({ from, name })));
  return lines
    .sort((a, b) => (`${a.from} ${a.name}` < `${b.from} ${b.name}` ? -1 : 1))
    .map(({ from, name }, i) => `export { ${name} as n${i} } from "${from}";`)
    .join("\n");
}

const programs = [readFileSync(fileOf("README.md"), "utf8"), ...pages().map(({ text }) => text)].flatMap((text) =>
  [...text.matchAll(/^```ts\b.*\n([\s\S]*?)^```$/gm)].map(([, code]) => code),
);

/** Kilobytes of each set of imports, as scripts/check/size measures them. */
const sizes = new Map<string, number>();
await Promise.all(
  [...new Set(programs.map(importsOf))].map(async (source) => {
    // What runs in Node alone is in no bundle for a page.
    if (source === undefined || source.includes("evenkeel/io/node")) return;
    sizes.set(source, packedSize(await bundle(source)));
  }),
);

/** How many kilobytes a program's imports are, minified and gzipped, if all are the library's and the program stands in a guide. */
export const importSize = (code: string): number | undefined => sizes.get(importsOf(code) ?? "");
