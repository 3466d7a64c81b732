import type { Data, Dtype, Shape } from "../base/dtype.ts";
import { isFloat, sizeOf } from "../base/dtype.ts";
import { printSettings } from "./printOptions.ts";

/** What is to be printed. */
export interface Printable {
  readonly data: Data;
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Such as `requiresGrad=true`. */
  readonly suffix: string | undefined;
}

/** A tensor as PyTorch prints it, with names and values spelt as in JavaScript. */
export function print({ data, shape, dtype, suffix }: Printable): string {
  const prefix = "tensor(";
  const { linewidth } = printSettings();
  const suffixes: string[] = [];
  const isEmpty = data.length === 0;
  if (isEmpty && shape.length !== 1) suffixes.push(`size=(${shape.join(", ")})`);
  if (dtype === "float64" || (isEmpty && dtype !== "float32")) suffixes.push(`dtype=${dtype}`);
  if (suffix !== undefined) suffixes.push(suffix);
  const body = isEmpty ? "[]" : format(data, shape, dtype, prefix.length);
  let text = prefix + body;
  let lastLine = text.length - text.lastIndexOf("\n") + 1;
  for (const part of suffixes) {
    if (lastLine + part.length + 2 > linewidth) {
      text += `,\n${" ".repeat(prefix.length)}${part}`;
      lastLine = prefix.length + part.length;
    } else {
      text += `, ${part}`;
      lastLine += part.length + 2;
    }
  }
  return `${text})`;
}

function format(data: Data, shape: Shape, dtype: Dtype, indent: number): string {
  const summarise = data.length > printSettings().threshold;
  const shown = summarise ? summary(data, shape) : Array.from(data);
  const { write, width } = isFloat(dtype) ? floatWriter(shown) : wordWriter(shown, dtype);
  return block(data, shape, 0, indent, summarise, write, width);
}

/** The elements that a summary shows, for they alone decide on the format. */
function summary(data: Data, shape: Shape): number[] {
  let places = [0];
  let stride = data.length;
  for (const size of shape) {
    stride /= size;
    const kept = edges(size).filter((i) => i >= 0);
    places = places.flatMap((place) => kept.map((i) => place + i * stride));
  }
  return places.map((place) => data[place]);
}

/** The indices that a summary shows of so many, with −1 for what it leaves out. */
function edges(size: number): number[] {
  const all = Array.from({ length: size }, (_, i) => i);
  const { edgeitems } = printSettings();
  return size > 2 * edgeitems ? [...all.slice(0, edgeitems), -1, ...all.slice(size - edgeitems)] : all;
}

type Writer = { write: (value: number) => string; width: number };

function wordWriter(values: readonly number[], dtype: Dtype): Writer {
  const word = (value: number) => (dtype === "bool" ? String(value !== 0) : String(value));
  const width = values.reduce((most, value) => Math.max(most, word(value).length), 0);
  return { write: (value) => word(value).padStart(width), width };
}

function floatWriter(values: readonly number[]): Writer {
  const counted = values.filter((value) => Number.isFinite(value) && value !== 0);
  const most = counted.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const least = counted.reduce((a, b) => Math.min(a, Math.abs(b)), Number.POSITIVE_INFINITY);
  const whole = counted.every(Number.isInteger);
  const scientific = counted.length > 0 && (most / least > 1000 || most > 1e8 || (!whole && least < 1e-4));
  const { precision, sciMode } = printSettings();
  const digits = (value: number, isScientific: boolean) => {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    if (isScientific) return exponential(value, precision);
    return whole ? `${fixed(value, 0)}.` : fixed(value, precision);
  };
  // As in PyTorch, columns are as wide as without what is asked for.
  const width = counted.reduce((widest, value) => Math.max(widest, digits(value, scientific).length), 1);
  const written = counted.length > 0 && sciMode !== null ? sciMode : scientific;
  return { write: (value) => digits(value, written).padStart(width), width };
}

function fixed(value: number, places: number): string {
  const sign = Object.is(value, -0) ? "-" : "";
  return sign + halfEven(value.toFixed(places), value.toFixed(places + 40), 40);
}

function exponential(value: number, precision: number): string {
  const sign = Object.is(value, -0) ? "-" : "";
  const [mantissa, exponent] = value.toExponential(precision).split("e");
  const [exact, exactExponent] = value.toExponential(precision + 40).split("e");
  const digits = exponent === exactExponent ? halfEven(mantissa, exact, 40) : mantissa;
  return `${sign}${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/** JavaScript rounds a tie away from zero, C to the even digit: with the exact digits at hand, the latter. */
function halfEven(rounded: string, exact: string, extra: number): string {
  const kept = exact.slice(0, -extra);
  const isTie = /^50*$/.test(exact.slice(-extra));
  return isTie && /[02468]\.?$/.test(kept) ? kept.replace(/\.$/, "") : rounded;
}

function block(
  data: Data,
  shape: Shape,
  from: number,
  indent: number,
  summarise: boolean,
  write: (value: number) => string,
  width: number,
): string {
  if (shape.length === 0) return write(data[from]);
  const [size, ...rest] = shape;
  const indices = summarise ? edges(size) : Array.from({ length: size }, (_, i) => i);
  if (rest.length === 0)
    return line(
      indices.map((i) => (i < 0 ? " ..." : write(data[from + i]))),
      indent,
      width,
    );
  const stride = sizeOf(rest);
  const parts = indices.map((i) =>
    i < 0 ? "..." : block(data, rest, from + i * stride, indent + 1, summarise, write, width),
  );
  return `[${parts.join(`,${"\n".repeat(rest.length)}${" ".repeat(indent + 1)}`)}]`;
}

function line(words: readonly string[], indent: number, width: number): string {
  const perLine = Math.max(1, Math.floor((printSettings().linewidth - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += perLine) lines.push(words.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}
