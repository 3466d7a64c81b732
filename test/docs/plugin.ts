import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { examplesIn, expectations, root } from "./examples.ts";

/** Which of the things that an example imports come from another copy of the library, by number. */
const mixes: Readonly<Record<string, (entry: string, i: number) => boolean>> = {
  example: () => false,
  "first-from-other": (_, i) => i === 0,
  "rest-from-other": (_, i) => i > 0,
  "entries-from-other": (entry) => entry !== "evenkeel",
};

/**
 * Loads `example:src/tensor/tensor.ts:12.ts` as a module: the example at that place, its expectations made assertions. With
 * another prefix some of its imports come from another copy of the library.
 */
export function docExamples(): Plugin {
  return {
    name: "doc-examples",
    resolveId: (id) => (Object.hasOwn(mixes, id.split(":", 1)[0]) ? id : undefined),
    load(id) {
      const [, prefix, file, line] = /^([\w-]+):(.*):(\d+)\.ts$/.exec(id) ?? [];
      if (prefix === undefined || !Object.hasOwn(mixes, prefix)) return undefined;
      const path = resolve(root, file);
      this.addWatchFile(path);
      const example = examplesIn(file, readFileSync(path, "utf8")).find((e) => e.line === Number(line));
      return example && instrument(mixed(example.code, mixes[prefix]));
    },
  };
}

/** An example with some of its imports from another copy, line by line as it was. */
function mixed(code: string, isOther: (entry: string, i: number) => boolean): string {
  let i = 0;
  return code.replace(/^import \{([^}]*)\} from "(evenkeel[^"]*)";/gm, (_, list: string, entry: string) => {
    const names = list.split(",").filter((name) => name.trim() !== "");
    const [mine, other] = [[] as string[], [] as string[]];
    for (const name of names) (!/^\s*type /.test(name) && isOther(entry, i++) ? other : mine).push(name);
    return `import {${mine.join()}} from "${entry}"; import {${other.join()}} from "other:${entry}";`;
  });
}

/**
 * Makes the expectations of an example assertions.
 *
 * @param code - an example, whose first line is empty.
 */
function instrument(code: string): string {
  const lines = code.split("\n");
  const expected = expectations(code);
  for (const [i, { line, length, text }] of expected.entries()) {
    lines.fill("", line + 1, line + length);
    lines[line] = `${lines[line].replace(/\/\/ =>.*$/, "")};__printed.expect(${i}, ${JSON.stringify(text)});`;
  }
  const runtime = JSON.stringify(resolve(root, "test/docs/printed.ts"));
  lines[0] = `import { printed as __make } from ${runtime}; const __printed = __make(), console = __printed.console;`;
  return `${lines.join("\n")}\n__printed.end(${expected.length});\nexport {};\n`;
}
