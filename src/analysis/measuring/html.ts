/** Text as HTML shows it, with nothing in it that HTML would take for markup. */
export function escapeHtml(text: string): string {
  return text
    .replace(unshown, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Characters that no page may have: controls but for tabs and line breaks, and unpaired surrogates. */
const unshown = /(?![\t\n\r])[\p{Cc}\p{Cs}]/gu;

/** At most so many rows of a table are shown, and so many letters of an entry of a list, such as a row of a bitmap. */
const [mostRows, mostLetters] = [40, 120];

/**
 * Rows of the same fields as an HTML table, the names of fields as its head: numbers to four digits, null as a dash. More
 * than 40 rows are cut, and that is said.
 */
export function htmlTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => isShort(row[name])));
  if (columns.length === 0) return "";
  const shown = rows.slice(0, mostRows);
  const head = columns.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = shown.map((row) => `<tr>${columns.map((name) => cell(row[name])).join("")}</tr>`).join("\n");
  const rest = rows.length > shown.length ? `<p class="soft">${rows.length - shown.length} more rows.</p>` : "";
  return `<table><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table>${rest}`;
}

function cell(value: unknown): string {
  const kind = typeof value === "number" ? ' class="number"' : "";
  return `<td${kind}>${escapeHtml(shortText(value))}</td>`;
}

/** A value as a table shows it. */
export function shortText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return fourDigits(value);
  if (Array.isArray(value)) return value.every(isScalar) ? cut(value.map(entryText)) : `${value.length} entries`;
  if (typeof value === "object") {
    return cut(Object.entries(value).map(([name, entry]) => `${name} ${shortText(entry)}`));
  }
  return String(value);
}

function fourDigits(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e6 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}

function entryText(value: unknown): string {
  const text = shortText(value);
  return text.length <= mostLetters ? text : `${text.slice(0, mostLetters)}…`;
}

const cut = (parts: readonly string[]): string =>
  parts.length <= 8 ? parts.join(", ") : `${parts.slice(0, 6).join(", ")}, … (${parts.length})`;

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

/** Whether a value fits into a cell: anything but lists of lists and of objects. */
const isShort = (value: unknown): boolean => value !== undefined && (!Array.isArray(value) || value.every(isScalar));
