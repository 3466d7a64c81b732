import {
  arange,
  type Dtype,
  full,
  Generator,
  linspace,
  maximum,
  ones,
  randn,
  setPrintoptions,
  type Tensor,
  tensor,
} from "evenkeel";
import { afterEach, describe, expect, test } from "vitest";
import { expectClose, fromGolden } from "../close.ts";
import printedByOptions from "../golden/tensor/printed.json" with { type: "json" };
import golden from "../golden/tensor/tensor.json" with { type: "json" };
import { refusal } from "../refusal.ts";

const inspect = Symbol.for("nodejs.util.inspect.custom");

interface Printed {
  readonly data?: readonly (number | string)[];
  readonly seed?: number;
  readonly scale?: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly text: string;
}

function printable({ data, seed, scale = 1, shape, dtype }: Printed): Tensor {
  if (data === undefined) return randn(shape, { generator: new Generator().manualSeed(seed ?? 0) }).mul(scale);
  return tensor(fromGolden(data))
    .to(dtype as Dtype)
    .reshape(shape);
}

describe(`a tensor prints as in PyTorch ${golden.torch}`, () => {
  test.each((golden.printed as Printed[]).map((row) => [row.text.split("\n")[0], row] as const))("%s", (_, row) => {
    const x = printable(row);
    expect(x.toString()).toBe(row.text);
    expect((x as unknown as Record<symbol, () => string>)[inspect]()).toBe(row.text);
    const display = (x as unknown as Record<symbol, () => object>)[Symbol.for("Jupyter.display")]();
    expect(display).toEqual({ "text/plain": row.text });
  });

  test("with how it was made, or that a gradient is wanted", () => {
    const x = tensor([1, 2.5], { requiresGrad: true });
    expect(String(x)).toBe("tensor([1.0000, 2.5000], requiresGrad=true)");
    expect(String(x.tanh())).toBe("tensor([0.7616, 0.9866], gradFn=<tanh>)");
  });

  test("with what comes after the elements on a line of its own where the line is full", () => {
    const x = full([6], 1234.5, { requiresGrad: true, dtype: "float64" });
    expect(String(x).split("\n").at(-1)).toBe("       dtype=float64, requiresGrad=true)");
  });
});

describe("what setPrintoptions sets is printed as in PyTorch", () => {
  afterEach(() => setPrintoptions({ profile: "default" }));

  const { given, shapes, rows } = printedByOptions;
  const camel = ({ sci_mode, ...options }: Readonly<Record<string, unknown>>) =>
    ({ ...options, ...(sci_mode === undefined ? {} : { sciMode: sci_mode }) }) as Parameters<typeof setPrintoptions>[0];

  test.each(rows.map(({ calls, texts }) => [JSON.stringify(calls), calls, texts] as const))("%s", (_, calls, texts) => {
    for (const options of calls) setPrintoptions(camel(options));
    const tensors = given.map((data, i) => tensor(fromGolden(data)).to("float32").reshape(shapes[i]));
    for (const shape of [[12], [3, 9], [1010]])
      tensors.push(randn(shape, { generator: new Generator().manualSeed(3) }));
    tensors.push(arange(30).to("int32"));
    expect(tensors.map(String)).toEqual(texts);
  });

  test("what is out of range is refused, and changes nothing", () => {
    const x = tensor([1.5, 0.25]);
    for (const options of [
      { precision: -1 },
      { precision: 61 },
      { precision: 2.5 },
      { threshold: Number.NaN },
      { edgeitems: 0 },
      { linewidth: 0 },
      { profile: "long" },
      { sciMode: 1 },
      { sci_mode: true },
      { precision: 2, edgeitems: "3" },
    ]) {
      expect(refusal(() => setPrintoptions(options as never)).where).toBe("setPrintoptions");
    }
    expect(String(x)).toBe("tensor([1.5000, 0.2500])");
  });
});

test("dtypes are promoted as in PyTorch", () => {
  for (const [op, a, m, b, n, expected] of golden.promoted as [
    string,
    Dtype,
    number,
    Dtype | number | boolean,
    number | null,
    string,
  ][]) {
    const x = ones(new Array(m).fill(2), { dtype: a });
    const other = n === null ? b : ones(new Array(n).fill(2), { dtype: b as Dtype });
    const run = (): Dtype => (x as unknown as Record<string, (other: unknown) => Tensor>)[op](other).dtype;
    const result = (() => {
      try {
        return run();
      } catch {
        return "error";
      }
    })();
    expect(`${op} ${a} ${m} ${b} ${n}: ${result}`).toBe(`${op} ${a} ${m} ${b} ${n}: ${expected}`);
  }
});

describe("special values come out as in PyTorch", () => {
  const special = fromGolden(golden.special);
  const pairs = [...special].flatMap((a) => [...special].map((b) => [a, b]));

  test.each(golden.specialValues)("$op in $dtype $part", ({ op, dtype, part, data }) => {
    const expected = fromGolden(data as (number | string)[]);
    const of = (values: readonly number[]) => tensor(Float64Array.from(values)).to(dtype as Dtype);
    if (part === undefined) {
      const [a, b] = [of(pairs.map(([p]) => p)), of(pairs.map(([, q]) => q))];
      const y = (a as unknown as Record<string, (b: Tensor) => Tensor>)[op](b);
      expectEach(y, expected, dtype, (i) => `${op}(${pairs[i]})`);
      return;
    }
    const values = [...special].slice(part[0], part[1]);
    const x = of(values);
    const run: Record<string, () => Tensor> = {
      cumsum: () => x.cumsum(0),
      softmax: () => x.softmax(0),
      logSoftmax: () => x.logSoftmax(0),
      logsumexp: () => x.logsumexp(0),
      clamp: () => x.clamp(-1, 1),
      sort: () => x.sort().values,
    };
    const y = run[op]?.() ?? (x as unknown as Record<string, () => Tensor>)[op]();
    expectEach(y, expected, dtype, (i) => `${op}(${values[i]})`);
  });
});

/** Each element on its own scale, for here they differ by seventy powers of ten. */
function expectEach(y: Tensor, expected: Float64Array, dtype: string, what: (i: number) => string): void {
  expect(y.numel()).toBe(expected.length);
  const tolerance = dtype === "float32" ? 1e-6 : 1e-12;
  const least = dtype === "float32" ? 2 ** -126 : 0; // PyTorch may lose denormal results
  y.data.forEach((value: number, i: number) => {
    if (Object.is(value, expected[i])) return;
    expect(Number.isNaN(value), `${what(i)} is ${value}`).toBe(Number.isNaN(expected[i]));
    const off = value === expected[i] ? 0 : Math.abs(value - expected[i]);
    expect(off, `${what(i)}: ${value} instead of ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.abs(expected[i]) + least,
    );
  });
}

test.each(golden.made)("$made($given) in $dtype is PyTorch's", ({ made, given, dtype, data }) => {
  const make = made === "arange" ? arange : linspace;
  const [a, b, c] = given;
  const y = make(a, b, c, { dtype: dtype as Dtype });
  expectClose(y.data, fromGolden(data as number[]), dtype === "float32" ? 1e-6 : 1e-12);
});

test("maximum of a function and of a method are one", () => {
  expect(maximum(tensor([1, 5]), tensor([3, 2])).toArray()).toEqual([3, 5]);
});
