/** Breaks text between words into lines of at most `width` characters, where words allow. */
export function wrap(text: string, width = 80): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.length - 1;
    const longer = lines[line] === "" ? word : `${lines[line]} ${word}`;
    if (longer.length <= width) lines[line] = longer;
    else lines.push(word);
  }
  return lines;
}
