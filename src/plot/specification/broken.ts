import { textWidth } from "../drawing/textWidth.ts";

/** A text in lines of at most so many pixels, broken between words; a word that is longer stands alone. */
export function broken(text: string, pixels: number, fontSize: number, isBold = false): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || fontSize * textWidth(longer, isBold) <= pixels) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
