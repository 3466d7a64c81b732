// Twins: AssemblyScript cannot export a generic function. For each that the entry of the kernels offers, written `add<T>`, here
// are `addF32` and `addF64`, as the text of a file that is compiled beside it.
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";

/** The twins of the generic functions that a file of `root` exports, its own and those of others. */
export function twinsOf(root, entry) {
  const generics = [...genericsOf(root, entry)];
  const imports = generics.map(
    ({ name, from }) => `import { ${name} } from "./${posix.relative(posix.dirname(entry), from)}";`,
  );
  const functions = generics.flatMap(({ name, parameters, type, names }) =>
    ["f32", "f64"].map((precision) => {
      const call = `${name}<${precision}>(${names.join(", ")})`;
      return `export function ${name}${precision.toUpperCase()}(${parameters}): ${type} {\n  ${type === "void" ? "" : "return "}${call};\n}`;
    }),
  );
  return `${imports.join("\n")}\n\n${functions.join("\n\n")}\n`;
}

function* genericsOf(root, file, only = null) {
  const source = ts.createSourceFile(file, readFileSync(`${root}/${file}.ts`, "utf8"), ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const from = posix.join(posix.dirname(file), statement.moduleSpecifier.text);
      yield* genericsOf(root, from, statement.exportClause?.elements.map(({ name }) => name.text) ?? null);
    }
    if (!ts.isFunctionDeclaration(statement) || statement.typeParameters === undefined) continue;
    const name = statement.name.text;
    const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!isExported || (only !== null && !only.includes(name))) continue;
    yield {
      name,
      from: file,
      parameters: statement.parameters.map((parameter) => parameter.getText()).join(", "),
      names: statement.parameters.map((parameter) => parameter.name.getText()),
      type: statement.type.getText(),
    };
  }
}
