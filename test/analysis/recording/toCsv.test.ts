import { toCsv } from "evenkeel/analysis";
import { expect, test } from "vitest";

test("rows become lines under their names, with numbers that read back as they were", () => {
  const values = [0.1 + 0.2, 1e-300, -5, 1e21, 0];
  const csv = toCsv(values.map((value, step) => ({ step, layer: "", value })));
  const [names, ...lines] = csv.trimEnd().split("\n");
  expect(names).toBe("step,layer,value");
  expect(lines.map((line) => Number(line.split(",")[2]))).toEqual(values);
  expect(csv.endsWith("\n")).toBe(true);
});

test("commas, quotes and new lines are quoted, null is empty, no rows are nothing", () => {
  expect(toCsv([{ a: 'say "hi"', b: "x,y", c: "1\n2", d: null, "e,f": "plain" }])).toBe(
    'a,b,c,d,"e,f"\n"say ""hi""","x,y","1\n2",,plain\n',
  );
  expect(toCsv([])).toBe("");
});
