import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { type Example, examplesIn, expectations } from "../../../test/docs/examples.ts";
import { fileOf, pages, siteFolder } from "../site/pages.ts";

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
  const files = globSync(["documents/*.html"], { cwd: siteFolder });
  const titles = new Map(files.map((path) => [titleOf(path), path]));
  return pages().flatMap(({ title, path: file }) => {
    const examples = examplesIn(file, readFileSync(fileOf(file), "utf8")).filter(({ runs }) => runs);
    if (examples.length === 0) return [];
    const path = titles.get(title);
    if (path === undefined) throw new Error(`the site has no page ${title}`);
    return [{ title, path, blocks: examples.map(blockOf) }];
  });
}

function blockOf({ file, line, code }: Example): RunPage["blocks"][number] {
  const printed = expectations(code).map(({ text }) => text);
  return { place: `${file}:${line}`, printed: printed.join("\n"), isDrawn: /\brender\(|^const plot = /m.test(code) };
}

/** As TypeDoc writes it. */
const titleOf = (path: string): string | undefined =>
  /<title>(.*?)(?: \| evenkeel)?<\/title>/
    .exec(readFileSync(`${siteFolder}/${path}`, "utf8"))?.[1]
    .replaceAll("&amp;", "&");

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
