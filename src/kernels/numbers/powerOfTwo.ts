let view: DataView | undefined;

/** The bits of one number, to be looked at and changed. */
function bitsOf(x: number): DataView {
  view ??= new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view;
}

/** `2ᵏ`, for a whole `k` from −1022 to 1023. */
export function powerOfTwo(k: number): number {
  const bits = bitsOf(0);
  bits.setInt32(0, (k + 1023) << 20);
  return bits.getFloat64(0);
}

/** The upper 26 bits of a number: what is left of it has as many, so that products of such halves are exact. */
export function highHalf(x: number): number {
  const bits = bitsOf(x);
  bits.setInt32(4, bits.getInt32(4) & ~0x7ffffff);
  return bits.getFloat64(0);
}

/** A positive normal number as `2ᵏ(1 + f)`, with `√½ ≤ 1 + f < √2`: `k`, and `f` by {@link fraction}. */
export function exponent(x: number): number {
  const bits = bitsOf(x);
  const high = bits.getInt32(0);
  return (high >> 20) - 1023 + ((high & 0xfffff) >= 0x6a09e ? 1 : 0);
}

/** The `f` that belongs to the `k` of {@link exponent}. */
export function fraction(x: number, k: number): number {
  const bits = bitsOf(x);
  bits.setInt32(0, bits.getInt32(0) - (k << 20));
  return bits.getFloat64(0) - 1;
}
