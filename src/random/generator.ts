import { unclonable } from "../base/cloning.ts";
import { describe, TensorError } from "../base/errors.ts";
import type { OptionKind } from "../base/optionRules.ts";
import { shared, whole } from "../base/shared.ts";
import { type MersenneTwister, mersenneTwister } from "../kernels/numbers/mersenneTwister.ts";
import { readState, writeState } from "./stateFormat.ts";

/** All that a generator knows. */
export interface GeneratorState extends MersenneTwister {
  /** The seed, in `[0, 2^64)`. */
  readonly seed: bigint;
  /** The second of the last pair of normals drawn one by one, until it is asked for. */
  normal: number | undefined;
}

/**
 * Marks a generator, and holds its state. A registered symbol, so that every copy of the package in one process takes
 * the generators of the others.
 */
export const generatorState: unique symbol = Symbol.for("evenkeel.Generator");

/** Whether `value` is a {@link Generator}, made by this copy of the package or by another. */
export function isGenerator(value: unknown): value is Generator {
  return typeof value === "object" && value !== null && generatorState in value;
}

/** What an option may be that is a {@link Generator}. */
export const aGenerator: OptionKind = {
  expected: "a Generator",
  accepts: isGenerator,
  refusal: (value) => ({
    expected: "a Generator as generator",
    got: describe(value),
    hint: typeof value === "number" ? `Write new Generator().manualSeed(${value}).` : "",
  }),
};

/**
 * A source of random numbers: PyTorch's on the CPU, which gives the same numbers for the same seed, bit for bit.
 *
 * A new one starts from PyTorch's default seed, 67280421310721, until it is given another.
 * @see PyTorch `torch.Generator`, without `device`.
 *
 * @example
 * ```ts
 * import { Generator, randn } from "evenkeel";
 *
 * const generator = new Generator().manualSeed(0);
 * console.log(randn([2], { generator })); // => tensor([ 1.5410, -0.2934])
 * ```
 */
export class Generator {
  /** @internal */
  readonly unclonable = unclonable;
  #state: GeneratorState | undefined;

  /** @internal */
  get [generatorState](): GeneratorState {
    this.#state ??= seeded(67280421310721n); // PyTorch's default
    return this.#state;
  }

  /** @internal */
  set [generatorState](state: GeneratorState) {
    this.#state = state;
  }

  /**
   * Starts anew from `seed`, an integer in `[−2^63, 2^64)`; negative ones count from 2^64 down. Like PyTorch, only the
   * low 32 bits matter to the numbers drawn. Returns itself.
   *
   * @throws {@link TensorError} if `seed` is no integer, or is out of range, or is a number too large to be exact.
   * @see PyTorch `Generator.manual_seed`.
   *
   * @example
   * ```ts
   * import { Generator, rand } from "evenkeel";
   *
   * const generator = new Generator().manualSeed(42);
   * console.log(rand([2], { generator })); // => tensor([0.8823, 0.9150])
   * ```
   */
  manualSeed(seed: number | bigint): this {
    whole("manualSeed", [this as Generator, checkedSeed("Generator.manualSeed", seed)], seedWith);
    return this;
  }

  /**
   * Starts anew from a seed that nobody can foresee, and returns it.
   * @see PyTorch `Generator.seed`, whose seeds have up to 64 bits; here 53.
   *
   * @example
   * ```ts
   * import { Generator } from "evenkeel";
   *
   * const generator = new Generator();
   * const seed = generator.seed();
   * console.log(generator.initialSeed() === seed); // => true
   * ```
   */
  seed(): number {
    shared().listener?.runs?.("Generator.seed");
    const seed = entropy();
    this[generatorState] = seeded(BigInt(seed));
    return seed;
  }

  /**
   * The seed this generator started from; a bigint where a number would not be exact.
   * @see PyTorch `Generator.initial_seed`.
   *
   * @example
   * ```ts
   * import { Generator } from "evenkeel";
   *
   * console.log(new Generator().manualSeed(7).initialSeed()); // => 7
   * ```
   */
  initialSeed(): number | bigint {
    const { seed } = this[generatorState];
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
  }

