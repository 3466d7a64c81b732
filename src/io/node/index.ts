/**
 * Files on disk, in Node, Deno and Bun: written so that whoever reads sees the old content or the new one, and nothing between.
 * @module evenkeel/io/node
 */

export { writeFileAtomically, writeFileAtomicallySync } from "./writeFileAtomically.ts";
