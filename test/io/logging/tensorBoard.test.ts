import { crc32c } from "@node-rs/crc32";
import { manualSeed, nn, optim, randn } from "evenkeel";
import { activationReport, Recorder } from "evenkeel/analysis";
import { type TensorBoardEntry, toTensorBoard } from "evenkeel/io";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import theirs from "../../golden/io/tensorBoard.json" with { type: "json" };
import { entries, wallTime, written } from "../../golden/io/tensorBoardCases.ts";

test("TensorBoard itself has read of a file of every kind of entry what was written", () => {
  expect(Buffer.from(written()).toString("base64")).toBe(theirs.file);
  expect(theirs.versions).toEqual(["brain.Event:2"]);
  const tags = entries.map((entry) =>
    "tag" in entry ? entry.tag : [entry.metric, entry.layer].filter(Boolean).join("/"),
  );
  expect(theirs.read.map(({ tag, step }) => [tag, step])).toEqual(entries.map(({ step }, i) => [tags[i], step]));
  expect(new Set(theirs.read.map((entry) => entry.wallTime))).toEqual(new Set([wallTime]));
  const content = (tag: string) => theirs.read.filter((entry) => entry.tag === tag).map((entry) => entry.content);
  expect(content("loss")).toEqual([[2.5], ["NaN"], [Math.fround(1e-3)]]);
  expect(content("rates/é")).toEqual([[Math.fround(0.1)]]);
  expect(content("update ratio/block.0")).toEqual([[-0.125]]);
  const [bars, given, equal, none] = content("weights") as number[][];
  const counts = bars.filter((_, i) => i % 3 === 2);
  expect([counts.length, counts[0], counts[10], counts[29]]).toEqual([30, 1, 2, 1]); // 1, twice 2, and 4, of 1 to 4
  expect(counts.reduce((a, b) => a + b)).toBe(4);
  expect([given, equal, none]).toEqual([[-1, 0, 3, 0, 2, 5], [6.5, 7.5, 2], []]);
  expect(content("notes").map(([text]) => Buffer.from(text as string, "base64").toString())).toEqual([
    "rate **0.1** – ünïcode\n",
  ]);
  const [[width, height, png]] = content("plot") as string[][];
  expect([width, height].map((text) => atob(text))).toEqual(["1", "1"]);
  expect(png).toBe(Buffer.from((entries.at(-1) as { png: Uint8Array }).png).toString("base64"));
  expect([...new Set(theirs.read.map(({ plugin }) => plugin))]).toEqual(["scalars", "histograms", "text", "images"]);
});

/** Their messages, as far as they are used here. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; } }
  message Summary { repeated Value value = 1; }
  message Value {
    string tag = 1;
    oneof value { float simple_value = 2; Image image = 4; Tensor tensor = 8; }
    Metadata metadata = 9;
  }
  message Metadata { Plugin plugin_data = 1; int32 data_class = 4; }
  message Plugin { string plugin_name = 1; bytes content = 2; }
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Tensor { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; repeated bytes string_val = 8; }
  message Shape { repeated Dim dim = 2; }
  message Dim { int64 size = 1; }
`);

interface Read {
  readonly wallTime: number;
  readonly step?: string;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly Record<string, unknown>[] };
}

/** The events of a file, by Google's format of records and an independent reader of messages. */
function read(file: Uint8Array): Read[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const masked = (from: number, to: number) => {
    const crc = crc32c(Buffer.from(file.subarray(from, to)));
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const events: Read[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(masked(at, at + 8));
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(at + 12, at + 12 + length));
    const Event = root.lookupType("Event");
    const message = Event.decode(file.subarray(at + 12, at + 12 + length));
    events.push(Event.toObject(message, { longs: String }) as Read);
    at += length + 16;
  }
  return events;
}

const tag = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
const step = fc.maxSafeInteger();
const entry: fc.Arbitrary<TensorBoardEntry> = fc.oneof(
  fc.record({ tag, step, value: fc.double() }),
  fc.record({ tag, step, text: fc.string({ unit: "grapheme", maxLength: 300 }) }),
  fc.record({ tag, step, histogram: fc.array(fc.double(), { maxLength: 50 }) }),
);

