import { TensorError } from "../base/errors.ts";
import { uniform64 } from "../kernels/numbers/mersenneTwister.ts";
import { fillExponential } from "./exponential.ts";
import { type Generator, generatorState } from "./generator.ts";

type Probabilities = Float32Array | Float64Array;

/**
 * Which of PyTorch's algorithms samples with replacement: that of the current version, which takes one sample as it does
 * without replacement, or that of 1.13 and before, which always searches the cumulative distribution (`"cdf"`).
 */
export type MultinomialEra = "current" | "cdf";

/**
 * `numSamples` categories for each of `rows` distributions over `categories`, whose `probabilities` need not sum to 1.
 * Without replacement, categories of probability zero come last, when nothing else is left: in order here, in PyTorch in
 * whatever order its partial sort leaves them.
 *
 * @throws {@link TensorError} if a probability is negative or not finite, if those of a row sum to zero, or if without
 * replacement `numSamples` exceeds `categories`; nothing is drawn then.
 */
export function multinomial(
  probabilities: Probabilities,
  rows: number,
  categories: number,
  numSamples: number,
  replacement: boolean,
  g: Generator,
  era: MultinomialEra = "current",
): Int32Array {
  checkNumSamples(numSamples, categories, replacement);
  checkProbabilities(probabilities, rows, categories);
  const samples = new Int32Array(rows * numSamples);
  const searches = replacement && (numSamples > 1 || era === "cdf");
  if (searches) searchCumulative(probabilities, categories, samples, numSamples, g);
  else raceExponentials(probabilities, categories, samples, numSamples, g, era);
  return samples;
}

/** For each sample the first category whose cumulative probability, in the precision given, reaches a random number. */
function searchCumulative(
  probabilities: Probabilities,
  categories: number,
  samples: Int32Array,
  numSamples: number,
  g: Generator,
): void {
  const cumulative = probabilities.slice(0, categories);
  for (let start = 0, first = 0; start < samples.length; start += numSamples, first += categories) {
    let sum = 0;
    for (let j = 0; j < categories; j++) {
      cumulative[j] = sum + probabilities[first + j];
      sum = cumulative[j];
    }
    for (let j = 0; j < categories; j++) cumulative[j] /= sum;
    cumulative[categories - 1] = 1;
    for (let i = 0; i < numSamples; i++) samples[start + i] = lowerBound(cumulative, uniform64(g[generatorState]));
  }
}

/** The first index of the ascending `values` whose value is not below `x`. */
function lowerBound(values: Probabilities, x: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Every category has an exponential time, of rate its probability; those with the earliest times are the sample. */
function raceExponentials(
  probabilities: Probabilities,
  categories: number,
  samples: Int32Array,
  numSamples: number,
  g: Generator,
  era: MultinomialEra,
): void {
  const scores = probabilities.slice();
  fillExponential(scores, 1, g, { legacy: era === "cdf" });
  for (let i = 0; i < scores.length; i++) scores[i] = probabilities[i] / scores[i];
  for (let start = 0, first = 0; start < samples.length; start += numSamples, first += categories) {
    const row = scores.subarray(first, first + categories);
    if (numSamples === 1) samples[start] = indexOfLargest(row);
    else samples.set(indicesDescending(row).subarray(0, numSamples), start);
  }
}

function indexOfLargest(x: Probabilities): number {
  let index = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[index]) index = i;
  return index;
}

/** The indices of `x`, that of its largest number first; equal numbers in order. */
function indicesDescending(x: Probabilities): Int32Array {
  return Int32Array.from(x, (_, i) => i).sort((i, j) => x[j] - x[i] || i - j);
}

function checkNumSamples(numSamples: number, categories: number, replacement: boolean): void {
  if (Number.isInteger(numSamples) && numSamples > 0 && (replacement || numSamples <= categories)) return;
  const most = replacement ? "a positive integer" : `an integer from 1 to ${categories}, the number of categories`;
  const hint = !replacement && numSamples > categories ? "Sample with replacement to draw more." : "";
  throw new TensorError("multinomial", { expected: `numSamples to be ${most}`, got: `${numSamples}`, hint });
}

function checkProbabilities(probabilities: Probabilities, rows: number, categories: number): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < categories; j++) {
      const p = probabilities[row * categories + j];
      if (!(p >= 0 && p < Infinity)) {
        const expected = "probabilities that are finite and not negative";
        throw new TensorError("multinomial", { expected, got: `${p} for category ${j}` });
      }
      sum += p;
    }
    if (sum > 0) continue;
    throw new TensorError("multinomial", { expected: "probabilities with a positive sum", got: `a sum of ${sum}` });
  }
}
