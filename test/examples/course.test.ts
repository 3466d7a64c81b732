import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromSafetensors, toSafetensors } from "evenkeel/io";
import { globSync } from "tinyglobby";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bigrams } from "../../examples/course/bigrams.ts";
import { byHand } from "../../examples/course/byHand.ts";
import { digits } from "../../examples/course/digits.ts";
import { gpt } from "../../examples/course/gpt.ts";
import { mlp } from "../../examples/course/mlp.ts";
import { Value } from "../../examples/course/moons/value.ts";
import { moons } from "../../examples/course/moons.ts";
import { bundle } from "../../examples/course/pumps/bundle.ts";
import { pumpsCsv } from "../../examples/course/pumps/madeUp.ts";
import { load, type Pump, probabilities } from "../../examples/course/pumps/network.ts";
import { serve } from "../../examples/course/pumps/server.ts";
import { pumps } from "../../examples/course/pumps.ts";
import type { Print, Seen, Size } from "../../examples/course/shared/chapter.ts";
import { tree } from "../../examples/course/tree.ts";
import { apart, chapters, main } from "../../examples/course.ts";
import { expectClose } from "../close.ts";
import { root } from "../docs/examples.ts";

/** What a chapter's twin has printed. */
type Golden<S extends Seen> = { readonly [K in keyof S]: S[K] };

/** A small run, made once, what it printed, and what its twin in PyTorch has. */
function run<S extends Seen>(name: string, chapter: (size: Size, print: Print) => S) {
  const lines: string[] = [];
  const seen = chapter("small", (line) => lines.push(line));
  return { name, seen, lines, golden: goldenOf(name) as Golden<S> };
}

function goldenOf(name: string): unknown {
  return JSON.parse(readFileSync(join(root, "test/golden/course", `${name}.json`), "utf8"));
}

const runs = {
  moons: run("moons", moons),
  bigrams: run("bigrams", bigrams),
  mlp: run("mlp", mlp),
  byHand: run("byHand", byHand),
  tree: run("tree", tree),
  gpt: run("gpt", gpt),
  digits: run("digits", digits),
  pumps: run("pumps", pumps),
};

