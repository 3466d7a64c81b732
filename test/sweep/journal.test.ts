import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isTensorError, useKernels } from "evenkeel";
import {
  grid,
  inMemory,
  journal,
  range,
  readSweep,
  type SweepEngine,
  type SweepOptions,
  shard,
  sweep,
} from "evenkeel/sweep";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => useKernels("wasm"));

let files = 0;
const fresh = () => join(folder, `runs${files++}.jsonl`);

const space = grid({ x: range(5) });
const cell = new URL("./cells/outcomes.ts", import.meta.url);
const run = (path: string, options: Partial<SweepOptions> = {}) =>
  sweep({ space, cell, store: journal(path), ...options });
/** Asks for a cell, which is not to come to be run: its result would be lost. */
const mustNotRun: SweepEngine = {
  name: "none",
  runsElsewhere: false,
  drive: async (asked) => {
    expect(await asked.ask()).toBe("nothing");
  },
};
const linesOf = (path: string) => readFileSync(path, "utf8").split("\n").slice(0, -1);

describe("a journal", () => {
  test("has a line for each cell, with all that its result depends on, and is read back with every bit", async () => {
    const path = fresh();
    const first = await run(path);
    const lines = linesOf(path);
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines[0])).toEqual({
      code: first.code,
      configuration: { x: 0 },
      id: first.rows[0].id,
      kernels: "wasm",
      version: first.version,
      value: { negative: -0, numbers: [{ $number: "Infinity" }, 0.1 + 0.2], x: 0 },
    });
    let ran = 0;
    expect(await run(path, { failures: "keep", onCell: () => ran++ })).toEqual(first);
    expect(ran).toBe(0);
    expect(linesOf(path)).toEqual(lines);
  });

  test("cut off at any byte goes on to the same lines", { timeout: 120_000 }, async () => {
    const path = fresh();
    await run(path);
    const whole = readFileSync(path);
    const expected = linesOf(path);
    for (let length = 0; length <= whole.length; length += 37) {
      const cut = fresh();
      writeFileSync(cut, whole.subarray(0, length));
      const kept = linesOf(cut).length;
      let ran = 0;
      await run(cut, { failures: "keep", onCell: () => ran++ });
      expect(linesOf(cut), `cut at ${length}`).toEqual(expected);
      expect(ran).toBe(5 - kept);
      rmSync(cut);
    }
  });

  test("takes away a torn line that is longer than a block", async () => {
    const path = fresh();
    await run(path, { space: grid({ x: range(2) }) });
    appendFileSync(path, `{"id":"${"é".repeat(100_000)}`);
    await run(path);
    expect(linesOf(path)).toHaveLength(5);
  });

  test("leaves out what another version, other kernels or another cell left, or refuses it with its line", async () => {
    const path = fresh();
    useKernels("reference");
    await run(path);
    useKernels("wasm");
    await expect(run(path)).rejects.toThrow(
      /results of kernels wasm, got kernels reference in .*jsonl:1\. Begin another/,
    );
    const { rows } = await run(path, { others: "ignore" });
    expect(rows).toHaveLength(5);
    expect(linesOf(path)).toHaveLength(10);
    const other = new URL("./cells/training.ts", import.meta.url);
    await expect(run(path, { cell: other })).rejects.toThrow(/results of kernels wasm, code \w+, got .*code/);
  });

  test("in parts, one behind the other, twice over, is that of the whole", async () => {
    const [whole, ...parts] = [fresh(), fresh(), fresh(), fresh()];
    const expected = await run(whole);
    for (const [i, part] of parts.entries()) await run(part, { run: shard(i, 3) });
    const joined = fresh();
    for (const part of [...parts, ...parts]) appendFileSync(joined, readFileSync(part));
    expect(linesOf(joined).sort()).toEqual([...linesOf(whole), ...linesOf(whole)].sort());
    let ran = 0;
    expect(await run(joined, { failures: "keep", onCell: () => ran++ })).toEqual(expected);
    expect(ran).toBe(0);
  });

  test("that two sweeps write at once has every line whole", async () => {
    const path = fresh();
    const many = { space: grid({ x: range(4, 60) }) };
    const [one, other] = await Promise.all([run(path, many), run(path, many)]);
    expect(one).toEqual(other);
    expect(new Set(linesOf(path)).size).toBe(56);
    expect(await run(path, many)).toEqual(one);
  });

  test("is refused where a line in the middle is torn, changed, or contradicts another", async () => {
    const path = fresh();
    await run(path);
    const lines = linesOf(path);
    const refusal = (own: readonly string[]) => {
      writeFileSync(path, own.map((line) => `${line}\n`).join(""));
      return expect(run(path)).rejects;
    };
    await refusal([lines[0].slice(0, 50), lines[1]]).toThrow(
      /a result of a sweep in .*:1, got .*one JSON object a line/,
    );
    await refusal([lines[0], "[]"]).toThrow(/a result of a sweep in .*:2/);
    await refusal([lines[0].replace('"x":0', '"x":9')]).toThrow(/the identity of what the line says/);
    const contrary = lines[0].replace("0.30000000000000004", "0.3");
    await refusal([lines[0], lines[0], contrary]).toThrow(
      /equal to the bit, got .*0\.30000000000000004.* and .*0\.3\b/,
    );
  });

  test("keeps what was found when the sweep stops, and says what the file system says", async () => {
    const path = fresh();
    await expect(run(path, { failures: "refuse" })).rejects.toThrow(/one is refused/);
    expect(linesOf(path)).toHaveLength(2);
    for (const [place, said] of [
      [join(folder, "nowhere", "runs.jsonl"), /lines can be added as .*nowhere.*ENOENT.*Its folder/],
      [folder, /EISDIR/],
    ] as const)
      await expect(run(place, { run: mustNotRun })).rejects.toThrow(said);
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    expect(() => journal("")).toThrow(/the path of a file/);
  });

  test("of an earlier day is read back, one or several, and none or different ones are refused", async () => {
    const recorded = fileURLToPath(new URL("./recorded.jsonl", import.meta.url));
    const { kind, version, rows, total } = await readSweep([recorded, recorded]);
    expect([kind, version, total]).toEqual(["sweep", "0.1.0", 4]);
    expect(rows[2]).toMatchObject({ configuration: { ms: 100, x: 2 }, value: { x: 2, root: Math.SQRT2 } });
    const path = fresh();
    await run(path);
    await expect(readSweep([recorded, path])).rejects.toThrow(
      /results of code \w{32}, as the first is, got one of code \w{32} in .*:1\. Read the journals of different sweeps one by one/,
    );
    await expect(readSweep([path, fresh()])).rejects.toThrow(/a journal at \S+\.jsonl, got no file/);
    writeFileSync(path, "");
    await expect(readSweep([path])).rejects.toThrow(/expected results in \S+\.jsonl, got none/);
    await expect(readSweep([])).rejects.toThrow(/the paths of journals, one or more, got \[\]/);
  });

  test("with any byte changed is read, or refused with a TensorError", { timeout: 120_000 }, async () => {
    const bytes = readFileSync(fileURLToPath(new URL("./recorded.jsonl", import.meta.url)));
    const path = fresh();
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.constantFrom("set", "cut", "twice"));
    await fc.assert(
      fc.asyncProperty(change, async ([at, byte, how]) => {
        const set = Buffer.from(bytes);
        set[at] = byte;
        const changed = { set, cut: bytes.subarray(at), twice: Buffer.concat([bytes.subarray(0, at), bytes]) };
        writeFileSync(path, changed[how as keyof typeof changed]);
        const outcome: unknown = await readSweep([path]).catch((error: unknown) => error);
        expect(isTensorError(outcome) ? "refused" : (outcome as { kind?: string }).kind).toMatch(/^(refused|sweep)$/);
      }),
      { seed: 5, numRuns: 300 },
    );
    writeFileSync(path, `${"[".repeat(1e5)}\n`);
    await expect(readSweep([path])).rejects.toThrow(/a result of a sweep/);
  });

  test("has the same lines as memory", async () => {
    const path = fresh();
    await run(path);
    const store = { ...inMemory(), isKept: true };
    await run(path, { store });
    const kept: string[] = [];
    for await (const line of store.lines()) kept.push(line);
    expect(kept).toEqual(linesOf(path));
  });
});
