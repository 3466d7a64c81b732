import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, TensorError } from "../../errors.ts";
import { isBytes } from "../checks.ts";

/** A name beside the file's own, which no other write uses: a file is renamed only within its folder. */
const draftOf = (path: string) => join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.draft`);

/**
 * Writes a file whole or not at all: a process that is killed at any moment, or a disk that is full, leaves the previous file as
 * it was.
 *
 * The bytes go to a draft in the same folder, are flushed to the disk, and then take the file's name; the folder is flushed as
 * well, where the system allows it. What a killed process leaves behind is at most a file that ends in `.draft`.
 *
 * @param path - of the file; its folder has to be there.
 * @throws TensorError for what is no Uint8Array, and whatever the file system throws.
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
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  check("writeFileAtomically", path, bytes);
  const draft = draftOf(path);
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  flushFolder(dirname(path));
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
  check("writeFileAtomicallySync", path, bytes);
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
  flushFolder(dirname(path));
}

function check(where: string, path: unknown, bytes: unknown): void {
  if (typeof path !== "string" || path === "") {
    throw new TensorError(where, { expected: "the path of a file", got: describe(path) });
  }
  if (!isBytes(bytes)) throw new TensorError(where, { expected: "a Uint8Array", got: describe(bytes) });
}

/** So that the name itself survives a power cut. Windows has no such thing. */
function flushFolder(folder: string): void {
  try {
    const file = openSync(folder, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    // The file is whole without it.
  }
}
