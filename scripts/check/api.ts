/**
 * Writes down the public API of every entry, as TypeScript sees it in the declarations that are packed, into docs/api.txt: `npm run api`,
 * after `npm run build`. It refuses to where the API has changed and the changelog has not. `--check` fails where what is written down
 * is not what there is.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = `${root}docs/api.txt`;
const entries: Readonly<Record<string, string>> = {
  evenkeel: "dist/types/index.d.ts",
  "evenkeel/analysis": "dist/types/analysis/index.d.ts",
  "evenkeel/io": "dist/types/io/index.d.ts",
  "evenkeel/io/node": "dist/types/io/node/index.d.ts",
  "evenkeel/plot": "dist/types/plot/index.d.ts",
  "evenkeel/sweep": "dist/types/sweep/index.d.ts",
  "evenkeel/testing": "dist/types/testing/index.d.ts",
};

const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, ts.sys as never);
const program = ts.createProgram(
  Object.values(entries).map((path) => root + path),
  config?.options ?? {},
);
const checker = program.getTypeChecker();
const format = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.WriteArrayAsGenericType;

const isInternal = (symbol: ts.Symbol) => symbol.getJsDocTags(checker).some(({ name }) => name === "internal");

/** The exports of a module, and of the namespaces in it. */
function exportsOf(module: ts.Symbol, prefix: string): string[] {
  return checker
    .getExportsOfModule(module)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = `${prefix}${exported.name}`;
      return symbol.flags & ts.SymbolFlags.ValueModule ? exportsOf(symbol, `${name}.`) : linesOf(symbol, name);
    });
}

function linesOf(symbol: ts.Symbol, name: string): string[] {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined || isInternal(symbol)) return [];
  if (ts.isInterfaceDeclaration(declaration)) {
    return [`interface ${name}`, ...membersOf(checker.getDeclaredTypeOfSymbol(symbol), declaration)];
  }
  if (ts.isClassDeclaration(declaration)) {
    const made = checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const constructors = made
      .getConstructSignatures()
      .map((s) => `  new ${checker.signatureToString(s, declaration, format)}`);
    const own = membersOf(checker.getDeclaredTypeOfSymbol(symbol), declaration);
    return [`class ${name}`, ...constructors, ...own];
  }
  if (ts.isTypeAliasDeclaration(declaration)) {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    return [`type ${name} = ${checker.typeToString(type, declaration, format | ts.TypeFormatFlags.InTypeAlias)}`];
  }
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const signatures = type.getCallSignatures();
  if (signatures.length === 0) return [`const ${name}: ${checker.typeToString(type, declaration, format)}`];
  return signatures.map((signature) => `function ${name}${checker.signatureToString(signature, declaration, format)}`);
}

/** The public members of a class or an interface that are its own, in order of their names. */
function membersOf(type: ts.Type, owner: ts.Declaration): string[] {
  return type
    .getProperties()
    .filter((member) => {
      const [declaration] = member.declarations ?? [];
      if (declaration === undefined || declaration.parent !== owner || isInternal(member)) return false;
      const flags = ts.getCombinedModifierFlags(declaration);
      return !(flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) && !/^(__|#)/.test(member.name);
    })
    .map((member) => {
      const optional = member.flags & ts.SymbolFlags.Optional ? "?" : "";
      return `  ${member.name}${optional}: ${checker.typeToString(checker.getTypeOfSymbolAtLocation(member, owner), owner, format)}`;
    })
    .sort();
}

const sections = Object.entries(entries).map(([name, path]) => {
  const source = program.getSourceFile(root + path);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`no module in ${path}`);
  return [`# ${name}`, ...exportsOf(module, "")].join("\n");
});
// Where a type comes from depends on what else a file imports.
const api = `${sections.join("\n\n")}\n`.replaceAll(/import\("[^"]*"\)\./g, "");

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
const [, newest = ""] = readFileSync(`${root}CHANGELOG.md`, "utf8").split(/^## /m);
const before = existsSync(file) ? readFileSync(file, "utf8") : "";
const [head, ...rest] = before.split("\n");
const isSame = rest.join("\n") === api;
const changelog = hashOf(newest);

if (process.argv.includes("--check")) {
  if (!isSame)
    console.error(
      "The public API is not the one in docs/api.txt. Say in CHANGELOG.md what has changed, and run npm run api.",
    );
  process.exitCode = isSame ? 0 : 1;
} else if (!isSame && head.endsWith(changelog)) {
  console.error("The public API has changed, and the newest section of CHANGELOG.md has not: say there what is new.");
  process.exitCode = 1;
} else if (!isSame) {
  writeFileSync(file, `The public API, written by npm run api, at the changelog ${changelog}\n${api}`);
}
