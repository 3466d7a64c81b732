import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber, flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { crc32c } from "../bytes/crc.ts";
import { Message } from "../bytes/protobuf.ts";
import type { TensorBoardEntry } from "./entry.ts";
import { summaryOf } from "./summaryOf.ts";

/** Options of {@link toTensorBoard}. */
export interface TensorBoardOptions {
  /** Whether the bytes go on a file that has begun, and so have no head. Default `false`. */
  readonly continues?: boolean;
  /** When the entries were made, in seconds since 1970. Default: now. */
  readonly wallTime?: number;
}

const rules = {
  continues: { is: flag, default: false },
  wallTime: { is: finiteNumber },
} satisfies OptionRules<TensorBoardOptions>;

/**
 * Entries as an event file of TensorBoard: scalars, histograms, texts and pictures, and the rows of a recording as they are.
 *
 * TensorBoard finds it in a folder under a name with `tfevents` in it, a folder for each run. A file may be written bit by bit: the
 * bytes of later entries, with `{ continues: true }`, go behind those that are there, and TensorBoard reads on. Scalars are float32,
 * as TensorBoard has them; a row's null is NaN, which it marks; of a histogram's numbers the finite ones are counted, in 30 bars.
 *
 * @param entries - rows of a recording, or entries `{ tag, step, value | histogram | text | png }`, in any order.
 * @throws TensorError for anything else, unknown options, steps that are not whole, and pictures that are no PNG.
 * @see https://www.tensorflow.org/tensorboard; PyTorch's `torch.utils.tensorboard.SummaryWriter`.
 *
 * @example
 * ```ts
 * import { toTensorBoard } from "evenkeel/io";
 *
 * const rows = [{ step: 0, layer: "0", metric: "update ratio", value: 0.001 }];
 * const notes = [{ tag: "notes", step: 0, text: "rate **0.1**" }, { tag: "weights", step: 0, histogram: [0.5, -1, 2] }];
 * const file = toTensorBoard(rows); // into runs/first/events.out.tfevents.0
 * const more = toTensorBoard(notes, { continues: true }); // behind it
 * console.log(file instanceof Uint8Array, more.length > 0); // => true true
 * ```
 */
export function toTensorBoard(entries: readonly TensorBoardEntry[], options: TensorBoardOptions = {}): Bytes {
  const where = "toTensorBoard";
  const { continues, wallTime = Date.now() / 1000 } = optionsOf(where, options, rules);
  if (!Array.isArray(entries)) {
    throw new TensorError(where, { expected: "a list of rows or entries", got: describe(entries) });
  }
  const events = entries.map((entry: TensorBoardEntry) => {
    if (typeof entry !== "object" || entry === null || !Number.isSafeInteger(entry.step)) {
      throw new TensorError(where, { expected: "entries with a whole number as step", got: describe(entry) });
    }
    const summary = new Message().put(1, summaryOf(where, entry));
    return new Message().double(1, wallTime).int(2, entry.step).put(5, summary);
  });
  const head = continues ? [] : [new Message().double(1, wallTime).put(3, "brain.Event:2")];
  return recordsOf([...head, ...events]);
}

/** Messages as the records of a TFRecord file: the length, its checksum, the bytes, their checksum. */
function recordsOf(messages: readonly Message[]): Bytes {
  const all = messages.map((message) => message.bytes());
  const file = new Uint8Array(all.reduce((sum, bytes) => sum + bytes.length + 16, 0));
  const view = new DataView(file.buffer);
  let at = 0;
  for (const bytes of all) {
    view.setBigUint64(at, BigInt(bytes.length), true);
    view.setUint32(at + 8, masked(file.subarray(at, at + 8)), true);
    file.set(bytes, at + 12);
    view.setUint32(at + 12 + bytes.length, masked(bytes), true);
    at += bytes.length + 16;
  }
  return file;
}

/** The checksum of a record's part, turned round and moved on, so that a checksum of checksums is none. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
