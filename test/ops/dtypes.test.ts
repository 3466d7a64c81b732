import * as library from "evenkeel";
import { arange, type Dtype, full, linspace, randint, randperm, Tensor, TensorError, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import * as arrange from "../../src/functions/arrange.ts";
import * as combine from "../../src/functions/combine.ts";
import * as count from "../../src/functions/count.ts";
import * as einsum from "../../src/functions/einsum.ts";
import * as like from "../../src/functions/like.ts";
import * as logic from "../../src/functions/logic.ts";
import * as parts from "../../src/functions/parts.ts";
import * as products from "../../src/functions/products.ts";
import * as rounding from "../../src/functions/rounding.ts";
import * as statistics from "../../src/functions/statistics.ts";
import { fromGolden } from "../close.ts";
import golden from "../golden/ops/dtypes.json" with { type: "json" };
import { refusal } from "../refusal.ts";
import { type Case, cases, type Given, rows } from "./dtypes.table.ts";
import { operationsAndInPlace } from "./methods.ts";

interface Answer {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly data: readonly (number | string)[];
}

const answers = golden.answers as unknown as Readonly<Record<string, Answer | null>>;

const made = ({ dtype, shape, data }: Given): Tensor => tensor(fromGolden(data)).to(dtype).reshape(shape);

/** Fails unless every element is one that its dtype has. */
function expectValid({ dtype, data }: Tensor): void {
  if (dtype === "bool") expect(data.every((value: number) => value === 0 || value === 1)).toBe(true);
  if (dtype === "int32") expect(data).toBeInstanceOf(Int32Array);
}

/** What a case gives, or is refused with; in either case what it was given holds only what its dtype has. */
function outcome({ x, b, mask, run }: Case): Tensor | TensorError {
  const given = made(x);
  const second = b === null ? null : typeof b === "object" ? made(b) : typeof b === "string" ? Number(b) : b;
  const before = Array.from(given.data);
  let result: Tensor | TensorError;
  try {
    result = run(given, second as never, made(mask));
    expectValid(result);
  } catch (error) {
    if (!(error instanceof TensorError)) throw error;
    result = error;
  }
  expectValid(given);
  if (result !== given) expect(Array.from(given.data)).toEqual(before);
  return result;
}

/** Whether a number is whole, but beyond int32: PyTorch wraps it, or refuses it, as the operation has it. */
const isBeyond = (b: Case["b"]) => typeof b === "number" && Number.isInteger(b) && !(b >= -(2 ** 31) && b < 2 ** 31);

/** Which answers of PyTorch's are not to be had here, and what is instead. */
const differences: readonly {
  readonly what: string;
  readonly holds: (key: string, b: Case["b"]) => boolean;
  readonly instead: "refused" | "float32" | "either";
}[] = [
  {
    what: "a whole number beyond int32 makes float32, in place and in bool it is refused, and for a comparison it is float32",
    holds: (_, b) => isBeyond(b),
    instead: "either",
  },
  { what: "a bool is not clamped", holds: (key) => /^clamp.* bool /.test(key), instead: "refused" },
  {
    what: "bounds are numbers",
    holds: (key, b) => key.startsWith("clamp") && typeof b === "boolean",
    instead: "refused",
  },
  {
    what: "a bound that is NaN makes NaN",
    holds: (key, b) => key.startsWith("clamp") && b === "NaN",
    instead: "float32",
  },
  {
    what: "a fraction is not put among whole numbers",
    holds: (key, b) => /^(fill_|full|maskedFill|arange).* int32 /.test(key) && (b === 0.5 || b === -0.5),
    instead: "refused",
  },
  {
    what: "a range that leaves int32 is refused",
    holds: (key, b) => key.startsWith("arange") && b === 2 ** 31 - 1,
    instead: "refused",
  },
  {
    what: "floats that int32 cannot hold are not converted",
    holds: (key) => /^(to|copy_), a tensor . int32 . float32 out of range$/.test(key),
    instead: "refused",
  },
  { what: "a single number has no parts", holds: (key) => /^indexSelect . \w+, one$/.test(key), instead: "refused" },
  {
    what: "weights that weigh nothing have the dtype of weights",
    holds: (key) => /^bincount, a tensor . \w+, none/.test(key),
    instead: "either",
  },
  {
    what: "NaN is in order, at the end, where PyTorch 1.13 has it in none",
    holds: (key) => /^unique.* . float64$/.test(key),
    instead: "either",
  },
  {
    what: "NaN is in no bin, where PyTorch 1.13 counts it in the last",
    holds: (key) => key === "histogram | float64",
    instead: "either",
  },
  {
    what: "what is looked for is no bool",
    holds: (key, b) => key.startsWith("searchsorted, a number") && typeof b === "boolean",
    instead: "refused",
  },
  { what: "nothing has no median", holds: (key) => /^median . \w+, none$/.test(key), instead: "refused" },
  {
    what: "an infinite element is a quantile where it is met exactly",
    holds: (key) => key === "quantile, along a dimension | float64",
    instead: "either",
  },
];

/** What PyTorch refuses and is had here: dtypes are promoted, whole numbers counted as floats. */
const more =
  /^(pow|clamp|where|lerp_|matmul|matmulTransposed|dot|softmax|logSoftmax|gelu|softplus|argmax|argmin|topk|roll|repeatInterleave|meshgrid|searchsorted|einsum|bmm|trace|cdist|median)\b/;

const all = cases();
const groups = [...new Set(all.map(({ key }) => key.split(" | ").slice(0, 2).join(" | ")))];

describe(`bools and whole numbers become what PyTorch ${golden.torch} makes of them, or are refused:`, () => {
  test.each(groups)("%s", (group) => {
    for (const one of all.filter(({ key }) => key === group || key.startsWith(`${group} | `))) {
      const expected = answers[one.key];
      const y = outcome(one);
      const where = `${one.key}: ${y instanceof Tensor ? `${y.dtype} ${y}` : y.message}`;
      const difference = differences.find(({ holds }) => holds(one.key, one.b));
      if (expected === null) {
        if (!more.test(one.key)) expect(y, where).toBeInstanceOf(TensorError);
        if (y instanceof Tensor && isBeyond(one.b) && !y.dtype.startsWith("float")) expect(one.key).toContain("lerp_");
      } else if (difference !== undefined) {
        if (difference.instead === "refused") expect(y, where).toBeInstanceOf(TensorError);
        if (difference.instead === "float32") expect(y instanceof Tensor && y.dtype, where).toBe("float32");
      } else {
        if (y instanceof TensorError) expect.fail(where);
        expect([y.dtype, y.shape], where).toEqual([expected.dtype, expected.shape]);
        for (const [i, value] of fromGolden(expected.data).entries()) {
          const isSame = Object.is(y.data[i], value) || Math.abs(y.data[i] - value) <= 2e-6 * Math.abs(value);
          if (!isSame && y.data[i] !== value) expect.fail(`${one.key}: element ${i}: ${y.data[i]} for ${value}`);
        }
      }
    }
  });

  test("differences are only where they are said to be", () => {
    for (const { what, holds } of differences) {
      expect(
        all.some(({ key, b }) => holds(key, b)),
        what,
      ).toBe(true);
    }
  });
});

test("every operation that is a method, in place too, or a function has a row for bools and whole numbers", () => {
  const known = new Set(rows.map(({ op }) => op));
  const files = [arrange, combine, count, einsum, like, logic, parts, products, rounding, statistics];
  const functions = files.flatMap((file) => Object.keys(file)).filter((name) => name !== "indicesOf");
  expect([...operationsAndInPlace, ...functions].filter((name) => !known.has(name))).toEqual([]);
});

describe("whole numbers wrap where doubles would round:", () => {
  const largest = 2 ** 31 - 1;
  const wrapped = (value: bigint) => Number(BigInt.asIntN(32, value));

  test("a sum beyond 2⁵³, and each running one", () => {
    const n = 2 ** 22 + 5;
    const x = full([n], largest, { dtype: "int32" });
    expect(x.sum().item()).toBe(wrapped(BigInt(n) * BigInt(largest)));
    expect(x.reshape(n, 1).sum(0).item()).toBe(wrapped(BigInt(n) * BigInt(largest)));
    const running = x.cumsum(0).data;
    for (const i of [0, 1, 2 ** 21, n - 1]) expect(running[i]).toBe(wrapped(BigInt(i + 1) * BigInt(largest)));
  });

  test("products of matrices, at all their sizes, batched and transposed", () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [2, 3, 5],
      [9, 33, 17],
    ]) {
      const [a, b] = [0, 7].map((shift) =>
        Array.from({ length: Math.max(m, n) * k }, (_, i) => largest - ((i * 7919 + shift) % 9973)),
      );
      const at = (i: number, j: number) => {
        let total = 0n;
        for (let l = 0; l < k; l++) total += BigInt(a[i * k + l]) * BigInt(b[l * n + j]);
        return wrapped(total);
      };
      const expected = Array.from({ length: m }, (_, i) => Array.from({ length: n }, (__, j) => at(i, j)));
      const x = tensor(Int32Array.from(a.slice(0, m * k))).reshape(m, k);
      const y = tensor(Int32Array.from(b.slice(0, k * n))).reshape(k, n);
      expect(x.matmul(y).toArray()).toEqual(expected);
      expect(x.matmulTransposed("linear", y.T).toArray()).toEqual(expected);
      expect(
        x
          .unsqueeze(0)
          .matmul(y.expand(3, k, n))
          .select(0, 2)
          .toArray(),
      ).toEqual(expected);
    }
  });
});

