import { resolve } from "node:path";
import ts from "typescript";
import { type Example, place, root } from "./examples.ts";

/** The type errors of the examples, each a module of its own, as `file:line: message`. Nothing is written to disk. */
export function typeErrors(examples: readonly Example[]): string[] {
  const modules = new Map(examples.map((example) => [resolve(root, `${place(example)}.ts`), example]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.code ?? readFile(path);
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules].flatMap(([path, { file }]) => {
    const source = program.getSourceFile(path);
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return diagnostics.map(({ messageText, start = 0 }) => {
      const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `${file}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

/** Those of tsconfig.json, for code that is a module even where it neither imports nor exports. */
function compilerOptions(): ts.CompilerOptions {
  const path = resolve(root, "tsconfig.json");
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, ts.sys.readFile).config,
    ts.sys,
    root,
    {},
    path,
  );
  return { ...options, moduleDetection: ts.ModuleDetectionKind.Force };
}
