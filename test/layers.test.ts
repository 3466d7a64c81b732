import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/** What may read or write the `.data` of an array: everyone else goes through kernels and tensors. */
const mayTouchData = /^(kernels|random|testing|analysis)\/|^(print|tensor|create|factories|sample)\.ts$/;

/** What may have more than 250 lines of code: a table of contents. */
const mayBeLong = ["tensor.ts"];

const src = fileURLToPath(new URL("../src/", import.meta.url));
const files = globSync(["**/*.ts", "!kernels/assembly/**", "!**/*.generated.ts"], { cwd: src })
  .sort()
  .map((name) => {
    const text = readFileSync(src + name, "utf8");
    return { name, text, source: ts.createSourceFile(name, text, ts.ScriptTarget.Latest) };
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

  test("are made of files of at most 250 lines of code", () => {
    const offenders = files.filter(({ name, text }) => !mayBeLong.includes(name) && linesOfCode(text) > 250);
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });
});

/** Lines that are neither empty nor documentation. */
function linesOfCode(text: string): number {
  const code = text.replace(/\/\*\*[\s\S]*?\*\//g, "");
  return code.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;
}
