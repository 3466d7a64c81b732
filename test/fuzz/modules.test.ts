import { manualSeed, nn, optim, randn, TensorError } from "evenkeel";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { numRuns, patience } from "./runs.ts";
import { countServed, expectShares, withArena } from "./served.ts";
import { matrixOf, sizes } from "./sizes.ts";

let counting: ReturnType<typeof countServed>;
beforeEach(() => {
  counting = countServed();
});
afterEach(() => counting.end());

/** A tree of modules from one width to another, as a recipe that makes the same each time. */
interface Recipe {
  readonly text: string;
  readonly out: number;
  readonly make: () => nn.Module;
}

const layer = (width: number): fc.Arbitrary<Recipe> =>
  fc.oneof(
    fc.tuple(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(width)), fc.boolean()).map(([out, bias]) => ({
      text: `Linear(${width}, ${out})`,
      out,
      make: () => new nn.Linear(width, out, { bias }),
    })),
    fc.constantFrom<Recipe>(
      { text: "Tanh", out: width, make: () => new nn.Tanh() },
      { text: "ReLU", out: width, make: () => new nn.ReLU() },
      { text: "GELU", out: width, make: () => new nn.GELU() },
      { text: "Identity", out: width, make: () => new nn.Identity() },
      { text: "Dropout", out: width, make: () => new nn.Dropout(0.3) },
      { text: "LayerNorm", out: width, make: () => new nn.LayerNorm(width) },
      { text: "BatchNorm1d", out: width, make: () => new nn.BatchNorm1d(width) },
      { text: "LpNorm1d", out: width, make: () => new nn.LpNorm1d(width) },
      { text: "NoisyBatchNorm1d", out: width, make: () => new nn.NoisyBatchNorm1d(width) },
    ),
  );

/** Layers one after the other, some of them trees. */
const tree = (width: number, depth: number): fc.Arbitrary<Recipe> => {
  const one = (from: number): fc.Arbitrary<Recipe> =>
    depth === 0
      ? layer(from)
      : fc.oneof({ weight: 3, arbitrary: layer(from) }, { weight: 1, arbitrary: tree(from, depth - 1) });
  const more = (before: readonly Recipe[], left: number): fc.Arbitrary<readonly Recipe[]> =>
    left === 0
      ? fc.constant(before)
      : one(before.at(-1)?.out ?? width).chain((next) => more([...before, next], left - 1));
  return fc.integer({ min: 0, max: 4 }).chain((count) =>
    more([], count).map((parts) => ({
      text: `Sequential(${parts.map(({ text }) => text).join(", ")})`,
      out: parts.at(-1)?.out ?? width,
      make: () => new nn.Sequential(...parts.map(({ make }) => make())),
    })),
  );
};

/** A tree, and what it is given: few rows, or so many numbers that the code has a threshold near there. */
const started = fc
  .oneof(fc.constant([4, 3] as const), fc.constantFrom(...sizes).map(matrixOf))
  .chain(([rows, width]) => tree(width, 2).map((recipe) => ({ ...recipe, rows, width })));

