import { panelTexts } from "../../../lab/panels/texts.ts";

/** What a chapter shows of the lab with other settings than the usual. */
const settings: Readonly<Record<string, { readonly panels: string; readonly address: string }>> = {
  "counter-arguments": { panels: "unit losses", address: "left=batch&right=noisy" },
};

/** What stands at the end of a chapter: the panels of the lab that belong to it, live; of its guide, the way to it. Empty of other pages. */
export function labOf(path: string): string {
  if (path === "docs/lab.md") return `\n## Open it\n\n<a href="../lab.html" target="_self">The lab</a>\n`;
  const chapter = /^docs\/analysis\/(.*)\.md$/.exec(path)?.[1] ?? "";
  const own = panelTexts.filter((panel) => panel.chapter === chapter).map(({ id }) => id);
  const { panels, address } = settings[chapter] ?? { panels: own.join(" "), address: "" };
  if (panels === "") return "";
  const set = address === "" ? "" : ` data-lab-settings="${address}"`;
  return `\n## Try it\n\n<div data-lab="${panels}"${set}>\n\n[The lab](../lab.md) has this live.\n\n</div>\n`;
}