  /**
   * The state, in the 5056 bytes of PyTorch's `Generator.get_state()`.
   * @see PyTorch `Generator.get_state`, a ByteTensor there.
   *
   * @example
   * ```ts
   * import { Generator, rand } from "evenkeel";
   *
   * const generator = new Generator().manualSeed(0);
   * const state = generator.getState();
   * const first = rand([2], { generator });
   * generator.setState(state);
   * console.log(first, rand([2], { generator })); // => tensor([0.4963, 0.7682]) tensor([0.4963, 0.7682])
   * ```
   */
  getState(): Uint8Array {
    shared().listener?.runs?.("Generator.getState");
    return writeState(this[generatorState]);
  }

  /**
   * Continues from a state that {@link Generator.getState} returned, or PyTorch's `Generator.get_state()`. Returns
   * itself.
   *
   * @throws {@link TensorError} if `state` is not such a state.
   * @see PyTorch `Generator.set_state`, a ByteTensor there.
   *
   * @example
   * ```ts
   * import { Generator } from "evenkeel";
   *
   * const other = new Generator().setState(new Generator().manualSeed(3).getState());
   * console.log(other.initialSeed()); // => 3
   * ```
   */
  setState(state: Uint8Array): this {
    shared().listener?.runs?.("Generator.setState");
    this[generatorState] = readState("Generator.setState", state);
    return this;
  }
}

/** Remembers where a generator is, and returns what takes it there again: without the bytes of {@link Generator.getState}, which take ten times as long. */
export function keepGenerator(generator: Generator): () => void {
  shared().listener?.runs?.("Generator.getState");
  const kept = copyOf(generator[generatorState]);
  return () => {
    shared().listener?.runs?.("Generator.setState");
    generator[generatorState] = copyOf(kept); // may be put back more than once
  };
}

const copyOf = (state: GeneratorState): GeneratorState => ({ ...state, words: state.words.slice() });

/** Keeps its state where every copy of the package finds it, and starts from an unforeseeable seed. */
class DefaultGenerator extends Generator {
  override get [generatorState](): GeneratorState {
    const holder = shared();
    holder.defaultGenerator ??= seeded(BigInt(entropy()));
    return holder.defaultGenerator as GeneratorState;
  }

  override set [generatorState](state: GeneratorState) {
    shared().defaultGenerator = state;
  }
}

/**
 * The generator of every random function that is given no other. Its first seed is not to be foreseen: give it one with
 * {@link manualSeed}.
 * @see PyTorch `torch.default_generator`.
 */
export const defaultGenerator: Generator = /* @__PURE__ */ new DefaultGenerator();

/**
 * Seeds the default generator, and returns it.
 *
 * @param seed - an integer in `[−2^63, 2^64)`, as for {@link Generator.manualSeed}.
 * @throws {@link TensorError} if `seed` is no integer, or is out of range, or is a number too large to be exact.
 * @see PyTorch `torch.manual_seed`.
 *
 * @example
 * ```ts
 * import { manualSeed, rand } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(rand([2])); // => tensor([0.4963, 0.7682])
 * ```
 */
export function manualSeed(seed: number | bigint): Generator {
  whole("manualSeed", [defaultGenerator, checkedSeed("manualSeed", seed)], seedWith);
  return defaultGenerator;
}

function seedWith(generator: Generator, seed: bigint): void {
  generator[generatorState] = seeded(seed);
}

function seeded(seed: bigint): GeneratorState {
  return { seed, normal: undefined, ...mersenneTwister(Number(seed & 0xffffffffn)) };
}

/** 53 random bits, from the system where it has them to give. */
function entropy(): number {
  const words = new Uint32Array(2);
  // Not every JavaScript engine has Web Crypto.
  if (typeof crypto === "undefined") words.forEach((_, i) => (words[i] = Math.random() * 2 ** 32));
  else crypto.getRandomValues(words);
  return (words[0] & 0x1fffff) * 2 ** 32 + words[1];
}

/** `seed` as an unsigned 64-bit integer. */
function checkedSeed(where: string, seed: number | bigint): bigint {
  const expected = "a seed that is an integer from -2^63 to 2^64 - 1";
  if (typeof seed === "number" && Number.isInteger(seed) && !Number.isSafeInteger(seed)) {
    const hint = "Numbers beyond 2^53 are not exact; write a bigint, such as 12345678901234567890n.";
    throw new TensorError(where, { expected, got: describe(seed), hint });
  }
  const isInteger = typeof seed === "bigint" || (typeof seed === "number" && Number.isInteger(seed));
  if (!isInteger || seed < -(2n ** 63n) || seed >= 2n ** 64n) {
    throw new TensorError(where, { expected, got: describe(seed) });
  }
  return BigInt.asUintN(64, BigInt(seed));
}