test("an independent reader finds whatever is written, with right checksums", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), fc.boolean(), (list, continues) => {
      const events = read(toTensorBoard(list, { continues, wallTime }));
      const [head, ...rest] = continues ? [undefined, ...events] : events;
      if (!continues) expect(head?.fileVersion).toBe("brain.Event:2");
      expect(rest).toHaveLength(list.length);
      for (const [i, { step: at = "0", summary, wallTime: when }] of (rest as Read[]).entries()) {
        const given = list[i];
        const [value] = summary?.value ?? [];
        expect([at, when, value.tag]).toEqual([String(given.step), wallTime, "tag" in given && given.tag]);
        if ("value" in given) expect(value.simpleValue).toBe(Math.fround(given.value ?? Number.NaN));
        if ("text" in given) {
          const { stringVal } = value.tensor as { stringVal: Uint8Array[] };
          expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(stringVal[0])).toBe(given.text);
        }
        if ("histogram" in given) {
          const { tensorContent = new Uint8Array() } = value.tensor as { tensorContent?: Uint8Array };
          const numbers = new Float64Array(Uint8Array.from(tensorContent).buffer);
          const finite = (given.histogram as number[]).filter(Number.isFinite);
          expect(numbers.filter((_, k) => k % 3 === 2).reduce((a, b) => a + b, 0)).toBe(finite.length);
          if (finite.length > 0) expect(numbers[0]).toBeLessThanOrEqual(Math.min(...finite));
          if (finite.length > 0) expect(numbers.at(-2)).toBeGreaterThanOrEqual(Math.max(...finite));
          expect(numbers.every(Number.isFinite)).toBe(true);
        }
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("rows come as they are recorded, bit for bit those of the whole recording", () => {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
  const parts: Uint8Array[] = [toTensorBoard([], { wallTime })];
  const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), {
    onRows: (rows) => void parts.push(toTensorBoard(rows, { continues: true, wallTime })),
  });
  const x = randn([8, 3]);
  for (let i = 0; i < 5; i++) recorder.step(() => model.forward(x).square().mean());
  const { rows } = recorder.recording();
  expect(Buffer.concat(parts)).toEqual(Buffer.from(toTensorBoard(rows, { wallTime })));
  const [layer] = activationReport(model, x).layers;
  const [, event] = read(toTensorBoard([{ tag: "tanh", step: 5, histogram: layer.histogram ?? [] }]));
  const { tensorContent } = (event.summary as NonNullable<Read["summary"]>).value[0].tensor as {
    tensorContent: Uint8Array;
  };
  const numbers = new Float64Array(Uint8Array.from(tensorContent).buffer);
  expect(numbers.filter((_, i) => i % 3 === 2).reduce((a, b) => a + b, 0)).toBe(32);
});

describe("refused", () => {
  const wrong: Readonly<Record<string, readonly [given: unknown, message: RegExp]>> = {
    "no list": [{}, /a list of rows or entries/],
    "no entry": [[null], /a whole number as step/],
    "a step that is not whole": [[{ tag: "a", step: 0.5, value: 1 }], /a whole number as step/],
    "a step that no number is exact of": [[{ tag: "a", step: 2 ** 60, value: 1 }], /a whole number as step/],
    "no tag": [[{ tag: "", step: 0, value: 1 }], /a text as tag/],
    "nothing to show": [[{ tag: "a", step: 0 }], /a value, histogram, text or png/],
    "a text as value": [[{ tag: "a", step: 0, value: "1" }], /a number as value/],
    "a number as text": [[{ tag: "a", step: 0, text: 1 }], /a value, histogram, text or png/],
    "a picture that is no PNG": [[{ tag: "a", step: 0, png: new Uint8Array(40) }], /the bytes of a PNG file/],
    "a histogram of texts": [[{ tag: "a", step: 0, histogram: ["1"] }], /numbers in a histogram/],
    "too few edges": [[{ tag: "a", step: 0, histogram: { edges: [0], counts: [1] } }], /one more than counts/],
    "an edge of infinity": [
      [{ tag: "a", step: 0, histogram: { edges: [0, Number.POSITIVE_INFINITY], counts: [1] } }],
      /finite edges/,
    ],
    "a row without a layer": [[{ step: 0, metric: "loss", value: 1 }], /layer and metric as texts/],
  };
  test.each(Object.entries(wrong))("%s", (_, [given, message]) => {
    expect(() => toTensorBoard(given as never)).toThrow(message);
  });
});
