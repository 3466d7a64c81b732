import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A file of this folder and all that it imports, for a page: one minified module. */
export async function bundle(file: "page.ts" | "network.ts"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}
