import { Generator, multinomial, randperm, type Tensor, tensor } from "evenkeel";
import { characters, type Examples, endMark, readNames } from "../../demo/data.ts";

/** All names, in an order that is the same in PyTorch from the same seed. */
export function shuffledNames(seed: number): string[] {
  const names = readNames();
  const order = randperm(names.length, { generator: new Generator().manualSeed(seed) });
  return Array.from(order.data, (i) => names[i]);
}

/** One example for each character of each name and one for its end: the `length` characters before it, and itself. */
export function toExamples(names: readonly string[], length: number): Examples {
  const contexts: number[][] = [];
  const next: number[] = [];
  for (const name of names) {
    let context = new Array<number>(length).fill(endMark);
    for (const code of codesOf(`${name}.`)) {
      contexts.push(context);
      next.push(code);
      context = [...context.slice(1), code];
    }
  }
  return { contexts: tensor(contexts, { dtype: "int32" }), next: tensor(next, { dtype: "int32" }) };
}

/** Where each character of a text stands among all characters. */
export function codesOf(text: string): number[] {
  return Array.from(text, (character) => characters.indexOf(character));
}

/** The text that these codes stand for. */
export function textOf(codes: readonly number[]): string {
  return codes.map((code) => characters[code]).join("");
}

/** One character, drawn from probabilities `[characters]`. */
export function draw(probabilities: Tensor, generator: Generator): number {
  return multinomial(probabilities, 1, { generator }).item();
}

/** A name, character by character, until it ends or is 20 long. `next` says how probable each next one is. */
export function inventName(next: (before: readonly number[]) => Tensor, generator: Generator): string {
  const codes: number[] = [];
  while (codes.length < 20) {
    const code = draw(next(codes), generator);
    if (code === endMark) break;
    codes.push(code);
  }
  return textOf(codes);
}
