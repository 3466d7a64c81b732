/**
 * About how wide a text is, in parts of its font's size. Without a canvas, as in Node, Vega takes every letter to be as wide
 * as a capital, and leaves free what no text fills. These are widths of DejaVu Sans, which is wide: other fonts need less.
 */
export function textWidth(text: string, isBold: boolean): number {
  let width = 0;
  for (const letter of text) width += widths.find(([letters]) => letters.test(letter))?.[1] ?? usual;
  return width * (isBold ? 1.13 : 1);
}

const usual = 0.62;

const widths: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[ijlIJ.,:;'|! ·]/, 0.32],
  [/[rtf()[\]/₀-₉⁰-⁹²³-]/u, 0.4],
  [/[ceszxyvk]/, 0.58],
  [/[mMwW%−+=×]/, 0.9],
  [/[A-Z◇]/, 0.72],
  [/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Extended_Pictographic}/u, 1],
];
