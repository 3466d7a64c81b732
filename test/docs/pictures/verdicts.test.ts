import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "../examples.ts";
import { isAbout } from "./reading.ts";
import { textOf } from "./said.ts";

/** A number of a verdict from five seeds. */
interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** A row of the table of verdicts: from how many seeds of five what is said agrees, and by which numbers. */
interface Verdict {
  readonly agrees: number;
  readonly numbers: readonly Spread[];
}

/** What guides say in words and numbers of experiments, and whether the table of verdicts says so too: by the experiment and its claim, from 1. */
type Told = (experiment: string, claim: number) => Verdict;

const rows = readFileSync(`${root}docs/experiments.md`, "utf8")
  .split("\n")
  .filter((line) => /^\| \w+ \| .* of \d+ \| /.test(line))
  .map((line) => line.replaceAll("\\|", "¦").split(" | "));

const told: Told = (experiment, claim) => {
  const own = rows.filter(([name]) => name === `| ${experiment}`);
  const [, , verdict, numbers] = own[claim - 1];
  const value = /(-?[\d.]+(?:e[-+]\d+)?)(?: \((\S+) to (\S+)\))?(?: \|)?$/;
  return {
    agrees: Number(/(\d+) of 5/.exec(verdict)?.[1]),
    numbers: numbers.split("; ").map((cell) => {
      const [median, least = median, most = median] = (value.exec(cell) ?? []).slice(1).map((x) => x && Number(x));
      return { median, least, most } as Spread;
    }),
  };
};

