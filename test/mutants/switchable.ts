import ts from "typescript";
import type { Mutant } from "./broken.ts";

/** Where the number of the mutant that is on stands while tests run. */
const switchName = "$switch";

/** What a switched mutant is tried with. */
export interface Switch {
  /** The number of the mutant that is on; none is −1. */
  on: number;
  /** Says that the place of the mutant is reached: true, or an error where that goes on for too long. */
  hit(): true;
}

declare global {
  var $switch: Switch | undefined;
}

/** A place of a file that is one expression, and what its mutants make of it, by their numbers. */
type Choices = Map<ts.Node, { readonly id: number; readonly text: string }[]>;

/**
 * Whether a mutant can be turned on while the library is loaded: it stands in a function, and in an expression in whose place
 * another may stand.
 *
 * @returns the expression that is chosen, or null.
 */
function chosenAt(source: ts.SourceFile, { start, end }: Mutant): ts.Expression | null {
  let node = innermost(source, start, end);
  // An operator and the name of a method are no expressions: what they are in is.
  if (ts.isToken(node) && ts.isBinaryExpression(node.parent) && node.parent.operatorToken === node) node = node.parent;
  if (ts.isIdentifier(node) && ts.isPropertyAccessExpression(node.parent) && ts.isCallExpression(node.parent.parent))
    node = node.parent.parent;
  if (!ts.isExpression(node) || isName(node) || isLinkOfChain(node) || isTarget(node)) return null;
  return isInFunction(node) ? (node as ts.Expression) : null;
}

function innermost(source: ts.SourceFile, start: number, end: number): ts.Node {
  let found: ts.Node = source;
  for (;;) {
    let inner: ts.Node | undefined;
    ts.forEachChild(found, (child) => {
      if (child.getStart(source) <= start && end <= child.getEnd()) inner = child;
    });
    if (inner === undefined) return found;
    found = inner;
    if (found.getStart(source) === start && found.getEnd() === end && !onlyWraps(found, source)) return found;
  }
}

/** Whether a node has one of the same extent within. */
function onlyWraps(node: ts.Node, source: ts.SourceFile): boolean {
  let wraps = false;
  ts.forEachChild(node, (child) => {
    if (child.getStart(source) === node.getStart(source) && child.getEnd() === node.getEnd()) wraps = true;
  });
  return wraps;
}

/** A number that names a property, or an element of an enumeration. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  return (ts.isPropertyAssignment(parent) && parent.name === node) || ts.isEnumMember(parent) || ts.isTypeNode(parent);
}

/** A part of `a?.b.c` that parentheses would end. */
function isLinkOfChain(node: ts.Node): boolean {
  return ts.isOptionalChain(node) && ts.isOptionalChain(node.parent) && node.parent.expression === node;
}

/** What is called with `new`, or assigned to. */
function isTarget(node: ts.Node): boolean {
  const { parent } = node;
  return (
    (ts.isNewExpression(parent) || ts.isTaggedTemplateExpression(parent)) &&
    "expression" in parent &&
    parent.expression === node
  );
}

/** Whether it runs when a function is called, not when its file is loaded. */
function isInFunction(node: ts.Node): boolean {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at.parent)) return true;
    if (ts.isPropertyDeclaration(at.parent))
      return at.parent.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) !== true;
  }
  return false;
}

/** Which of the mutants of a file can be turned on. */
export function switchable(text: string, mutants: readonly Mutant[]): boolean[] {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  return mutants.map((mutant) => chosenAt(source, mutant) !== null);
}

/** A file in which each mutant that can be turned on is, while the switch has its number: `first` is that of the first. */
export function withSwitches(text: string, mutants: readonly Mutant[], first: number): string {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const choices: Choices = new Map();
  for (const [i, mutant] of mutants.entries()) {
    const node = chosenAt(source, mutant);
    if (node === null) continue;
    const own = choices.get(node) ?? [];
    const from = node.getStart(source);
    own.push({
      id: first + i,
      text: text.slice(from, mutant.start) + mutant.text + text.slice(mutant.end, node.getEnd()),
    });
    choices.set(node, own);
  }
  const head = `const ${switchName} = globalThis.${switchName} ??= { on: -1, hit: () => true };`;
  const line = text.startsWith("#!") ? text.indexOf("\n") + 1 : 0;
  const whole = written(source, source, choices);
  return choices.size === 0 ? text : whole.slice(0, line) + head + whole.slice(line);
}

/** The text of a node, with the choices in it. */
function written(node: ts.Node, source: ts.SourceFile, choices: Choices): string {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  children.sort((a, b) => a.pos - b.pos);
  const isFile = node === source;
  let at = isFile ? 0 : node.getStart(source);
  let text = "";
  for (const child of children) {
    text += source.text.slice(at, child.getStart(source)) + written(child, source, choices);
    at = child.getEnd();
  }
  text += source.text.slice(at, isFile ? source.text.length : node.getEnd());
  for (const { id, text: broken } of choices.get(node) ?? [])
    text = `(${switchName}.on === ${id} && ${switchName}.hit() ? ${broken} : ${text})`;
  return text;
}
