import { expect, test } from "vitest";
import { bfloat16Bits, e4m3Bits, float16Bits } from "../../../src/io/bytes/half.ts";

const view = new DataView(new ArrayBuffer(4));
const floatOf = (bits: number): number => {
  view.setInt32(0, bits);
  return view.getFloat32(0);
};

/** The value of a float of so many bits of exponent and of fraction: in IEEE 754 the largest exponent is that of no number. */
function floatAt(bits: number, exponentBits: number, fractionBits: number, hasInfinity: boolean): number {
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) {
    if (hasInfinity) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (fraction === 1 - 1 / 2 ** fractionBits) return Number.NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

test.each<
  readonly [string, (bits: number) => number, exponentBits: number, fractionBits: number, hasInfinity: boolean]
>([
  ["float16", float16Bits, 5, 10, true],
  ["bfloat16", bfloat16Bits, 8, 7, true],
  ["float8 of four bits of exponent", e4m3Bits, 4, 3, false],
])("every %s is the float32 of its value, −0 too", (_, bitsOf, exponentBits, fractionBits, hasInfinity) => {
  const all = Array.from({ length: 2 ** (1 + exponentBits + fractionBits) }, (_, bits) => bits);
  const isOff = (bits: number) =>
    !Object.is(floatOf(bitsOf(bits)), floatAt(bits, exponentBits, fractionBits, hasInfinity));
  expect(all.filter(isOff)).toEqual([]);
});

test("what is no number keeps its sign, and a float16 its payload", () => {
  expect([0x7e01, 0xfe01].map((half) => float16Bits(half) >>> 0)).toEqual([0x7fc02000, 0xffc02000]);
  expect([0x7f, 0xff].map((byte) => e4m3Bits(byte) >>> 0)).toEqual([0x7fc00000, 0xffc00000]);
});