const sentences: Readonly<Record<string, Readonly<Record<string, () => boolean>>>> = {
  "docs/analysis/learnt-since.md": {
    "Eleven findings are [experiments](../experiments.md) here, each with a verdict from five seeds": () => {
      const files = readdirSync(`${root}examples/experiments/since`).filter((file) => file !== "networks.ts");
      return (
        files.length === 11 &&
        files.every((file) =>
          rows.some(([name, , verdict]) => name === `| ${file.slice(0, -3)}` && /of 5/.test(verdict)),
        )
      );
    },
    "Without batch norm one large step makes the activations of the last layer more than ten times as large, and the loss more than five times; with it activations stay as large as they were, and the loss not even doubles":
      () => {
        const [[, last, normed], [loss, lossNormed]] = [1, 2].map((claim) => told("largeSteps", claim).numbers);
        return last.least > 10 && loss.least > 5 && isNear(normed, 1, 0.15) && lossNormed.most < 2;
      },
    "Without batch norm the ten largest of a network on digits hold most of the gradient's square, with batch norm a fifth or so":
      () => {
        const [without, normed] = told("topEigenspace", 2).numbers;
        return without.least > 0.5 && isAbout(normed.median, "0.2");
      },
    "the same network with batch norm looks several times as sharp as by those of the batch": () => {
      const [, , batch, running] = told("topEigenspace", 3).numbers;
      return running.least > 3 * batch.most;
    },
    "but with batch norm at the output it still grows": () => {
      const [output, without] = told("sharpnessAndWidth", 2).numbers;
      return output.least > 1.5 && output.most < without.least && told("sharpnessAndWidth", 1).agrees === 5;
    },
    "the losses are the same to the last digits of double precision": () =>
      told("decayAsGrowingRate", 1).numbers[0].most < 1e-15,
    "γ and β alone, 0.6 % of the parameters, learn digits to about 70 %: better than as many weights": () => {
      const [accuracy, share] = told("onlyGammaAndBeta", 1).numbers;
      const [, others] = told("onlyGammaAndBeta", 2).numbers;
      return isAbout(100 * share.median, "0.6") && isNear(accuracy, 0.7, 0.05) && others.most < accuracy.least;
    },
    "no γ goes to 0": () => told("onlyGammaAndBeta", 3).numbers[0].most === 0,
    "In batches of 4 the loss by the batch's own statistics and that by running ones mostly lie further apart than in batches of 256":
      () => {
        const { agrees, numbers } = told("batchSizes", 1);
        return agrees > 2 && numbers[0].median > numbers[1].median;
      },
    "do no worse than running averages": () => told("batchSizes", 2).agrees === 5,
    "narrow the gap to training here, by a little": () => {
      const [, , gap, ghosts] = told("batchSizes", 3).numbers;
      return ghosts.median < gap.median && ghosts.median > 0.8 * gap.median;
    },
    "the gradient is far more predictable than without, distributions drift several times as much as with batch norm, and the loss ends in between, nearer to that of batch norm":
      () => {
        const [without, , unit, drift, drifts, ...losses] = told("revisitingShift", 1).numbers;
        const [loss, normed, between] = losses;
        return (
          unit.most < without.least / 4 &&
          drifts.least > 3 * drift.most &&
          between.least > normed.most &&
          between.most < loss.least &&
          between.median - normed.median < loss.median - between.median
        );
      },
    "gradients of batch norm whose distributions are put back behind it, which need not be smooth, bring nothing":
      () => {
        const [, , loss, putBack] = told("revisitingShift", 2).numbers;
        return isNear(putBack, loss.median, 0.05);
      },
    "was looked for in 600 layers, and is not there": () => told("rankCollapse", 3).agrees === 0,
  },
  "docs/analysis/counter-arguments.md": {
    "Where weights start ten times as large, and the rate is 1, the standard network drifts more than the noisy one, and noise costs about a quarter of what batch norm gains":
      () => {
        const [standard, normed, noisy] = told("noisy", 1).numbers;
        const [drift, , noisyDrift] = told("noisy", 2).numbers;
        const cost = (noisy.median - normed.median) / (standard.median - normed.median);
        return cost > 0.2 && cost < 0.3 && drift.least > noisyDrift.most;
      },
    "There it helps less, not more, and γ makes the variance small again": () => {
      const [variance, behind] = told("placement", 1).numbers;
      const [, before, after] = told("placement", 2).numbers;
      return after.least > before.most && behind.most < variance.least;
    },
  },
  "docs/analysis/smoother-landscape.md": {
    "a rate of 1 can be taken with batch norm, and trains far better than without": () => {
      const [standard, normed] = told("noisy", 1).numbers;
      return normed.most < standard.least - 0.2;
    },
    "of three layers, with weights three times their usual size, the loss varies *more* with batch norm": () => {
      const [without, normed] = told("landscape", 1).numbers;
      return normed.least > without.most;
    },
  },
  "docs/experiments.md": {
    "drifts more than the standard network with usual weights, but not where weights start ten times their size":
      () => {
        const [large, , largeNoisy, usual, , usualNoisy] = told("noisy", 2).numbers;
        return largeNoisy.most < large.least && usualNoisy.least > usual.most;
      },
    "In neither does the noise alone prevent training, as the paper says: it makes it worse": () => {
      const [guessing, ...runs] = told("noisy", 3).numbers;
      return [0, 2].every((i) => runs[i + 1].most < guessing.median - 0.4 && runs[i + 1].median > runs[i].median);
    },
    "Ten times the learning rate: on names, no": () => told("learningRateAndScale", 2).numbers[2].most === 1,
    "From some seeds it is ten and no more": () => {
      const { least, median } = told("learningRateAndScale", 1).numbers[2];
      return least === 10 && median > 10;
    },
    "the loss of three hidden layers on names varies no less with batch norm than without – of five, whose weights start ten times their usual size, it does":
      () => {
        const [[three, threeNormed], [five, fiveNormed]] = [1, 2].map((claim) => told("landscape", claim).numbers);
        return threeNormed.least > three.most && fiveNormed.most < five.least;
      },
    "the three probes are smaller from few seeds": () => told("landscape", 3).agrees < 3,
    "they point nearly the same way": () => told("covariateShift", 4).numbers[0].least > 0.95,
    "An untrained network costs more than guessing does, with batch norm and without": () => {
      const [guessing, ...losses] = told("makemoreDiagnostics", 2).numbers;
      return losses.every(({ least }) => least > guessing.median);
    },
    "the l1 norm leaves less of the loss than batch norm, as the paper says; l∞ leaves about as much as no norm at all":
      () => {
        const [none, normed, l1, , lInfinity] = told("lpNorms", 2).numbers;
        return l1.median < normed.median && isNear(lInfinity, none.median, 0.1);
      },
    "no example is like the others, there as in the first layer": () => {
      const middle = told("rankCollapse", 3).numbers[2];
      return isNear(middle, told("rankCollapse", 1).numbers[2].median, 0.02);
    },
    "the held-out loss itself is not lower by them": () => {
      const [whole, ghosts] = told("batchSizes", 3).numbers;
      return ghosts.median >= whole.median;
    },
    "noise behind batch norm and internal covariate shift come out as the paper says, and training is faster with batch norm from all seeds; on pictures held out it is ahead from most":
      () => {
        const { agrees, numbers } = told("vgg", 1);
        const [without, normed] = numbers;
        return [3, 4, 6].every((claim) => told("vgg", claim).agrees === 5) && agrees > 2 && normed.most < without.least;
      },
    "All other norms train better than none, but from most seeds not all as well as batch norm": () => {
      const { agrees, numbers } = told("vgg", 10);
      const [none, , ...norms] = numbers;
      return agrees < 3 && norms.every(({ most }) => most < none.least);
    },
    "differs by more than the paper sees from most seeds": () => told("vgg", 2).agrees < 3,
    "the loss varies more with batch norm, the gradient is less predictive and β larger": () =>
      [7, 8, 9].every((claim) => {
        const [without, normed] = told("vgg", claim).numbers;
        return normed.least > without.most;
      }),
  },
};

/** Whether all seeds have a number near one. */
function isNear({ least, most }: Spread, value: number, within: number): boolean {
  return Math.abs(least - value) <= within && Math.abs(most - value) <= within;
}

const cases = Object.entries(sentences).flatMap(([page, said]) =>
  Object.entries(said).map(([sentence, holds]) => ({ page, sentence, holds })),
);

test.each(cases)("$page: $sentence", ({ page, sentence, holds }) => {
  expect(textOf(page)).toContain(sentence);
  expect(holds()).toBe(true);
});
