import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../docs/examples.ts";

// What makes a test pass that says nothing. That each can fail at all is seen by `npm run inverted`.

const sources = globSync("test/**/*.ts", { cwd: root, ignore: ["**/node_modules", "test/bench"] })
  .sort()
  .map((file) => ts.createSourceFile(file, readFileSync(resolve(root, file), "utf8"), ts.ScriptTarget.Latest, true));

/** Where the nodes that a rule finds stand, as `file:line`. */
function places(rule: (node: ts.Node) => boolean): string[] {
  return sources.flatMap((source) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (rule(node)) {
        found.push(`${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

const isExpect = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "expect";

function contains(node: ts.Node, rule: (inner: ts.Node) => boolean): boolean {
  return rule(node) || ts.forEachChild(node, (child) => contains(child, rule)) === true;
}

test("no case has the name __proto__ in an object literal, where it is no property", () => {
  const isPrototype = (node: ts.Node) =>
    ts.isPropertyAssignment(node) &&
    !ts.isComputedPropertyName(node.name) &&
    /^["']?__proto__["']?$/.test(node.name.getText());
  expect(places(isPrototype)).toEqual([]);
});

test("no expectation is of one thing or another, of which one may always hold", () => {
  const isAlternative = (node: ts.Node) =>
    isExpect(node) &&
    node.arguments.some((x) => ts.isBinaryExpression(x) && x.operatorToken.kind === ts.SyntaxKind.BarBarToken);
  expect(places(isAlternative)).toEqual([]);
});

test("no expectation stands where its failure is caught", () => {
  const isSwallowed = (node: ts.Node) =>
    ts.isTryStatement(node) &&
    node.catchClause !== undefined &&
    contains(node.tryBlock, isExpect) &&
    !contains(node.catchClause.block, (inner) => ts.isThrowStatement(inner) || isExpect(inner));
  expect(places(isSwallowed)).toEqual([]);
});

test("no test is skipped, or alone", () => {
  const isMarked = (node: ts.Node) =>
    ts.isPropertyAccessExpression(node) &&
    ["skip", "only", "todo", "fails"].includes(node.name.text) &&
    /^(test|it|describe|bench)\b/.test(node.expression.getText());
  expect(places(isMarked)).toEqual([]);
});

test("no gradient is checked without an expectation", () => {
  const isCheck = (node: ts.Node) => ts.isCallExpression(node) && /^grad(grad)?check$/.test(node.expression.getText());
  const isBare = (node: ts.Node) => isCheck(node) && ts.isExpressionStatement(node.parent);
  expect(places(isBare)).toEqual([]);
});
