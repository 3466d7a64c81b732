import type { Dtype, Shape } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import type { Listener } from "../../base/shared.ts";
import { NDArray } from "../../kernels/array.ts";
import type { Beside } from "../../kernels/beside/beside.ts";
import type { Composed } from "../../kernels/beside/composed/composed.ts";
import type { Kernels } from "../../kernels/kernels.ts";

/** An array that a kernel was given: one that depends on the input, by its number, or the numbers of one that does not. */
export type Given =
  | { readonly value: number; readonly shape: Shape; readonly dtype: Dtype }
  | { readonly constant: NDArray; readonly name: string };

/** Anything else that a kernel was told. */
export type Setting = number | string | boolean | null | readonly number[] | object;

/** One call of a kernel with something that depends on the input. */
export interface Call {
  readonly kernel: string;
  /** The arrays among what it was given, those of lists and of statistics one after the other. */
  readonly inputs: readonly Given[];
  /** What else it was given, in order. */
  readonly settings: readonly Setting[];
  readonly made: { readonly value: number; readonly shape: Shape; readonly dtype: Dtype };
}

/** What is known of the memory of an array that depends on the input. */
interface Held {
  readonly value: number;
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** How often the memory had been changed by then: what changes it otherwise gives it numbers of no input. */
  readonly version: number;
}

/** Kernels that look whether what they are given is right, and say nothing else of it. */
const looking = ["findForeignLabel", "findNonFinite", "firstOutside"];

/** Kernels that make statistics, which batch norm is given in its turn. */
const describing = ["givenStatistics", "batchStatistics"];

/**
 * Follows what depends on an input, by the calls of kernels that are given it, or what came of it: whether there is a
 * gradient or not, whatever the operation is called, in place or not. Refuses at once what cannot be followed.
 */
export class Recorder implements Listener {
  readonly inParts = true;
  /** The calls so far, in order. */
  readonly calls: Call[] = [];
  /** What was refused first: a program may have caught it. */
  refusal: TensorError | null = null;
  private readonly held = new WeakMap<NDArray, Held>();
  private readonly statistics = new WeakMap<object, readonly Given[]>();
  private readonly stands = new WeakMap<object, object>();
  private readonly names: ReadonlyMap<NDArray, string>;
  private readonly written: (kernel: string) => boolean;
  private count = 0;

  /**
   * @param names - those of arrays, such as parameters.
   * @param written - whether calls of a kernel can be written.
   */
  constructor(names: ReadonlyMap<NDArray, string>, written: (kernel: string) => boolean) {
    this.names = names;
    this.written = written;
  }

  /** Follows an array from here on. */
  follow(x: NDArray): void {
    this.hold(x);
  }

  /** What an array is: followed, or the numbers that it holds now. */
  given(x: NDArray): Given {
    const held = this.find(x);
    if (held !== null) return { value: held.value, shape: x.shape, dtype: x.dtype };
    const constant = new NDArray(x.data.slice(), x.shape, x.dtype);
    return { constant, name: this.names.get(rootOf(x)) ?? "constant" };
  }

  kernels<Set extends object>(own: Set): Set {
    const known = this.stands.get(own);
    if (known !== undefined) return known as Set;
    const stand = Object.fromEntries(
      Object.entries(own).map(([name, kernel]) => [
        name,
        (...args: unknown[]) => this.hear(name, kernel as (...args: unknown[]) => unknown, args, stand),
      ]),
    ) as unknown as Kernels;
    this.stands.set(own, stand);
    return stand as unknown as Set;
  }

  reads(x: NDArray, how: string): void {
    if (this.find(x) === null) return;
    this.refuse(
      "a forward that keeps to operations on tensors",
      `${how}, which reads numbers that depend on the input`,
      "What is made of them would be a constant in the file. x.shape[0], the number of examples, may be used.",
    );
  }

