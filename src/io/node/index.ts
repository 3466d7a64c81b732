/**
 * Files on disk, in Node, Deno and Bun: written so that whoever reads sees the old content or the new one, and nothing between;
 * and the rows of recordings, line by line.
 * @module evenkeel/io/node
 */

export { type RowWriter, type RowWriterOptions, rowWriter } from "./rowWriter.ts";
export { writeFileAtomically, writeFileAtomicallySync } from "./writeFileAtomically.ts";
