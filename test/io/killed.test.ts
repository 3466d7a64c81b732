import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Generator, nn, ones, randint, randn, TensorError } from "evenkeel";
import { fromSafetensors, loadCheckpoint, toSafetensors, writeSafetensors } from "evenkeel/io";
import { writeFileAtomically, writeFileAtomicallySync } from "evenkeel/io/node";
import { afterAll, describe, expect, test } from "vitest";
import { writeProgram } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-io-"));
afterAll(() => rmSync(folder, { recursive: true }));

const steps = 400;

const program = join(folder, "run.mjs");
writeProgram("test/io/killed.ts", program);

/** Starts the run, kills it some milliseconds after it has begun, and says what it printed. */
async function start(file: string, killAfter: number | null): Promise<{ out: string; wasKilled: boolean }> {
  const child = spawn(process.execPath, [program, file, String(steps)]);
  let [out, timer]: [string, NodeJS.Timeout | undefined] = ["", undefined];
  child.stdout.on("data", (text) => {
    out += text;
    if (killAfter !== null) timer ??= setTimeout(() => child.kill("SIGKILL"), killAfter);
  });
  let err = "";
  child.stderr.on("data", (text) => {
    err += text;
  });
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  if (signal !== "SIGKILL" && code !== 0) throw new Error(err);
  return { out, wasKilled: signal === "SIGKILL" };
}

const resultOf = (out: string) => out.trim().split("\n").at(-1);

test("a run killed at 50 random moments ends as one that was not", { timeout: 240_000 }, async () => {
  const expected = resultOf((await start(join(folder, "whole"), null)).out);
  expect(expected).toMatch(/^[0-9a-f]{64}$/);
  const generator = new Generator().manualSeed(7);
  let kills = 0;
  for (let run = 0; kills < 50; run++) {
    const file = join(folder, `run${run}`);
    for (;;) {
      const { out, wasKilled } = await start(file, randint(1, 120, [1], { generator }).item());
      if (!wasKilled) {
        expect(resultOf(out)).toBe(expected);
        break;
      }
      kills++;
      // Whatever it was doing: the checkpoint is whole, if there is one.
      if (readdirSync(folder).includes(`run${run}`)) loadCheckpoint(readFileSync(file), {}, { strict: false });
      if (kills < 50) continue;
      expect(resultOf((await start(file, null)).out)).toBe(expected);
      break;
    }
  }
});

describe.each([
  ["writeFileAtomically", writeFileAtomically],
  ["writeFileAtomicallySync", async (path: string, bytes: Uint8Array) => writeFileAtomicallySync(path, bytes)],
])("%s", (name, write) => {
  test("writes the bytes, and leaves nothing else behind", async () => {
    const own = mkdtempSync(join(folder, "own-"));
    const file = join(own, "model.safetensors");
    writeFileSync(file, "old");
    await write(file, toSafetensors({ w: ones([3]) }));
    expect(fromSafetensors(readFileSync(file)).tensors.w.toArray()).toEqual([1, 1, 1]);
    expect(readdirSync(own)).toEqual(["model.safetensors"]);
  });

  test("removes what killed writers of the same file left an hour ago, and nothing else", async () => {
    const own = mkdtempSync(join(folder, "own-"));
    const kept = [".model.0123456789ab.draft", ".other.0123456789ab.draft", ".model.note"];
    for (const left of [".model.ba9876543210.draft", ...kept]) {
      writeFileSync(join(own, left), "half");
      if (left !== kept[0]) utimesSync(join(own, left), 0, Date.now() / 1000 - 3700);
    }
    await write(join(own, "model"), new Uint8Array(3));
    expect(readdirSync(own).sort()).toEqual([...kept, "model"].sort());
  });

  test("leaves the file as it was where it cannot write", async () => {
    const above = mkdtempSync(join(folder, "above-"));
    const own = mkdtempSync(join(above, "own-"));
    await expect(write(join(own, "nowhere", "file"), new Uint8Array(3))).rejects.toThrow(/ENOENT/);
    await expect(write(own, new Uint8Array(3))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect([...readdirSync(above), ...readdirSync(own)]).toEqual([basename(own)]);
    await expect(write(join(own, "file"), "text" as never)).rejects.toThrow(TensorError);
    await expect(write("", new Uint8Array())).rejects.toThrow(new RegExp(name));
  });
});

describe("writeFileAtomically of a stream", () => {
  const large = randn([700_000]);

  test("writes what toSafetensors would have made", async () => {
    const file = join(folder, "streamed");
    const tensors = { large, none: ones([0]), small: ones([3]) };
    await writeFileAtomically(file, writeSafetensors(tensors, { metadata: { epoch: "12" } }));
    expect(Buffer.compare(readFileSync(file), toSafetensors(tensors, { metadata: { epoch: "12" } }))).toBe(0);
  });

  test("leaves the previous file where a tensor changes on the way, and where the stream gives no bytes", async () => {
    const own = mkdtempSync(join(folder, "own-"));
    const file = join(own, "model");
    writeFileSync(file, "old");
    const [changing, chunks] = [large.clone(), [] as number[]];
    async function* disturbed() {
      for await (const chunk of writeSafetensors({ changing })) {
        chunks.push(chunk.length);
        yield chunk;
        if (chunks.length === 2) changing.add_(1);
      }
    }
    await expect(writeFileAtomically(file, disturbed())).rejects.toThrow(/a change of "changing"/);
    expect(chunks).toHaveLength(2);
    async function* text() {
      yield "text" as never;
    }
    await expect(writeFileAtomically(file, text())).rejects.toThrow(TensorError);
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(own)).toEqual(["model"]);
  });

  test("asks for a chunk when it is wanted, and refuses what toSafetensors refuses", async () => {
    const [x, y] = [ones([2]), ones([2])];
    const reader = writeSafetensors({ x, y }).getReader();
    await reader.read();
    x.mul_(2);
    await expect(reader.read()).rejects.toThrow(/a change of "x"/);
    expect(() => writeSafetensors({ x: 1 as never })).toThrow(TensorError);
    expect(() => writeSafetensors(new nn.Linear(2, 2) as never)).toThrow(/Such as model\.stateDict\(\)/);
    expect(() => writeSafetensors({ x }, { meta: {} } as object)).toThrow(/options among/);
  });
});
