import type { RecordedRow } from "../../analysis/recording/recording.ts";
import { fromZero, names, texts } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { type ByteSource, chunksOf } from "../bytes/byteReader.ts";
import { checkBytes, refuseFile } from "../bytes/checks.ts";
import { longestLine, rowOf } from "./rowLine.ts";

/** Options of {@link readRows}: which rows are wanted. */
export interface ReadRowsOptions {
  /** The metrics. Default: all. */
  readonly metrics?: readonly string[];
  /** The layers; `""` is the whole model. Default: all. */
  readonly layers?: readonly string[];
  /** The first step. Default `0`. */
  readonly from?: number;
  /** The step before which to end. Default: none. */
  readonly to?: number;
}

const rules = {
  metrics: { is: names },
  layers: { is: texts },
  from: { is: fromZero, default: 0 },
  to: { is: fromZero },
} satisfies OptionRules<ReadRowsOptions>;

/**
 * The rows of a recording that was written line by line, as `rowWriter` of `evenkeel/io/node` does: those that are wanted, one after
 * the other, of which no more than a chunk of the file is in memory.
 *
 * A last line that is torn, as a process leaves it that is killed, is passed over.
 *
 * @param source - the file, as a stream or as bytes: in Node `createReadStream(path)`.
 * @throws TensorError for unknown options and other sources, at once; on the way for a line that is no row, with its number.
 *
 * @example
 * ```ts
 * import { readRows } from "evenkeel/io";
 *
 * const text = [0, 1, 2].map((step) => `{"step":${step},"layer":"","metric":"loss","value":${1 / (1 + step)}}\n`).join("");
 * const file = new TextEncoder().encode(`${text}{"step":3,"lay`); // was killed while writing
 * const found = [];
 * for await (const row of readRows(file, { metrics: ["loss"], from: 1 })) found.push(row.value);
 * console.log(found); // => [ 0.5, 0.3333333333333333 ]
 * ```
 */
export function readRows(
  source: ByteSource,
  options: ReadRowsOptions = {},
): AsyncGenerator<RecordedRow, void, undefined> {
  const where = "readRows";
  const { metrics, layers, from, to } = optionsOf(where, options, rules);
  const isWanted = ({ step, layer, metric }: RecordedRow) =>
    step >= from &&
    (to === undefined || step < to) &&
    (metrics === undefined || metrics.includes(metric)) &&
    (layers === undefined || layers.includes(layer));
  return wantedRows(where, chunksOf(where, source), isWanted);
}

async function* wantedRows(
  where: string,
  chunks: AsyncIterable<unknown>,
  isWanted: (row: RecordedRow) => boolean,
): AsyncGenerator<RecordedRow, void, undefined> {
  const decoder = new TextDecoder();
  let [rest, number] = ["", 0];
  for await (const chunk of chunks) {
    checkBytes(where, chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) {
      number++;
      const row = rowOf(line);
      if (row === null) refuseLine(where, number, line);
      if (isWanted(row)) yield row;
    }
    if (rest.length > longestLine) refuseLine(where, number + 1, rest);
  }
  const last = rowOf(rest);
  if (last !== null && isWanted(last)) yield last;
}

function refuseLine(where: string, number: number, line: string): never {
  const got = line.length > 80 ? `${JSON.stringify(line.slice(0, 80))}…` : JSON.stringify(line);
  refuseFile(where, { expected: `a row { step, layer, metric, value } as line ${number}`, got });
}
