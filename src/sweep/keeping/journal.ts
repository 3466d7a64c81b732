import { describe, TensorError } from "../../base/errors.ts";
import { neededBuiltin } from "../cells/builtin.ts";
import { messageOf } from "../cells/messageOf.ts";
import type { SweepStore } from "./store.ts";

type FileHandle = import("node:fs").promises.FileHandle;

/** Milliseconds in which a line that another process is about to write is whole. */
const writing = 50;

/**
 * Results in a file to which lines are added: one JSON object a line, flushed to the disk before the next cell counts on it.
 *
 * Where a process was killed while it wrote, the last line is torn: it is ignored, and taken away before the next is written. Files
 * of several shards put one behind the other are a journal again. Several processes may add to one.
 *
 * @param path - of the file; it need not be there, but its folder has to.
 * @throws TensorError for what is no path, and where there are no files. And, before the first cell is run, where it cannot be
 * written; later, whatever the file system throws.
 *
 * @example
 * ```ts no-run
 * import { grid, journal, range, sweep } from "evenkeel/sweep";
 *
 * await sweep({
 *   space: grid({ lr: [0.1, 1], seed: range(5) }),
 *   cell: new URL("./cell.js", import.meta.url),
 *   store: journal("runs.jsonl"),
 * });
 * ```
 */
export function journal(path: string): SweepStore {
  const where = "journal";
  if (typeof path !== "string" || path === "") {
    throw new TensorError(where, { expected: "the path of a file", got: describe(path) });
  }
  const fs = neededBuiltin(where, "node:fs");
  let file: Promise<FileHandle> | null = null;
  let waiting: Waiting[] = [];
  let isWriting = false;

  const write = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        file ??= opened(fs, path);
        const handle = await file;
        await handle.appendFile(now.map(({ line }) => `${line}\n`).join(""));
        await handle.datasync();
        for (const { done } of now) done();
      } catch (error) {
        for (const { failed } of now) failed(error);
      }
    }
    isWriting = false;
  };

  return {
    name: path,
    isKept: true,
    lines: () => linesOf(fs, path),
    ready: async () => {
      try {
        await checkWritable(fs, path);
      } catch (error) {
        throw new TensorError(where, {
          expected: `a file to which lines can be added as ${describe(path)}`,
          got: messageOf(error),
          hint: "Its folder has to be there, and to be written to.",
          code: "EVENKEEL_FILE",
        });
      }
    },
    append: (line) =>
      new Promise((done, failed) => {
        waiting.push({ line, done, failed });
        if (!isWriting) void write();
      }),
    close: async () => {
      const open = file;
      file = null;
      await (await open)?.close();
    },
  };
}

/** Asks whether a file, or the folder where it is to be, may be written, and leaves both as they are. */
async function checkWritable(fs: typeof import("node:fs"), path: string): Promise<void> {
  const { access, stat } = fs.promises;
  const isThere = fs.existsSync(path);
  if (isThere && (await stat(path)).isDirectory()) throw new Error("EISDIR: a folder");
  await access(isThere ? path : path.replace(/[^/\\]*$/, "") || ".", fs.constants.W_OK);
}

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** The lines of a journal; without the last one where that has no end, for it was torn. No file has none. */
async function* linesOf(fs: typeof import("node:fs"), path: string): AsyncGenerator<string> {
  if (!fs.existsSync(path)) return;
  let rest = "";
  for await (const chunk of fs.createReadStream(path, { encoding: "utf8" })) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}

/** The file, ready for the next line: what is torn at its end is gone. */
async function opened(fs: typeof import("node:fs"), path: string): Promise<FileHandle> {
  const file = await fs.promises.open(path, "a+");
  const torn = await tornPart(file);
  if (torn.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, writing));
    const again = await tornPart(file);
    if (again.start === torn.start && again.length === torn.length) await file.truncate(torn.start);
  }
  return file;
}

/** Where the part behind the last end of a line begins, and how many bytes it has. */
async function tornPart(file: FileHandle): Promise<{ readonly start: number; readonly length: number }> {
  const { size } = await file.stat();
  const block = new Uint8Array(65_536);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf(10);
    if (at >= 0) return { start: start + at + 1, length: size - start - at - 1 };
    end = start;
  }
  return { start: 0, length: size };
}
