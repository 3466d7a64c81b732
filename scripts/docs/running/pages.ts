import { readFileSync } from "node:fs";
import { type Example, examplesIn, expectations } from "../../../test/docs/examples.ts";
import { fileOf, pages } from "../site/pages.ts";

/** A page of the site, and what its blocks print. */
export interface RunPage {
  readonly title: string;
  /** Below the site's root. */
  readonly path: string;
  /** Of each block that has a button, in order: where it stands, and what it says that it prints. */
  readonly blocks: readonly { readonly place: string; readonly printed: string; readonly isDrawn: boolean }[];
}

/** The pages that have blocks which run, in the order of the site. */
export function runPages(): RunPage[] {
  return pages().flatMap(({ title, path: file }) => {
    const examples = examplesIn(file, readFileSync(fileOf(file), "utf8")).filter(({ runs }) => runs);
    if (examples.length === 0) return [];
    return [{ title, path: file.replace(/md$/, "html"), blocks: examples.map(blockOf) }];
  });
}

function blockOf({ file, line, code }: Example): RunPage["blocks"][number] {
  const printed = expectations(code).map(({ text }) => text);
  return { place: `${file}:${line}`, printed: printed.join("\n"), isDrawn: /\brender\(|^const plot = /m.test(code) };
}

/** What a block has shown when it was done. */
export interface Seen {
  readonly text: string;
  readonly errors: string;
  /** Pictures that are drawn, of those that there are. */
  readonly drawn: number;
  readonly pictures: number;
}

/** What is not as the page says, of all its blocks. */
export function differences({ title, blocks }: RunPage, seen: readonly Seen[]): string[] {
  if (seen.length !== blocks.length) return [`${title}: ${seen.length} of ${blocks.length} blocks have a button`];
  return blocks.flatMap(({ place, printed, isDrawn }, i) => {
    const { text, errors, drawn, pictures } = seen[i];
    if (errors !== "") return [`${place}: ${errors}`];
    if (text !== printed) return [`${place}: prints ${JSON.stringify(text)}, not ${JSON.stringify(printed)}`];
    if (drawn !== pictures || pictures > 0 !== isDrawn) return [`${place}: ${drawn} of ${pictures} pictures are drawn`];
    return [];
  });
}
