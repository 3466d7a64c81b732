import {
  appendFileSync,
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, nn, optim, randn } from "evenkeel";
import { type RecordedRow, Recorder, stepProbes } from "evenkeel/analysis";
import { type ReadRowsOptions, readRows } from "evenkeel/io";
import { rowWriter } from "evenkeel/io/node";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const newFile = () => join(folder, `${count++}.jsonl`);

async function all(file: string | Uint8Array, options?: ReadRowsOptions): Promise<RecordedRow[]> {
  const source = typeof file === "string" ? createReadStream(file, { highWaterMark: 61 }) : file;
  const rows: RecordedRow[] = [];
  for await (const row of readRows(source, options)) rows.push(row);
  return rows;
}

/** A run of so many steps, with its rows told to a function. */
function run(steps: number, options: { onRows?: (rows: readonly RecordedRow[]) => void; keepRows?: boolean }) {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
  const probes = { loss: stepProbes.loss(), updates: { probe: stepProbes.updateRatios(), every: 3 } };
  const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }), { probes, ...options });
  const x = randn([8, 3]);
  for (let step = 0; step < steps; step++) recorder.step(() => model.forward(x).square().mean());
  return recorder.recording();
}

const rows: readonly RecordedRow[] = [
  { step: 0, layer: "", metric: "loss", value: 0.1 },
  { step: 0, layer: "blöck.0 🙂", metric: 'update "ratio"\n', value: -1e-300 },
  { step: 1, layer: "", metric: "loss", value: null },
  { step: 2, layer: "", metric: "loss", value: 3 },
];

test("what is written while a run goes on is, to the bit, what a recording has", async () => {
  const file = newFile();
  const log = rowWriter(file);
  const recorded = run(10, { onRows: log.write });
  expect(await all(file)).toEqual(recorded.rows); // before it is closed: each step is with the system at once
  log.close();
  const told = run(10, { onRows: () => {}, keepRows: false });
  expect(told).toEqual({ ...recorded, rows: [] });
});

test("rows of any text and number come back, in whatever portions they are read", async () => {
  const file = newFile();
  const log = rowWriter(file, { flush: true });
  log.write(rows);
  log.write([]);
  log.close();
  log.close();
  expect(await all(file)).toEqual(rows);
  expect(await all(readFileSync(file))).toEqual(rows);
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(rows.length + 1);
});

test("a part is read: by metric, by layer, by steps", async () => {
  const file = newFile();
  const log = rowWriter(file);
  const recorded = run(12, { onRows: log.write }).rows;
  log.close();
  const wanted: readonly [ReadRowsOptions, (row: RecordedRow) => boolean][] = [
    [{ metrics: ["loss"] }, ({ metric }) => metric === "loss"],
    [{ layers: ["0", ""] }, ({ layer }) => layer !== "2"],
    [{ from: 3, to: 9 }, ({ step }) => step >= 3 && step < 9],
    [{ metrics: ["update ratio"], layers: ["2"], from: 4 }, ({ layer, step }) => layer === "2" && step >= 4],
    [{ metrics: ["nothing"] }, () => false],
  ];
  for (const [options, isWanted] of wanted) expect(await all(file, options)).toEqual(recorded.filter(isWanted));
});

test("wherever a last line is torn, what is whole is read, and who goes on writes behind it", async () => {
  const whole = newFile();
  const log = rowWriter(whole);
  log.write(rows);
  log.close();
  const bytes = readFileSync(whole);
  const [last] = rows.slice(-1);
  for (let length = Math.max(0, bytes.length - 120); length <= bytes.length; length++) {
    const file = newFile();
    writeFileSync(file, bytes.subarray(0, length));
    const ends = rows.filter((_, i) => {
      const end = Buffer.byteLength(
        rows
          .slice(0, i + 1)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(""),
      );
      return length >= end - 1; // all but the end of the line
    });
    expect(await all(file)).toEqual(ends);
    const more = rowWriter(file);
    more.write([last]);
    more.close();
    expect(await all(file)).toEqual([...ends, last]);
    rmSync(file);
  }
});

test("a torn line of many blocks is taken away", async () => {
  const file = newFile();
  const log = rowWriter(file);
  log.write(rows.slice(0, 1));
  log.close();
  appendFileSync(file, `{"step":1,"layer":"${"x".repeat(200_000)}`);
  rowWriter(file).close();
  expect(await all(file)).toEqual(rows.slice(0, 1));
  truncateSync(file, 5);
  rowWriter(file).close();
  expect(readFileSync(file)).toHaveLength(0);
});

describe("refused", () => {
  test.each([
    ["{}", 1],
    ['{"step":0,"layer":"","metric":"loss","value":1}\nnonsense', 2],
    ['{"step":0.5,"layer":"","metric":"loss","value":1}', 1],
    ['{"step":0,"layer":"","metric":"loss","value":"1"}', 1],
    ["[]", 1],
    ["null", 1],
    ["", 1],
  ])("a line that is no row, by its number: %j", async (text, line) => {
    await expect(all(new TextEncoder().encode(`${text}\n`))).rejects.toThrow(
      new RegExp(`expected a row .* as line ${line}, got `),
    );
  });

  test("what has no ends of lines, before it fills the memory", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield new Uint8Array(65_536).fill(0x20);
      }
    }
    const read = async () => {
      for await (const _ of readRows(endless())) given = -1;
    };
    await expect(read()).rejects.toMatchObject({ code: "EVENKEEL_FILE" });
    expect(given).toBeLessThan(20);
  });

  test("other sources, options, paths and rows, at once", () => {
    expect(() => readRows("run.jsonl" as never)).toThrow(/a stream/);
    expect(() => readRows(new Uint8Array(0), { metric: ["loss"] } as never)).toThrow(/Did you mean "metrics"/);
    expect(() => readRows(new Uint8Array(0), { from: -1 })).toThrow(/as from/);
    expect(() => rowWriter("")).toThrow(/the path of a file/);
    expect(() => rowWriter(newFile(), { flush: 1 } as never)).toThrow(/as flush/);
    expect(() => rowWriter(join(folder, "no", "folder.jsonl"))).toThrow(/ENOENT/);
    const log = rowWriter(newFile());
    for (const wrong of [null, {}, [null], [{ step: 0 }], [{ ...rows[0], value: "1" }]]) {
      expect(() => log.write(wrong as never)).toThrow(/expected rows/);
    }
    log.close();
    expect(() => log.write(rows)).toThrow(/a call after close/);
  });
});
