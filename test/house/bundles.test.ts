import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { expect, test } from "vitest";

// A bundler leaves out what nobody names if making it can have no effect. It cannot know that of a call, unless that is
// marked `/* @__PURE__ */`, nor of an object with a computed key or with the elements of another.

/** What every program with a tensor has, for its methods name it; and the tables of ONNX, which whoever names one of them has whole. */
const inEveryBundle =
  /^(ops\/(compare|elementwise|gelu|indexing|linear|reduce)|random\/libm\/\w+|io\/onnx\/(nodes|operators)\/(elementwise|reduce))\.ts$/;

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const files = globSync(["**/*.ts", "!kernels/assembly/**", "!**/*.generated.ts"], { cwd: src }).filter(
  (name) => !inEveryBundle.test(name),
);

/** Calls that bundlers know. */
const known = /^(Symbol|Symbol\.for|Math\.sqrt)$/;

/** Whether a bundler has to keep an expression, for all that it knows. */
function isKept(node: ts.Expression, text: string): boolean {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return isKept(node.expression, text);
  }
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const isMarked = text.slice(node.getFullStart(), node.getStart()).includes("@__PURE__");
    return !isMarked && !known.test(node.expression.getText()) && !/^(Map|Set|WeakMap|WeakSet)$/.test(plainNew(node));
  }
  if (ts.isObjectLiteralExpression(node)) return node.properties.some((property) => isKeptProperty(property, text));
  if (ts.isArrayLiteralExpression(node)) return node.elements.some((element) => isKept(element, text));
  return ts.isSpreadElement(node);
}

/** The class of `new Map()`, which bundlers know too if nothing is given. */
const plainNew = (node: ts.CallExpression | ts.NewExpression): string =>
  ts.isNewExpression(node) && (node.arguments ?? []).length === 0 ? node.expression.getText() : "";

function isKeptProperty(property: ts.ObjectLiteralElementLike, text: string): boolean {
  if (ts.isSpreadAssignment(property)) return false; // of what is another's, the other's sake
  if (property.name !== undefined && ts.isComputedPropertyName(property.name)) return true;
  return ts.isPropertyAssignment(property) && isKept(property.initializer, text);
}

test.each(files)("%s has nothing that stays in a bundle where nobody names it", (name) => {
  const text = readFileSync(src + name, "utf8");
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const kept = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .filter(({ initializer }) => initializer !== undefined && isKept(initializer, text));
  expect(kept.map((declaration) => declaration.name.getText())).toEqual([]);
});
