import { isTensor, nn, ones, optim, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import neighbours from "../golden/docs/neighbours.json" with { type: "json" };
import { quoted, tablesOf } from "./tables.ts";
import { worthOf } from "./written.ts";

// What the other libraries made of the code is in the golden file, which test/bench/neighbours.mjs writes by running it there.

const pages = {
  "TensorFlow.js": { file: "docs/coming-from-tensorflow-js.md", worth: neighbours.worth.tensorflowJs },
  "jax-js": { file: "docs/coming-from-jax-js.md", worth: neighbours.worth.jaxJs },
};

interface Array {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const isArray = (value: unknown): value is Array =>
  typeof value === "object" && value !== null && "values" in value && "shape" in value;

/** Shape and numbers of what is one or has them; truth values are 0 and 1. */
function numbersOf(value: unknown): Array | null {
  if (isTensor(value)) return { shape: value.shape, values: [...value.data].map(Number) };
  if (ArrayBuffer.isView(value)) return numbersOf([...(value as Float32Array)]);
  if (isArray(value)) return value;
  if (typeof value === "number" || typeof value === "boolean") return { shape: [], values: [Number(value)] };
  if (!globalThis.Array.isArray(value)) return null;
  const inner = value.map(numbersOf);
  return {
    shape: [value.length, ...(inner[0]?.shape ?? [])],
    values: inner.flatMap((one) => one?.values ?? []),
  };
}

const close = (ours: readonly number[], theirs: readonly number[]): boolean =>
  ours.length === theirs.length &&
  ours.every((value, i) => Math.abs(value - theirs[i]) <= 2e-6 * (1 + Math.abs(value)));

describe.each(Object.entries(pages))("Coming from %s", (_, { file, worth }) => {
  const rows = tablesOf(file);
  const theirs = new Map<string, unknown>(Object.entries(worth));

  test("each row was run there, and nothing else", () => {
    expect(rows.filter(({ cells }) => cells.length !== 3 && cells.length !== 4)).toEqual([]);
    expect([...theirs.keys()].sort()).toEqual(rows.map(({ cells }) => quoted(cells[0])[0]).sort());
  });

  const names = rows
    .filter(({ cells }) => cells.length === 3)
    .map(({ cells }) => [...cells.slice(0, 2).map((c) => quoted(c)[0]), cells[2]]);
  test.each(names)("%s is %s", async (code, here, remark) => {
    const [other, own] = [theirs.get(code), await worthOf(here)];
    const [a, b] = [numbersOf(other), numbersOf(own)];
    expect(own).toBeDefined();
    expect(b === null).toBe(a === null);
    if (a === null || b === null) return;
    const isFlat = /data/i.test(code); // typed arrays are flat in one library and in the other
    if (!isFlat) expect(b.shape).toEqual(a.shape);
    if (remark !== "other numbers") expect(close(b.values, a.values), `${b.values} is not ${a.values}`).toBe(true);
  });

  const defaults = rows.filter(({ cells }) => cells.length === 4).map(({ cells }) => cells);
  test.each(defaults)("%s is %s, and %s is %s", async (code, said, here, saidHere) => {
    expect(close([Number(said)], numbersOf(theirs.get(quoted(code)[0]))?.values ?? [])).toBe(true);
    expect(close([Number(saidHere)], numbersOf(await worthOf(quoted(here)[0]))?.values ?? [])).toBe(true);
    expect(Number(said)).not.toBe(Number(saidHere));
  });
});

describe("what is said of TensorFlow.js's layers in sentences", () => {
  const { runningStatistics, weightShapes, initialisers } = neighbours.layers;

  test("momentum is what is kept there, and the variance is by n there and by n − 1 here", () => {
    const norm = new nn.BatchNorm1d(1, { momentum: 0.1 }); // 0.9 there
    norm.forward(tensor([[1], [3]]));
    expect(norm.runningMean?.item()).toBeCloseTo(runningStatistics.mean, 6);
    expect(runningStatistics.variance).toBeCloseTo(0.9 + 0.1 * 1, 6);
    expect(norm.runningVar?.item()).toBeCloseTo(0.9 + 0.1 * 2, 6);
  });

  test("weights are transposed, and kernels permuted", () => {
    expect(new nn.Linear(3, 5).weight.T.shape).toEqual(weightShapes.dense);
    expect(ones(weightShapes.conv2d).permute(3, 2, 0, 1).shape).toEqual(new nn.Conv2d(3, 5, 2).weight.shape);
  });

  test("dense draws from a normal distribution by the mean of in and out, embedding uniformly", () => {
    expect(initialisers.kernel).toMatchObject({ scale: 1, mode: "fanAvg", distribution: "normal" });
    expect(initialisers.bias).toBe("Zeros");
    expect(initialisers.embedding).toEqual({ className: "RandomUniform", config: { minval: -0.05, maxval: 0.05 } });
  });
});

test("gradient descent with momentum is that of TensorFlow.js: v = momentum·v + g", () => {
  const w = new nn.Parameter(tensor([1]));
  const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
  const seen = [0, 1, 2].map(() => {
    optimizer.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
    return w.item();
  });
  expect(close(seen, neighbours.layers.momentum)).toBe(true);
});
