import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nn } from "evenkeel";
import { globSync } from "tinyglobby";
import { describe, expect, test } from "vitest";
import { experiments } from "../../examples/experiments/all.ts";
import { readDigits } from "../../examples/experiments/digits.ts";
import { judgedBy, printed, type Result, three } from "../../examples/experiments/experiment.ts";
import { overSeeds, verdictRows, withVerdicts } from "../../examples/experiments/verdicts.ts";
import { cifar, digitImages, halved, readCifar } from "../../examples/experiments/vgg/images.ts";
import { trainVgg } from "../../examples/experiments/vgg/vggLike.ts";
import { main } from "../../examples/experiments.ts";

const patience = 180_000;
const results = new Map<string, Result>();

/** Small runs, each made once. */
function run(name: string, seed = 0): Result {
  const key = `${name} ${seed}`;
  const result = results.get(key) ?? experiments[name]("small", seed);
  results.set(key, result);
  return result;
}

const dataOf = <T>(name: string, seed: number): T => run(name, seed).data as T;

test("every file of an experiment is in the list", () => {
  const files = globSync("examples/experiments/**/*.ts").map((file) => file.replace(/^.*\/|\.ts$/g, ""));
  const others = [
    "all",
    "digits",
    "drift",
    "experiment",
    "images",
    "indexPage",
    "networks",
    "rateAndScaleCell",
    "verdicts",
    "vggLike",
  ];
  expect(files.filter((file) => !others.includes(file)).sort()).toEqual(Object.keys(experiments).sort());
});

describe.each(Object.keys(experiments))("%s", (name) => {
  test("prints its table and claims, and is plain data", { timeout: patience }, () => {
    const result = run(name);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result.claims.length).toBeGreaterThan(0);
    expect(result.figures.length).toBeGreaterThan(0);
    const text = printed(result).join("\n");
    for (const cell of result.table.flat()) expect(text).toContain(cell);
    expect(text).toMatch(/✓ agrees|◐ agrees in part|✗ does not agree/);
    expect(text).not.toMatch(/NaN|undefined/);
  });

  test("judges each claim by the numbers that it names alone", { timeout: patience }, () => {
    for (const claim of run(name).claims) {
      const { numbers, agrees } = claim;
      expect(Object.keys(numbers).length).toBeGreaterThan(0);
      expect(judgedBy(claim, numbers)).toBe(agrees);
      // Of numbers that are none, nothing can be said: a judge that looks elsewhere would still say it.
      const none = Object.fromEntries(Object.keys(numbers).map((what) => [what, Number.NaN]));
      expect([claim.says, judgedBy(claim, none)]).toEqual([claim.says, false]);
    }
  });
});

