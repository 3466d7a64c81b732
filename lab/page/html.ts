import temml from "temml";
import { panelTexts } from "../panels/texts.ts";
import { toAddress, usual } from "../settings.ts";
import { discoveries } from "./discoveries.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A program as it may stand in a page: nothing in it may end its element. */
const inScript = (program: string): string => program.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");

/** Where the guides are beside the lab on the site; from disk there are none, and the page takes the links away. */
const chapterOf = (chapter: string): string => `docs/analysis/${chapter}.html`;

/** The lab as one page: texts, style and program in it, for the site and for a stick. */
export function labPage({ style, engine, program }: Readonly<Record<"style" | "engine" | "program", string>>): string {
  const panels = panelTexts
    .map(
      (
        { id, title, chapter, look, tex, question: { ask, answers } },
        i,
      ) => `<section id="panel-${id}" class="panel" aria-labelledby="title-${id}">
<h2 id="title-${id}">${i + 1} · ${escaped(title)}</h2>
<p class="look">${escaped(look)} <a class="chapter" target="_top" href="${chapterOf(chapter)}">The chapter</a></p>
<div class="formula" tabindex="0" role="group" aria-label="The formula">${temml.renderToString(tex, { displayMode: true })}</div>
<fieldset class="question"><legend>${escaped(ask)}</legend>
${answers
  .map(
    (answer) => `<label><input type="radio" name="answer-${id}" value="${escaped(answer)}"> ${escaped(answer)}</label>`,
  )
  .join("\n")}
<p role="status"></p></fieldset>
<div class="body"></div>
<p class="more"><button type="button" data-do="picture">Save picture</button></p>
<details><summary>As a table</summary><div class="table" tabindex="0" role="region" aria-label="${escaped(title)}, as a table"></div></details>
</section>`,
    )
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>evenkeel lab: two networks, with and without batch norm</title>
<meta name="description" content="Train two networks side by side, in this page, and see what batch normalisation changes.">
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>Two networks, one difference</h1>
<p>The same first weights, the same batches; between them stands only what you choose below, at first <strong>batch normalisation</strong>. They are
trained here, in this page, by <a href="https://www.npmjs.com/package/evenkeel">evenkeel</a>. Each panel asks what you expect before you see it.</p>
<p class="whose"><span id="recorded">What you see now is a run that was recorded. <strong>Run</strong> makes it yourself, and anything that you change begins another one.</span>
<span id="own">What you see now is made in this page. Anything that you change begins another run, and a link brings others to the same one.</span></p>
<noscript><p class="told">The lab needs JavaScript.</p></noscript>
</header>
<section id="bar" aria-label="The run">
<button type="button" id="run">Run</button>
<button type="button" id="step">One step</button>
<button type="button" id="half">Forward</button>
<button type="button" id="start">To the start</button>
<output id="state"></output>
</section>
<div id="notice" hidden><p id="told" role="alert"></p><button type="button" id="heard" aria-label="Close">×</button></div>
<p id="kernels" class="told"></p>
<p id="said" class="unseen" aria-live="polite"></p>
<section aria-label="Settings"><details id="choices" open><summary>Settings</summary><div id="settings"></div>
<p class="chosen"><button type="button" id="open">Open a CSV</button> <input type="file" id="csv" accept=".csv,.tsv,.txt,text/csv" hidden aria-label="A CSV file">
<button type="button" id="link">Copy link</button> <button type="button" id="code">Copy as code</button>
<button type="button" id="recording">Save recording</button></p>
<p class="keys">Keys: <kbd>space</kbd> runs and pauses, <kbd>→</kbd> makes a step, <kbd>shift →</kbd> half of one.</p>
<textarea id="copied" hidden readonly aria-label="What could not be copied"></textarea></details></section>
<main>
<section class="panel" aria-labelledby="title-find"><h2 id="title-find">To find out</h2>
<p class="look">Each sets the lab; run it for 300 steps, and look. What was seen then is folded away.</p>
<ol class="finds">
${discoveries
  .map(
    ({ name, settings, says }) =>
      `<li><a href="#${toAddress({ ...usual, ...settings })}">${escaped(name)}</a> <details><summary>What was seen</summary>${escaped(says)}</details></li>`,
  )
  .join("\n")}
</ol></section>
${panels}
</main>
<script type="text/plain" id="engine">${inScript(engine)}</script>
<script>${inScript(program)}</script>
</body>
</html>
`;
}
