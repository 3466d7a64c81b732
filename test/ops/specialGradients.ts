import { type Dtype, grad, isTensorError, type Tensor, tensor, zeros, zerosLike } from "evenkeel";
import golden from "../golden/ops/special.json" with { type: "json" };
import { inTurn, neighbours, type SpecialCase, tensorsOf } from "./specialCases.ts";
import { allowed, kinds, type Order } from "./specialDifferences.ts";

/** What PyTorch answers, by the name of an operation or module, and the title of a case. */
const answers = golden.answers as Record<string, Record<string, string>>;

export type Run = (...inputs: Tensor[]) => Tensor;

/** Which of the differences allowed have been seen. */
export const used = new Set<number>();

/** Where an operation differs from PyTorch, but for what is allowed. */
export function differences(
  name: string,
  run: Run,
  cases: readonly SpecialCase[],
  dtype: Dtype,
  single = 1e-6,
): string[] {
  const expected = answers[name];
  const tolerance = dtype === "float32" ? 20 * single : 5e-6;
  const found: string[] = [];
  for (const special of cases) {
    const { title } = special;
    if (expected[title] === undefined) {
      if (!isRefused(run, special, dtype)) found.push(`${title}: PyTorch refuses it`);
      continue;
    }
    const answer = (dtype === "float32" ? expected[`${title}, float32`] : undefined) ?? expected[title];
    const [first, second] = answer.split(" / ").map(parsed);
    const recorded = gradients(run, special, dtype, true);
    const fast = gradients(run, special, dtype, false);
    const report = (what: Order, off: readonly string[]) => {
      if (off.length > 0) found.push(`${title}: ${what}: ${off.join(", ")}`);
    };
    const isAllowed = (order: Order) => (a: number, e: number) =>
      allowed.some((rule, i) => {
        const holds = rule.of.test(name) && (rule.at?.test(title) ?? true) && (rule.order ?? order) === order;
        if (!holds || !(rule.dtype === undefined || rule.dtype === dtype) || !kinds[rule.kind](a, e)) return false;
        used.add(i);
        return true;
      });
    report("first", differing(recorded.first, first, tolerance, isAllowed("first")));
    report("second", differing(recorded.second, second, tolerance, isAllowed("second")));
    report("recorded", differing(fast.first, recorded.first, tolerance, isAllowed("recorded")));
  }
  return found;
}

/** What PyTorch refuses has no answer. */
function isRefused(run: Run, special: SpecialCase, dtype: Dtype): boolean {
  try {
    gradients(run, special, dtype, false);
    return false;
  } catch (error) {
    return isTensorError(error);
  }
}

function parsed(text: string): number[] {
  const words: Record<string, number> = { N: Number.NaN, I: Number.POSITIVE_INFINITY, "-I": Number.NEGATIVE_INFINITY };
  return text.split(" ").flatMap((word) => {
    const [value, times = "1"] = word.split("*");
    return new Array<number>(Number(times)).fill(words[value] ?? Number(value));
  });
}

/** Where numbers differ from those expected, in proportion to the larger of the number and a tenth of the largest. */
function differing(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
  isAllowed: (a: number, e: number) => boolean,
): string[] {
  if (actual.length !== expected.length) return [`${actual.length} numbers for ${expected.length}`];
  const scale = Math.max(1e-25, ...expected.map((e) => (Number.isFinite(e) ? Math.abs(e) / 10 : 0)));
  return actual.flatMap((a, i) => {
    const e = expected[i];
    const isClose = Number.isFinite(a) && Math.abs(a - e) <= tolerance * Math.max(Math.abs(e), scale);
    const isSame = isClose || a === e || (Number.isNaN(a) && Number.isNaN(e));
    return isSame || isAllowed(a, e) ? [] : [`[${i}] ${a} for ${e}`];
  });
}

function gradients(run: Run, special: SpecialCase, dtype: Dtype, createGraph: boolean) {
  const inputs = tensorsOf(special, dtype);
  const wanted = inputs.filter((x) => x.requiresGrad);
  const { before, behind } = special;
  const shown = before === undefined ? inputs : inputs.map((x) => (x.requiresGrad ? neighbours[before](x) : x));
  const y = behind === undefined ? run(...shown) : neighbours[behind](run(...shown));
  const along = (x: Tensor, values: readonly number[]) =>
    tensor(Float64Array.from(inTurn(values, x.numel())))
      .to(x.dtype)
      .reshape(x.shape);
  const v = along(y, special.first).detach();
  v.requiresGrad = true;
  const options = { allowUnused: true, gradOutput: v, createGraph } as const;
  const first = grad(y, wanted, options).map((g, i) => g ?? zerosLike(wanted[i]));
  if (!createGraph) return { first: flat(first), second: [] };
  const total = first.reduce((sum, g) => sum.add(g.mul(along(g, special.second)).sum()), zeros([], { dtype }));
  const ends = [...wanted, v];
  const second = total.requiresGrad ? grad(total, ends, { allowUnused: true }) : ends.map(() => null);
  return { first: flat(first), second: flat(second.map((g, i) => g ?? zerosLike(ends[i]))) };
}

const flat = (tensors: readonly Tensor[]): number[] => tensors.flatMap((x) => Array.from(x.data));
