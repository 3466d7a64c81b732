import { grad, nn, ones, onesLike, randn, type Tensor, tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../../close.ts";

const { crossEntropy, mseLoss, nllLoss } = nn.functional;
const labels = (values: number | number[] | number[][]) => tensor(values, { dtype: "int32" });

describe("cross-entropy", () => {
  const z = tensor(
    [
      [1, 2, 3],
      [1, 0, -1],
      [0.5, 0.5, 0.5],
    ],
    { dtype: "float64" },
  );
  const weight = tensor([0.2, 1, 3], { dtype: "float64" });
  const cases: [value: number, target: number[], options: nn.functional.CrossEntropyOptions][] = [
    [0.6379413605, [2, 0, 1], {}],
    [0.5721312761, [2, 0, 1], { weight }],
    [2.4029512405, [2, 0, 1], { weight, reduction: "sum" }],
    [0.7046080232, [2, 0, 1], { labelSmoothing: 0.1 }],
    [0.6453789473, [2, 0, 1], { weight, labelSmoothing: 0.1 }],
    [0.7531090975, [2, -100, 1], {}],
    [0.5867060423, [2, -100, 1], { weight, labelSmoothing: 0.1 }],
  ];
  for (const [value, target, options] of cases) {
    const names = Object.keys(options).join(", ") || "its defaults";
    test(`of ${target.join(", ")} with ${names} is PyTorch's float32`, () => {
      expect(crossEntropy(z, labels(target), options).item()).toBeCloseTo(value, 6);
    });
  }

  test("of the probabilities that labels are is that of the labels", () => {
    const hot = tensor(
      [
        [0, 0, 1],
        [1, 0, 0],
        [0, 1, 0],
      ],
      { dtype: "float64" },
    );
    for (const reduction of ["none", "sum", "mean"] as const) {
      for (const labelSmoothing of [0, 0.3]) {
        const options = { reduction, labelSmoothing };
        expectClose(crossEntropy(z, hot, options).data, crossEntropy(z, labels([2, 0, 1]), options).data, 1e-14);
      }
    }
  });

  test("is that of the log-softmax given to nllLoss", () => {
    for (const options of [{}, { weight }, { weight, ignoreIndex: 0 }, { reduction: "none" as const }]) {
      const [a, b] = [
        crossEntropy(z, labels([2, 0, 1]), options),
        nllLoss(z.logSoftmax(1), labels([2, 0, 1]), options),
      ];
      expectClose(a.data, b.data, 1e-14);
    }
  });

  test("is stable at logits of ±10000, and so are its derivatives", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = tensor(
        [
          [1e4, 0, -1e4],
          [-1e4, -1e4, 1e4],
        ],
        { dtype, requiresGrad: true },
      );
      for (const labelSmoothing of [0, 0.1]) {
        const loss = crossEntropy(x, labels([1, 2]), { reduction: "none", labelSmoothing });
        const smoothed = [1e4, (2 * 2e4) / 3]; // what the second example adds for the classes it rules out
        expectClose(loss.data, labelSmoothing === 0 ? [1e4, 0] : [0.9e4 + 0.1e4, 0.1 * smoothed[1]], 1e-6);
        const [g] = grad(loss.sum(), [x], { createGraph: true });
        expect(g.toArray<number[][]>().flat().every(Number.isFinite)).toBe(true);
        const [h] = grad(g.square().sum(), [x], { allowUnused: true });
        if (h !== null) expect(h.toArray<number[][]>().flat().every(Number.isFinite)).toBe(true);
      }
    }
  });

  test.each(["mean", "none"] as const)("has the same gradient again, whatever was made since: %s", (reduction) => {
    const x = randn([32, 27], { requiresGrad: true });
    const target = labels(Array.from({ length: 32 }, (_, i) => i % 27));
    const losses = crossEntropy(x, target, { reduction });
    const gradient = () => grad(losses, [x], { gradOutput: onesLike(losses) })[0].data;
    const first = gradient();
    const others = [1, 2, 3].map(() => crossEntropy(randn([32, 27], { requiresGrad: true }), target));
    expect(gradient()).toEqual(first);
    for (const other of others) other.backward();
    expect(gradient()).toEqual(first);
  });

  test("gives an example no gradient that it ignores", () => {
    const x = randn([3, 4], { requiresGrad: true });
    crossEntropy(x, labels([1, -100, 2]), { labelSmoothing: 0.2 }).backward();
    expect((x.grad as Tensor).select(0, 1).toArray()).toEqual([0, 0, 0, 0]);
  });

  describe.each(["mean", "sum", "none"] as const)("has the same gradient recorded as not, %s,", (reduction) => {
    const weight = tensor([0.5, 2, 1, 3], { dtype: "float64" });

    test.each([[[1, 0, 2]], [[1, -100, 2]], [[-100, -100, -100]], [[]]])("of labels %j", (target) => {
      const x = randn([target.length, 4], { dtype: "float64" });
      for (const options of [{ reduction }, { reduction, weight }, { reduction, weight, labelSmoothing: 0.1 }]) {
        const gradient = (createGraph: boolean) =>
          grad(crossEntropy(x, labels(target), options).sum(), [x], { createGraph })[0].data;
        x.requiresGrad = true;
        expectClose(gradient(true), gradient(false), 1e-14);
      }
    });

    test("of scores that are no numbers, where the label is ignored", () => {
      const x = tensor(
        [
          [1, 2, 3, 4],
          [Number.NaN, 0, 0, 0],
        ],
        { dtype: "float64", requiresGrad: true },
      );
      const [g] = grad(crossEntropy(x, labels([1, -100]), { reduction }).sum(), [x], { createGraph: true });
      expect(g.select(0, 1).toArray()).toEqual([0, 0, 0, 0]);
    });
  });

  test("over nothing is NaN as a mean, 0 as a sum", () => {
    for (const [x, target] of [
      [zeros([2, 3]), labels([-100, -100])],
      [zeros([0, 3]), labels([])],
    ] as const) {
      expect(crossEntropy(x, target).item()).toBeNaN();
      expect(crossEntropy(x, target, { reduction: "sum" }).item()).toBe(0);
      expect(nllLoss(x, target).item()).toBeNaN();
      expect(nllLoss(x, target, { reduction: "sum" }).item()).toBe(0);
    }
    expect(crossEntropy(zeros([0, 3]), zeros([0, 3])).item()).toBeNaN();
  });

  test("gives the weight no gradient", () => {
    const w = ones([3], { requiresGrad: true });
    const x = randn([2, 3], { requiresGrad: true });
    const loss = crossEntropy(x, labels([0, 1]), { weight: w }).add(crossEntropy(x, x.softmax(1), { weight: w }));
    loss.add(nllLoss(x, labels([0, 1]), { weight: w })).backward();
    expect(w.grad).toBeNull();
  });

  test("leaves an infinite score of an ignored example out", () => {
    const x = tensor(
      [
        [Number.NEGATIVE_INFINITY, 0],
        [0, 0],
      ],
      { requiresGrad: true },
    );
    for (const loss of [crossEntropy, nllLoss]) {
      x.grad = null;
      const value = loss(x, labels([-100, 1]));
      value.backward();
      expect(Number.isFinite(value.item())).toBe(true);
      expect((x.grad as Tensor | null)?.select(0, 0).toArray()).toEqual([0, 0]);
    }
  });
});