describe.each([0, 1])("from seed %i", (seed) => {
  test("noise behind batch norm drifts more than batch norm, and trains about as well; noise alone trains worse than nothing", {
    timeout: patience,
  }, () => {
    interface Run {
      readonly loss: number;
      readonly meanStep: number;
    }
    for (const { runs } of dataOf<{ settings: { runs: Run[] }[] }>("noisy", seed).settings) {
      const [standard, normed, noise, alone] = runs;
      expect(noise.meanStep).toBeGreaterThan(5 * normed.meanStep);
      expect(noise.loss - normed.loss).toBeLessThan(0.6 * (standard.loss - normed.loss));
      expect(alone.loss).toBeGreaterThan(standard.loss);
    }
  });

  test("internal covariate shift is no smaller with batch norm, and a deep linear network learns more", {
    timeout: patience,
  }, () => {
    interface Run {
      readonly seen: readonly { readonly loss: number; readonly relative: number }[];
    }
    const [names, namesNormed, linear, linearNormed] = dataOf<{ runs: Run[] }>("covariateShift", seed).runs;
    const shift = ({ seen }: Run) => seen.reduce((sum, { relative }) => sum + relative, 0);
    expect(shift(namesNormed)).toBeGreaterThan(shift(names));
    expect(shift(linearNormed)).toBeGreaterThan(shift(linear));
    const last = ({ seen }: Run) => seen[seen.length - 1].loss;
    expect(last(linearNormed)).toBeLessThan(last(linear));
  });

  test("batch norm keeps units from saturating, and digits are learnt sooner with it", { timeout: patience }, () => {
    interface Run {
      readonly saturatedAtFirst: number;
      readonly saturated: number;
      readonly loss: number;
    }
    const [plain, normed] = dataOf<{ runs: Run[] }>("makemoreDiagnostics", seed).runs;
    expect(normed.saturatedAtFirst).toBeLessThan(0.5 * plain.saturatedAtFirst);
    expect(normed.saturated).toBeLessThan(plain.saturated);
    expect(normed.loss).toBeGreaterThan(plain.loss - 0.01); // on names held out
    const { pictures = {}, claims } = run("makemoreDiagnostics", seed);
    const marks = Object.values(pictures).map((lines) => lines.join("").replaceAll(".", "").length);
    expect(marks[1]).toBeLessThan(marks[0]);
    expect(claims.at(-1)).toMatchObject({ agrees: true });
    const [accuracy, steady] = run("ioffeFig1", seed).claims;
    expect([accuracy.agrees, steady.agrees]).toEqual([true, true]);
  });

  test("each lp norm trains better than none", { timeout: patience }, () => {
    const { losses } = dataOf<{ losses: { loss: number }[] }>("lpNorms", seed);
    for (const { loss } of losses.slice(1)) expect(loss).toBeLessThan(losses[0].loss - 0.1);
    const { linear } = dataOf<{ linear: { losses: { loss: number }[] } }>("lpNorms", seed);
    const [plain, normed, l1] = linear.losses.map(({ loss }) => loss);
    expect(normed).toBeLessThan(plain);
    expect(l1).toBeLessThan(normed);
  });

  test("batch norm lets a deep linear network take ten times the learning rate, and more scales train", {
    timeout: patience,
  }, () => {
    const [linear, , scales] = run("learningRateAndScale", seed).claims;
    expect(linear.agrees).toBe(true);
    expect(scales.agrees).toBe(true);
  });

  test("on names the effective β and the range of the gradient's distance are smaller with batch norm", {
    timeout: patience,
  }, () => {
    const [plain, normed] = dataOf<{ seen: { beta: number; gradient: number }[] }>("landscape", seed).seen;
    expect(normed.beta).toBeLessThan(plain.beta);
    expect(normed.gradient).toBeLessThan(plain.gradient);
  });
});

test.each([0, 1])(
  "from seed %i all starts reach the valley with batch norm, and a deep landscape is smooth only with it",
  {
    timeout: patience,
  },
  (seed) => {
    expect(run("threeStarts", seed).claims.map(({ agrees }) => agrees)).toEqual([true, true, true]);
    const { claims } = run("landscape", seed);
    expect([claims[1], claims[4], claims[5]].map(({ agrees }) => agrees)).toEqual([true, true, true]);
  },
);

/** What has been learnt since 2018: the verdicts, claim by claim, of which none may depend on the seed. */
const since: Readonly<Record<string, readonly (boolean | "partly")[]>> = {
  gradientExplosion: [true, true, true],
  edgeOfStability: [true, true],
  decayAsGrowingRate: [true],
  rotationalEquilibrium: [true, true],
  topEigenspace: [true, true, true],
  sharpnessAndWidth: [true, true],
  onlyGammaAndBeta: [true, true, false],
  rankCollapse: [true, true, false],
  largeSteps: [true, true],
  batchSizes: [true, true, "partly"],
  revisitingShift: ["partly", true],
};

describe.each([0, 1])("what has been learnt since, from seed %i,", (seed) => {
  test.each(Object.entries(since))("%s", { timeout: patience }, (name, expected) => {
    expect(run(name, seed).claims.map(({ agrees }) => agrees)).toEqual(expected);
  });
});

test("the walk through three neurons has the text's steps, and says what they show", () => {
  const { table, claims } = run("threeNeurons");
  expect(table.map(([step]) => step)).toEqual(["update", "1c", "1b", "1a", "2c"]);
  expect(claims.map(({ agrees }) => agrees)).toEqual([true, true, true]);
});