test("trees of modules keep PyTorch's laws: names, states, modes, seeds and gradients", { timeout: patience }, () => {
  fc.assert(
    fc.property(started, fc.integer({ min: 0, max: 1e6 }), fc.boolean(), ({ rows, width, out, make }, seed, isFull) =>
      withArena(isFull, () => {
        const [model, twin, other] = [seed, seed, seed + 1].map((own) => {
          manualSeed(own);
          return make();
        });
        const x = randn([rows, width]);
        manualSeed(seed);
        const y = model.forward(x);
        manualSeed(seed);
        expect(twin.forward(x).data).toEqual(y.data);
        expect(y.shape).toEqual([rows, out]);

        const names = model.namedParameters().map(([name]) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(Object.keys(model.stateDict())).toEqual(expect.arrayContaining(names));
        expect(other.loadStateDict(model.stateDict())).toEqual({ missing: [], unexpected: [] });
        model.eval();
        other.eval();
        const settled = model.forward(x);
        expect(other.forward(x).eq(settled).all().item()).toBe(true);
        expect(model.forward(x).eq(settled).all().item()).toBe(true);
        for (const [, module] of model.namedModules()) expect(module.training).toBe(false);

        model.train();
        if (names.length === 0) return;
        const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
        const loss = model.forward(x).square().mean();
        if (!loss.requiresGrad) return;
        loss.backward();
        for (const p of model.parameters()) if (p.grad !== null) expect(p.grad.shape).toEqual(p.shape);
        optimizer.step();
        optimizer.zeroGrad();
        for (const p of model.parameters()) expect(p.grad).toBeNull();
      }),
    ),
    { numRuns: numRuns(2500) },
  );
  for (const size of sizes) expect(counting.served.sizes).toContain(size);
  expectShares(counting.served, { usedAgain: 0.02, inArena: 0.01, simd: 0.05 });
});

const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0,
    1,
    0.5,
    1e9,
    "",
    "float32",
    "mean",
    [],
    {},
    [1, 2],
  ),
  fc.anything({ maxDepth: 1 }),
);
const names = [
  "bias",
  "dtype",
  "generator",
  "eps",
  "momentum",
  "affine",
  "trackRunningStats",
  "variance",
  "runningAverage",
  "paddingIdx",
  "maxNorm",
  "p",
  "elementwiseAffine",
  "lr",
  "weightDecay",
  "nesterov",
  "dampening",
  "betas",
  "amsgrad",
  "maximize",
  "reduction",
  "ignoreIndex",
  "labelSmoothing",
  "startDim",
  "endDim",
  "approximate",
  "nMu",
  "gamma",
  "__proto__",
  "constructor",
  "toString",
  "lrr",
];
const options = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });

const makers: Readonly<Record<string, (first: unknown, second: unknown, options: object) => unknown>> = {
  Linear: (a, b, o) => new nn.Linear(a as number, b as number, o),
  BatchNorm1d: (a, _, o) => new nn.BatchNorm1d(a as number, o),
  NoisyBatchNorm1d: (a, _, o) => new nn.NoisyBatchNorm1d(a as number, o),
  LpNorm1d: (a, _, o) => new nn.LpNorm1d(a as number, o),
  LayerNorm: (a, _, o) => new nn.LayerNorm(a as number, o),
  Embedding: (a, b, o) => new nn.Embedding(a as number, b as number, o),
  Dropout: (a) => new nn.Dropout(a as number),
  Flatten: (_, __, o) => new nn.Flatten(o),
  GELU: (_, __, o) => new nn.GELU(o as never),
  CrossEntropyLoss: (_, __, o) => new nn.CrossEntropyLoss(o),
  SGD: (_, __, o) => new optim.SGD(new nn.Linear(1, 1).parameters(), o as never),
  Adam: (_, __, o) => new optim.Adam(new nn.Linear(1, 1).parameters(), o as never),
  StepLR: (a, _, o) =>
    new optim.lrScheduler.StepLR(new optim.SGD(new nn.Linear(1, 1).parameters(), { lr: 1 }), a as number, o),
  randn: (a, _, o) => randn(a as number[], o),
};

const small = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: -1, max: 6 }) }, { weight: 1, arbitrary: value });

test("any arguments and options are taken, or refused with a TensorError", { timeout: patience }, () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(makers)), small, small, options, (name, first, second, given) => {
      if ([first, second].some((size) => typeof size === "number" && size > 1e6)) return; // memory for what was asked for
      if (Array.isArray(first) && first.some((size) => typeof size === "number" && size > 1e6)) return;
      try {
        makers[name](first, second, given);
      } catch (error) {
        if (!(error instanceof TensorError)) throw error;
        expect(error.message).toMatch(/expected .+, got /s);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: numRuns(3000) },
  );
});
