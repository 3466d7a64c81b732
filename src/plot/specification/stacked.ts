/** A part of a specification. */
type Part = Readonly<Record<string, unknown>>;

/**
 * A specification with its panels one below the other, legends below them, and at most two names of a legend beside one another: as
 * wide as a phone is, if its panels are. Data are left as they are.
 */
export function stacked(body: Part): Part {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => entryOf(name, value, body)));
}

function entryOf(name: string, value: unknown, within: Part): [string, unknown] {
  if (name === "data" || name === "datasets") return [name, value];
  if (name === "hconcat") return ["vconcat", rest(value)];
  if (name === "legend" && isPart(value) && (value.orient ?? "right") === "right")
    return [name, { ...value, orient: "bottom" }];
  if (name === "columns" && ("concat" in within || "facet" in within)) return [name, 1];
  if (name === "columns" && typeof value === "number" && "orient" in within) return [name, Math.min(value, 2)];
  if (name === "facet" && isPart(value) && "column" in value) {
    const { column, ...others } = value;
    return [name, { row: column, ...others }];
  }
  return [name, rest(value)];
}

function rest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rest);
  return isPart(value) ? stacked(value) : value;
}

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null && !Array.isArray(value);
