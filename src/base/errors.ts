const errorBrand: unique symbol = Symbol.for("evenkeel.TensorError") as never;

/**
 * What kind of thing was refused, for programs: an argument; the name of an option; a package that is not installed; a file; a
 * state dict; values that have changed since they were recorded; a NaN or an infinity that `detectAnomaly` has found; a network
 * whose loss, gradients or statistics are not finite, to an analysis that needs numbers.
 */
export type TensorErrorCode =
  | "EVENKEEL_ARGUMENT"
  | "EVENKEEL_OPTION"
  | "EVENKEEL_PACKAGE"
  | "EVENKEEL_FILE"
  | "EVENKEEL_STATE"
  | "EVENKEEL_CHANGED"
  | "EVENKEEL_ANOMALY"
  | "EVENKEEL_NOT_FINITE";

/** What a {@link TensorError} is made of, beside the place where it was thrown. */
export interface TensorErrorParts {
  /** What would have been right, in the caller's words. */
  readonly expected: string;
  /** What came instead. */
  readonly got: string;
  /** What to try, as one or more whole sentences. */
  readonly hint?: string;
  /** What kind of thing it is. Default `"EVENKEEL_ARGUMENT"`. */
  readonly code?: TensorErrorCode;
}

/**
 * The one error of the library. Its message reads `where: expected …, got …. hint`, and the parts stay as fields.
 * Whatever threw it has changed nothing.
 *
 * @example
 * ```ts
 * import { isTensorError, zeros } from "evenkeel";
 *
 * try {
 *   zeros([2, 3]).matmul(zeros([2, 3]));
 * } catch (error) {
 *   if (isTensorError(error)) console.log(error.code, error.where); // => EVENKEEL_ARGUMENT matmul
 * }
 * ```
 */
export class TensorError extends Error {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "TensorError";
  /** Always `"TensorError"`. */
  override readonly name = "TensorError";
  /** The public name of what refused its input, such as `Linear.forward`. */
  readonly where: string;
  /** What would have been right. */
  readonly expected: string;
  /** What came instead. */
  readonly got: string;
  /** What to try, or an empty string. */
  readonly hint: string;
  /** What kind of thing was refused; it stays as it is where the words of a message change. */
  readonly code: TensorErrorCode;

  /** @param where - the public name of what refuses; the parts say why. */
  constructor(where: string, parts: TensorErrorParts) {
    if (typeof where !== "string" || typeof parts?.expected !== "string" || typeof parts.got !== "string") {
      throw new TensorError("TensorError", {
        expected: "where it is thrown, and { expected, got, hint, code }, in words",
        got: `${describe(where)} and ${describe(parts)}`,
      });
    }
    const { expected, got, hint = "", code = "EVENKEEL_ARGUMENT" } = parts;
    super(`${where}: expected ${expected}, got ${got}.${hint && ` ${hint}`}`);
    this.where = where;
    this.expected = expected;
    this.got = got;
    this.hint = hint;
    this.code = code;
  }

  /** @internal On the prototype, where it is not printed. */
  get [errorBrand](): true {
    return true;
  }
}

/**
 * Whether a value is a {@link TensorError}, of this copy of the package or another, which `instanceof` does not know.
 *
 * @example
 * ```ts
 * import { isTensorError, zeros } from "evenkeel";
 *
 * try {
 *   zeros([-1]);
 * } catch (error) {
 *   console.log(isTensorError(error)); // => true
 * }
 * ```
 */
export function isTensorError(value: unknown): value is TensorError {
  return typeof value === "object" && value !== null && errorBrand in value;
}

/** A shape as it is written everywhere in messages: `[2, 3]`. */
export function show(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Any value, short enough for a message. */
export function describe(value: unknown): string {
  return describeWithin(value, 3);
}

/** The same, of arrays that may contain themselves. */
function describeWithin(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return value.name ? `the function ${value.name}` : "a function";
  if (Array.isArray(value)) {
    if (depth === 0) return "[…]";
    const parts = value.slice(0, 6).map((entry) => describeWithin(entry, depth - 1));
    return `[${parts.join(", ")}${value.length > 6 ? ", …" : ""}]`;
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  return describeObject(value);
}

function describeObject(value: object): string {
  const { shape, dtype } = value as { shape?: unknown; dtype?: unknown };
  if (Array.isArray(shape) && typeof dtype === "string") return `${withArticle(dtype)} tensor of shape ${show(shape)}`;
  if (ArrayBuffer.isView(value)) return withArticle(value.constructor.name);
  const name = (value.constructor as { name?: string } | undefined)?.name;
  return name && name !== "Object" ? withArticle(name) : "an object";
}

function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? "an" : "a"} ${noun}`;
}
