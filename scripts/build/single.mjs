/**
 * Bundles everything into one ESM file, for a `<script type="module">` and Observable: everything of `evenkeel`, and
 * `analysis`, `io`, `plot`, `sweep`, `testing` as namespaces. Part of `npm run build`.
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  entryPoints: [fileURLToPath(new URL("../../src/single.ts", import.meta.url))],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  outfile: "dist/evenkeel.single.js",
  external: ["@viz-js/viz", "vega", "vega-interpreter", "vega-lite", "@resvg/resvg-js"],
  logLevel: "error",
});
