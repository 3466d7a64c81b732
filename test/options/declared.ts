import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entries: Readonly<Record<string, string>> = {
  "": "src/index.ts",
  "analysis.": "src/analysis/index.ts",
  "io.": "src/io/index.ts",
  "plot.": "src/plot/index.ts",
  "testing.": "src/testing/index.ts",
};

/** What an option may be, as its declaration says. */
export interface DeclaredOption {
  readonly name: string;
  /** Its type, in TypeScript's words. */
  readonly type: string;
  /** Values of each kind that the type does not have, and of a number those that no number may be. */
  readonly wrong: readonly unknown[];
}

/** The options of every exported function and class that takes any, by its name. */
export function declaredOptions(): ReadonlyMap<string, readonly DeclaredOption[]> {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, ts.sys as never);
  const program = ts.createProgram(
    Object.values(entries).map((path) => root + path),
    config?.options ?? {},
  );
  const checker = program.getTypeChecker();
  const found = new Map<string, DeclaredOption[]>();

  const optionsOf = (parameter: ts.Symbol): DeclaredOption[] => {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
    return checker.getPropertiesOfType(type).map((property) => {
      const own = checker.getTypeOfSymbol(property);
      const text = ts.displayPartsToString(property.getDocumentationComment(checker));
      return { name: property.name, type: checker.typeToString(own), wrong: wrongFor(own, text) };
    });
  };
  const note = (name: string, signatures: readonly ts.Signature[]): void => {
    for (const signature of signatures) {
      for (const parameter of signature.getParameters()) {
        const type = checker.typeToString(checker.getNonNullableType(checker.getTypeOfSymbol(parameter)));
        if (parameter.name !== "options" || type.startsWith("(")) continue;
        const known = found.get(name) ?? [];
        const fresh = optionsOf(parameter).filter(({ name: own }) => known.every((other) => other.name !== own));
        found.set(name, [...known, ...fresh]);
      }
    }
  };
  const walk = (module: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.declarations ?? [];
      if (symbol.flags & ts.SymbolFlags.ValueModule) walk(symbol, `${prefix}${exported.name}.`);
      else if (declaration !== undefined && symbol.flags & ts.SymbolFlags.Value) {
        const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
        note(`${prefix}${exported.name}`, [...type.getCallSignatures(), ...type.getConstructSignatures()]);
      }
    }
  };
  for (const [prefix, path] of Object.entries(entries)) {
    const source = program.getSourceFile(root + path);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`no module in ${path}`);
    walk(module, prefix);
  }
  return found;
}

/** Values that an option of this type, with this sentence, cannot be. */
function wrongFor(type: ts.Type, text: string): unknown[] {
  const members = type.isUnion() ? type.types : [type];
  const has = (flags: ts.TypeFlags) => members.some((member) => (member.flags & flags) !== 0);
  if (has(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return [];
  const takesObjects = has(ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.NonPrimitive);
  const wrong: unknown[] = [];
  if (!has(ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) wrong.push("bacth", "0.1");
  if (!has(ts.TypeFlags.BooleanLike)) wrong.push(true);
  if (!has(ts.TypeFlags.Null)) wrong.push(null);
  if (!takesObjects) wrong.push({}, () => {});
  if (!has(ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) wrong.push(1, Number.NaN);
  else {
    wrong.push(Number.NaN, Number.NEGATIVE_INFINITY);
    if (/how many|whole number|how often/i.test(text)) wrong.push(1.5, -1, Number.POSITIVE_INFINITY);
  }
  return wrong;
}
