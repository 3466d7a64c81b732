const { fround } = Math;

// The constants are those of Cephes (Moshier) as used by avx_mathfun (Garberoglio, after Pommier): float32 numbers,
// in the loops, where the compiler can see that they never change. `fround(a * b + c)` stands for a fused multiply-add,
// though it rounds twice: a test goes through all 2^24 arguments to show that here this makes no difference.

const powersOfHalf = /* @__PURE__ */ Float64Array.from({ length: 32 }, (_, i) => 1 / ((1 << i) >>> 0));

/** `√(−2·log(1 − u))`, for `u` the first eight draws in units of 2^-24. */
export function fillRadii(radii: Float32Array, draws: Int32Array): void {
  for (let j = 0; j < 8; j++) {
    // 1 − u = (1 + x)·2^e, with 1 + x in [√½, √2).
    const m = 0x1000000 - draws[j];
    const k = 31 - Math.clz32(m / 0.7071067690849304);
    const e = k - 24;
    const x = m * powersOfHalf[k] - 1;
    const z = fround(x * x);
    let y = fround(0.07037683576345444 * x - 0.11514610052108765);
    y = fround(y * x + 0.11676998436450958);
    y = fround(y * x - 0.12420140951871872);
    y = fround(y * x + 0.14249323308467865);
    y = fround(y * x - 0.16668057441711426);
    y = fround(y * x + 0.2000071406364441);
    y = fround(y * x - 0.24999994039535522);
    y = fround(y * x + 0.3333333134651184);
    y = fround(fround(y * x) * z + fround(-0.00021219444170128554 * e));
    y = fround(y - 0.5 * z);
    const log = fround(0.693359375 * e + fround(x + y));
    radii[j] = Math.sqrt(-2 * log);
  }
}

/**
 * The pairs at angle `2π·u` and the given radii, for `u` the last eight draws in units of 2^-24: number `j` and number
 * `j + 8` from `start` on. Where the radius is −0, its pair is 0.
 */
export function fillPairs(data: Float32Array, start: number, radii: Float32Array, draws: Int32Array): void {
  for (let j = 0; j < 8; j++) {
    // The angle is q·π/4 + x, with |x| ≤ π/4 and q even.
    const theta = fround(3.7450703871400037e-7 * draws[j + 8]);
    const q = (fround(1.2732394933700562 * theta) + 1) & ~1;
    let x = fround(theta - 0.78515625 * q);
    x = fround(x - 0.00024187564849853516 * q);
    x = fround(x - 3.774895063202166e-8 * q);
    const z = fround(x * x);
    let c = fround(2.44331567955669e-5 * z - 0.0013887316454201937);
    c = fround(c * z + 0.04166664555668831);
    c = fround(fround(c * z) * z - 0.5 * z);
    c = fround(c + 1);
    let s = fround(-0.00019515295571181923 * z + 0.008332161232829094);
    s = fround(s * z - 0.16666655242443085);
    s = fround(fround(s * z) * x + x);

    const swap = (q & 2) !== 0;
    const cos = (swap ? s : c) * (1 - (((q + 2) & 4) >> 1));
    const sin = (swap ? c : s) * (1 - ((q & 4) >> 1));
    data[start + j] = radii[j] * cos + 0;
    data[start + j + 8] = radii[j] * sin + 0;
  }
}
