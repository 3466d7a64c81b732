// Steps of Adam on `n` numbers, in place, with the bits of the plain loops: results are rounded to float32 where
// those round them, and a product of float32 goes into its sum in float64. Whole vectors: up to 15 bytes past the ends
// are read and written. Settings come rounded to the precision of the arrays; an address of 0 stands for no array.

import { mulAdd, mulAddEach } from "./mulAdd";

/** One step of Adam: `p`, the means `m` and `v`, and the largest `v` so far, change by the gradient `g`. */
export function adam<T>(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  most: usize,
  n: i32,
  weight: f64,
  beta2: f64,
  inflow: f64,
  eps: f64,
  decay: f64,
  keep: f64,
  size: f64,
  correction: f64,
  maximize: i32,
): void {
  const sign = v128.splat<T>(maximize ? <T>-0.0 : 0);
  const isNear = weight < 0.5;
  const way = isNear ? weight : weight - 1;
  const end = p + <usize>n * sizeof<T>();
  for (; p < end; p += 16, g += 16, m += 16, v += 16) {
    const x = v128.mul<T>(v128.load(p), v128.splat<T>(<T>keep));
    let d = v128.xor(v128.load(g), sign);
    if (decay != 0) d = mulAdd<T>(x, decay, d);
    const before = v128.load(m);
    const mean = mulAdd<T>(v128.sub<T>(d, before), way, isNear ? before : d);
    v128.store(m, mean);
    let square = mulAddEach<T>(
      v128.mul<T>(d, v128.splat<T>(<T>inflow)),
      d,
      v128.mul<T>(v128.load(v), v128.splat<T>(<T>beta2)),
    );
    v128.store(v, square);
    if (most) {
      square = v128.max<T>(v128.load(most), square);
      v128.store(most, square);
      most += 16;
    }
    const root = v128.div<T>(v128.sqrt<T>(square), v128.splat<T>(<T>correction));
    const step = v128.mul<T>(mean, v128.splat<T>(<T>size));
    v128.store(p, v128.add<T>(x, v128.div<T>(step, v128.add<T>(root, v128.splat<T>(<T>eps)))));
  }
}
