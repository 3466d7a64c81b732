import type { nn } from "evenkeel";
import { actions } from "./actions.ts";
import type { Copy } from "./copies.ts";
import { Holdings } from "./held.ts";
import type { Kind } from "./kinds.ts";
import { attempt, type Program } from "./setting.ts";

// A program trains networks and holds on to values, as its seed says.

/** Sizes whose products lie around the thresholds of the code (test/fuzz/sizes.ts). */
const widths = [1, 2, 3, 5, 7, 8, 9, 11, 16, 17, 31, 33, 40] as const;
const rowCounts = [2, 3, 4, 8, 16, 17, 33] as const;

/** One program of so many has a product that is large enough for threads. */
const threadedEach = 500;

/** Numbers in [0, 1), from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All that a program computed, and what of it has changed since it was held. */
export interface Outcome {
  readonly computed: readonly Float64Array[];
  readonly changed: readonly string[];
  /** Whether rounding stays small: no kinks, no steps that divide by the size of what is rounding. */
  readonly isSmooth: boolean;
  readonly did: ReadonlySet<string>;
}

function build(seed: number, copies: readonly [Copy, Copy], loops: boolean): Program & { readonly isSmooth: boolean } {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)];
  const chance = (p: number) => random() < p;
  const done = new Set<string>();
  const did = (kind: Kind) => void done.add(kind);
  const isMixed = chance(0.2);
  if (isMixed) did("mixes two copies");
  const copy = () => copies[isMixed ? below(2) : 0];
  const generator = new copies[0].library.Generator().manualSeed(seed);

  const dtype = pick(["float32", "float64"] as const);
  const [n, width, hidden, classes] = [pick(rowCounts), pick(widths), pick(widths), 1 + pick(widths)];
  let hasKinks = false;
  const makeModel = () => {
    const { nn } = copy().library;
    const layers: nn.Module[] = [new nn.Linear(width, hidden, { bias: chance(0.5), dtype, generator })];
    for (let i = below(3); i >= 0; i--) {
      if (chance(0.6)) layers.push(new nn.BatchNorm1d(hidden, { dtype }));
      const [kink, make] = pick([
        [false, () => new nn.Tanh()],
        [true, () => new nn.ReLU()],
        [false, () => new nn.Sigmoid()],
      ] as const);
      hasKinks ||= kink;
      layers.push(make());
      if (chance(0.5)) layers.push(new nn.Linear(hidden, hidden, { dtype, generator }));
    }
    return new nn.Sequential(...layers, new nn.Linear(hidden, classes, { dtype, generator }));
  };
  const models = chance(0.4) ? [makeModel(), makeModel()] : [makeModel()];
  if (models.length === 2 && chance(0.5)) {
    const [first, second] = models.map((model) => model.get(0) as nn.Linear);
    Object.assign(second, { weight: first.weight });
    did("has a parameter in two models");
  }
  let isSmooth = dtype === "float64" && !hasKinks;
  const optimizers = models.map((model) => {
    const { optim } = copy().library;
    if (chance(0.5)) return new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    isSmooth = false;
    return new optim.Adam(model.parameters());
  });
  const draw = (shape: readonly number[]) => copy().library.randn([...shape], { generator, dtype });
  return {
    ...{ random, below, pick, chance, copy, did, models, optimizers, classes, draw, loops, isSmooth },
    holdings: new Holdings(),
    x: draw([n, width]),
    labels: copy().library.randint(0, classes, [n], { generator }),
    handles: [],
    across: new Map(),
    states: new Map(),
    isThreaded: seed % threadedEach === 0,
    ...{ done },
  } as Program & { readonly isSmooth: boolean };
}

/** Runs the program of a seed; `loops` says that it is to use the plain loops only. */
export async function runProgram(seed: number, copies: readonly [Copy, Copy], loops: boolean): Promise<Outcome> {
  const use = (name: "wasm" | "reference") => {
    for (const { library } of copies) library.useKernels(name);
  };
  use(loops ? "reference" : "wasm");
  try {
    const program = build(seed, copies, loops);
    const { below, pick, chance, models, optimizers, holdings } = program;
    for (let line = 6 + below(20); line >= 0; line--) {
      const i = below(models.length);
      await attempt(program, async () => {
        await pick(actions)(program, i);
        if (chance(0.5)) optimizers[i].step();
        if (chance(0.5)) optimizers[i].zeroGrad();
      });
    }
    if (program.isThreaded) await actions.at(-1)?.(program, 0);
    for (const model of models) for (const p of model.parameters()) holdings.hold("a parameter", p, true);
    const { isSmooth, done } = program as typeof program & { readonly done: ReadonlySet<string> };
    return { computed: holdings.computed, changed: holdings.changed(), isSmooth, did: done };
  } finally {
    use("wasm");
    for (const { library } of copies) library.setNumThreads(1);
  }
}
