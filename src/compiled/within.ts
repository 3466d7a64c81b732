import { isTensor } from "../base/brand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { isArray } from "./ledger.ts";

/** All tensors that an object, such as an optimiser, holds in its fields, lists and maps, in whatever depth, each once. */
export function tensorsWithin(root: unknown): readonly Tensor[] {
  const seen = new Set<object>();
  const found: Tensor[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    if (ArrayBuffer.isView(value) || isArray(value)) return;
    seen.add(value);
    if (isTensor(value)) found.push(value as Tensor);
    else if (value instanceof Map || value instanceof Set) for (const item of value.values()) visit(item);
    else for (const item of Array.isArray(value) ? value : Object.values(value)) visit(item);
    if (value instanceof Map) for (const name of value.keys()) visit(name);
  };
  visit(root);
  return found;
}
