import { render } from "evenkeel/plot";
import { type Result, wordsOf } from "./experiment.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const style = `
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #ddd; --link: #0059a8; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #1b1b1f; --line: #3d3d44; --link: #7cc0f5; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
a { color: var(--link); } h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 0 0 0.5rem; }
section { display: grid; grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); gap: 1rem 1.5rem; padding: 1.25rem 0;
  border-top: 1px solid var(--line); break-inside: avoid; }
img { max-width: 100%; max-height: 18rem; background: #fff; border-radius: 4px; } ul { margin: 0; padding: 0; list-style: none; }
@media (max-width: 40rem) { section { grid-template-columns: minmax(0, 1fr); } }
`;

/** One page that leads to those of all experiments, each with its first picture and its verdicts; it opens from disk. */
export async function indexPage(results: Readonly<Record<string, Result>>): Promise<string> {
  const sections = await Promise.all(
    Object.entries(results).map(
      async ([
        name,
        {
          title,
          figures: [figure],
          claims,
        },
      ]) => {
        const svg = figure === undefined ? "" : await render(figure, "svg");
        const picture = `data:image/svg+xml,${encodeURIComponent(svg)}`;
        const said = claims
          .map(({ source, says, agrees }) => `<li>${wordsOf(agrees)}: ${escaped(`${says} (${source})`)}</li>`)
          .join("\n");
        return `<section>
<a href="${name}.html">${svg === "" ? "" : `<img src="${picture}" alt="${escaped(figure.description)}">`}</a>
<div><h2><a href="${name}.html">${escaped(title)}</a></h2><ul>${said}</ul></div>
</section>`;
      },
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What is said of batch norm, measured</title>
<style>${style}</style>
</head>
<body>
<h1>What is said of batch norm, measured</h1>
${sections.join("\n")}
</body>
</html>
`;
}
