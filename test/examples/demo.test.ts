import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Network } from "../../examples/demo/network.ts";
import { idealFirstLoss } from "../../examples/demo/report.ts";
import { main } from "../../examples/demo.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "evenkeel-demo-"));
afterAll(() => rmSync(folder, { recursive: true }));
const report = ["--report", join(folder, "report.html")];
const small = ["--steps", "200", "--hidden", "40", "--seed", "7", ...report];
const patience = 60_000;

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await main(args, (more) => {
    text += more;
  });
  return { code, text };
}

async function runProcess(args: readonly string[], stopAt?: RegExp) {
  const child = spawn(process.execPath, ["--import", "tsx", "examples/demo.ts", ...args], { cwd: root });
  let [out, err] = ["", ""];
  let stopped = false; // a second signal would end it in the middle
  child.stdout.on("data", (data) => {
    out += data;
    if (!stopped && stopAt?.test(out)) stopped = child.kill("SIGINT");
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  const [code] = await once(child, "close");
  return { code: code as number | null, out, err };
}

/** What is printed, without what the clock decides. */
function untimed(text: string): string {
  return text
    .replace(/^steps per second .*$/m, "")
    .replace(/ +[\d,]+ steps\/s .*$/gm, "")
    .replace(/ [▁▂▃▄▅▆▇█]+$/gm, "");
}

/** The two numbers in the row of the table that starts with `name`. */
function row(text: string, name: string): [without: number, withIt: number] {
  const cells = new RegExp(`^${name}.* ([\\d.,]+)%? +([\\d.,]+)%?$`, "m").exec(text);
  if (cells === null) throw new Error(`there is no row "${name}" in\n${text}`);
  return [Number(cells[1]), Number(cells[2])];
}

describe("the demo", () => {
  const first = run(...small);

  test("shows both trainings side by side", { timeout: patience }, async () => {
    const { code, text } = await first;
    expect(code).toBe(0);
    expect(text).toMatch(/^ +without batch norm {2}with batch norm$/m);
    expect(text).toMatch(
      /^without batch norm {2}step 200\/200 {2}loss \d\.\d\d [▁-█]+ {2}[\d,]+ steps\/s {2}in 0:\d\d$/m,
    );
    for (const name of ["training loss", "dying units, of 40", "dead units", "steps per second"]) row(text, name);
    expect(text).toContain(`ideal: ${idealFirstLoss.toFixed(2)}`);
  });

  test("finds loss and saturation lower with batch norm, and says so", { timeout: patience }, async () => {
    const { text } = await first;
    const rows = [
      "loss before training",
      "training loss",
      "validation loss",
      "saturated .* before",
      "saturated .* after",
    ];
    for (const name of rows) {
      const [without, withIt] = row(text, name);
      expect(withIt, name).toBeLessThan(without);
    }
    const [without, withIt] = row(text, "validation loss");
    const sentence = text.replaceAll("\n", " ");
    expect(sentence).toContain(
      `After 200 steps the validation loss is ${withIt.toFixed(2)} with batch norm and ${without.toFixed(2)} without: ` +
        "batch norm is ahead by ",
    );
  });

  test("has each network invent ten names, and marks the new ones", { timeout: patience }, async () => {
    const { text } = await first;
    const lines = text.split("\n");
    const heading = lines.findIndex((line) => /^without batch norm +with batch norm$/.test(line));
    const names = lines.slice(heading + 1, heading + 11);
    for (const line of names) expect(line).toMatch(/^\S+( \*)? {2,}\S+( \*)?$/);
    expect(names.join()).toContain(" *");
    expect(lines[heading + 11]).toBe("");
  });

  test("writes a report with both curves, and says where", { timeout: patience }, async () => {
    const { text } = await first;
    const [, file] = /^Report: (.*)$/m.exec(text) ?? [];
    expect(file).toBe(report[1]);
    const html = readFileSync(file, "utf8");
    for (const part of ["Loss while training", "Outputs of the tanh", "validation loss", "evenkeel version"]) {
      expect(html).toContain(part);
    }
    expect(html.match(/<svg/g)?.length).toBe(4); // two figures, for light and for dark
  });

  test("also reports a training that has diverged", { timeout: patience }, async () => {
    const { code, text } = await run("--steps", "20", "--hidden", "5", "--lr", "1e30", "--quiet", ...report);
    expect(code).toBe(0);
    expect(text).toContain("the training has diverged");
    expect(readFileSync(report[1], "utf8")).toMatch(/not finite: gaps/);
  });

  test("fits into 80 columns", { timeout: patience }, async () => {
    for (const { text } of [await first, await run("--help")]) {
      for (const line of text.replace(/^Report: .*$/m, "").split("\n"))
        expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  test("has the same numbers from the same seed, also as a process of its own", { timeout: patience }, async () => {
    const { text } = await first;
    const { code, out, err } = await runProcess(small);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(untimed(out)).toBe(untimed(text));
  });

  test("has other numbers from another seed", { timeout: patience }, async () => {
    const { text } = await run("--steps", "1", "--hidden", "5", "--seed", "8", "--quiet", ...report);
    const { text: other } = await run("--steps", "1", "--hidden", "5", "--seed", "9", "--quiet", ...report);
    expect(row(text, "loss before training")).not.toEqual(row(other, "loss before training"));
  });

  test("gives both networks the same weights", () => {
    const [plain, normalised] = [false, true].map((batchNorm) => new Network({ hiddenUnits: 40, batchNorm, seed: 3 }));
    const dict = plain.stateDict();
    for (const name of ["embedding.weight", "hidden.weight", "output.weight", "output.bias"]) {
      expect(normalised.stateDict()[name].data, name).toEqual(dict[name].data);
    }
  });

  test("says nothing of its progress with --quiet", { timeout: patience }, async () => {
    const { text } = await run("--steps", "2", "--hidden", "5", "--quiet", ...report);
    expect(text).not.toContain("steps/s");
  });

  test("writes its progress over one line of a terminal, however narrow", { timeout: patience }, async () => {
    const texts: string[] = [];
    const write = (more: string) => void texts.push(more);
    const terminal = { write, writeError: write, isInteractive: true, isStyled: true, columns: 40 };
    expect(await main(["--steps", "2", "--hidden", "5", ...report], write, terminal)).toBe(0);
    const lines = texts.filter((text) => text.startsWith("\r")).map((text) => text.slice(1));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(line.length).toBeLessThan(40);
    expect(lines[0]).toMatch(/^without batch norm {2}step \d\/2 {2}loss \d/);
    expect(lines.at(-1)).toMatch(/^with batch norm {2}step 2\/2 {2}loss \d\.\d\d/);
  });

  test("lists its options, their defaults and its columns with --help", async () => {
    const { code, text } = await run("--help");
    expect(code).toBe(0);
    for (const part of ["--steps N", "--seed N", "(42)", "--quiet", "|h| > 0.97", "dead units"]) {
      expect(text).toContain(part);
    }
  });

  test.each([
    [
      ["--step", "5"],
      "--step is no option. The options are --steps, --seed, --hidden, --batch, --lr,\n--report, --quiet, --help.",
    ],
    [["5"], '"5" is no option.'],
    [["--steps"], "--steps takes a whole number of 1 or more, and has none."],
    [["--steps", "1.5"], '--steps takes a whole number of 1 or more, not "1.5".'],
    [["--batch", "1"], '--batch takes a whole number of 2 or more, not "1".'],
    [["--lr", "-1"], '--lr takes a number above 0, not "-1".'],
    [["--report"], "--report takes the name of a file, and has none."],
    [["--quiet=no"], "--quiet=no is no option."],
  ])("refuses %j", async (args, message) => {
    const { code, text } = await run(...args);
    expect(code).toBe(2);
    expect(text).toContain(message);
  });

  test("refuses on standard error, as a process", { timeout: patience }, async () => {
    const { code, out, err } = await runProcess(["--sed", "7"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("--sed is no option.");
  });

  test("ends at Ctrl-C", { timeout: patience }, async () => {
    const { code, out, err } = await runProcess(["--steps", "1000000"], /first names/);
    expect({ code, err }).toEqual({ code: 130, err: "Stopped.\n" });
    expect(out).not.toContain("dead units");
  });
});
