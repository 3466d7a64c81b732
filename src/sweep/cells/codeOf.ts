import { TensorError } from "../../base/errors.ts";
import { builtin } from "./builtin.ts";
import { digestOf } from "./identity.ts";

/** How a module names another beside it: `from "./x.ts"`, `import("../x.js")`, `require("./x")`, `new URL("./x.js", …)`. */
const beside = /\b(?:from|import|require|URL)\s*\(?\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g;

/** What may be meant by a name without an ending, or by one that TypeScript gives to what it has not compiled yet. */
const readings = [
  (name: string) => name,
  (name: string) => name.replace(/\.([cm]?)js$/, ".$1ts"),
  (name: string) => `${name}.ts`,
  (name: string) => `${name}.js`,
  (name: string) => `${name}/index.ts`,
  (name: string) => `${name}/index.js`,
];

/**
 * What stands for the code of a cell: its file and all files beside it that it imports, wherever they lie. Packages are not looked
 * into; the version of this one is part of an identity by itself.
 */
export async function codeOf(where: string, cell: URL): Promise<string> {
  const text = await textOf(cell);
  if (text === null) {
    throw new TensorError(where, {
      expected: "the URL of a module as cell",
      got: `${cell.href.slice(0, 200)}, which cannot be read`,
      hint: 'Write new URL("./cell.js", import.meta.url).',
      code: "EVENKEEL_FILE",
    });
  }
  const texts = [text];
  const seen = new Set([cell.href]);
  // Grows while it is walked.
  const modules = [{ url: cell, text }];
  for (const module of modules) {
    for (const [, name] of module.text.matchAll(beside)) {
      const found = await firstOf(name, module.url, seen);
      if (found === null) continue;
      texts.push(found.text);
      modules.push(found);
    }
  }
  return digestOf(texts.join("\n\0\n"));
}

/** The file that is meant, if there is one that has not been seen. */
async function firstOf(name: string, from: URL, seen: Set<string>): Promise<{ url: URL; text: string } | null> {
  if (from.protocol === "data:") return null;
  for (const reading of readings) {
    const url = new URL(reading(name), from);
    if (seen.has(url.href)) return null;
    const text = await textOf(url);
    if (text === null) continue;
    seen.add(url.href);
    return { url, text };
  }
  return null;
}

/** The text of a module; null where there is none. */
async function textOf(url: URL): Promise<string | null> {
  try {
    const fs = url.protocol === "file:" ? builtin("node:fs") : null;
    if (fs !== null) return fs.readFileSync(url, "utf8");
    const response = await fetch(url);
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