test("binaryCrossEntropy takes no logarithm below −100, and weighs what is infinite with finite slopes", () => {
  const p = tensor([0, 1, 0, 1], { requiresGrad: true });
  const losses = nn.functional.binaryCrossEntropy(p, tensor([0, 0, 1, 1]), { reduction: "none" });
  expect(Array.from(losses.data, Math.abs)).toEqual([0, 100, 100, 0]);
  expect(Array.from(grad(losses.sum(), [p])[0].data, Number)).toEqual([0, 1e12, -1e12, 0].map(Math.fround));
});

describe("mseLoss", () => {
  test("reduces as it is told", () => {
    const [x, target] = [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([
        [1, 0],
        [0, 0],
      ]),
    ];
    expect(mseLoss(x, target).item()).toBe(29 / 4);
    expect(mseLoss(x, target, { reduction: "sum" }).item()).toBe(29);
    expect(mseLoss(x, target, { reduction: "none" }).toArray()).toEqual([
      [0, 4],
      [9, 16],
    ]);
  });
});

test("cross-entropy of a batch of one keeps its dimension where it is not reduced, and one example has none", () => {
  const x = tensor([[1, 2, 3]]);
  expect(crossEntropy(x, labels([2]), { reduction: "none" }).shape).toEqual([1]);
  expect(crossEntropy(x.squeeze(0), labels([2]).squeeze(0), { reduction: "none" }).shape).toEqual([]);
});

test("a label that is no class is found wherever it stands", () => {
  for (const wrong of [
    [3, 0],
    [0, 3],
    [-1, 0],
  ]) {
    expect(() =>
      crossEntropy(
        tensor([
          [1, 2, 3],
          [1, 2, 3],
        ]),
        labels(wrong),
      ),
    ).toThrow(/label|class/);
  }
});
