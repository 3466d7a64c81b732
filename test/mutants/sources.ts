import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { root } from "./places.ts";

/** The files of src that are broken: all that is written by hand, and runs. */
export const sources: readonly string[] = globSync("src/**/*.ts", {
  cwd: root,
  ignore: ["src/kernels/assembly", "**/*.generated.ts", "**/index.ts", "src/single.ts"],
}).sort();

/** A function of src: the characters of its body, which is an expression where it has no braces. */
export interface Body {
  readonly start: number;
  readonly end: number;
  readonly isExpression: boolean;
}

/** The functions of a file, in order; an inner one after that which it is in. */
export function bodiesOf(file: string, text: string): Body[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Body[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const body = node.body as ts.Node;
      found.push({ start: body.getStart(source), end: body.getEnd(), isExpression: !ts.isBlock(body) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Where the functions of a file stand among those of all files. */
export interface Place {
  readonly first: number;
  readonly count: number;
  /** What the file was when they were counted. */
  readonly hash: string;
}

/** The place of each file's functions. */
export function places(): Record<string, Place> {
  let first = 0;
  const entries = sources.map((file): [string, Place] => {
    const text = readFileSync(root + file, "utf8");
    const place = { first, count: bodiesOf(file, text).length, hash: hashOf(text) };
    first += place.count;
    return [file, place];
  });
  return Object.fromEntries(entries);
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