test("a claim agrees over seeds where it does from all of them, and its numbers have their spread", () => {
  const [one] = [run("threeNeurons")];
  const from = (agrees: boolean | "partly", value: number | null): Result => ({
    ...one,
    claims: [{ source: "A", says: "b.", numbers: { "c | d": value }, agrees }],
  });
  const verdictOf = (...all: (boolean | "partly")[]) => overSeeds(all.map((agrees) => from(agrees, 1)))[0].agrees;
  expect([verdictOf(true, true), verdictOf(true, false), verdictOf(true, "partly")]).toEqual([
    true,
    "partly",
    "partly",
  ]);
  expect([verdictOf(false, false), verdictOf("partly", "partly"), verdictOf("partly", false)]).toEqual([
    false,
    "partly",
    "partly",
  ]);
  const rows = verdictRows({ x: [from(true, 1), from(true, 4), from(false, 2), from(true, null)] });
  expect(rows[1]).toEqual(["x", "b. (A)", "◐ agrees in part, 3 of 4", "c | d 2 (1 to 4), none from 1 of 4"]);
  const marks = readFileSync("docs/experiments.md", "utf8").match(/<!--.*-->/g) ?? [];
  const page = withVerdicts(`before\n${marks.join("\n")}\nafter`, rows);
  expect(page).toContain("| x | b. (A) | ◐ agrees in part, 3 of 4 | c \\| d 2 (1 to 4), none from 1 of 4 |");
  expect(withVerdicts(page, rows)).toBe(page);
  expect(() => withVerdicts("no marks", rows)).toThrow(/marks/);
});

test("the guide has every claim, and numbers in whose range those of these seeds are", {
  timeout: 10 * patience,
}, () => {
  const guide = readFileSync("docs/experiments.md", "utf8");
  for (const name of Object.keys(experiments)) {
    for (const { source, says, numbers } of [...run(name, 0).claims, ...run(name, 1).claims]) {
      const start = `| ${name} | ${says} (${source}) |`;
      const line = guide.split("\n").find((row) => row.startsWith(start)) ?? "";
      const cells = line.replaceAll("\\|", "¦").split("|")[4]?.trim().split("; ") ?? [];
      expect(cells.map((cell) => cell.replace(/ [-\d.e+]+( \(.*)?$/, ""))).toEqual(
        Object.keys(numbers).map((what) => what.replaceAll("|", "¦")),
      );
      for (const [i, value] of Object.values(numbers).entries()) {
        const [middle, least = middle, most = middle] =
          / ([-\d.e+]+)(?: \(([-\d.e+]+) to ([-\d.e+]+)\))?$/
            .exec(cells[i])
            ?.slice(1)
            .map((x) => x && Number(x)) ?? [];
        const shown = Number(three(value));
        expect([cells[i], shown >= Number(least) && shown <= Number(most)]).toEqual([cells[i], true]);
      }
    }
  }
});

test("the command writes data and a page where it says, and refuses what it does not know", async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const out = mkdtempSync(join(tmpdir(), "experiments-"));
  expect(await main(["threeNeurons", "--out", out], write)).toBe(true);
  const file = lines.find((line) => line.startsWith("Data: "))?.slice("Data: ".length) ?? "";
  expect(JSON.parse(readFileSync(file, "utf8")).title).toMatch(/Three neurons/);
  const page = lines.find((line) => line.startsWith("Report: "))?.slice("Report: ".length) ?? "";
  expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*(✓ agrees|✗ does not agree)/);
  const index = readFileSync(join(out, "index.html"), "utf8");
  expect(index).toMatch(/href="threeNeurons.html"[\s\S]*alt="[^"]+"[\s\S]*✓ agrees/);
  expect(await main(["--help"], write)).toBe(true);
  expect(await main(["nothing"], write)).toBe(false);
  expect(lines[lines.length - 1]).toMatch(/no such experiment: nothing/);
});

