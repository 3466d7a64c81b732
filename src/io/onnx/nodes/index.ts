import type { Write } from "../call.ts";
import { norms } from "./batchNorm.ts";
import { windows } from "./convolution.ts";
import { losses } from "./crossEntropy.ts";
import { elementwise } from "./elementwise.ts";
import { products } from "./products.ts";
import { reduce } from "./reduce.ts";
import { shape } from "./shape.ts";

/** What each kernel is in ONNX. */
export const writers: Readonly<Record<string, Write>> = {
  ...elementwise,
  ...reduce,
  ...shape,
  ...products,
  ...norms,
  ...losses,
  ...windows,
};
