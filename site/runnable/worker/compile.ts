/**
 * Makes a block of TypeScript a module that a browser runs. Sucrase strips the types, for it is small, leaves every line where it
 * was and checks nothing; acorn, the parser that most tools use, says what the rest declares and imports.
 */
import { type ImportDeclaration, type Node, type Pattern, type Program, parse } from "acorn";
import MagicString from "magic-string";
import { transform } from "sucrase";

/** The name by which the module finds what it needs of the worker. */
export const runtimeName = "__evenkeelRun";

export interface Compiled {
  readonly code: string;
  /** The modules that have to be there before it runs. */
  readonly modules: readonly string[];
}

/** Why a block is not run: an error in what was written, with its line, or what the page lacks. */
export class NotRunError extends Error {
  override readonly name: string;
  readonly line: number | null;

  constructor(message: string, { name = "SyntaxError", line = null }: { name?: string; line?: number | null } = {}) {
    super(message);
    this.name = name;
    this.line = line;
  }
}

/**
 * The module of a block, whose lines are those of the block.
 *
 * @param isCell - whether later cells see what it declares, as in a notebook: then through accessors of the global object, so that
 * both see each other's changes.
 */
export function compile(source: string, { isCell }: { readonly isCell: boolean }): Compiled {
  const plain = withoutTypes(source, isCell);
  const program = parsed(plain);
  const text = new MagicString(plain);
  const modules = new Set<string>();
  const names: string[] = [];
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      modules.add(String(statement.source.value));
      names.push(...statement.specifiers.map(({ local }) => local.name));
      const lines = plain.slice(statement.start, statement.end).split("\n").length - 1;
      text.overwrite(statement.start, statement.end, taken(statement) + "\n".repeat(lines));
    } else {
      names.push(...declared(statement));
    }
  }
  for (const { source: from, start } of dynamicImports(program)) {
    text.overwrite(start, start + "import".length, `${runtimeName}.load`);
    if (from.type === "Literal" && "value" in from) modules.add(String(from.value));
  }
  const last = program.body.at(-1);
  if (last?.type === "ExpressionStatement") {
    text.appendLeft(last.expression.start, `${runtimeName}.result(`);
    text.appendRight(last.expression.end, ")");
  }
  if (isCell) text.prepend(names.map(shared).join(""));
  else text.append(`\n;${runtimeName}.made([${names.join(", ")}]);`);
  return { code: `${text}\nexport {};`, modules: [...modules] };
}

/** @param keepUnusedImports - for later cells use them; elsewhere what is not used may be a type. */
function withoutTypes(source: string, keepUnusedImports: boolean): string {
  try {
    return transform(source, { transforms: ["typescript"], disableESTransforms: true, keepUnusedImports }).code;
  } catch (error) {
    const [, message, line] = /^(?:Error transforming [^:]*: )?(.*?)(?: \((\d+):\d+\))?$/s.exec(messageOf(error)) ?? [];
    throw new NotRunError(message ?? messageOf(error), { line: line === undefined ? null : Number(line) });
  }
}

function parsed(code: string): Program {
  try {
    return parse(code, { ecmaVersion: "latest", sourceType: "module" });
  } catch (error) {
    const { loc } = error as { loc?: { line: number } };
    throw new NotRunError(messageOf(error).replace(/ \(\d+:\d+\)$/, ""), { line: loc?.line ?? null });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An import as what it takes from a module that is there. */
function taken({ specifiers, source }: ImportDeclaration): string {
  const from = JSON.stringify(source.value);
  const whole = specifiers.find(({ type }) => type === "ImportNamespaceSpecifier");
  if (whole !== undefined) return `const ${whole.local.name} = ${runtimeName}.take(${from}, []);`;
  const pairs = specifiers.map((specifier): [string, string] => {
    const { local } = specifier;
    if (specifier.type !== "ImportSpecifier") return ["default", local.name];
    const { imported } = specifier;
    return [imported.type === "Identifier" ? imported.name : String(imported.value), local.name];
  });
  const pattern = pairs.map(([name, local]) => `${JSON.stringify(name)}: ${local}`).join(", ");
  return `const { ${pattern} } = ${runtimeName}.take(${from}, ${JSON.stringify(pairs.map(([name]) => name))});`;
}

/** What a statement of the top level declares. */
function declared(statement: Program["body"][number]): string[] {
  if (statement.type === "VariableDeclaration") return statement.declarations.flatMap(({ id }) => bound(id));
  if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") return [statement.id.name];
  if (statement.type === "ExportNamedDeclaration" && statement.declaration) return declared(statement.declaration);
  return [];
}

/** The names in a pattern. */
function bound(pattern: Pattern | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ArrayPattern":
      return pattern.elements.flatMap(bound);
    case "ObjectPattern":
      return pattern.properties.flatMap((part) => bound(part.type === "Property" ? part.value : part.argument));
    case "AssignmentPattern":
      return bound(pattern.left);
    case "RestElement":
      return bound(pattern.argument);
    default:
      return [];
  }
}

interface DynamicImport extends Node {
  readonly source: Node;
}

function dynamicImports(node: Node): DynamicImport[] {
  const within = Object.values(node).flat().filter(isNode).flatMap(dynamicImports);
  return node.type === "ImportExpression" ? [node as DynamicImport, ...within] : within;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

const shared = (name: string): string =>
  `${runtimeName}.share(${JSON.stringify(name)}, () => ${name}, (v) => { ${name} = v; });`;
