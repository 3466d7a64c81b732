import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Mutant } from "../../../test/mutants/broken.ts";
import { placesFile, records, root } from "../../../test/mutants/places.ts";
import type { Touched } from "../../../test/mutants/record.ts";
import { bodiesOf, hashOf, type Place } from "../../../test/mutants/sources.ts";

/** Tests of one file that run the place of a mutant. */
export interface Chosen {
  readonly project: string;
  readonly file: string;
  /** Their full names. */
  readonly names: readonly string[];
}

interface Test {
  readonly project: string;
  readonly file: string;
  readonly name: string;
  readonly ms: number;
  readonly touched: Uint8Array;
  /** How many functions it runs: the fewer, the more it is about each. */
  readonly breadth: number;
}

/** What runs while files are loaded, before any test. */
let atLoad: Uint8Array = new Uint8Array(0);

const places: Record<string, Place> = JSON.parse(readFileSync(placesFile, "utf8"));
const tests: Test[] = readdirSync(records).flatMap((name) => {
  const { project, file, before, tests }: Touched = JSON.parse(readFileSync(`${records}/${name}`, "utf8"));
  const earlier = Buffer.from(before, "base64");
  atLoad = either(atLoad, earlier);
  return tests.map(({ name, ms, touched }) => {
    const own = Buffer.from(touched, "base64");
    return { project, file, name, ms, touched: either(own, earlier), breadth: bitsIn(own) };
  });
});

function either(a: Uint8Array, b: Uint8Array): Uint8Array {
  const y = new Uint8Array(Math.max(a.length, b.length));
  for (let i = 0; i < y.length; i++) y[i] = (a[i] ?? 0) | (b[i] ?? 0);
  return y;
}

function bitsIn(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) for (; byte > 0; byte >>= 1) count += byte & 1;
  return count;
}

/** The numbers of the innermost function around a place, or of all of its file, where there is none or the file has changed. */
function functionsAt({ file, start, end }: Mutant): number[] {
  const place = places[file];
  if (place === undefined) throw new Error(`Nothing is known yet of ${file}: npm run mutants -- --again`);
  const text = readFileSync(root + file, "utf8");
  const around = bodiesOf(file, text).findLastIndex((body) => body.start <= start && end <= body.end);
  if (around >= 0 && place.hash === hashOf(text)) return [place.first + around];
  return Array.from({ length: place.count }, (_, i) => place.first + i);
}

const runs = (touched: Uint8Array, n: number): boolean => ((touched[n >> 3] >> (n & 7)) & 1) === 1;

/** Whether a mutant is in a function that runs while files are loaded: what it leaves then, turning it on later does not change. */
export function runsAtLoad(mutant: Mutant): boolean {
  return functionsAt(mutant).some((n) => runs(atLoad, n));
}

/** How much a test is about a file, of which it runs many functions, and about nothing else. */
function aboutness({ project, touched, breadth }: Test, first: number, count: number): number {
  let own = 0;
  for (let n = first; n < first + count; n++) if (runs(touched, n)) own++;
  const again = project === "plain loops" ? 0.5 : 1; // most of what it finds, the same test has found before
  return (again * own) / Math.sqrt(breadth + 10);
}

/** How long the tests that are tried on a mutant may take, in milliseconds, and in how many files they may be. */
const patience = { ms: 8000, files: 20, tests: 100 };

/** What a test takes beside its own milliseconds. */
const overhead = 2;

/** The tests that are tried on a mutant, file by file: those first that are named after its file, then those about the least. */
export function testsOf(mutant: Mutant): Chosen[] {
  const functions = functionsAt(mutant);
  const named = basename(mutant.file, ".ts").toLowerCase();
  const isNamed = ({ file }: Test) => basename(file, ".test.ts").toLowerCase() === named;
  const { first, count } = places[mutant.file];
  const candidates = tests
    .filter(({ touched }) => functions.some((n) => runs(touched, n)))
    .map((test) => ({ ...test, about: aboutness(test, first, count) }))
    .sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || b.about - a.about || a.ms - b.ms);
  const files = new Map<string, { project: string; file: string; names: string[] }>();
  let ms = 0;
  for (const test of candidates) {
    const key = `${test.project}:${test.file}`;
    const group = files.get(key);
    const isFull = group === undefined ? files.size === patience.files : group.names.length === patience.tests;
    if (isFull || ms + test.ms > patience.ms) continue;
    ms += test.ms + overhead;
    if (group === undefined) files.set(key, { project: test.project, file: test.file, names: [test.name] });
    else group.names.push(test.name);
  }
  return [...files.values()];
}
