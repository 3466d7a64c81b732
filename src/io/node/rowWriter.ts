import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { RecordedRow } from "../../analysis/recording/recording.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { isRow, longestLine, rowLine, rowOf } from "../rows/rowLine.ts";

/** Options of {@link rowWriter}. */
export interface RowWriterOptions {
  /**
   * Whether to wait after each step until the disk has it, so that a power cut loses nothing either; a killed process loses nothing
   * anyway. Default `false`.
   */
  readonly flush?: boolean;
}

/** What {@link rowWriter} returns. */
export interface RowWriter {
  /** Writes rows behind those that are there: to be given to a recorder as `onRows`. */
  readonly write: (rows: readonly RecordedRow[]) => void;
  /** Waits until the disk has all of it, and closes the file. */
  readonly close: () => void;
}

const rules = { flush: { is: flag, default: false } } satisfies OptionRules<RowWriterOptions>;

/**
 * Writes the rows of a recording to a file as they come, a line of JSON for each, so that a long run need not be in memory.
 *
 * Each step's rows are handed to the system at once. Rows go behind those of an earlier run; a last line that is torn, as a killed
 * process leaves it, is taken away first. Read them by `readRows` of `evenkeel/io`.
 *
 * @param path - of the file, which is made if it is not there; its folder has to be.
 * @throws TensorError for unknown options, rows that are none, and after `close`; and whatever the file system throws.
 *
 * @example
 * ```ts no-run
 * import { createReadStream } from "node:fs";
 * import { nn, optim, randn } from "evenkeel";
 * import { Recorder } from "evenkeel/analysis";
 * import { readRows } from "evenkeel/io";
 * import { rowWriter } from "evenkeel/io/node";
 *
 * const model = new nn.Linear(3, 1);
 * const log = rowWriter("run.jsonl");
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), {
 *   onRows: log.write,
 *   keepRows: false,
 * });
 * const x = randn([8, 3]);
 * for (let step = 0; step < 1e6; step++) recorder.step(() => model.forward(x).square().mean());
 * log.close();
 * for await (const { step, value } of readRows(createReadStream("run.jsonl"), { from: 999_000 })) console.log(step, value);
 * ```
 */
export function rowWriter(path: string, options: RowWriterOptions = {}): RowWriter {
  const where = "rowWriter";
  const { flush } = optionsOf(where, options, rules);
  if (typeof path !== "string" || path === "") {
    throw new TensorError(where, { expected: "the path of a file", got: describe(path) });
  }
  const file = openSync(path, "a+");
  mend(file);
  let isOpen = true;
  return {
    write(rows) {
      const isOfRows = Array.isArray(rows) && rows.every(isRow);
      if (!isOpen || !isOfRows) {
        const got = isOpen ? describe(rows) : "a call after close";
        throw new TensorError(`${where}.write`, { expected: "rows { step, layer, metric, value }", got });
      }
      const bytes = new TextEncoder().encode(rows.map(rowLine).join(""));
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      if (flush) fsyncSync(file);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** Gives a file's last line its end, or takes the line away if it is torn. */
function mend(file: number): void {
  const { size } = fstatSync(file);
  const start = startOfLastLine(file, size);
  if (start === size) return;
  const line = new Uint8Array(Math.min(size - start, longestLine));
  readSync(file, line, 0, line.length, start);
  if (rowOf(new TextDecoder().decode(line)) === null) ftruncateSync(file, start);
  else writeSync(file, "\n");
}

/** Behind the last end of a line, which is looked for from behind. */
function startOfLastLine(file: number, size: number): number {
  const block = new Uint8Array(65_536);
  for (let end = size; end > 0; ) {
    const length = Math.min(block.length, end);
    readSync(file, block, 0, length, end - length);
    const found = block.subarray(0, length).lastIndexOf(0x0a);
    if (found >= 0) return end - length + found + 1;
    end -= length;
  }
  return 0;
}
