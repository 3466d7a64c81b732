import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { examplesIn, root } from "./examples.ts";

const prefix = "example:";

/** Loads `example:src/tensor.ts:12.ts` as a module: the example at that place, its expectations made assertions. */
export function docExamples(): Plugin {
  return {
    name: "doc-examples",
    resolveId: (id) => (id.startsWith(prefix) ? id : undefined),
    load(id) {
      const [, file, line] = /^example:(.*):(\d+)\.ts$/.exec(id) ?? [];
      if (file === undefined) return undefined;
      const path = resolve(root, file);
      this.addWatchFile(path);
      const example = examplesIn(file, readFileSync(path, "utf8")).find((e) => e.line === Number(line));
      return example && instrument(example.code);
    },
  };
}

/**
 * Makes the expectations of an example assertions. `// => 3` stands behind a `console.log` or below it, and is what
 * Node prints; the comment lines that follow it are the further lines of what is printed.
 *
 * @param code - an example, whose first line is empty.
 */
function instrument(code: string): string {
  const lines = code.split("\n");
  let count = 0;
  for (let i = 0; i < lines.length; i++) {
    const [, before, first] = /^(.*?)\/\/ =>(.*)$/.exec(lines[i]) ?? [];
    if (before === undefined) continue;
    const expected = first.trim() === "" ? [] : [first.trim()];
    lines[i] = before;
    while (/^\s*\/\//.test(lines[i + 1] ?? "")) {
      expected.push(lines[++i].replace(/^\s*\/\/ ?/, "").trimEnd());
      lines[i] = "";
    }
    lines[i] += `;__printed.expect(${count++}, ${JSON.stringify(expected.join("\n"))});`;
  }
  const runtime = JSON.stringify(resolve(root, "test/docs/printed.ts"));
  lines[0] = `import { printed as __make } from ${runtime}; const __printed = __make(), console = __printed.console;`;
  return `${lines.join("\n")}\n__printed.end(${count});\nexport {};\n`;
}
