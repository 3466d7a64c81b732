import { TensorError } from "./errors.ts";

/**
 * A package that the library does without, imported when it is needed, or an error that says what to install.
 *
 * @param load - imports it by its name, written out, so that bundlers see it.
 * @param install - the packages to install, beside others that may be of use.
 */
export async function optionalPackage<T>(
  where: string,
  name: string,
  load: () => Promise<T>,
  { install, hint = "" }: { readonly install: string; readonly hint?: string },
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new TensorError(where, {
      expected: `the package ${name}`,
      got: `none that can be loaded (${error instanceof Error ? error.message : String(error)})`,
      code: "EVENKEEL_PACKAGE",
      hint: `Run npm install ${install}${hint === "" ? "." : `; ${hint}`}`,
    });
  }
}

/**
 * What becomes of an import that fails. Written behind each, as `import("…").catch(missing)`, it tells bundlers that the package may
 * be missing: they then leave the import as it is, to fail when it is asked for, and not the build.
 */
export function missing(error: unknown): never {
  throw error;
}
