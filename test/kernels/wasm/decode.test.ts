import { expect, test } from "vitest";
import { decode } from "../../../src/kernels/wasm/decode.ts";
import { binary } from "../../../src/kernels/wasm/module.generated.ts";
import { binary as relaxed } from "../../../src/kernels/wasm/relaxed.generated.ts";

const digits = Array.from({ length: 86 }, (_, i) => (i === 52 ? "&" : String.fromCharCode(40 + i)));

test("every byte is decoded", () => {
  const all = ["", "!", "#"].flatMap((high) => digits.map((digit) => high + digit)).slice(0, 256);
  const expected = all.map((_, v) => (v + 240) % 256);
  expect([...decode(all.join(""))]).toEqual(expected);
  expect([...decode(all.reverse().join(""))]).toEqual(expected.reverse());
});

test.each([
  ["module", binary],
  ["relaxed", relaxed],
])("the text of the %s is plain, and a module of WebAssembly", (_name, text) => {
  expect(text).toMatch(/^[!#&(-[\]-}]+$/); // no quote, no backslash, no "$", no space
  expect([...decode(text).subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});
