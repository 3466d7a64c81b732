import { cat, full, Generator, grad, nn, ones, randn, stack, type Tensor, zerosLike } from "evenkeel";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { numRuns, patience } from "./runs.ts";
import { countServed, expectShares, withArena } from "./served.ts";

// Convolutions, pools and windows as columns are kernels of their own. Here they meet what they mean: each element of a
// window is a slice of the padded picture, and what is done with a window is done with those slices.

const F = nn.functional;

let counting: ReturnType<typeof countServed>;
beforeEach(() => {
  counting = countServed();
});
afterEach(() => counting.end());

type Pair = readonly [rows: number, columns: number];

/** How windows lie over a picture, and the picture. */
interface Recipe {
  readonly dtype: "float32" | "float64";
  readonly n: number;
  readonly groups: number;
  readonly inGroup: number;
  readonly outGroup: number;
  readonly size: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
  readonly seed: number;
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const recipe: fc.Arbitrary<Recipe> = fc.record({
  dtype: fc.constantFrom("float32", "float64"),
  n: fc.integer({ min: 0, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  inGroup: fc.integer({ min: 1, max: 3 }),
  outGroup: fc.integer({ min: 1, max: 4 }),
  size: fc.oneof(pair(1, 6), pair(1, 6), pair(7, 18)),
  kernel: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 4)),
  stride: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 3)),
  padding: fc.oneof(fc.constant<Pair>([0, 0]), pair(0, 3)),
  dilation: fc.oneof(fc.constant<Pair>([1, 1]), pair(1, 3)),
  ceilMode: fc.boolean(),
  countIncludePad: fc.boolean(),
  divisorOverride: fc.constantFrom(null, null, 1, 7),
  seed: fc.nat(1000),
});

