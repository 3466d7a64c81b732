import type * as Library from "evenkeel";
import type { Fused, Primitive, Tensor } from "evenkeel";
import { beforeAll, describe, expect, test, vi } from "vitest";

// Two copies of the package in one process share graphs: what one has made, the other must not give back, nor use again.

type Copy = typeof Library;
let copies: { readonly A: Copy; readonly B: Copy };

beforeAll(async () => {
  const A = await import("evenkeel");
  vi.resetModules();
  copies = { A, B: await import("evenkeel") };
  expect(copies.A.Tensor).not.toBe(copies.B.Tensor);
}, 60_000);

/** Who does what in a program; each is the copy A or B. */
interface Roles {
  readonly layers: Copy;
  readonly container: Copy;
  readonly loss: Copy;
  readonly walk: Copy;
  readonly optimiser: Copy;
}

const roleNames = ["layers", "container", "loss", "walk", "optimiser"] as const;

/** What is between the model and the loss. */
type Between = (y: Tensor, roles: Roles) => Tensor;

/** Sizes below and above all that memory is used again from: small arrays, the pool's, the arena's, several chunks of SIMD. */
const sizes = {
  "of 3 numbers to a row": { n: 4, width: 3 },
  "of 33 to a layer": { n: 3, width: 11 },
  "of thousands": { n: 40, width: 60 },
} as const;

/** What a user's own operation keeps, as a closure may. */
const heldByOperations: Tensor[] = [];

const double: Primitive = {
  name: "double",
  forward: (k, x) => k.add(x, x),
  vjp: [
    (g) => {
      heldByOperations.push(g);
      return g.mul(2);
    },
  ],
};

/** An operation written as a class, as PyTorch's are. */
class Halve {
  private constructor() {}
  static forward: Primitive["forward"] = (k, x) => k.mulScalar(x, 0.5);
  static vjp: Primitive["vjp"] = [
    (g, y) => {
      heldByOperations.push(g, y);
      return g.mul(0.5);
    },
  ];
}

const cube: Fused<null> = {
  name: "cube",
  composite: (x) => x.pow(3),
  forward: (k, x) => [k.mul(k.mul(x, x), x), null],
  backward: (k, g, _, x) => [k.mul(k.mulScalar(g, 3), k.mul(x, x))],
};

const betweens: Readonly<Record<string, Between>> = {
  nothing: (y) => y,
  "operations of both": (y, { loss }) => {
    const z = loss.nn.functional.linear(y, loss.ones([y.shape[1], y.shape[1]], { dtype: y.dtype }));
    return loss
      .cat([z.mul(0.01), y])
      .slice(0, 0, y.shape[0])
      .tanh()
      .add(y.mean(0, { keepdim: true }));
  },
  "batch norm of the other": (y, { loss, container }) =>
    container.nn.functional.batchNorm(loss.nn.functional.batchNorm(y, null, null, { training: true }), null, null, {
      training: true,
    }),
  "an operation of a user's": (y, { loss }) => loss.apply(double, y),
  "one that is a class, as a method": (y) => y.apply(Halve as unknown as Primitive),
  "a fused one": (y, { loss, container }) => container.apply(double, loss.apply(cube, y)),
};

interface Outcome {
  /** All that was computed, copied at once. */
  readonly numbers: readonly Float64Array[];
  /** What was kept and has changed since. */
  readonly changed: string[];
}

const copied = (x: Tensor): Float64Array => new Float64Array(x.data);
const bytes = (x: Float64Array) => new Uint8Array(x.buffer);
const isSame = (a: Float64Array, b: Float64Array): boolean => Buffer.compare(bytes(a), bytes(b)) === 0;

/** Fails at the first list of numbers that has other bits, and says which. */
function expectSame(numbers: readonly Float64Array[], expected: readonly Float64Array[], told: string): void {
  expect(numbers.length, told).toBe(expected.length);
  expect(
    numbers.findIndex((values, i) => !isSame(values, expected[i])),
    told,
  ).toBe(-1);
}

interface Setting {
  readonly n: number;
  readonly width: number;
  readonly dtype: "float32" | "float64";
  readonly between: Between;
  /** Whether the layers are called one by one, as those of another copy than the container's always are. */
  readonly isSplit?: boolean;
}

