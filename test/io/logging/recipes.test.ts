import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { tableFromIPC } from "apache-arrow";
import type { RecordedRow } from "evenkeel/analysis";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examplesIn, root } from "../../docs/examples.ts";
import { writeProgram } from "../program.ts";

// The programs of docs/io/logging.md are run as they stand, each as a process of its own, and what they wrote is read.

const page = "docs/io/logging.md";
const programs = examplesIn(page, readFileSync(resolve(root, page), "utf8"));

const cache = resolve(root, "node_modules/.cache");
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "recipes-")); // where packages are found by their names
afterAll(() => rmSync(folder, { recursive: true }));

const told: { run: string; rows: RecordedRow[] }[] = [];
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  told.push(JSON.parse(body));
  response.end();
});

/** Runs one program, and returns what it printed. */
async function run(code: string, i: number): Promise<string> {
  const outfile = join(folder, `${i}.mjs`);
  writeProgram({ contents: code, loader: "ts", resolveDir: root }, outfile);
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, ROWS_URL: `http://127.0.0.1:${port}/rows` };
  const child = spawn(process.execPath, [outfile], { cwd: folder, env });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const [code_] = await once(child, "close");
  if (code_ !== 0) throw new Error(err);
  return out;
}

const printed: string[] = [];

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  for (const [i, { code }] of programs.entries()) printed.push(await run(code, i));
  server.close();
}, 120_000);

/** A file that a program has written. */
const file = (name: string) => readFileSync(join(folder, name));

describe("the programs of the page", () => {
  test("are six, of which each says or leaves something", () => {
    expect(programs).toHaveLength(6);
    expect(printed.map((text) => text.split("\n").length - 1)).toEqual([2, 0, 0, 1, 0, 0]);
  });

  test("stream rows to disk, and read the last ones", () => {
    const lines = file("run.jsonl")
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(200 + 2 * 20);
    const losses = lines.filter(({ metric }) => metric === "loss");
    expect(printed[0]).toBe(
      losses
        .slice(-2)
        .map(({ step, value }) => `${step} ${value}\n`)
        .join(""),
    );
  });

  test("write for TensorBoard every kind of entry", () => {
    const text = file("runs/first/events.out.tfevents.0").toString("latin1");
    const all = ["brain.Event:2", "loss", "saturated/1", "histograms", "weights/0", "in all", "losses", "PNG"];
    for (const part of all) expect(text).toContain(part);
  });

  test("write CSV", () => {
    const lines = file("run.csv").toString().trimEnd().split("\n");
    expect([lines.length, lines[0], lines[20].split(",").slice(0, 3)]).toEqual([
      21,
      "step,layer,metric,value",
      ["19", "", "loss"],
    ]);
  });

  test("write Arrow, which its library reads with nothing lost", () => {
    const table = tableFromIPC(file("run.arrow"));
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["step", "layer", "metric", "value"]);
    const rows = table.toArray().map((row) => row?.toJSON() as RecordedRow);
    expect(rows).toHaveLength(40);
    expect(rows.at(-1)).toMatchObject({ step: 19, layer: "", metric: "parameter norm" });
    expect(rows.every(({ value }) => typeof value === "number" && Number.isFinite(value))).toBe(true);
    expect(printed[3]).toBe("40 true\n");
  });

  test("write Parquet, which another package reads", async () => {
    const { buffer, byteOffset, byteLength } = file("run.parquet");
    const rows = await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
    expect(rows).toHaveLength(20);
    expect(rows[19]).toMatchObject({ step: 19, layer: "", metric: "loss" });
    expect(rows.every(({ value }) => typeof value === "number")).toBe(true);
  });

  test("tell a service all rows, in order, some at a time", () => {
    expect(told.map(({ rows }) => rows.length)).toEqual([25, 25, 25, 25]);
    expect(told.flatMap(({ rows }) => rows.map(({ step }) => step))).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