test("every chapter has a file, a twin, PyTorch's losses, and a place in the guide, and there are no others", () => {
  const files = (pattern: string) => globSync(pattern, { cwd: root }).map((file) => file.replace(/^.*\/|\.\w+$/g, ""));
  const names = Object.keys(chapters).sort();
  expect(Object.keys(runs).sort()).toEqual(names);
  for (const pattern of ["examples/course/*.ts", "examples/course/*.py", "test/golden/course/*.json"]) {
    expect(files(pattern).sort(), pattern).toEqual(names);
  }
  const guide = readFileSync(join(root, "docs/course.md"), "utf8");
  const places = Object.keys(chapters).map((name) => guide.indexOf(`\`${name}\``));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

describe.each(Object.values(runs))("$name", ({ seen, lines, golden }) => {
  test("has the losses that PyTorch printed, each to 1e-5, and says something", () => {
    expect(apart(seen, golden)).toBeLessThan(1e-5);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join("\n")).not.toMatch(/NaN|undefined/);
  });
});

describe("a network of single numbers", () => {
  test("has the library's gradients and losses, to the last places of float64", () => {
    const { seen, golden } = runs.moons;
    expect(seen.gradientsDiffer).toBeLessThan(1e-15);
    expect(apart(seen, golden)).toBeLessThan(1e-13);
    expect(seen.accuracy).toBe(golden.accuracy);
  });

  test("adds up what comes back on several ways, once each", () => {
    const x = new Value(3);
    const square = x.times(x);
    square.times(square).plus(x).backward(); // x⁴ + x
    expect([square.gradient, x.gradient]).toEqual([18, 109]);
  });

  test("goes back through a chain that is longer than a stack", () => {
    const x = new Value(1);
    let sum = x;
    for (let i = 0; i < 100_000; i++) sum = sum.plus(x);
    sum.backward();
    expect(x.gradient).toBe(100_001);
  });
});

test("bigrams make up PyTorch's names, by counts and by the network", () => {
  expect(runs.bigrams.seen.names).toEqual(runs.bigrams.golden.names);
});

test("the diagnostics see as many saturated and dead units as PyTorch counts, and say what is wrong", () => {
  const { seen, golden } = runs.mlp;
  for (const start of ["tooLarge", "scaled", "batchNorm"] as const) {
    expect(seen.diagnoses[start].saturated, start).toBeCloseTo(golden.diagnoses[start].saturated, 6);
    expect(seen.diagnoses[start].dead, start).toBe(golden.diagnoses[start].dead);
  }
  expect(seen.diagnoses.tooLarge.codes).toContain("saturated");
  expect(seen.diagnoses.batchNorm.codes).not.toContain("saturated");
});

test("the gradients by hand are autograd's, in every step", () => {
  const differences = Object.values(runs.byHand.seen.differ);
  expect(differences).toHaveLength(6);
  for (const difference of differences) {
    expect(difference).toBeGreaterThan(0); // two ways, which round differently
    expect(difference).toBeLessThan(2e-6);
  }
});

test("the tree makes up PyTorch's names", () => {
  expect(runs.tree.seen.names).toEqual(runs.tree.golden.names);
});

test("the GPT has PyTorch's names, gradients of PyTorch's length, some of which are clipped, and writes PyTorch's text", () => {
  const { seen, golden } = runs.gpt;
  expect(seen.saved).toEqual(golden.saved);
  expectClose(seen.norms, golden.norms, 1e-5);
  expect(Math.max(...seen.norms)).toBeGreaterThan(1);
  expect(Math.min(...seen.norms)).toBeLessThan(1);
  expect(seen.text).toHaveLength(60);
  expect(seen.text).toBe(golden.text);
});

test("the digits that were held out are recognised as often as by PyTorch, and the mistakes are the others", () => {
  const { accuracies, mistakes } = runs.digits.seen;
  expectClose(accuracies, runs.digits.golden.accuracies, 1e-6);
  const wrong = mistakes.reduce((sum, [, , times]) => sum + times, 0);
  expect(wrong / 200).toBeCloseTo(1 - (accuracies.at(-1) ?? 0), 6);
});

describe("the pumps", () => {
  const { seen, golden } = runs.pumps;
  const pump: Pump = { kind: "vane", age: 12, temperature: 70, pressure: null, vibration: 2 };
  let served: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const file = join(mkdtempSync(join(tmpdir(), "pumps-")), "model.safetensors");
    writeFileSync(file, seen.model);
    served = await serve(readFileSync(file));
  });
  afterAll(() => served.close());

  const ask = async (body: string) => {
    const response = await fetch(`${served.address}failure`, { method: "POST", body });
    return { status: response.status, ...((await response.json()) as { probabilities?: number[]; error?: string }) };
  };

  test("are those of the rule", () => {
    expect(readFileSync(join(root, "examples/course/pumps/pumps.csv"), "utf8")).toBe(pumpsCsv());
  });

  test("are learnt until PyTorch stops too, and the network gives its alarms and its probabilities", () => {
    expect(seen.losses.validation.length).toBeLessThan(30);
    expect(seen.kept).toBe(golden.kept);
    expect(seen.losses.validation[seen.kept - 1]).toBe(Math.min(...seen.losses.validation));
    expect(seen.test).toEqual(golden.test);
    expectClose(seen.asked, golden.asked, 1e-5);
  });

  test("are answered over HTTP with the bits of the network that was saved", async () => {
    const others = ["gear", "screw"].map((kind) => ({ ...pump, kind }));
    const [expected] = probabilities(load(seen.model), [pump]);
    expect(await ask(JSON.stringify(pump))).toEqual({ status: 200, probabilities: [expected] });
    const { probabilities: all } = await ask(JSON.stringify([pump, ...others]));
    expect(all).toHaveLength(3);
    expect(all?.[0]).toBe(expected);
    expect(new Set(all).size).toBe(3);
    expect(await ask("[]")).toEqual({ status: 200, probabilities: [] });
  });

  test.each([
    ["no JSON", "pump", 400, /JSON/],
    ["nothing", "null", 400, /^kind has to be one of gear, screw, vane/],
    ["another kind", '{ "kind": "hand" }', 400, /^kind has to be/],
    ["a text for a number", '{ "kind": "gear", "age": "12" }', 400, /^age has to be a number, or null/],
    ["too much", " ".repeat(10_001), 413, /10000 bytes/],
  ])("are refused where the request is %s", async (_, body, status, message) => {
    const answer = await ask(body);
    expect(answer.status).toBe(status);
    expect(answer.error).toMatch(message);
  });

  test("have a page of their own, which is served with its script and the network", async () => {
    const get = async (path: string) => await fetch(new URL(path, served.address));
    const page = await (await get("/")).text();
    expect(page).toContain('<script type="module" src="page.js">');
    const script = await get("/page.js");
    expect(script.headers.get("content-type")).toBe("text/javascript");
    expect(await script.text()).toBe(await bundle("page.ts"));
    expect(new Uint8Array(await (await get("/model.safetensors")).arrayBuffer())).toEqual(seen.model);
    expect((await get("/other")).status).toBe(404);
  });

  test("are not asked of a network with other inputs", () => {
    const { tensors, metadata } = fromSafetensors(seen.model);
    expect(load(toSafetensors(tensors, { metadata })).training).toBe(false);
    for (const change of [{ kinds: "gear,vane,screw" }, { measured: "age" }]) {
      const other = toSafetensors(tensors, { metadata: { ...metadata, ...change } });
      expect(() => load(other)).toThrow("other inputs");
    }
  });

  test("are answered by the bundle with the same bits", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "pumps-")), "network.mjs");
    writeFileSync(file, await bundle("network.ts"));
    const bundled = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { load: typeof load } & {
      probabilities: typeof probabilities;
    };
    expect(bundled.load).not.toBe(load);
    expect(bundled.probabilities(bundled.load(seen.model), [pump])).toEqual(probabilities(load(seen.model), [pump]));
  });
});