  overwritten(x: NDArray, y: NDArray): void {
    const held = this.find(y);
    if (held === null) this.held.delete(rootOf(x));
    else if (x.dtype === y.dtype) this.hold(x, held.value);
    else {
      const made = { value: this.count++, shape: y.shape, dtype: x.dtype };
      this.calls.push({ kernel: "cast", inputs: [this.given(y)], settings: [x.dtype], made });
      this.hold(x, made.value);
    }
  }

  draws(how: string): void {
    this.refuse("a forward without chance", `random numbers, drawn by ${how}`, "model.eval() leaves dropout out.");
  }

  /** A kernel that no set has is told as what it is made of, or as one by its own name. */
  private hear(
    name: string,
    kernel: (...args: unknown[]) => unknown,
    args: readonly unknown[],
    stand: Kernels,
  ): unknown {
    if (name !== "beside") return this.call(name, kernel, args);
    const [own, inputs, settings] = args as [Beside<object>, readonly NDArray[], object];
    const { composed } = own as Partial<Composed<object>>;
    if (composed !== undefined) return composed(stand, inputs, settings);
    const run = (...given: unknown[]) => kernel(own, given.slice(0, -1), given.at(-1));
    return this.call(own.name, run, [...inputs, settings]);
  }

  private call(name: string, kernel: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
    const isFollowed = args.some((arg) => this.isFollowed(arg));
    if (describing.includes(name)) {
      const given = (args as NDArray[]).map((x) => this.given(x));
      const made = kernel(...args) as object;
      this.statistics.set(made, given);
      return made;
    }
    if (!isFollowed || looking.includes(name)) return kernel(...args);
    if (!this.written(name)) {
      const shapes = args.filter(isArray).map(({ shape }) => show(shape));
      this.refuse(
        "operations that ONNX can say",
        `the operation ${calledOtherwise[name] ?? name} of ${shapes.join(", ")}`,
      );
    }
    const inputs = args.flatMap((arg) => this.arraysOf(arg));
    const settings = args.filter((arg) => this.arraysOf(arg).length === 0) as Setting[];
    const result = kernel(...args);
    const y = (Array.isArray(result) ? result[0] : result) as NDArray;
    const value = this.count++;
    this.calls.push({ kernel: name, inputs, settings, made: { value, shape: y.shape, dtype: y.dtype } });
    this.hold(y, value);
    return result;
  }

  private arraysOf(arg: unknown): readonly Given[] {
    if (isArray(arg)) return [this.given(arg)];
    if (Array.isArray(arg)) return arg.every(isArray) ? arg.map((x) => this.given(x)) : [];
    return (typeof arg === "object" && arg !== null && this.statistics.get(arg)) || [];
  }

  private isFollowed(arg: unknown): boolean {
    if (isArray(arg)) return this.find(arg) !== null;
    if (Array.isArray(arg)) return arg.some((item) => this.isFollowed(item));
    const described = typeof arg === "object" && arg !== null ? this.statistics.get(arg) : undefined;
    return described?.some((given) => "value" in given) ?? false;
  }

  private find(x: NDArray): Held | null {
    const held = this.held.get(rootOf(x));
    return held === undefined || held.version !== x.version ? null : held;
  }

  private hold(x: NDArray, value: number = this.count++): void {
    this.held.set(rootOf(x), { value, shape: x.shape, dtype: x.dtype, version: x.version });
  }

  private refuse(expected: string, got: string, hint = ""): never {
    const error = new TensorError("exportOnnx", { expected, got, hint });
    this.refusal ??= error;
    throw error;
  }
}

/** What users call some kernels that are not written. */
const calledOtherwise: Readonly<Record<string, string>> = { nonzero: "index by a mask" };

/** The array whose memory an array is. */
export function rootOf(x: NDArray): NDArray {
  return x.base ?? x;
}

function isArray(value: unknown): value is NDArray {
  return typeof value === "object" && value !== null && "shape" in value && "dtype" in value && "data" in value;
}
