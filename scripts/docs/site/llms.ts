import { readFileSync } from "node:fs";
import { fileOf, type Page } from "./pages.ts";

/** What the library is and where its guides are, for language models: https://llmstxt.org. */
export function llmsIndex(pages: readonly Page[]): string {
  const groups = [...new Set(pages.map(({ group }) => group))];
  return [
    "# evenkeel",
    "",
    `> ${introduction()}`,
    "",
    'Names are PyTorch\'s in camelCase. Entries: "evenkeel" (tensors, `nn`, `optim`, `data`), "evenkeel/analysis", "evenkeel/plot", "evenkeel/io",',
    '"evenkeel/testing". Required arguments come first, all others in one options object; unknown options are errors.',
    ...groups.flatMap((group) => [
      "",
      `## ${group}`,
      "",
      ...pages
        .filter((page) => page.group === group)
        .map(({ title, path, summary }) => `- [${title}](${path}): ${beginning(summary)}`),
    ]),
    "",
  ].join("\n");
}

/** The guides themselves, one after the other. */
export function llmsFull(pages: readonly Page[]): string {
  return [llmsIndex(pages), ...pages.map(({ path, text }) => `<!-- ${path} -->\n\n${text}\n`)].join("\n");
}

/** The first paragraph of the README. */
function introduction(): string {
  const [, first] = readFileSync(fileOf("README.md"), "utf8").split("\n\n");
  return first.replaceAll("\n", " ");
}

/** As many sentences as it takes to say something. */
function beginning(text: string): string {
  const sentences = text.split(/(?<=[^l][.?]|[^l]:)(?= )/); // "et al." ends none
  let said = "";
  for (const sentence of sentences) {
    said += sentence;
    if (said.length >= 60) break;
  }
  return said.replace(/:$/, ".");
}