describe("the command", () => {
  test("runs a chapter and compares it with what a twin has printed", async () => {
    const lines: string[] = [];
    const twin = join(root, "test/golden/course/bigrams.json");
    expect(await main(["bigrams", "--twin", twin], (line) => lines.push(line))).toBe(true);
    expect(lines[0]).toBe("== bigrams");
    expect(lines.join("\n")).toMatch(/The losses are PyTorch's to \d\.\de-\d+\./);
  });

  test.each([
    [["flowers"], /no such chapter: flowers/],
    [["--twin", "file"], /--twin takes the file of one chapter/],
  ])("refuses %j", async (args, message) => {
    const lines: string[] = [];
    expect(await main(args, (line) => lines.push(line))).toBe(false);
    expect(lines.join("\n")).toMatch(message);
  });

  test("tells of its chapters", async () => {
    const lines: string[] = [];
    expect(await main(["--help"], (line) => lines.push(line))).toBe(true);
    expect(lines.join("\n")).toContain(Object.keys(chapters).join(", "));
  });

  test("finds losses apart that differ in number, in name or in value", () => {
    const one = { losses: { a: [1, 2] } };
    expect(apart(one, { losses: { a: [1, 2.5] } })).toBeCloseTo(0.2);
    for (const losses of [{ a: [1] }, { b: [1, 2] }, { a: [1, 2], b: [1] }]) {
      expect(apart(one, { losses })).toBe(Number.POSITIVE_INFINITY);
    }
  });
});
