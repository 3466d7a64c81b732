import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Kilobytes of 1000 bytes once packed. */
export const packedSize = (code) => gzipSync(code, { level: 9 }).length / 1000;

/** What a bundler makes of a module: minified, one file. */
export async function bundle(source, options) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "error",
    external: ["@viz-js/viz", "vega", "vega-interpreter", "vega-lite", "@resvg/resvg-js"],
    tsconfigRaw: {}, // whose paths would lead to the source, not to what is shipped
    ...options,
  });
  return outputFiles[0].text;
}
