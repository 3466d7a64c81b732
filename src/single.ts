/**
 * Everything in one file, for a `<script type="module">`: what `evenkeel` exports, and the other entries as namespaces.
 * `npm run build` bundles it into dist/evenkeel.single.js (scripts/build/single.mjs); it is not an entry of the package.
 */
export * as analysis from "./analysis/index.ts";
export * from "./index.ts";
export * as io from "./io/index.ts";
export * as plot from "./plot/index.ts";
export * as sweep from "./sweep/index.ts";
export * as testing from "./testing/index.ts";
