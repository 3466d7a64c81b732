import { expect, test } from "vitest";
import { ofTable } from "../../lab/data/csv.ts";
import { mostRows, readTable } from "../../lab/data/table.ts";

const lines = (many: number, of: (i: number) => string): string =>
  Array.from({ length: many }, (_, i) => of(i)).join("\n");

test("a table of numbers is brought to mean 0 and deviation 1, its last column to classes", () => {
  const table = readTable(
    `height,"weight, kg",kind\n${lines(30, (i) => `${i},${2 * i},"${i % 3 === 0 ? "cat" : "dog"}"`)}\r\n`,
  );
  expect(table).toMatchObject({ columns: ["height", "weight, kg"], classes: ["cat", "dog"], leftOut: 0 });
  expect(table.labels.slice(0, 4)).toEqual([0, 1, 1, 0]);
  for (const j of [0, 1]) {
    const column = table.rows.map((row) => row[j]);
    expect(column.reduce((sum, value) => sum + value, 0) / 30).toBeCloseTo(0, 12);
    expect(column.reduce((sum, value) => sum + value * value, 0) / 30).toBeCloseTo(1, 12);
  }
  const { inputs, classes, training, heldOut } = ofTable(table, 1);
  expect([inputs, classes, training.labels.numel(), heldOut.labels.numel()]).toEqual([2, 2, 24, 6]);
  expect(training.x.shape).toEqual([24, 2]);
});

test("semicolons, tabs, a byte order mark and empty lines are read; rows that are not whole are left out and counted", () => {
  for (const separator of [";", "\t"]) {
    const text = `\ufeffa${separator}b\n\n${lines(25, (i) => `${i}${separator}${i % 2}`)}\n?${separator}1\n7\n`;
    expect(readTable(text)).toMatchObject({ columns: ["a"], leftOut: 2, labels: { length: 25 } });
  }
});

test("many rows are read as far as they are used", () => {
  const table = readTable(`x,y\n${lines(200_000, (i) => `${i % 97},${i % 5}`)}`);
  expect([table.rows.length, table.notUsed, table.classes.length]).toEqual([mostRows, 200_000 - mostRows, 5]);
});

test.each([
  ["", "The file is empty"],
  ["   \n\n", "The file is empty"],
  ["a\n1\n2", "Expected 2 to 201 columns, got 1"],
  ["<script>alert(1)</script>", "Expected 2 to 201 columns"],
  [`a,b\n${lines(30, () => "x,1")}`, "Expected 20 rows of numbers or more, got 0; 30 have cells that are no numbers"],
  [`a,b\n${lines(30, (i) => `${i},1`)}`, 'Expected 2 to 50 classes in the last column, "b", got 1'],
  [`a,b\n${lines(99, (i) => `${i},${i}`)}`, "got 99"],
])("what cannot be used says why: %j", (text, message) => {
  expect(() => readTable(text)).toThrow(message);
});
