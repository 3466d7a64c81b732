// Products that go into a sum: rounded in between, so that every engine has the same bits, or, in the relaxed module, by
// one fused instruction where the processor has one.

/** `a·b + c` of four float32 lanes. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function mulAdd4(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** `a·b + c` of two float64 lanes. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function mulAdd2(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f64x2.relaxed_madd(a, b, c) : f64x2.add(f64x2.mul(a, b), c);
}