function run(roles: Roles, { n, width, dtype, between, isSplit = false }: Setting): Outcome {
  const { layers, container, loss: losses, walk, optimiser } = roles;
  heldByOperations.length = 0;
  layers.manualSeed(3);
  const model = new container.nn.Sequential(
    new layers.nn.Linear(width, width, { bias: false, dtype }),
    new layers.nn.BatchNorm1d(width, { dtype }),
    new layers.nn.Tanh(),
    new container.nn.Linear(width, width, { dtype }),
    new layers.nn.ReLU(),
    new layers.nn.Linear(width, width, { dtype }),
  );
  if (isSplit) for (const layer of model) layer.registerForwardHook(() => {});
  const x = layers.randn([n, width], { dtype });
  const labels = losses.randint(0, width, [n]);
  const parameters = model.parameters();
  const optimizer = new optimiser.optim.SGD(parameters, { lr: 0.05, momentum: 0.9 });
  const numbers: Float64Array[] = [];
  const kept: { what: string; x: Tensor; was: Float64Array }[] = [];
  const keep = (what: string, ...tensors: (Tensor | null)[]) => {
    for (const t of tensors) {
      if (t === null) continue;
      const was = copied(t);
      numbers.push(was);
      kept.push({ what, x: t, was });
    }
  };
  for (let step = 0; step < 4; step++) {
    const y = model.forward(x);
    keep(`output ${step}`, y);
    const loss = losses.nn.functional.crossEntropy(between(y, roles), labels);
    // The tape stays: the same gradient each time, from whichever copy.
    const first = walk.grad(loss, parameters);
    keep(`gradients ${step}`, ...first);
    for (let again = 0; again < 3; again++) {
      const second = (again === 1 ? losses : walk).grad(loss, parameters);
      keep(`gradients ${step}, again`, ...second);
      if (copies.A.kernelsName() === copies.B.kernelsName()) {
        expectSame(second.map(copied), first.map(copied), `the same gradient, ${again}`);
      }
    }
    if (step % 2 === 1) {
      const recorded = walk.grad(loss, parameters, { createGraph: true });
      const along = recorded.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
      keep(`curvature ${step}`, ...losses.grad(along, parameters), ...walk.grad(along, parameters));
    }
    loss.backward();
    const isRead = step !== 2;
    if (isRead) keep(`.grad ${step}`, ...parameters.map(({ grad }) => grad));
    optimizer.step();
    if (step === 3) parameters[0].grad = losses.ones(parameters[0].shape, { dtype });
    (step % 2 === 0 ? optimizer : model).zeroGrad();
  }
  keep("state", ...Object.values(model.stateDict()).filter((t) => t.dtype === dtype));
  const changed = kept.filter(({ x, was }) => !isSame(copied(x), was));
  for (const t of heldByOperations) expect(t.data.byteLength).toBe(t.data.buffer.byteLength);
  return { numbers, changed: changed.map(({ what }) => what) };
}

/** All ways to share the roles among two copies, but those in which one does everything. */
const shares = Array.from({ length: 2 ** roleNames.length - 2 }, (_, i) => i + 1);

const rolesOf = (share: number): Roles =>
  Object.fromEntries(roleNames.map((name, i) => [name, (share >> i) & 1 ? copies.B : copies.A])) as unknown as Roles;
const told = (share: number) => roleNames.filter((_, i) => (share >> i) & 1).join(", ");

describe.each(Object.entries(betweens))("with %s between the model and the loss", (_, between) => {
  test.each([
    ["wasm", "wasm"],
    ["reference", "reference"],
  ] as const)(
    "values and gradients are those of one copy, on the kernels %s and %s",
    (a, b) => {
      copies.A.useKernels(a);
      copies.B.useKernels(b);
      try {
        for (const [size, widths] of Object.entries(sizes)) {
          for (const dtype of size === "of thousands" ? (["float32"] as const) : (["float32", "float64"] as const)) {
            const alone = [false, true].map((isSplit) => run(rolesOf(0), { ...widths, dtype, between, isSplit }));
            for (const { changed } of alone) expect(changed).toEqual([]);
            const isFirst = between === betweens.nothing && size === "of 33 to a layer";
            for (const share of isFirst ? shares : shares.filter((s) => s % 4 === 1)) {
              const roles = rolesOf(share);
              const { numbers, changed } = run(roles, { ...widths, dtype, between });
              expect(changed, `${size}, ${dtype}; of B: ${told(share)}`).toEqual([]);
              const expected = alone[Number(roles.layers !== roles.container)].numbers;
              expectSame(numbers, expected, `${size}, ${dtype}; of B: ${told(share)}`);
            }
          }
        }
      } finally {
        copies.A.useKernels("wasm");
        copies.B.useKernels("wasm");
      }
    },
    120_000,
  );

  test.each([
    ["wasm", "reference"],
    ["reference", "wasm"],
  ] as const)(
    "nothing that is kept changes, on the kernels %s of one and %s of the other",
    (a, b) => {
      copies.A.useKernels(a);
      copies.B.useKernels(b);
      try {
        for (const widths of Object.values(sizes)) {
          const setting = { ...widths, dtype: "float64", between } as const;
          const alone = run(rolesOf(0), setting);
          for (const share of shares.filter((s) => s % 4 === 2)) {
            const { numbers, changed } = run(rolesOf(share), setting);
            expect(changed, told(share)).toEqual([]);
            const isFar = (value: number, at: number) => Math.abs(value - at) > 1e-7 * (1 + Math.abs(at));
            const far = numbers.findIndex((values, i) => values.some((value, j) => isFar(value, alone.numbers[i][j])));
            expect(far, told(share)).toBe(-1);
          }
        }
      } finally {
        copies.A.useKernels("wasm");
        copies.B.useKernels("wasm");
      }
    },
    120_000,
  );
});

test("what another version has left out of the state that all share is made up for", async () => {
  const key = Symbol.for("evenkeel.shared");
  const holder = globalThis as { [key]?: unknown };
  const all = holder[key];
  try {
    holder[key] = { gradEnabled: true, detectAnomaly: false, recorded: 7, searches: 0, defaultGenerator: undefined };
    const early = holder[key];
    vi.resetModules();
    const { nn, optim, randn } = await import("evenkeel");
    const layer = new nn.Linear(64, 64);
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
    layer
      .forward(randn([8, 64]))
      .sum()
      .backward();
    optimizer.step();
    expect(layer.weight.data.byteLength).toBe(layer.weight.data.buffer.byteLength);
    expect(holder[key]).toBe(early);
  } finally {
    holder[key] = all;
  }
});
