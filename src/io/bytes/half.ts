/** The bits of the float32 that equals a float16, given as its bits. Payloads of NaN stay, at the upper end. */
export function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal of float16 is a normal float32: its first 1 becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The bits of the float32 that equals a bfloat16, which is its upper half. */
export function bfloat16Bits(half: number): number {
  return half << 16;
}

/** The bits of the float32 that equals a float8 of four bits of exponent and three of fraction, which has no infinity (`e4m3fn`). */
export function e4m3Bits(byte: number): number {
  const sign = (byte & 0x80) << 24;
  const exponent = (byte >> 3) & 0xf;
  const fraction = byte & 0x7;
  if (exponent === 0xf && fraction === 0x7) return sign | 0x7fc00000;
  if (exponent > 0) return sign | ((exponent + 120) << 23) | (fraction << 20);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 28;
  return sign | ((121 - shift) << 23) | (((fraction << shift) & 0x7) << 20);
}
