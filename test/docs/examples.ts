import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";

/** The repository's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** One piece of example code: a ```ts block of a Markdown page or of a docstring. */
export interface Example {
  /** The file it stands in, relative to the repository. */
  readonly file: string;
  /** The line of its opening fence, counted from 1. */
  readonly line: number;
  /** The code, below as many empty lines as make its line numbers those of the file. */
  readonly code: string;
  /** Whether it runs; ```ts no-run is only type-checked. */
  readonly runs: boolean;
}

/** The files whose examples are checked, relative to the repository. */
export function documented(): string[] {
  return globSync(["*.md", "docs/**/*.md", "examples/**/*.md", "skills/**/*.md", "src/**/*.ts"], {
    cwd: root,
    // Notebooks are run as such, cell after cell: `npm run notebooks`.
    ignore: ["examples/notebooks"],
  }).sort();
}

/** The examples in `text`, the content of `file`. */
export function examplesIn(file: string, text: string): Example[] {
  const examples: Example[] = [];
  const lines = file.endsWith(".ts") ? docstringLines(text) : text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const [, indent, language, info] = /^(\s*)```(\w*)(.*)$/.exec(lines[i]) ?? [];
    if (indent === undefined) continue;
    const end = lines.findIndex((line, j) => j > i && line.trim() === "```");
    if (end < 0) throw new Error(`${file}:${i + 1}: this block has no end.`);
    if (language === "ts") {
      const body = lines.slice(i + 1, end).map((line) => line.replace(indent, ""));
      examples.push({ file, line: i + 1, code: "\n".repeat(i + 1) + body.join("\n"), runs: !/\bno-run\b/.test(info) });
    }
    i = end;
  }
  return examples;
}

/** What an example says that it prints. */
export interface Expectation {
  /** The line on which it begins, counted from 0, and how many lines it takes. */
  readonly line: number;
  readonly length: number;
  readonly text: string;
}

/**
 * The expectations of an example. `// => 3` stands behind a `console.log` or below it, and is what Node prints; the comment
 * lines that follow it are the further lines of what is printed.
 */
export function expectations(code: string): Expectation[] {
  const lines = code.split("\n");
  const found: Expectation[] = [];
  for (let i = 0; i < lines.length; i++) {
    const first = /\/\/ =>(.*)$/.exec(lines[i])?.[1].trim();
    if (first === undefined) continue;
    const texts = first === "" ? [] : [first];
    const line = i;
    while (/^\s*\/\//.test(lines[i + 1] ?? "")) texts.push(lines[++i].replace(/^\s*\/\/ ?/, "").trimEnd());
    found.push({ line, length: i + 1 - line, text: texts.join("\n") });
  }
  return found;
}

/** Every `@example` in `text` that is not followed by a ```ts block, as `file:line`. */
export function unfencedExamples(file: string, text: string): string[] {
  const lines = docstringLines(text);
  return lines.flatMap((line, i) =>
    /^@example\b/.test(line) && !/^```ts\b/.test(lines[i + 1] ?? "") ? [`${file}:${i + 1}`] : [],
  );
}

/** The lines of a source file, with the margin taken from those in docstrings and all others left empty. */
function docstringLines(text: string): string[] {
  let inside = false;
  return text.split("\n").map((line) => {
    if (!inside) {
      inside = /^\s*\/\*\*(?!.*\*\/)/.test(line);
      return "";
    }
    inside = !line.includes("*/");
    return inside ? line.replace(/^\s*\* ?/, "") : "";
  });
}

/** Every example of the repository. */
export function examples(): Example[] {
  return documented().flatMap((file) => examplesIn(file, readFileSync(resolve(root, file), "utf8")));
}

/** Where an example stands: `src/tensor/tensor.ts:12`. */
export function place({ file, line }: Example): string {
  return `${file}:${line}`;
}
