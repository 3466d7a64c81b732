import { TensorError } from "../../base/errors.ts";
import { mostRows, thinned, thinnedNote } from "../specification/series.ts";

/**
 * Which layers of several models are listed, by their places, and as what: by name where all models have the same, by
 * number where not, as with batch norm between them.
 */
export function layerRows(where: string, models: readonly (readonly string[])[]) {
  const longest = models.reduce((a, b) => (b.length > a.length ? b : a), []);
  if (longest.length === 0) throw new TensorError(where, { expected: "one layer or more", got: "none" });
  const alike = models.every((model) => model.every((name, i) => name === longest[i]));
  const places = thinned([...longest.keys()], mostRows);
  const labels = places.map((place) => (alike ? longest[place] : String(place + 1)));
  return { labels, places, notes: thinnedNote(places.length, longest.length, "layers") };
}
