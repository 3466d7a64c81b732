import ts from "typescript";
import { root } from "./examples.ts";

/** The public names of one room of the library, and the names of all that each may be told. */
export type Names = ReadonlyMap<string, ReadonlySet<string>>;

/** What PyTorch calls a room, and which of the library's exports, or of a class's members, that is. */
const rooms: Readonly<Record<string, (exported: Exports) => ts.Symbol[]>> = {
  Tensor: ({ find, membersOf }) => membersOf(find("Tensor")),
  torch: ({ all, find, membersOf }) => [...all(), ...membersOf(find("Tensor"))],
  nn: ({ inside }) => inside("nn"),
  "nn.Module": ({ find, membersOf }) => membersOf(find("nn", "Module")),
  "nn.functional": ({ inside, find, membersOf }) => [...inside("nn", "functional"), ...membersOf(find("Tensor"))],
  "nn.init": ({ inside }) => inside("nn", "init"),
  "nn.utils": ({ inside }) => inside("nn", "utils"),
  optim: ({ inside }) => inside("optim"),
  "optim.lr_scheduler": ({ inside }) => inside("optim", "lrScheduler"),
  "utils.data": ({ inside }) => inside("data"),
};

interface Exports {
  all(): ts.Symbol[];
  inside(...path: string[]): ts.Symbol[];
  find(...path: string[]): ts.Symbol;
  membersOf(symbol: ts.Symbol): ts.Symbol[];
}

/** The public names of the library, by PyTorch's names of the rooms they are in, as TypeScript sees them. */
export function publicNames(): Readonly<Record<string, Names>> {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, ts.sys as never);
  const program = ts.createProgram([`${root}src/index.ts`], config?.options ?? {});
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(`${root}src/index.ts`) as ts.SourceFile;
  const resolve = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exportsOf = (module: ts.Symbol) => checker.getExportsOfModule(module);
  const isPublic = (member: ts.Symbol) =>
    !member.name.startsWith("__@") && // a symbol of JavaScript's own
    !member.getJsDocTags(checker).some(({ name }) => name === "internal") &&
    !member.declarations?.some(
      (declaration) => ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.NonPublicAccessibilityModifier,
    );
  const inside = (...path: string[]): ts.Symbol[] => {
    let names = exportsOf(checker.getSymbolAtLocation(source) as ts.Symbol);
    for (const step of path) names = exportsOf(resolve(names.find(({ name }) => name === step) as ts.Symbol));
    return names;
  };
  const exported: Exports = {
    all: () => inside(),
    inside,
    find: (...path) =>
      resolve(inside(...path.slice(0, -1)).find(({ name }) => name === path[path.length - 1]) as ts.Symbol),
    membersOf: (symbol) => checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter(isPublic),
  };

  const isValue = (symbol: ts.Symbol) => {
    const { flags } = resolve(symbol);
    return (flags & ts.SymbolFlags.Value) !== 0 && (flags & ts.SymbolFlags.ValueModule) === 0;
  };

  /** The names of the parameters of something that is called or made, and of the options in them. */
  const toldTo = (symbol: ts.Symbol): ReadonlySet<string> => {
    const type = checker.getTypeOfSymbolAtLocation(resolve(symbol), source);
    const told = new Set<string>();
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      for (const parameter of signature.parameters) {
        told.add(parameter.name);
        const given = checker.getTypeOfSymbolAtLocation(parameter, source);
        for (const part of given.isUnion() ? given.types : [given]) {
          const isObject = (part.flags & ts.TypeFlags.Object) !== 0 && !checker.isArrayLikeType(part);
          if (isObject) for (const { name } of checker.getPropertiesOfType(part)) told.add(name);
          if (part.isIntersection()) for (const { name } of checker.getPropertiesOfType(part)) told.add(name);
        }
      }
    }
    return told;
  };
  return Object.fromEntries(
    Object.entries(rooms).map(([room, pick]) => [
      room,
      new Map(
        pick(exported)
          .filter(isValue)
          .map((symbol) => [symbol.name, toldTo(symbol)]),
      ),
    ]),
  );
}