/** How many windows there are along a dimension; 0 or fewer where none fits. */
function countAlong({ size, kernel, stride, padding, dilation }: Recipe, d: 0 | 1, ceilMode: boolean): number {
  const last = size[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
  const count = Math[ceilMode ? "ceil" : "floor"](last / stride[d]) + 1;
  return ceilMode && (count - 1) * stride[d] >= size[d] + padding[d] ? count - 1 : count;
}

const placesOf = (recipe: Recipe, ceilMode = false): Pair => [
  countAlong(recipe, 0, ceilMode),
  countAlong(recipe, 1, ceilMode),
];

/** What each place of the windows sees of `x` `[n, c, h, w]`, with `value` around it: `[n, c, kernel, …places]`. */
function seen(x: Tensor, { kernel, stride, padding, dilation }: Recipe, places: Pair, value: number): Tensor {
  const padded = ([0, 1] as const).reduce((y, d) => {
    const reach = (places[d] - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1;
    const shape = (count: number) => y.shape.map((size, dim) => (dim === d + 2 ? count : size));
    const edge = (count: number) => full(shape(count), value, { dtype: x.dtype });
    return cat([edge(padding[d]), y, edge(Math.max(0, reach - x.shape[d + 2] - padding[d]))], d + 2);
  }, x);
  const along = (y: Tensor, d: 0 | 1, at: number) =>
    y.slice(d + 2, at * dilation[d], at * dilation[d] + (places[d] - 1) * stride[d] + 1, stride[d]);
  const parts = Array.from({ length: kernel[0] * kernel[1] }, (_, at) =>
    along(along(padded, 0, Math.floor(at / kernel[1])), 1, at % kernel[1]),
  );
  return stack(parts, 2);
}

function columnsOf(x: Tensor, recipe: Recipe): Tensor {
  const windows = seen(x, recipe, placesOf(recipe), 0);
  const [n, c, terms, rows, columns] = windows.shape;
  return windows.reshape([n, c * terms, rows * columns]);
}

/** A function of windows, and what it means. */
interface Case {
  readonly own: (recipe: Recipe, ...inputs: Tensor[]) => Tensor;
  readonly means: (recipe: Recipe, ...inputs: Tensor[]) => Tensor;
  /** The shapes of the inputs beside pictures. */
  readonly others?: (recipe: Recipe) => number[][];
  /** Windows may hang over, and have padding of half of them at most. */
  readonly isPool?: true;
  /** Windows have no dilation. */
  readonly doesNotStep?: true;
}

const cases: Readonly<Record<string, Case>> = {
  conv2d: {
    own: ({ stride, padding, dilation, groups }, x, weight, bias) =>
      F.conv2d(x, weight, bias, { stride, padding, dilation, groups }),
    means: (recipe, x, weight, bias) => {
      const { groups, inGroup, outGroup } = recipe;
      const of = Array.from({ length: groups }, (_, group) => {
        const part = columnsOf(x.slice(1, group * inGroup, (group + 1) * inGroup), recipe);
        const own = weight.slice(0, group * outGroup, (group + 1) * outGroup);
        return own.reshape([outGroup, part.shape[1]]).matmul(part);
      });
      const places = ([0, 1] as const).map((d) => countAlong(recipe, d, false));
      return cat(of, 1)
        .add(bias.reshape([groups * outGroup, 1]))
        .reshape([x.shape[0], groups * outGroup, ...places]);
    },
    others: ({ groups, inGroup, outGroup, kernel }) => [[groups * outGroup, inGroup, ...kernel], [groups * outGroup]],
  },
  unfold: {
    own: ({ kernel, stride, padding, dilation }, x) => F.unfold(x, kernel, { stride, padding, dilation }),
    means: (recipe, x) => columnsOf(x, recipe),
  },
  maxPool2d: {
    own: ({ kernel, stride, padding, dilation, ceilMode }, x) =>
      F.maxPool2d(x, kernel, { stride, padding, dilation, ceilMode }),
    means: (recipe, x) => seen(x, recipe, placesOf(recipe, recipe.ceilMode), Number.NEGATIVE_INFINITY).amax(2),
    isPool: true,
  },
  avgPool2d: {
    own: ({ kernel, stride, padding, ceilMode, countIncludePad, divisorOverride }, x) =>
      F.avgPool2d(x, kernel, { stride, padding, ceilMode, countIncludePad, divisorOverride }),
    means: (recipe, x) => {
      const { size, padding, ceilMode, countIncludePad, divisorOverride, dtype } = recipe;
      const places = placesOf(recipe, ceilMode);
      const sum = seen(x, recipe, places, 0).sum(2);
      if (divisorOverride !== null) return sum.div(divisorOverride);
      const counted: Recipe = countIncludePad ? { ...recipe, padding: [0, 0] } : recipe;
      const [top, left] = countIncludePad ? padding : [0, 0];
      const inside = ones([1, 1, size[0] + 2 * top, size[1] + 2 * left], { dtype });
      return sum.div(seen(inside, counted, places, 0).sum(2));
    },
    isPool: true,
    doesNotStep: true,
  },
};

/** The recipe as the function takes it, or null where it would refuse it. */
function taken(recipe: Recipe, { isPool, doesNotStep }: Case): Recipe | null {
  const half = (d: 0 | 1) => Math.min(recipe.padding[d], Math.floor(recipe.kernel[d] / 2));
  const own: Recipe = {
    ...recipe,
    ceilMode: isPool === true && recipe.ceilMode,
    dilation: doesNotStep ? [1, 1] : recipe.dilation,
    padding: isPool ? [half(0), half(1)] : recipe.padding,
  };
  return placesOf(own, own.ceilMode).every((count) => count > 0) ? own : null;
}

/** The output, the gradients at the inputs, and the gradients of these. */
function everything(run: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], seed: number): Tensor[] {
  const leaves = inputs.map((x) => Object.assign(x.clone(), { requiresGrad: true }));
  const generator = new Generator().manualSeed(seed);
  const y = run(...leaves);
  const g = Object.assign(randn(y.shape, { generator }).to(y.dtype), { requiresGrad: true });
  const first = grad(y, leaves, { gradOutput: g });
  const recorded = grad(y, leaves, { gradOutput: g, createGraph: true });
  const targets = [...leaves, g];
  const sum = recorded.reduce((all, slope) => all.add(slope.square().sum()), g.sum());
  const second = grad(sum, targets, { allowUnused: true }).map((x, i) => x ?? zerosLike(targets[i]));
  return [y, ...first, ...recorded, ...second];
}

test.each(Object.entries(cases))("%s is what it does with slices, to second order", { timeout: patience }, (_, own) => {
  fc.assert(
    fc.property(recipe, fc.boolean(), (drawn, isFull) => {
      const recipe = taken(drawn, own);
      fc.pre(recipe !== null);
      if (recipe === null) return;
      const { n, groups, inGroup, size, dtype, seed } = recipe;
      const shapes = [[n, groups * inGroup, ...size], ...(own.others?.(recipe) ?? [])];
      const generator = new Generator().manualSeed(seed);
      const inputs = shapes.map((shape) => randn(shape, { generator }).to(dtype));
      const made = withArena(isFull, () => everything((...xs) => own.own(recipe, ...xs), inputs, seed));
      const wide = inputs.map((x) => x.to("float64"));
      const expected = everything((...xs) => own.means({ ...recipe, dtype: "float64" }, ...xs), wide, seed);
      for (const [i, y] of made.entries()) {
        expect(y.shape).toEqual(expected[i].shape);
        expect([y.dtype, apart(y, expected[i])]).toEqual([dtype, expect.closeTo(0, dtype === "float32" ? 3 : 9)]);
      }
    }),
    { numRuns: numRuns(300) },
  );
  expectShares(counting.served, { usedAgain: 0.01, inArena: 0.01, simd: 0.02 });
});

/** How far two tensors are apart, in parts of the largest element; where one is infinite, the other has to be. */
function apart(a: Tensor, b: Tensor): number {
  const [p, q] = [a.data, b.data];
  let most = 1;
  for (const value of q) if (Number.isFinite(value)) most = Math.max(most, Math.abs(Number(value)));
  let far = 0;
  for (let i = 0; i < q.length; i++) {
    const distance = Object.is(p[i], q[i]) ? 0 : Math.abs(Number(p[i]) - Number(q[i])) / most;
    far = distance <= far ? far : distance;
  }
  return far;
}
