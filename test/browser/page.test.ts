import * as evenkeel from "evenkeel";
import { expect, test } from "vitest";

test("evenkeel loads in a page", () => {
  expect(evenkeel.TensorError).toBeTypeOf("function");
});

test("the page is cross-origin isolated, so that memory can be shared", () => {
  expect(globalThis.crossOriginIsolated).toBe(true);
});
