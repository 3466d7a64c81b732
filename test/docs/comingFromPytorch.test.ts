import { describe, expect, test } from "vitest";
import pytorch from "../golden/docs/pytorchNames.json" with { type: "json" };
import { publicNames } from "./publicNames.ts";
import { quoted, tablesOf } from "./tables.ts";
import { worthOf } from "./written.ts";

const camelCase = (name: string): string =>
  /[A-Z]/.test(name) ? name : name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const page = tablesOf("docs/not-here.md");
const isArguments = ({ heading }: { heading: string }) => heading.startsWith("Arguments");
const listed = page.filter((row) => !isArguments(row)).flatMap(({ cells }) => quoted(cells[0]));
const patterns = listed
  .filter((name) => name.includes("*"))
  .map((name) => new RegExp(`^${name.replaceAll("*", ".*")}$`));
const listedNames = new Set(listed.filter((name) => !name.includes("*")));
/** Whether a name is on the page, as it is or with the room where it is missing, as in `Tensor.where`. */
const isListed = (room: string, name: string): boolean =>
  listedNames.has(name) || listedNames.has(`${room}.${name}`) || patterns.some((pattern) => pattern.test(name));

const { pytorch: _, others, ...named } = pytorch;
/** The optional arguments of each name, by the room that it is in. */
const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = named;
const ours = publicNames();
const isHere = (room: string, name: string): boolean => ours[room].has(name) || ours[room].has(camelCase(name));

/** PyTorch's names, in all rooms, as they would be here. */
const theirs = new Set(
  [...others, ...Object.values(rooms).flatMap((names) => Object.keys(names))].flatMap((name) => [
    name,
    camelCase(name),
  ]),
);

/** A change in place, of which the page speaks as a whole. */
const isCoveredInPlace = (room: string, name: string): boolean => {
  if (!name.endsWith("_") || room === "nn.init") return false;
  const plain = name.slice(0, -1);
  return isHere(room, plain) || isListed(room, plain);
};

describe.each(Object.keys(rooms))("of PyTorch's %s", (room) => {
  const names = Object.keys(rooms[room]);

  test("each name is here, or on the page that says what to write instead", () => {
    const unsaid = names.filter(
      (name) => !isHere(room, name) && !isListed(room, name) && !isCoveredInPlace(room, name),
    );
    expect(unsaid).toEqual([]);
  });

  test("each argument of what is here is here too, or on that page", () => {
    const saidOf = (name: string) =>
      page
        .filter((row) => isArguments(row) && (row.cells[0] === "all" || quoted(row.cells[0]).includes(name)))
        .flatMap(({ cells }) => quoted(cells[1]));
    const unsaid = names
      .filter((name) => isHere(room, name))
      .flatMap((name) => {
        const told = ours[room].get(name) ?? ours[room].get(camelCase(name)) ?? new Set();
        const said = saidOf(name);
        const missing = rooms[room][name].filter(
          (argument) =>
            !argument.startsWith("_") &&
            !told.has(argument) &&
            !told.has(camelCase(argument)) &&
            !said.includes(argument),
        );
        return missing.length === 0 ? [] : [`${name}: ${missing.join(" ")}`];
      });
    expect(unsaid).toEqual([]);
  });
});

test("the page lists nothing that PyTorch does not have, and nothing that is here", () => {
  const places = Object.entries(rooms).flatMap(([room, names]) =>
    Object.keys(names).flatMap((name) => [
      { room, name, as: name },
      { room, name, as: `${room}.${name}` },
    ]),
  );
  const known = new Set(places.map(({ as }) => as));
  expect([...listedNames].filter((name) => !known.has(name))).toEqual([]);
  const here = places.filter(({ room, name, as }) => listedNames.has(as) && isHere(room, name));
  expect(here.map(({ as }) => as)).toEqual([]);
});

test("what is here alone is listed, and nothing else", () => {
  const own = new Set(Object.values(ours).flatMap((names) => [...names.keys()].filter((name) => !theirs.has(name))));
  const said = tablesOf("docs/coming-from-pytorch.md")
    .filter(({ heading }) => heading === "Only here")
    .flatMap(({ cells }) => quoted(cells[0]));
  expect([...own].filter((name) => !said.includes(name))).toEqual([]);
  expect(said.filter((name) => !own.has(name))).toEqual([]);
});

const expressions = page
  .filter((row) => !isArguments(row) && !row.heading.startsWith("What has no meaning"))
  .flatMap(({ cells }) => quoted(cells[1]))
  .filter((code) => /[(.]/.test(code) && !code.startsWith("evenkeel/"));

describe("what is to be written instead runs:", () => {
  test.each(expressions)("%s", (code) => {
    expect(worthOf(code)).not.toBeUndefined();
  });
});
