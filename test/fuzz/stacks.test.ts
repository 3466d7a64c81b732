import { isDeepStrictEqual } from "node:util";
import { detectAnomaly, Generator, grad, nn, noGrad, ones, randn, type Tensor, TensorError, zeros } from "evenkeel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { numRuns, patience } from "./runs.ts";

// A Sequential may do several layers in one. It has to be as if each were called by itself: here random stacks of all
// layers, some of them twice in one stack, with fields that were replaced by sense and by nonsense, are run both ways.

type Dtype = "float32" | "float64";

/** A layer for rows of a width. */
type Maker = (width: number, out: number, dtype: Dtype) => nn.Module;

const generator = () => new Generator().manualSeed(5);

class Doubled extends nn.Tanh {
  override forward(x: Tensor): Tensor {
    return super.forward(x).mul(2);
  }
}

class Shifted extends nn.BatchNorm1d {
  override forward(x: Tensor): Tensor {
    return super.forward(x).add(1);
  }
}

class Quiet extends nn.Linear {}

const makers: Readonly<Record<string, Maker>> = {
  Linear: (width, out, dtype) => new nn.Linear(width, out, { generator: generator(), dtype }),
  "Linear without bias": (width, out, dtype) =>
    new nn.Linear(width, out, { bias: false, generator: generator(), dtype }),
  "a class derived from Linear": (width, out, dtype) => new Quiet(width, out, { generator: generator(), dtype }),
  BatchNorm1d: (width, _, dtype) => new nn.BatchNorm1d(width, { dtype }),
  "BatchNorm1d that averages": (width, _, dtype) => new nn.BatchNorm1d(width, { momentum: null, dtype }),
  "BatchNorm1d without parameters": (width, _, dtype) => new nn.BatchNorm1d(width, { affine: false, dtype }),
  "BatchNorm1d without running statistics": (width, _, dtype) =>
    new nn.BatchNorm1d(width, { trackRunningStats: false, dtype }),
  "BatchNorm1d by hand": (width, _, dtype) =>
    new nn.BatchNorm1d(width, { variance: "unbiased", runningAverage: "std", dtype }),
  "a class derived from BatchNorm1d": (width, _, dtype) => new Shifted(width, { dtype }),
  NoisyBatchNorm1d: (width, _, dtype) => new nn.NoisyBatchNorm1d(width, { generator: generator(), dtype }),
  Noise1d: (width) => new nn.Noise1d(width, { generator: generator() }),
  LpNorm1d: (width, _, dtype) => new nn.LpNorm1d(width, { momentum: null, dtype }),
  LayerNorm: (width, _, dtype) => new nn.LayerNorm(width, { dtype }),
  Tanh: () => new nn.Tanh(),
  "a class derived from Tanh": () => new Doubled(),
  ReLU: () => new nn.ReLU(),
  Sigmoid: () => new nn.Sigmoid(),
  GELU: () => new nn.GELU(),
  Identity: () => new nn.Identity(),
  Flatten: () => new nn.Flatten(),
  Dropout: () => new nn.Dropout(0.3, { generator: generator() }),
};
const changesWidth = (kind: string) => kind.includes("Linear");

/** Which layers there are, and the order in which they stand: some stand twice. */
interface Stack {
  readonly dtype: Dtype;
  readonly width: number;
  readonly layers: readonly { readonly kind: string; readonly width: number; readonly out: number }[];
  readonly order: readonly number[];
}

const stack: fc.Arbitrary<Stack> = fc
  .record({
    dtype: fc.constantFrom<Dtype>("float32", "float32", "float64"),
    width: fc.constantFrom(1, 3, 8),
    kinds: fc.array(
      fc.oneof(
        fc.constantFrom(...Object.keys(makers)),
        fc.constantFrom("Linear", "BatchNorm1d", "BatchNorm1d that averages", "Tanh"),
      ),
      { minLength: 1, maxLength: 6 },
    ),
    outs: fc.array(fc.constantFrom(3, 8, 8, 8), { minLength: 6, maxLength: 6 }),
    again: fc.array(fc.nat(8), { maxLength: 3 }),
  })
  .map(({ dtype, width, kinds, outs, again }) => {
    let now = width;
    const layers = kinds.map((kind, i) => {
      const layer = { kind, width: now, out: changesWidth(kind) ? outs[i] : now };
      now = layer.out;
      return layer;
    });
    const order = [...kinds.keys(), ...again.map((i) => i % kinds.length)];
    return { dtype, width, layers, order };
  });

/** Something that a user may do to a layer between two steps. */
interface Change {
  readonly layer: number;
  readonly what: string;
  readonly field: string;
  readonly value: (layer: Record<string, unknown>, others: readonly nn.Module[]) => unknown;
}

