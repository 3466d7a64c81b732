import { readFileSync } from "node:fs";
import ts from "typescript";
import type { Mutant } from "../../../test/mutants/broken.ts";
import { root } from "../../../test/mutants/places.ts";

/** What stands for what. */
const swapped = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
  [ts.SyntaxKind.QuestionQuestionToken, "&&"],
  [ts.SyntaxKind.PlusEqualsToken, "-="],
  [ts.SyntaxKind.MinusEqualsToken, "+="],
]);

/** Methods of tensors and kernels that are each other's opposites. */
const opposite: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  sin: "cos",
  cos: "sin",
  lt: "le",
  gt: "ge",
};

/** Every way to break a file of src in one place. */
export function mutantsOf(file: string): Mutant[] {
  return breaksOf(file, readFileSync(root + file, "utf8"));
}

/** Every way to break a text in one place; errors' texts and types are left alone, and documentation with them. */
export function breaksOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, replacement: string) => {
    found.push({ file, start: node.getStart(source), end: node.getEnd(), text: replacement });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isThrowStatement(node)) return;
    if (ts.isBinaryExpression(node)) {
      const other = swapped.get(node.operatorToken.kind);
      if (other !== undefined && !isMixed(node)) add(node.operatorToken, other);
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      ts.isCallExpression(node.parent) &&
      Object.hasOwn(opposite, node.name.text)
    ) {
      add(node.name, opposite[node.name.text]);
    }
    if (
      ts.isPrefixUnaryExpression(node) &&
      [ts.SyntaxKind.MinusToken, ts.SyntaxKind.ExclamationToken].includes(node.operator)
    ) {
      add(node, node.operand.getText(source));
    }
    if (ts.isNumericLiteral(node)) add(node, String(Number(node.text) + 1));
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    if (ts.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText(source)})`);
    if (ts.isIfStatement(node)) add(node.expression, `!(${node.expression.getText(source)})`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether `&&` in the place of `??` would stand beside another `??`, which the language refuses. */
function isMixed({ operatorToken, left, right, parent }: ts.BinaryExpression): boolean {
  if (operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken) return false;
  return [left, right, parent].some(
    (node) => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken,
  );
}

/** The place of a mutant in words that stay when lines move: the line itself, and what becomes of it. */
export function nameOf({ file, start, end, text }: Mutant): string {
  const source = readFileSync(root + file, "utf8");
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const to = source.indexOf("\n", end);
  return `${file}: ${(source.slice(from, start) + text + source.slice(end, to)).trim()}`;
}
