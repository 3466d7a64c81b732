import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/** What may read or write the `.data` of an array: everyone else goes through kernels and tensors. */
const mayTouchData =
  /^(kernels|random|tensor|functions|compiled|testing|analysis|io)\/|^nn\/module\/keep\.ts$|^sweep\/worker\.ts$/;

/** What may use functions whose last bits differ between engines: the plain loops of what SIMD kernels do otherwise. */
const mayDiffer =
  /^((analysis|plot)\/.*|kernels\/(numbers\/scalar|reference\/(batchNorm|crossEntropy|elementwise|reduce))\.ts)$/;

/** Those functions of `Math`; the others, and arithmetic, are exact or rounded once everywhere. */
const differing = /^(a?(cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log1p|log2|log10|pow)$/;

/** What may have more than 250 lines of code: tables of contents. */
const mayBeLong = ["analysis/index.ts", "tensor/tensor.ts"];

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const files = globSync(["**/*.ts", "!kernels/assembly/**", "!**/*.generated.ts"], { cwd: src })
  .sort()
  .map((name) => {
    const text = readFileSync(src + name, "utf8");
    return { name, text, source: ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true) };
  });

/** The modules that remain imported once the types are erased. `import { type T }` remains, as an import for effect. */
function importedAtRunTime(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const erased =
      (ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(statement) && statement.isTypeOnly);
    const from =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? statement.moduleSpecifier : null;
    return from && ts.isStringLiteral(from) && !erased ? [from.text] : [];
  });
}

/** Whether some object's property `data` is read, written or taken apart. */
function touchesData(node: ts.Node): boolean {
  const touches =
    (ts.isPropertyAccessExpression(node) && node.name.text === "data") ||
    (ts.isBindingElement(node) && nameOf(node) === "data");
  return touches || ts.forEachChild(node, touchesData) === true;
}

/** Whether some number is made by a function of the engine's own: `Math.exp` and its kind, or `**` but of literals. */
function asksEngine(node: ts.Node): boolean {
  const isLiteral = (operand: ts.Expression): boolean =>
    ts.isNumericLiteral(operand) ||
    ts.isBigIntLiteral(operand) ||
    (ts.isPrefixUnaryExpression(operand) && isLiteral(operand.operand));
  const asks =
    (ts.isPropertyAccessExpression(node) && node.expression.getText() === "Math" && differing.test(node.name.text)) ||
    (ts.isVariableDeclaration(node) &&
      node.initializer?.getText() === "Math" &&
      ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => differing.test(nameOf(element) ?? ""))) ||
    (ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken &&
      !(isLiteral(node.left) && isLiteral(node.right))) ||
    (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken);
  return asks || ts.forEachChild(node, asksEngine) === true;
}

function nameOf({ propertyName, name }: ts.BindingElement): string | undefined {
  const key = propertyName ?? name;
  return ts.isIdentifier(key) ? key.text : undefined;
}

describe("the layers of src", () => {
  test("know tensors only as a type below the tensor", () => {
    const below = files.filter(({ name }) => /^(kernels|random|ops|autograd)\//.test(name));
    const offenders = below.filter(({ source }) =>
      importedAtRunTime(source).some((from) => /\/tensor\.ts$/.test(from)),
    );
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test("leave the numbers of an array to the kernels and the tensor", () => {
    const offenders = files.filter(({ name, source }) => !mayTouchData.test(name) && touchesData(source));
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test("compute the same bits in every engine", () => {
    const offenders = files.filter(({ name, source }) => !mayDiffer.test(name) && asksEngine(source));
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test("spread no list into arguments that a user may make long, of which a stack holds some ten thousands", () => {
    const spread = /^(?!\s*\/\/).*\b(Math\.(max|min|hypot)|push|unshift)\(\.\.\./m; // but in comments
    const offenders = files.filter(({ text }) => spread.test(text));
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test("are made of files of at most 250 lines of code", () => {
    const offenders = files.filter(({ name, text }) => !mayBeLong.includes(name) && linesOfCode(text) > 250);
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test("has two files that are in no folder", () => {
    expect(globSync("*.ts", { cwd: src }).sort()).toEqual(["index.ts", "single.ts"]);
  });

  test("has folders of at most sixteen files, as test, docs, scripts and site have", () => {
    const all = ["src", "test", "docs", "scripts", "site"].flatMap((folder) =>
      globSync(`${folder}/**`, { cwd: `${src}/..`, ignore: ["**/node_modules/**", "site/{pages,dist}/**"] }),
    );
    const counts = new Map<string, number>();
    for (const name of all) counts.set(posix.dirname(name), (counts.get(posix.dirname(name)) ?? 0) + 1);
    expect(all.length).toBeGreaterThan(500);
    expect([...counts].filter(([, count]) => count > 16)).toEqual([]);
  });

  test("imports in circles only what is said in docs/architecture.md, and only types", () => {
    const imports = new Map(files.map(({ name, source }) => [name, importedBy(name, source)]));
    const reached = (from: string): Set<string> => {
      const found = new Set(imports.get(from));
      for (const name of found) for (const next of imports.get(name) ?? []) found.add(next);
      return found;
    };
    const circular = [...imports.keys()].filter((name) => reached(name).has(name));
    const circles = new Set(
      circular.map((name) =>
        circular.filter((other) => reached(name).has(other) && reached(other).has(name)).join(" "),
      ),
    );
    const guide = readFileSync(new URL("../docs/architecture.md", `file://${src}`), "utf8");
    const said = [...guide.matchAll(/^\| `(\w+)` \| `([\w./]+)` \|/gm)].map(([, , file]) => file);
    expect(said.length).toBeLessThanOrEqual(3);
    expect(
      [...circles].map((circle) => said.find((file) => circle.split(" ").includes(file)) ?? circle).sort(),
    ).toEqual(said.sort());
  });
});

/** Every file of src that a file imports, types included. */
function importedBy(name: string, source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const from =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? statement.moduleSpecifier : undefined;
    return from && ts.isStringLiteral(from) && from.text.startsWith(".")
      ? [posix.join(posix.dirname(name), from.text)]
      : [];
  });
}

/** Lines that are neither empty nor documentation. */
function linesOfCode(text: string): number {
  const code = text.replace(/\/\*\*[\s\S]*?\*\//g, "");
  return code.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;
}
