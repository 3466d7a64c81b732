// markdown-it sets the prose: it is what the site's generator uses too.
import MarkdownIt from "markdown-it";
import type { SourceCell } from "../../docs/notebooks/source.ts";

/** A notebook as its Markdown has it. */
export interface NotebookSource {
  /** The name of its file, without an ending. */
  readonly name: string;
  readonly cells: readonly SourceCell[];
}

interface Question {
  readonly question: string;
  readonly answer: string;
}

/** What a class works on in a notebook. */
export interface Lesson {
  readonly title: string;
  readonly claim: string;
  readonly questions: readonly Question[];
  readonly exercise: string;
  /** The code that the exercise starts from, and code that solves it. */
  readonly start: string;
  readonly solution: string;
}

/** The questions and the exercise of a notebook. */
export function lessonOf({ name, cells }: NotebookSource): Lesson {
  const prose = cells.flatMap(({ kind, text }) => (kind === "markdown" ? [text] : [])).join("\n\n");
  const [, title = "", claim = ""] = /^# (.*)\n+\*\*The claim\.\*\* ([\s\S]*?)(?=\n\n|$)/.exec(prose) ?? [];
  const asked = /\*\*Question\.\*\* ([\s\S]*?)<details><summary>Answer<\/summary>([\s\S]*?)<\/details>/g;
  const questions = [...prose.matchAll(asked)].map(([, question, answer]) => ({ question, answer }));
  const [, exercise = ""] = /^## Exercise\n+([\s\S]*)/m.exec(prose) ?? [];
  const { text: start = "", solution = "" } = cells.find(({ kind }) => kind === "exercise") ?? {};
  const lesson = { title, claim, questions, exercise, start, solution };
  const missing = Object.entries(lesson).flatMap(([part, found]) => (found.length === 0 ? [part] : []));
  if (missing.length > 0) throw new Error(`${name} has no ${missing.join(", ")}`);
  return lesson;
}

const markdown = new MarkdownIt();

const lines = (count: number): string => `<div class="lines">${"<i></i>".repeat(count)}</div>`;

const code = (text: string): string => `<pre><code>${markdown.utils.escapeHtml(text)}</code></pre>`;

function lessonHtml({ title, claim, questions, exercise, start, solution }: Lesson, isSolved: boolean): string {
  const asked = questions.map(
    ({ question, answer }, i) =>
      `<section class="task"><h3>Question ${i + 1}</h3>${markdown.render(question)}${
        isSolved ? `<div class="answer">${markdown.render(answer)}</div>` : lines(5)
      }</section>`,
  );
  const solved = isSolved ? `<div class="answer">${code(solution)}</div>` : lines(5);
  return `<article><header><h2>${markdown.renderInline(title)}</h2><p>${markdown.renderInline(claim)}</p></header>
${asked.join("\n")}
<section class="task"><h3>Exercise</h3>${markdown.render(exercise)}${code(start)}${solved}</section></article>`;
}

const style = `
:root { color-scheme: light dark; --line: #8a8f98; --quiet: #59636e; --ground: #f2f4f7; }
@media (prefers-color-scheme: dark) { :root { --line: #6e7681; --quiet: #9aa4af; --ground: #21262d; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; } h3 { font-size: 1rem; margin: 1.2rem 0 0.2rem; }
.name { color: var(--quiet); display: flex; gap: 2rem; } .name span { flex: 1; border-bottom: 1px solid var(--line); }
p { margin: 0.4rem 0; } pre { background: var(--ground); padding: 0.5rem 0.7rem; overflow-x: auto; font-size: 0.85rem; border-radius: 4px; }
.lines i { display: block; height: 1.9rem; border-bottom: 1px solid var(--line); }
.answer { border-left: 3px solid var(--line); padding-left: 0.8rem; margin: 0.5rem 0; }
@page { size: A4; margin: 16mm 18mm; }
@media print {
  :root { color-scheme: light; --line: #8a8f98; --quiet: #444; --ground: #fff; }
  body { font-size: 10.5pt; max-width: none; margin: 0; padding: 0; color: #000; background: #fff; }
  pre { border: 1px solid #bbb; white-space: pre-wrap; font-size: 8.5pt; }
  .worksheet .task, header, pre, p { break-inside: avoid; } h2, h3, header { break-after: avoid; }
  .lines i { height: 8mm; }
}`;

/** A page to print: the questions and exercises of all notebooks, with lines to write on, or with answers. */
export function sheet(lessons: readonly Lesson[], { isSolved }: { readonly isSolved: boolean }): string {
  const title = isSolved ? "Why batch norm works: answers" : "Why batch norm works: worksheet";
  const name = isSolved ? "" : `<p class="name">Name<span></span>Date<span></span></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${style}</style></head>
<body class="${isSolved ? "answers" : "worksheet"}"><main><h1>${title}</h1>${name}
${lessons.map((lesson) => lessonHtml(lesson, isSolved)).join("\n")}
</main></body></html>
`;
}
