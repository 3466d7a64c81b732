/**
 * Everything in one file, for a `<script type="module">`: what `evenkeel` exports, and the other entries as namespaces.
 * @module evenkeel/single
 */
export * as analysis from "./analysis/index.ts";
export * from "./index.ts";
export * as io from "./io/index.ts";
export * as plot from "./plot/index.ts";
