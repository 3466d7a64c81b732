import type { Plain, Verdict } from "../../analysis/index.ts";
import { escapeHtml, htmlTable, shortText } from "../../analysis/measuring/html.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { list, record, text, texts } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { htmlPage } from "../drawing/htmlPage.ts";
import type { Plot } from "../drawing/plot.ts";
import { checkPlot, inBothThemes } from "../drawing/render.ts";

/** What a page of a report says, in the order in which it says it. All but the title may be left out. */
export interface ReportContent {
  /** The heading. */
  readonly title: string;
  /** Paragraphs in words. */
  readonly text?: readonly string[];
  /** What was found, as `diagnose` returns it; a page that is given none says that there is nothing to say. */
  readonly verdicts?: readonly Verdict[];
  /** The figures. */
  readonly figures?: readonly Plot[];
  /** Tables: rows of the same fields, by title. */
  readonly tables?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Text to be shown as it is, line by line, by title. */
  readonly listings?: Readonly<Record<string, readonly string[]>>;
  /** Everything that the numbers depend on: options, versions, seeds. */
  readonly configuration?: Readonly<Record<string, Plain>>;
}

const where = "reportPage";

const rules = {
  title: { is: text, isRequired: true },
  text: { is: texts, default: [] },
  verdicts: { is: list },
  figures: { is: list, default: [] },
  tables: { is: record, default: {} },
  listings: { is: record, default: {} },
  configuration: { is: record, default: {} },
} satisfies OptionRules<ReportContent>;

/**
 * One HTML page of verdicts, figures, tables and configuration that needs nothing else: it opens from disk, offline, in
 * light and dark, and can be printed.
 *
 * `report` makes one of a training run; this is for what else you have measured.
 *
 * @throws TensorError for unknown parts, or if the packages that draw are missing.
 *
 * @example
 * ```ts
 * import { diagnose, lineProbe } from "evenkeel/analysis";
 * import { reportPage } from "evenkeel/plot";
 *
 * const html = await reportPage({ title: "Nothing yet", verdicts: diagnose(), configuration: { seed: 0 } });
 * console.log(html.includes("<h1>Nothing yet</h1>")); // => true
 * ```
 */
export async function reportPage(content: ReportContent): Promise<string> {
  const {
    title,
    text: paragraphs,
    verdicts,
    figures,
    tables,
    listings,
    configuration,
  } = optionsOf(where, content, rules);
  checkContent({ verdicts: verdicts ?? [], figures, tables, listings });
  const parts = [`<h1>${escapeHtml(title)}</h1>`, ...paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`)];
  if (verdicts !== undefined) for (const part of verdictParts(verdicts)) parts.push(part);
  if (figures.length > 0) parts.push("<h2>Figures</h2>");
  for (const [i, figure] of figures.entries()) {
    parts.push(`<figure>${await inBothThemes(figure, `figure${i}`)}</figure>`);
  }
  for (const [name, rows] of Object.entries(tables)) {
    if (rows.length > 0) parts.push(`<h2>${escapeHtml(name)}</h2>`, htmlTable(rows));
  }
  for (const [name, lines] of Object.entries(listings)) {
    parts.push(`<h2>${escapeHtml(name)}</h2>`, `<pre>${escapeHtml(lines.join("\n"))}</pre>`);
  }
  if (Object.keys(configuration).length > 0) for (const part of configurationParts(configuration)) parts.push(part);
  return htmlPage(title, parts.join("\n"));
}

type Checked = Required<Pick<ReportContent, "verdicts" | "figures" | "tables" | "listings">>;

function checkContent({ verdicts, figures, tables, listings }: Checked): void {
  for (const figure of figures) checkPlot(where, figure, "as figures plots, such as lossCurves makes them");
  for (const verdict of verdicts) {
    const isVerdict = typeof verdict?.message === "string" && typeof verdict.code === "string";
    if (isVerdict) continue;
    throw new TensorError(where, { expected: "as verdicts what diagnose returns", got: describe(verdict) });
  }
  for (const [name, rows] of Object.entries(tables)) {
    checkKind(where, list, `tables["${name}"]`, rows);
    for (const row of rows) checkKind(where, record, `each row of tables["${name}"]`, row);
  }
  for (const [name, lines] of Object.entries(listings)) checkKind(where, texts, `listings["${name}"]`, lines);
}

function verdictParts(verdicts: readonly Verdict[]): string[] {
  if (verdicts.length === 0) return ["<h2>Verdicts</h2>", '<p class="soft">Nothing to say against it.</p>'];
  const shown = verdicts.slice(0, mostVerdicts).map(({ severity, layer, message, suggestion, code }) => {
    const place = layer === null || layer === "" ? "" : ` <code>${escapeHtml(layer)}</code>`;
    const kind = escapeHtml(String(severity));
    const head = `<b>${kind}</b>${place} <span class="soft">${escapeHtml(code)}</span>`;
    return `<div class="verdict ${kind}">${head}<br>${escapeHtml(message)} ${escapeHtml(suggestion)}</div>`;
  });
  const rest = verdicts.length - shown.length;
  return ["<h2>Verdicts</h2>", ...shown, ...(rest > 0 ? [`<p class="soft">${rest} more.</p>`] : [])];
}

/** At most so many verdicts are shown: a network of hundreds of layers has as many of one kind. */
const mostVerdicts = 30;

function configurationParts(configuration: Readonly<Record<string, Plain>>): string[] {
  const rows = Object.entries(configuration)
    .filter(([, value]) => typeof value !== "object" || value === null)
    .map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(shortText(value))}</td></tr>`);
  const nested = Object.fromEntries(
    Object.entries(configuration).filter(([, value]) => typeof value === "object" && value !== null),
  );
  const rest = Object.keys(nested).length === 0 ? [] : [`<pre>${escapeHtml(JSON.stringify(nested, null, 2))}</pre>`];
  return ["<h2>Configuration</h2>", `<table><tbody>${rows.join("\n")}</tbody></table>`, ...rest];
}