describe("numbers that a dtype cannot hold are refused by name, and nothing has changed:", () => {
  const x = tensor([1, 2], { dtype: "int32" });
  const mask = tensor([true, false]);
  test.each<readonly [string, () => unknown]>([
    ["fill_", () => x.fill_(0.5)],
    ["fill_", () => x.fill_(Number.NaN)],
    ["maskedFill", () => x.maskedFill(mask, 0.5)],
    ["maskedFill", () => x.maskedFill(mask, Number.NaN)],
    ["maskedFill", () => x.maskedFill(mask, 2 ** 40)],
    ["full", () => full([2], 0.5, { dtype: "int32" })],
    ["tensor", () => tensor([Number.NaN], { dtype: "int32" })],
    ["to", () => tensor([1, Number.NaN]).to("int32")],
    ["to", () => tensor([2 ** 31]).to("int32")],
    ["to", () => tensor([-Infinity], { dtype: "float64" }).to("int32")],
    ["to", () => tensor([-(2 ** 31) - 1], { dtype: "float64" }).to("int32")],
    ["copy_", () => x.copy_(tensor([Number.NaN, 1]))],
    ["add_", () => x.add_(0.5)],
    ["mul_", () => x.mul_(Number.NaN)],
    ["add_", () => mask.add_(1)],
    ["arange", () => arange(0, 2, 0.5, { dtype: "int32" })],
    ["arange", () => arange(2 ** 31 - 2, 2 ** 31 + 2, { dtype: "int32" })],
    ["linspace", () => linspace(0, 1e10, 3, { dtype: "int32" })],
    ["randint", () => randint(0, 3, [2], { dtype: "bool" })],
    ["randint", () => randint(0, 2 ** 32, [2])],
  ])("%s", (where, run) => {
    expect(refusal(run).where).toBe(where);
    expect([...x.data, ...mask.data]).toEqual([1, 2, 1, 0]);
  });

  test("a state dict of which one number does not fit loads nothing", () => {
    const norm = new library.nn.BatchNorm1d(2);
    const dict = { ...norm.stateDict(), weight: tensor([3, 4]), num_batches_tracked: tensor(Number.NaN) };
    expect(refusal(() => norm.loadStateDict(dict)).where).toBe("to");
    expect(norm.weight?.toArray()).toEqual([1, 1]);
  });

  test("a number meets whole numbers as one of them up to the last that int32 holds", () => {
    const bounds = [-(2 ** 31) - 1, -(2 ** 31), 2 ** 31 - 1, 2 ** 31];
    expect(bounds.map((bound) => x.mul(bound).dtype)).toEqual(["float32", "int32", "int32", "float32"]);
  });

  test("those that it can hold are taken", () => {
    expect(tensor([2147483647.5, -2147483648.5], { dtype: "float64" }).to("int32").toArray()).toEqual([
      2147483647, -2147483648,
    ]);
    expect(tensor([Number.NaN, 0, -0.5]).to("bool").toArray()).toEqual([true, false, true]);
    expect(mask.clone().fill_(2).toArray()).toEqual([true, true]);
    expect(mask.maskedFill(mask, false).toArray()).toEqual([false, false]);
    expect(arange(-(2 ** 31), -(2 ** 31) + 2, { dtype: "int32" }).toArray()).toEqual([-2147483648, -2147483647]);
    expect(
      [...randint(0, 2, [50], { dtype: "bool" }).data, ...randperm(4, { dtype: "bool" }).data].every((b) => b < 2),
    ).toBe(true);
    expect(library.ones([2], { dtype: "bool" }).sum().item()).toBe(2);
  });
});
