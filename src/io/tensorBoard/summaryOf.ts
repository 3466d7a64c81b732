import { describe, TensorError } from "../../base/errors.ts";
import { isBytes } from "../bytes/checks.ts";
import { Message } from "../bytes/protobuf.ts";
import type { HistogramEntry, TensorBoardEntry } from "./entry.ts";

// Field numbers of TensorBoard's messages: summary.proto, tensor.proto, tensor_shape.proto, types.proto.

const float64 = 2;
const string = 7;

/** An entry as a `Summary.Value`. */
export function summaryOf(where: string, entry: TensorBoardEntry): Message {
  const value = new Message().put(1, tagOf(where, entry));
  if ("metric" in entry) return value.float(2, numberOf(where, entry.value));
  if ("value" in entry) return value.float(2, numberOf(where, entry.value));
  if ("histogram" in entry) return value.put(9, plugin("histograms")).put(8, bars(where, entry.histogram));
  if ("text" in entry && typeof entry.text === "string") {
    const tensor = new Message().int(1, string).put(2, new Message()).put(8, entry.text);
    return value.put(9, plugin("text")).put(8, tensor);
  }
  if ("png" in entry) return value.put(4, image(where, entry.png));
  return refuse(where, "an entry with a value, histogram, text or png", describe(entry));
}

function tagOf(where: string, entry: TensorBoardEntry): string {
  if ("metric" in entry) {
    const { layer, metric } = entry;
    if (typeof layer !== "string" || typeof metric !== "string")
      refuse(where, "a row's layer and metric as texts", describe(entry));
    return layer === "" ? metric : `${metric}/${layer}`;
  }
  if (typeof entry.tag === "string" && entry.tag !== "") return entry.tag;
  return refuse(where, "a text as tag", describe(entry.tag));
}

function numberOf(where: string, value: unknown): number {
  if (value === null) return Number.NaN;
  return typeof value === "number" ? value : refuse(where, "a number as value", describe(value));
}

/** Which of TensorBoard's tabs shows a tag, and that it is of tensors. */
const plugin = (name: string): Message => new Message().put(1, new Message().put(1, name)).int(4, 2);

/** A histogram as TensorBoard has it: a row for each bar, of its left edge, its right edge and its count. */
function bars(where: string, histogram: HistogramEntry["histogram"]): Message {
  const { edges, counts } = isCounted(histogram) ? histogram : counted(where, histogram);
  const numbers = [...edges, ...counts];
  if (edges.length !== counts.length + 1 && counts.length + edges.length > 0) {
    refuse(where, "edges of a histogram, one more than counts", `${edges.length} edges, ${counts.length} counts`);
  }
  if (!numbers.every(Number.isFinite)) refuse(where, "finite edges and counts of a histogram", describe(numbers));
  const rows = counts.flatMap((count, i) => [edges[i], edges[i + 1], count]);
  const sizes = [counts.length, 3].map((size) => new Message().int(1, size));
  const shape = sizes.reduce((all, size) => all.put(2, size), new Message());
  const content = new DataView(new ArrayBuffer(8 * rows.length));
  rows.forEach((number, i) => content.setFloat64(8 * i, number, true));
  return new Message().int(1, float64).put(2, shape).put(4, new Uint8Array(content.buffer));
}

const isCounted = (value: unknown): value is { edges: readonly number[]; counts: readonly number[] } => {
  const { edges, counts } = (value ?? {}) as { edges?: unknown; counts?: unknown };
  return Array.isArray(edges) && Array.isArray(counts);
};

/** As many bars as TensorBoard draws. */
const mostBars = 30;

/** Finite numbers, counted in bars of equal width; equal ones in one bar around them. */
function counted(where: string, given: unknown): { edges: readonly number[]; counts: readonly number[] } {
  const isList = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
  if (!isList) refuse(where, "a list of numbers, or { edges, counts }, as histogram", describe(given));
  const values: number[] = [];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of given as Iterable<unknown>) {
    if (typeof value !== "number") refuse(where, "numbers in a histogram", describe(value));
    if (!Number.isFinite(value)) continue;
    values.push(value as number);
    low = Math.min(low, value as number);
    high = Math.max(high, value as number);
  }
  if (values.length === 0) return { edges: [], counts: [] };
  if (low === high) return { edges: [low - 0.5, low + 0.5], counts: [values.length] };
  const counts = new Array<number>(mostBars).fill(0);
  const width = high / mostBars - low / mostBars; // of numbers whose difference may overflow
  if (width === 0) return { edges: [low, high], counts: [values.length] }; // two neighbours among the smallest numbers there are
  for (const value of values) counts[Math.min(mostBars - 1, Math.floor(value / width - low / width))]++;
  const edges = Array.from({ length: mostBars + 1 }, (_, i) => (i === mostBars ? high : low + i * width));
  return { edges, counts };
}

/** A PNG file as `Summary.Image`, with the sizes and the number of channels of its head. */
function image(where: string, png: unknown): Message {
  const bytes = isBytes(png) ? png : refuse(where, "the bytes of a PNG file as png", describe(png));
  const isPng = bytes.length >= 29 && pngStart.every((byte, i) => bytes[i] === byte);
  if (!isPng) refuse(where, "the bytes of a PNG file as png", `${bytes.length} other bytes`);
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  const [width, height, kind] = [head.getUint32(16), head.getUint32(20), bytes[25]];
  return new Message()
    .int(1, height)
    .int(2, width)
    .int(3, channelsOf[kind] ?? 3)
    .put(4, bytes);
}

const pngStart = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** By the kind of colour that a PNG's head names: greys, colours, a palette, and the first two with transparency. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

function refuse(where: string, expected: string, got: string): never {
  throw new TensorError(where, { expected, got });
}
