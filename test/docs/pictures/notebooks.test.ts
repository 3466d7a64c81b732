import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "../examples.ts";

/** The numbers that a notebook printed on a line that begins so, in its committed outputs. */
type Printed = (begin: string) => readonly number[];

/** What notebooks say of their pictures, and whether the numbers say so that they print beside them. */
const sentences: Readonly<Record<string, Readonly<Record<string, (printed: Printed) => boolean>>>> = {
  "3-internal-covariate-shift": {
    "The example never changed. What c sees did": (printed) =>
      printed("step 1: c gets")[0] !== printed("step 3: c gets")[0],
    "here there is about as much shift with batch norm as without": (printed) => {
      const [without, normed] = ["standard, layer by layer:", "batch norm, layer by layer:"].map(
        (begin) => printed(begin)[0],
      );
      return Math.abs(normed / without - 1) < 0.15;
    },
    "By 2015's measure batch norm removes nearly all of the shift, by 2018's it adds to it": (printed) => {
      const [moved, changed] = [0, 1].map((measure) =>
        ["standard: 2015's is", "batch norm: 2015's is"].map(
          (begin) => printed(begin).filter((n) => n !== 2018)[measure],
        ),
      );
      return moved[1] < moved[0] / 20 && changed[1] > changed[0];
    },
  },
  "5-the-smoother-landscape": {
    "The largest eigenvalue is *smaller* with batch norm here": (printed) =>
      printed("batch norm: the largest is about")[0] < printed("standard: the largest is about")[0],
    "At the larger rate the valley is stepped over again and again without batch norm.": (printed) =>
      printed("without batch norm: in the valley are")[3] === 0 &&
      printed("with batch norm: in the valley are")[3] === 3,
    "Without batch norm and at the small rate, only the start in the middle finds the valley in these 20 steps": (
      printed,
    ) => printed("without batch norm: in the valley are")[0] === 1,
    "In shallow networks there is little to be smoothed": (printed) =>
      printed("deep, without:")[0] > 40 &&
      printed("deep, with batch norm:")[0] <= 2 &&
      printed("shallow, without:")[0] <= 2 &&
      printed("shallow, with batch norm:")[0] <= 2,
  },
  "8-what-has-been-learnt-since": {
    "it keeps examples apart, makes gradients explode at the start": (printed) =>
      printed("standard: the cosine behind the last layer is")[0] > 0.9 &&
      printed("batch norm: the cosine behind the last layer is")[0] < 0.4 &&
      Math.abs(printed("standard: by")[0] - 1) < 0.1 &&
      Math.abs(printed("batch norm: by")[0] - 1.47) < 0.1,
    "Both lines end a little above 2, one from below, the other from above": (printed) =>
      ["standard", "batch norm"].every((name) => {
        const [, end] = printed(`${name}: the largest is`);
        return end > 2 && end < 2.3;
      }) &&
      printed("standard: the first is")[0] < 1 &&
      printed("batch norm: the first is")[0] > 2,
  },
};

interface Cell {
  readonly outputs?: readonly { readonly text?: readonly string[] }[];
}

function printedBy(notebook: string): Printed {
  const { cells } = JSON.parse(readFileSync(`${root}examples/notebooks/${notebook}.ipynb`, "utf8")) as {
    cells: Cell[];
  };
  const lines = cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ text = [] }) => text));
  return (begin) => {
    const line = lines.find((one) => one.startsWith(begin));
    if (line === undefined) throw new Error(`no line that begins with ${JSON.stringify(begin)}`);
    return [
      ...line
        .slice(begin.length)
        .replaceAll("−", "-")
        .matchAll(/-?\d+(\.\d+)?/g),
    ].map(([digits]) => Number(digits));
  };
}

const cases = Object.entries(sentences).flatMap(([notebook, said]) =>
  Object.entries(said).map(([sentence, holds]) => ({ notebook, sentence, holds })),
);

test.each(cases)("$notebook: $sentence", ({ notebook, sentence, holds }) => {
  const text = readFileSync(`${root}examples/notebooks/${notebook}.md`, "utf8").replace(/\s+/g, " ");
  expect(text).toContain(sentence);
  expect(holds(printedBy(notebook))).toBe(true);
});
