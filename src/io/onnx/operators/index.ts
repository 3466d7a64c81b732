import { windows } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { products } from "./products.ts";
import { reduce } from "./reduce.ts";
import { shape } from "./shape.ts";
import type { Operator } from "./value.ts";

/** What ONNX's operators do, those that are written. */
export const operators: Readonly<Record<string, Operator>> = {
  ...elementwise,
  ...reduce,
  ...shape,
  ...windows,
  ...products,
};
