import type { Data } from "../base/dtype.ts";
import { TensorError } from "../base/errors.ts";
import type { NDArray } from "../kernels/array.ts";
import { type Given, nameOf, type Step } from "./recording.ts";

/** Puts what a step has made into its place, where it is not there already; says whether all of it was. */
export function keeping(
  step: Step & { readonly kind: "call" },
  at: number,
  placeOf: ReadonlyMap<Data, Data>,
): (made: unknown) => boolean {
  const { made } = step;
  const places: { readonly path: readonly (string | number)[]; readonly place: Data }[] = [];
  const find = (given: Given, path: readonly (string | number)[]): void => {
    if (given.kind === "list") given.items.forEach((item, i) => find(item, [...path, i]));
    else if (given.kind === "fields") for (const [name, value] of given.fields) find(value, [...path, name]);
    else if (given.kind !== "value" && given.memory.first === at && given.memory.from === "made") {
      const place = placeOf.get(given.memory.data) as Data;
      places.push({ path: given.kind === "array" ? [...path, "data"] : path, place });
    }
  };
  find(made, []);
  const put = (place: Data, data: Data): boolean => {
    if (data === place) return true;
    if (data.length !== place.length) refuseSize(step);
    place.set(data);
    return false;
  };
  if (places.length === 0) return () => true;
  if (made.kind === "array") return (y) => put(places[0].place, (y as NDArray).data);
  return (y) => {
    const found = places.map(({ path }) => path.reduce(fieldOf, y) as Data);
    if (found.every((data, i) => data === places[i].place)) return true;
    // One may lie where another is to be.
    const copies = found.map((data, i) => (data === places[i].place ? data : (data.slice() as Data)));
    for (const [i, { place }] of places.entries()) put(place, copies[i]);
    return false;
  };
}

const fieldOf = (of: unknown, name: string | number): unknown => (of as Record<string | number, unknown>)[name];

function refuseSize(step: Step): never {
  throw new TensorError("compiled", {
    expected: "steps that make arrays of the sizes that they made when they were recorded",
    got: `another size of ${nameOf(step)}`,
  });
}