const tensorFields = ["weight", "bias", "runningMean", "runningVar", "numBatchesTracked"] as const;
const replacements: Readonly<Record<string, (old: unknown, others: readonly nn.Module[], field: string) => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  "a number": () => 3,
  "another shape": (old) => new nn.Parameter(ones([...shapeOf(old), 6])),
  "one more": (old) => new nn.Parameter(ones(shapeOf(old).map((size) => size + 1))),
  "one row less": (old) =>
    new nn.Parameter(ones(shapeOf(old).map((size, i) => (i === 0 ? Math.max(0, size - 1) : size)))),
  "one value": () => new nn.Parameter(ones([1])),
  "another dtype": (old) => new nn.Parameter(ones(shapeOf(old), { dtype: "float64" })),
  "whole numbers": (old) => ones(shapeOf(old), { dtype: "int32" }),
  "new values": (old) => new nn.Parameter(ones(shapeOf(old)).mul(0.5)),
  "what wants no gradient": (old) => zeros(shapeOf(old)).add(0.25),
  "another layer's": (_, others, field) =>
    others.map((other) => (other as unknown as Record<string, unknown>)[field]).find((value) => value != null) ?? null,
  "another layer's weight": (_, others) =>
    others.map((other) => (other as unknown as Record<string, unknown>).weight).find((value) => value != null) ?? null,
};
const shapeOf = (x: unknown): readonly number[] => (x instanceof Object && "shape" in x ? (x as Tensor).shape : [8]);

const settings: Readonly<Record<string, readonly unknown[]>> = {
  momentum: ["0.1", null, undefined, 2, -1, Number.NaN, 0, 1],
  eps: ["1", undefined, null, -1, Number.POSITIVE_INFINITY, 0, 0.25],
  training: [true, false, "yes", 0, undefined],
  numFeatures: [3, 7, "8"],
  variance: ["unbiased", "biased", "none"],
  runningAverage: ["std", "variance", "none"],
};

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(fc.nat(5), fc.constantFrom(...tensorFields), fc.constantFrom(...Object.keys(replacements)))
    .map(([layer, field, what]) => ({
      layer,
      what,
      field,
      value: (own: Record<string, unknown>, others: readonly nn.Module[]) =>
        replacements[what](own[field], others, field),
    })),
  fc.constantFrom(...Object.keys(settings)).chain((field) =>
    fc.tuple(fc.nat(5), fc.constantFrom(...settings[field])).map(([layer, value]) => ({
      layer,
      what: String(value),
      field,
      value: () => value,
    })),
  ),
  fc.tuple(fc.nat(5), fc.constantFrom("looks", "doubles", "throws")).map(([layer, what]) => ({
    layer,
    what,
    field: "a hook",
    value: () => what,
  })),
  fc.nat(5).map((layer) => ({
    layer,
    what: "of its own",
    field: "forward",
    value: () => (x: Tensor) => x.mul(3),
  })),
  fc.nat(5).map((layer) => ({ layer, what: "frozen", field: "requiresGrad", value: () => false })),
);

/** Fields that a layer does not have are left alone: nothing would ask for them. */
function apply(change: Change, layers: readonly nn.Module[]): void {
  const module = layers[change.layer % layers.length];
  const own = module as unknown as Record<string, unknown>;
  const others = layers.filter((layer) => layer !== module);
  if (change.field === "a hook") {
    module.registerForwardHook((_, __, y) => {
      if (change.what === "throws") throw new TensorError("a hook", { expected: "peace", got: "war" });
      return change.what === "doubles" ? y.mul(2) : undefined;
    });
  } else if (change.field === "requiresGrad") {
    for (const p of module.parameters()) p.requiresGrad = false;
  } else if (change.field in own && Object.getOwnPropertyDescriptor(own, change.field)?.writable !== false) {
    own[change.field] = change.value(own, others);
  }
}

type InputKind = "rows" | "places" | "int32" | "float64" | "too wide" | "a weight" | "running statistics" | "a list";

interface Step {
  readonly changes: readonly Change[];
  readonly n: number;
  readonly input: InputKind;
  readonly inputWantsGrad: boolean;
  readonly mode: "plain" | "plain again" | "noGrad" | "detectAnomaly" | "twice" | "second order" | "changed";
}

const step: fc.Arbitrary<Step> = fc.record({
  changes: fc.array(change, { maxLength: 2 }),
  n: fc.constantFrom(0, 1, 2, 5, 40),
  input: fc.oneof(
    { weight: 6, arbitrary: fc.constant<InputKind>("rows") },
    {
      weight: 2,
      arbitrary: fc.constantFrom<InputKind>(
        "places",
        "int32",
        "float64",
        "too wide",
        "a weight",
        "running statistics",
        "a list",
      ),
    },
  ),
  inputWantsGrad: fc.boolean(),
  mode: fc.constantFrom("plain", "plain", "plain again", "noGrad", "detectAnomaly", "twice", "second order", "changed"),
});

