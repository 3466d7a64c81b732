import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, TensorError } from "../../base/errors.ts";
import { type ByteSource, chunksOf } from "../bytes/byteReader.ts";
import { checkBytes } from "../bytes/checks.ts";

/** What the names of all drafts of a file begin with, and end with. */
const beginningOf = (path: string) => `.${basename(path)}.`;
const ending = ".draft";

/** A name beside the file's own, which no other write uses: a file is renamed only within its folder. */
const draftOf = (path: string) => join(dirname(path), `${beginningOf(path)}${randomBytes(6).toString("hex")}${ending}`);

/** Milliseconds after which a draft that nobody has written to belongs to no running process. */
const abandonedAfter = 3_600_000;

/**
 * Writes a file whole or not at all: a process that is killed at any moment, or a disk that is full, leaves the previous file as
 * it was.
 *
 * The bytes go to a draft in the same folder, are flushed to the disk, and then take the file's name; the folder is flushed as
 * well, where the system allows it. What a killed process leaves behind is at most a file that ends in `.draft`, which the next
 * write of the same file removes once it is an hour old.
 *
 * @param path - of the file; its folder has to be there.
 * @param bytes - all of them, or a stream, of which no more than a chunk is in memory.
 * @throws TensorError for anything but bytes, and whatever the stream and the file system throw.
 *
 * @example
 * ```ts no-run
 * import { nn } from "evenkeel";
 * import { toSafetensors } from "evenkeel/io";
 * import { writeFileAtomically } from "evenkeel/io/node";
 *
 * await writeFileAtomically("model.safetensors", toSafetensors(new nn.Linear(2, 3).stateDict()));
 * ```
 */
export async function writeFileAtomically(path: string, bytes: ByteSource): Promise<void> {
  const where = "writeFileAtomically";
  checkPath(where, path);
  const chunks = chunksOf(where, bytes);
  const draft = draftOf(path);
  try {
    const file = await open(draft, "wx");
    try {
      for await (const chunk of chunks) {
        checkBytes(where, chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  tidyUp(path);
}

/**
 * The same as {@link writeFileAtomically}, and returns when it is done: for a checkpoint in a loop that does not yield.
 *
 * @throws as {@link writeFileAtomically}.
 *
 * @example
 * ```ts no-run
 * import { nn } from "evenkeel";
 * import { saveCheckpoint } from "evenkeel/io";
 * import { writeFileAtomicallySync } from "evenkeel/io/node";
 *
 * writeFileAtomicallySync("run.checkpoint", saveCheckpoint({ model: new nn.Linear(2, 3), step: 12 }));
 * ```
 */
export function writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
  checkPath("writeFileAtomicallySync", path);
  checkBytes("writeFileAtomicallySync", bytes);
  const draft = draftOf(path);
  try {
    const file = openSync(draft, "wx");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  tidyUp(path);
}

function checkPath(where: string, path: unknown): void {
  if (typeof path === "string" && path !== "") return;
  throw new TensorError(where, { expected: "the path of a file", got: describe(path) });
}

/** What is left to do once the file is there, whole: it does not fail for what is not allowed in its folder. */
function tidyUp(path: string): void {
  const folder = dirname(path);
  for (const task of [() => flush(folder), () => removeAbandoned(folder, beginningOf(path))]) {
    try {
      task();
    } catch {
      // Such as a folder that may not be listed.
    }
  }
}

/** So that the name itself survives a power cut. Windows has no such thing. */
function flush(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeAbandoned(folder: string, beginning: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(beginning) || !name.endsWith(ending)) continue;
    const draft = join(folder, name);
    if (Date.now() - statSync(draft).mtimeMs > abandonedAfter) rmSync(draft);
  }
}
