/** A cell of a notebook as its Markdown has it. */
export interface SourceCell {
  /** `code` for code that only runs; the others are what a test asks of them. */
  readonly kind: "markdown" | "code" | "figure" | "exercise" | "check";
  readonly text: string;
  /** What solves an exercise; it is in no notebook. */
  readonly solution?: string;
}

/**
 * The cells of a notebook that is written as Markdown: its blocks of `ts` are code, all between them is prose. The word
 * behind `ts` says what the code is: `figure` has to draw one, `exercise` is for the reader, followed by its `solution`,
 * which is left out, and `check` says whether it is solved.
 */
export function cellsOf(markdown: string): SourceCell[] {
  const cells: SourceCell[] = [];
  const parts = markdown.split(/^```ts ?(\w*)\n([\s\S]*?)^```\n/m);
  for (let i = 0; i < parts.length; i += 3) {
    const prose = parts[i].trim();
    if (prose !== "") cells.push({ kind: "markdown", text: prose });
    if (i + 1 >= parts.length) break;
    const [word, text] = [parts[i + 1], parts[i + 2].trimEnd()];
    if (word === "solution") {
      const exercise = cells.pop();
      if (exercise?.kind !== "exercise") throw new Error("a solution has to follow its exercise");
      cells.push({ ...exercise, solution: text });
    } else if (word === "" || word === "figure" || word === "exercise" || word === "check") {
      cells.push({ kind: word === "" ? "code" : word, text });
    } else {
      throw new Error(`"${word}" is no kind of code: figure, exercise, solution, check`);
    }
  }
  return cells;
}

/** What is wrong with a notebook: each has a claim, a figure, a question with a hidden answer, an exercise and its check. */
export function missingIn(cells: readonly SourceCell[]): string[] {
  const prose = cells.filter(({ kind }) => kind === "markdown").map(({ text }) => text);
  const has = (kind: SourceCell["kind"]) => cells.some((cell) => cell.kind === kind);
  return [
    ...(prose.some((text) => text.includes("**The claim.**")) ? [] : ["a claim"]),
    ...(prose.some((text) => /\*\*Question\.\*\*[\s\S]*<details><summary>Answer/.test(text))
      ? []
      : ["a hidden answer"]),
    ...(["figure", "exercise", "check"] as const).filter((kind) => !has(kind)),
    ...cells.filter(({ kind, solution }) => kind === "exercise" && solution === undefined).map(() => "a solution"),
  ];
}
