import { grad, noGrad, type Tensor, TensorError, tensor } from "evenkeel";
import { expect, test } from "vitest";
import golden from "../golden/ops/changed.json" with { type: "json" };
import { type Changeable, changeable } from "./changedCases.ts";

// What a gradient reads may not change in place before it is taken; of anything else nothing is asked.

const answers = golden.answers as Record<string, string>;

/** A difference from PyTorch that stays. */
interface Difference {
  readonly of: RegExp;
  /** What changes: an input's place, or the output. Default: any. */
  readonly changed?: number | "output";
  /** Whether only gradients that are recorded are refused. */
  readonly recorded?: true;
  readonly is: "stricter" | "milder";
  readonly why: string;
}

const allowed: readonly Difference[] = [
  {
    of: /^[cC]rossEntropy/,
    changed: 0,
    recorded: true,
    is: "stricter",
    why: "a recorded gradient is made of the logits, where PyTorch keeps their logarithms of probabilities",
  },
  {
    of: /^(mul, broadcasting both ways|outer|amax|var, biased|gather|index|LpNorm1d, over places|LpNorm2d|Embedding|maxPoolPick|cdist|einsum)/,
    is: "milder",
    why: "what is broadcast, permuted, or counted from the end is copied first, where PyTorch has a view of it",
  },
  {
    of: /^(at, |atan2, |clamp, (from|up)|scatter|maskedScatter)/,
    is: "milder",
    why: "likewise, and indices become places of flat arrays",
  },
  {
    of: /^(pow, a tensor|prod|cumprod, of|norm, p = 1|mean, over a dimension|unfold|Unfold|pad, re|[aA]vgPool|[aA]daptive)/,
    is: "milder",
    why: "PyTorch keeps more than this gradient reads",
  },
  {
    of: /(batchNorm|(Batch|Instance)Norm[123]d|GroupNorm|chain|Sequential|LayerNorm|MSELoss|NLLLoss|[bB]inaryCrossEntropy|BCE|^[cC]onv)/,
    is: "milder",
    why: "PyTorch keeps what the gradient at any input reads, here it is what those that are wanted read",
  },
  {
    of: /^MultiheadAttention, in/,
    changed: 0,
    is: "stricter",
    why: "PyTorch projects a transposed copy of the input",
  },
  {
    of: /^(smoothL1|SmoothL1|huber|Huber)Loss/,
    is: "milder",
    why: "the difference of input and target is kept, where PyTorch keeps the two",
  },
  {
    of: /^(conv1d|Conv2d, that keeps the size)/,
    changed: 0,
    is: "stricter",
    why: "where there are more zeros behind than before, PyTorch keeps a padded copy",
  },
  {
    of: /^InstanceNorm1d, in evaluation/,
    is: "stricter",
    why: "PyTorch repeats statistics and parameters for each example, and keeps these copies",
  },
  {
    of: /^cdist, .*, as norms/,
    is: "stricter",
    why: "the rows are kept, where the formula keeps their differences",
  },
  {
    of: /^maxPoolPick/,
    changed: 1,
    is: "stricter",
    why: "PyTorch is told the places, which are looked for here",
  },
  {
    of: /^(Noise|Dropout)/,
    is: "milder",
    why: "PyTorch is given what is drawn within",
  },
];

const used = new Set<Difference>();

test.each(changeable.map((row) => [row.key, row] as const))(
  `%s refuses what PyTorch ${golden.torch} refuses, and gives what it gives`,
  (key, row) => {
    const able = row.inputs.flatMap(({ wantsGrad }, i) => (wantsGrad ? [i] : []));
    const found: string[] = [];
    answers[key].split(" ").forEach((word, at) => {
      const wanted = able.filter((_, bit) => ((at + 1) >> bit) & 1);
      [...word].forEach((letter, changed) => {
        if (letter === "-") return;
        for (const isRecorded of [false, true]) {
          const answer = afterChange(row, wanted, changed, isRecorded);
          if (answer === letter || (answer !== "wrong" && isAllowed(key, changed, row, answer, isRecorded))) continue;
          const what = changed === row.inputs.length ? "the output" : `input ${changed}`;
          found.push(`${what} changed, ${wanted} wanted, ${isRecorded ? "recorded" : "fast"}: ${answer} for ${letter}`);
        }
      });
    });
    expect(found).toEqual([]);
  },
);

test("every difference from PyTorch that is allowed has been seen", () => {
  expect(allowed.filter((rule) => !used.has(rule))).toEqual([]);
});

function isAllowed(key: string, changed: number, { inputs }: Changeable, answer: string, isRecorded: boolean) {
  const place = changed === inputs.length ? "output" : changed;
  const is = answer === "r" ? "stricter" : "milder";
  return allowed.some((rule) => {
    const { of, changed = place, recorded } = rule;
    if (!of.test(key) || changed !== place || rule.is !== is || (recorded && !isRecorded)) return false;
    used.add(rule);
    return true;
  });
}

/** "r" if the gradient is refused, "a" if it is that of an untouched run, and "wrong" if it is another. */
function afterChange(row: Changeable, wanted: readonly number[], changed: number, createGraph: boolean): string {
  const untouched = gradients(row, wanted, null, createGraph);
  try {
    const after = gradients(row, wanted, changed, createGraph);
    return JSON.stringify(after) === JSON.stringify(untouched) ? "a" : "wrong";
  } catch (error) {
    if (error instanceof TensorError && error.message.includes("unchanged since")) return "r";
    throw error;
  }
}

function gradients(
  { inputs, run }: Changeable,
  wanted: readonly number[],
  changed: number | null,
  createGraph: boolean,
) {
  const tensors = inputs.map(({ shape, dtype, data }, i) => {
    const x = tensor(Float64Array.from(data)).to(dtype).reshape(shape).detach();
    x.requiresGrad = wanted.includes(i);
    return x;
  });
  const y = run(...tensors);
  if (changed !== null) change(changed === inputs.length ? y : tensors[changed]);
  const targets = wanted.map((i) => tensors[i]);
  const gradOutput = tensor(Float64Array.from({ length: y.numel() }, () => 1)).reshape(y.shape);
  const found = grad(y, targets, { gradOutput, allowUnused: true, createGraph });
  return found.map((g) => (g === null ? null : Array.from(g.data)));
}

/** Turns a tensor about, and moves floats away. */
function change(x: Tensor): void {
  noGrad(() => {
    x.copy_(x.ndim === 0 ? x.clone() : x.flip(0));
    if (x.dtype === "float64") x.add_(0.5);
  });
}
