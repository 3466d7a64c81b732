import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entries: Readonly<Record<string, string>> = {
  "": "src/index.ts",
  "analysis.": "src/analysis/index.ts",
  "io.": "src/io/index.ts",
  "plot.": "src/plot/index.ts",
  "sweep.": "src/sweep/index.ts",
  "testing.": "src/testing/index.ts",
};

/** What an option or a parameter may be, as its declaration says. */
export interface Declared {
  readonly name: string;
  /** Its type, in TypeScript's words. */
  readonly type: string;
  /** The sentences about it. */
  readonly text: string;
  /** Values of each kind that the type does not have, and of a number those that no number may be. */
  readonly wrong: readonly unknown[];
}

/** A function, a class or a method, and what it takes, in order. */
export interface Callable {
  /** Its name as it is imported, and of a method that of its class before it. */
  readonly name: string;
  readonly isMethod: boolean;
  readonly parameters: readonly Parameter[];
}

/** A parameter, and, if it is an object of options, each of them. */
interface Parameter extends Declared {
  readonly isRest: boolean;
  /** Whether it is made of numbers, booleans, texts, tensors, and lists of them. */
  readonly isPlain: boolean;
  readonly options: readonly Declared[];
}

const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, ts.sys as never);
const program = ts.createProgram(
  Object.values(entries).map((path) => root + path),
  config?.options ?? {},
);
const checker = program.getTypeChecker();

/** Every exported function and class, and every method of such a class that is meant to be called, each signature by itself. */
export function declaredCallables(): readonly Callable[] {
  return Object.entries(entries).flatMap(([prefix, path]) => {
    const source = program.getSourceFile(root + path);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`no module in ${path}`);
    return callablesOf(module, prefix);
  });
}

/** The options of every exported function and class that takes any, by its name. */
export function declaredOptions(callables: readonly Callable[]): ReadonlyMap<string, readonly Declared[]> {
  const found = new Map<string, Declared[]>();
  for (const { name, parameters } of callables) {
    for (const parameter of parameters) {
      if (parameter.name !== "options") continue;
      const known = found.get(name) ?? [];
      const fresh = parameter.options.filter((option) => known.every((other) => other.name !== option.name));
      found.set(name, [...known, ...fresh]);
    }
  }
  return found;
}

function callablesOf(module: ts.Symbol, prefix: string): Callable[] {
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const [declaration] = symbol.declarations ?? [];
    const name = `${prefix}${exported.name}`;
    if (symbol.flags & ts.SymbolFlags.ValueModule) return callablesOf(symbol, `${name}.`);
    if (declaration === undefined || !(symbol.flags & ts.SymbolFlags.Value)) return [];
    const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const own = [...type.getCallSignatures(), ...type.getConstructSignatures()];
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
    const holder = isClass ? checker.getDeclaredTypeOfSymbol(symbol) : type;
    const methods =
      own.length > 0 && !isClass ? [] : holder.getProperties().filter((method) => isOwn(method, declaration));
    return [
      ...own.map((signature) => callable(name, signature, false)),
      ...methods.flatMap((method) =>
        checker
          .getTypeOfSymbol(method)
          .getCallSignatures()
          .map((signature) => callable(`${name}.${method.name}`, signature, isClass)),
      ),
    ];
  });
}

/** Whether a member is declared in this place, and public. */
function isOwn(member: ts.Symbol, holder: ts.Declaration): boolean {
  const declaration = member.valueDeclaration;
  if (declaration === undefined || member.getJsDocTags(checker).some(({ name }) => name === "internal")) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  if (ts.getCombinedModifierFlags(declaration) & hidden) return false;
  return ts.isMethodDeclaration(declaration)
    ? declaration.parent === holder
    : ts.findAncestor(declaration, (node) => node === holder) !== undefined;
}

function callable(name: string, signature: ts.Signature, isMethod: boolean): Callable {
  return { name, isMethod, parameters: signature.getParameters().flatMap(expanded).map(parameterOf) };
}

/** The parameters that a rest parameter of named places stands for, as a function has that is made of another. */
function expanded(symbol: ts.Symbol): readonly ts.Symbol[] {
  const type = checker.getTypeOfSymbol(symbol);
  if (!(symbol.valueDeclaration as ts.ParameterDeclaration).dotDotDotToken || !checker.isTupleType(type))
    return [symbol];
  const places = (type as ts.TupleTypeReference).target.labeledElementDeclarations ?? [];
  return places.map((place) => (place && checker.getSymbolAtLocation(place.name)) ?? symbol);
}