function inputOf({ n, input, inputWantsGrad }: Step, { width, dtype }: Stack, layers: readonly nn.Module[]): unknown {
  const own = layers.map((layer) => layer as unknown as Record<string, Tensor | null | undefined>);
  if (input === "a list") return [1, 2];
  if (input === "a weight") return own.find(({ weight }) => weight)?.weight;
  if (input === "running statistics") {
    const running = own.find(({ runningMean }) => runningMean)?.runningMean;
    return running instanceof Object && "reshape" in running ? running.reshape([1, -1]) : undefined;
  }
  if (input === "int32") return ones([n, width], { dtype: "int32" });
  const shape = input === "places" ? [n, width, 2] : [n, input === "too wide" ? 2 * width : width];
  const x = randn(shape, { generator: new Generator().manualSeed(7), dtype: input === "float64" ? "float64" : dtype });
  x.requiresGrad = inputWantsGrad;
  return x;
}

/** All that can be seen of a value, bit for bit, and how often it has changed. */
function seen(value: unknown): unknown {
  if (!(value instanceof Object && "shape" in value)) return typeof value === "function" ? "a function" : value;
  const x = value as Tensor;
  const { shape, dtype, requiresGrad, grad } = x;
  const values = Array.from(x.array.data);
  return { values, shape, dtype, requiresGrad, version: x.array.version, grad: grad === null ? null : seen(grad) };
}

const stateOf = (layers: readonly nn.Module[]) =>
  layers.map((layer) => Object.entries(layer).map(([name, value]) => [name, name === "generator" ? "" : seen(value)]));

/** What comes of it: a value, or how it is refused. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TensorError)) return (error as Error).constructor.name;
    // Which input of which operation has changed is told by what was recorded, and one operation may be several layers.
    return error.got.endsWith("changed in place") ? "a change in place" : error.message;
  }
}

/** Everything that a step shows: the output, or what was said in its place, and what it leaves behind. */
function take(step: Step, stack: Stack, layers: readonly nn.Module[], forward: (x: Tensor) => Tensor) {
  for (const one of step.changes) apply(one, layers);
  const x = inputOf(step, stack, layers) as Tensor;
  const modes = { noGrad, detectAnomaly } as const;
  let y: Tensor | undefined;
  const output = outcome(() => {
    const run = () => forward(x);
    y = step.mode === "noGrad" || step.mode === "detectAnomaly" ? modes[step.mode](run) : run();
    return [seen(y), y.isLeaf, String(y)];
  });
  const between = stateOf(layers);
  const gradients = outcome(() => {
    if (y === undefined || !y.requiresGrad) return "none";
    const loss = y.mul(randn(y.shape, { generator: new Generator().manualSeed(8), dtype: y.dtype })).sum();
    const targets = [...new Set(layers.flatMap((layer) => layer.parameters()))].filter((p) => p.requiresGrad);
    if (step.mode === "changed") noGrad(() => targets[0]?.mul_(1.5));
    if (step.mode === "second order") {
      const first = grad(loss, targets, { createGraph: true, allowUnused: true });
      const sum = first.reduce<Tensor | null>((all, g) => {
        const one = g?.square().sum() ?? null;
        return all === null || one === null ? (all ?? one) : all.add(one);
      }, null);
      if (sum?.requiresGrad) sum.backward();
    } else {
      loss.backward();
      if (step.mode === "twice") loss.backward();
    }
    return "taken";
  });
  const second: number[] = [];
  if (step.mode === "second order") {
    // Terms of a second gradient are added up in another order.
    for (const p of [...layers.flatMap((layer) => layer.parameters()), x]) {
      if (!(p instanceof Object && "grad" in p)) continue;
      if (p.grad !== null) second.push(...p.grad.data);
      p.grad = null;
    }
  }
  const after = stateOf(layers);
  if (step.mode === "plain again") for (const layer of layers) layer.zeroGrad();
  return { shown: { output, between, gradients, after, x: seen(x) }, second };
}

/** Fails where numbers differ by more than what float32 rounds off. */
function expectClose(a: readonly number[], b: readonly number[]): void {
  expect(a.length).toBe(b.length);
  const size = Math.max(1, ...b.map(Math.abs).filter(Number.isFinite));
  for (const [i, value] of a.entries()) {
    if (Number.isFinite(value) || Number.isFinite(b[i])) expect(Math.abs(value - b[i]) / size).toBeLessThan(1e-3);
  }
}

const build = ({ layers, dtype }: Stack) => layers.map(({ kind, width, out }) => makers[kind](width, out, dtype));

test("a Sequential is as its layers are one by one, in values, errors, gradients and state", {
  timeout: patience,
}, () => {
  fc.assert(
    fc.property(stack, fc.array(step, { minLength: 1, maxLength: 3 }), (recipe, steps) => {
      const [inOne, byOne] = [build(recipe), build(recipe)];
      const model = new nn.Sequential(...recipe.order.map((i) => inOne[i]));
      for (const one of steps) {
        const alone = take(one, recipe, byOne, (x) => recipe.order.reduce((y, i) => byOne[i].forward(y), x));
        const together = take(one, recipe, inOne, (x) => model.forward(x));
        if (!isDeepStrictEqual(together.shown, alone.shown)) expect(together.shown).toEqual(alone.shown);
        expectClose(together.second, alone.second);
      }
    }),
    { numRuns: numRuns(800) },
  );
});
