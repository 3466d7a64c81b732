import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TensorError } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as plot from "evenkeel/plot";
import { globSync } from "tinyglobby";
import { describe, expect, test } from "vitest";
import { longAnalyses } from "../../src/analysis/estimateCost.ts";
import { allows } from "../../src/base/optionRules.ts";
import { declaredCallables, declaredOptions } from "../options/declared.ts";
import * as small from "../plot/small.ts";
import { declarations } from "./declarations.ts";
import { runs } from "./runs.ts";
import { analysisNames, setting } from "./settings.ts";
import { zoo } from "./zoo.ts";

// What an analysis declares is all that it is: its functions, options, costs, results and pictures follow from it.

const all = Object.values(declarations);
const long = all.filter(({ cost }) => cost !== undefined).map(({ name }) => name);

/** What reads results, or makes no measurement of its own. */
const others = [
  "comparisonRows",
  "computationGraph",
  "diagnose",
  "estimateCost",
  "foldBatchNorm",
  "joinComparisons",
  "learningRateRange",
  "readRecording",
  "sharpnessProbe",
  "surfaceRoughness",
  "toCsv",
  "toDot",
  "toMermaid",
  "toSvg",
  "toTable",
];

/** Options that have to be given. */
const needed: Readonly<Record<string, object>> = {
  compare: { variants: { a: () => {} }, data: [1], loss: () => {}, optimizer: () => {}, steps: 1 },
  descend1d: { starts: [0], lr: 0.1 },
  initialLossCheck: { numClasses: 2 },
};

/** Analyses of no model. */
const withoutModel: typeof runs = {
  compare: () => small.comparison(),
  explainBatchNormInitialisation: () => small.theorems().initialisation,
};

type Called = (...given: readonly unknown[]) => unknown;
const functions = analysis as unknown as Readonly<Record<string, Called>>;

test("every analysis is declared once, under its name, with a kind of its own", () => {
  expect(Object.keys(declarations)).toEqual(all.map(({ name }) => `${name}Analysis`));
  expect([...all.map(({ name }) => name), ...others].sort()).toEqual(analysisNames);
  expect(new Set(all.map(({ kind }) => kind)).size).toBe(all.length);
});

test("those in parts have a twin and a cost, and no others", () => {
  const twins = Object.keys(analysis).filter((name) => name.endsWith("Async"));
  expect(twins.sort()).toEqual(long.map((name) => `${name}Async`).sort());
  expect(Object.keys(longAnalyses)).toEqual([...long].sort());
  for (const [name, declaration] of Object.entries(longAnalyses)) expect(declaration.name).toBe(name);
});

test("a picture is one that there is", () => {
  for (const { name, plot: picture } of all) if (picture !== undefined) expect(plot, name).toHaveProperty(picture);
});

/** Options whose default depends on others: no seed beside a generator, and on a plane of a path its reach. */
const dependent = ["seed", "extent"];

test("the guides have each analysis, and the table of plots has its picture beside it", () => {
  const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
  const guides = globSync("analysis/*.md", { cwd: docs }).map((name) => readFileSync(docs + name, "utf8"));
  expect(all.map(({ name }) => name).filter((name) => !guides.some((text) => text.includes(`\`${name}`)))).toEqual([]);
  const rows = readFileSync(`${docs}plot/plots.md`, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  const lacking = all.filter(({ name, plot: picture }) => {
    return picture !== undefined && !rows.some((row) => row.includes(`\`${name}\``) && row.includes(`\`${picture}\``));
  });
  expect(lacking.map(({ name }) => name)).toEqual([]);
});

const wrongs = [true, null, "bacth", -1, 1.5, 0, Number.NaN, Number.NEGATIVE_INFINITY, {}, [], [null], () => {}];
const options = declaredOptions(declaredCallables().filter(({ isMethod }) => !isMethod));

describe.each(all.map((declaration) => [declaration.name, declaration] as const))("%s", (name, declaration) => {
  const { kind, of, rules, cost, plot: picture } = declaration;
  const nothing = of.map(() => undefined);

  test("has a rule for each option, whose default is what its sentence says, and right", () => {
    const said = options.get(`analysis.${name}`) ?? [];
    expect(Object.keys(rules).sort()).toEqual(said.map((option) => option.name).sort());
    for (const { name: own, text } of said) {
      const [, literal] = /Default\s`("[^"]*"|true|false|[\d.e-]+)`/.exec(text) ?? [];
      if (literal !== undefined && !dependent.includes(own))
        expect([own, rules[own].default]).toEqual([own, JSON.parse(literal)]);
      if (rules[own].default !== undefined) expect(allows(rules[own], rules[own].default), own).toBe(true);
    }
  });

  test("refuses whatever a rule does not allow, by the option's name, before it looks at anything else", async () => {
    for (const [own, rule] of Object.entries(rules)) {
      for (const value of wrongs.filter((wrong) => !allows(rule, wrong))) {
        const given = [...nothing, { ...needed[name], [own]: value }];
        const message = expect.stringMatching(new RegExp(`expected .* as ${own}, got `));
        expect(() => functions[name](...given)).toThrow(expect.objectContaining({ where: name, message }));
        if (cost === undefined) continue;
        const where = `${name}Async`;
        await expect(functions[where](...given)).rejects.toMatchObject({ where, message });
      }
    }
    expect(() => functions[name](...nothing, { ...needed[name], nothing: 1 })).toThrow(TensorError);
  });

  test("says what it is, is plain data, and shows its picture to a notebook", async () => {
    const run = runs[name] ?? withoutModel[name];
    const result = run(setting(zoo["batch norm"], 3)) as object;
    expect(Object.entries(result)[0]).toEqual(["kind", kind]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const bundle = await (result as Record<symbol, () => Promise<Record<string, unknown>>>)[
      Symbol.for("Jupyter.display")
    ]();
    const expected = picture === undefined ? ["text/html"] : ["application/vnd.vegalite.v5+json", "image/png"];
    expect(Object.keys(bundle).sort()).toEqual([...expected, "text/plain"].sort());
  });
});