function parameterOf(symbol: ts.Symbol): Parameter {
  const declaration = symbol.valueDeclaration as ts.ParameterDeclaration;
  const isDestructured = ts.isObjectBindingPattern(declaration.name);
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
  const shown = checker.typeToString(type);
  const isOptions =
    symbol.name === "options" || /(Options|Content)$/.test(shown) || (isDestructured && shown.startsWith("{"));
  const name = isOptions ? "options" : symbol.name;
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return {
    name,
    type: checker.typeToString(type),
    text,
    isPlain: isPlain(checker.getTypeOfSymbol(symbol)),
    isRest: declaration.dotDotDotToken !== undefined,
    wrong: wrongFor(checker.getTypeOfSymbol(symbol), `${name}: ${text}`),
    options: isOptions && type.getCallSignatures().length === 0 ? checker.getPropertiesOfType(type).map(optionOf) : [],
  };
}

function optionOf(property: ts.Symbol): Declared {
  const type = checker.getTypeOfSymbol(property);
  const text = ts.displayPartsToString(property.getDocumentationComment(checker));
  return {
    name: property.name,
    type: checker.typeToString(type),
    text,
    wrong: wrongFor(type, `${property.name}: ${text}`),
  };
}

const counts = /how many|whole number|how often|the number of/i;
const places = /^(dim|startDim|endDim|unitDim): /;

/** Values that what has this type, and this name and sentence, cannot be. */
function wrongFor(type: ts.Type, text: string, depth = 2): unknown[] {
  const members = type.isUnion() ? type.types : [type];
  const has = (flags: ts.TypeFlags) => members.some((member) => (member.flags & flags) !== 0);
  if (has(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return [];
  const takesObjects = has(ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.NonPrimitive);
  const takesTensors = members.some((member) => member.symbol?.name === "Tensor");
  const wrong: unknown[] = [];
  if (!has(ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) wrong.push("bacth", "0.1");
  if (!has(ts.TypeFlags.BooleanLike)) wrong.push(true);
  if (!has(ts.TypeFlags.Null)) wrong.push(null);
  if (!takesObjects) wrong.push({}, () => {});
  if (!has(ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) wrong.push(1, Number.NaN);
  else if (!(has(ts.TypeFlags.BooleanLike) || takesTensors)) {
    wrong.push(Number.NaN, Number.NEGATIVE_INFINITY);
    if (counts.test(text)) wrong.push(1.5, -1, Number.POSITIVE_INFINITY);
    if (places.test(text)) wrong.push(1.5, 7, -7);
  }
  return [...wrong, ...members.flatMap((member) => (depth > 0 ? wrongWithin(member, text, depth - 1) : []))];
}

function isPlain(type: ts.Type, depth = 3): boolean {
  if (depth === 0) return true; // arrays within arrays, without end
  if (type.isUnion()) return type.types.every((member) => isPlain(member, depth));
  if (checker.isTupleType(type) || checker.isArrayType(type)) {
    return checker.getTypeArguments(type as ts.TypeReference).every((entry) => isPlain(entry, depth - 1));
  }
  const { Any, Unknown, TypeParameter, Object: OfObject, Intersection } = ts.TypeFlags;
  const isOther = (type.flags & (Any | Unknown | TypeParameter | OfObject | Intersection)) !== 0;
  return !isOther || type.symbol?.name === "Tensor";
}

/** Lists that hold what such a list cannot, and options within options that are none. */
function wrongWithin(type: ts.Type, text: string, depth: number): unknown[] {
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(type as ts.TypeReference);
    const isFixed = !(type as ts.TupleTypeReference).target?.hasRestElement;
    if (!isFixed) return [];
    return [[], ...wrongFor(parts[0], "", depth).map((entry) => parts.map(() => entry))];
  }
  if (checker.isArrayType(type)) {
    const [entry] = checker.getTypeArguments(type as ts.TypeReference);
    const isShape = /shape/i.test(text) && (entry.flags & ts.TypeFlags.NumberLike) !== 0;
    return [...wrongFor(entry, places.test(text) ? text : "", depth), ...(isShape ? [-2, 1.5] : [])].map((value) => [
      value,
    ]);
  }
  return [];
}