describe("CIFAR-10's binary version", () => {
  const pixels = 3 * 32 * 32;
  /** Pictures whose class is their place, and whose channels are each of one shade that tells place and channel. */
  const written = (name: string, count: number, first = 0): string => {
    const bytes = new Uint8Array(count * (pixels + 1));
    for (let i = 0; i < count; i++) {
      bytes[i * (pixels + 1)] = (first + i) % 10;
      for (let channel = 0; channel < 3; channel++)
        bytes.fill(
          10 * i + channel,
          i * (pixels + 1) + 1 + channel * 1024,
          i * (pixels + 1) + 1 + (channel + 1) * 1024,
        );
      bytes[i * (pixels + 1) + 1 + 5 * 32 + 7] = 255; // red, in row 5 and column 7
    }
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  const folder = mkdtempSync(join(tmpdir(), "cifar-"));

  test("is read file after file: classes, then channels, rows and columns, from −1 to 1", () => {
    const pictures = readCifar([written("a.bin", 3), written("b.bin", 2, 3)]);
    expect([pictures.count, pictures.shape]).toEqual([5, [3, 32, 32]]);
    const { x, labels } = pictures.at([4, 1]);
    expect(labels.toArray()).toEqual([4, 1]);
    expect(x.shape).toEqual([2, 3, 32, 32]);
    const [, second] = x.toArray<number[][][][]>();
    // In its file each of the two was the second.
    expect(x.index([0]).toArray()).toEqual(x.index([1]).toArray());
    const shade = (byte: number) => Math.fround(byte / 127.5 - 1);
    expect(second.map((channel) => channel[0][0])).toEqual([10, 11, 12].map(shade));
    expect(second.map((channel) => channel[5][7])).toEqual([1, shade(11), shade(12)]);
  });

  test("is found in the folder that it unpacks to, trains, and is refused where it is something else", () => {
    for (let i = 1; i <= 5; i++) written(`data_batch_${i}.bin`, 8);
    written("test_batch.bin", 6);
    const data = halved(cifar(folder));
    expect([data.name, data.training.count, data.test.count, data.training.shape]).toEqual([
      "CIFAR-10",
      40,
      6,
      [3, 16, 16],
    ]);
    const run = trainVgg(data, (channels) => new nn.BatchNorm2d(channels), {
      size: { channels: [2, 4], convolutions: [1, 1] },
      batch: 8,
      steps: 3,
      lr: 0.1,
      seed: 0,
      every: 2,
      tested: 6,
    });
    expect(run.losses.length).toBe(3);
    expect(run.probes.map(({ step }) => step)).toEqual([0, 2]);
    expect(run.shifts.length).toBe(2);
    const short = join(folder, "short.bin");
    writeFileSync(short, new Uint8Array(100));
    expect(() => readCifar([short])).toThrow(/short\.bin: 100 bytes are no pictures .* of 3073 each/);
    writeFileSync(short, new Uint8Array(pixels + 1).fill(11));
    expect(() => readCifar([short])).toThrow(/picture 0 is of class 11, of 10/);
    expect(() => cifar(join(folder, "nowhere"))).toThrow(/ENOENT/);
  });

  test("digits are as large, half as large on request, and none that is held out is trained on", () => {
    const whole = digitImages(0, 100);
    expect([whole.training.shape, whole.test.count]).toEqual([[1, 32, 32], 100]);
    const [[first]] = whole.test.at([0, 1]).x.toArray<number[][][][]>();
    expect([first[0], first[1], first[30], first[31]].flat().every((pixel) => pixel === -1)).toBe(true); // the edge is dark
    expect(Math.max(...first.flat())).toBeGreaterThan(0);
    const [[small]] = halved(whole).test.at([0, 1]).x.toArray<number[][][][]>();
    for (const [j, i] of [
      [4, 4],
      [7, 8],
    ]) {
      const four = [first[2 * j][2 * i], first[2 * j][2 * i + 1], first[2 * j + 1][2 * i], first[2 * j + 1][2 * i + 1]];
      expect(small[j][i]).toBeCloseTo(
        four.reduce((sum, pixel) => sum + pixel / 4, 0),
        5,
      );
    }
    expect(whole.training.count).toBe(readDigits("all").labels.numel() - 100);
  });
});

test.each([0, 1])(
  "from seed %i a VGG-like network learns digits with batch norm, noisy or not, and with all norms, and stands still at first without",
  {
    timeout: patience,
  },
  (seed) => {
    interface Seen {
      readonly seen: Readonly<Record<string, { readonly loss: number }>>;
      readonly losses: Readonly<Record<string, readonly number[]>>;
    }
    const { seen, losses } = dataOf<Seen>("vgg", seed);
    for (const name of ["batch norm", "noisy batch norm", "l1", "l2", "l∞"])
      expect(seen[name].loss).toBeLessThan(seen.standard.loss);
    expect(seen["noise alone"].loss).toBeGreaterThan(seen.standard.loss);
    const early = (name: string) => losses[name].slice(0, 30).reduce((sum, loss) => sum + loss / 30, 0);
    expect(early("standard")).toBeGreaterThan(0.95 * Math.log(10));
    expect(early("batch norm")).toBeLessThan(0.8 * Math.log(10));
  },
);
