// The optimisers' steps on `n` numbers, in place, with the bits of the plain loops: results are rounded to float32 where
// those round them, and a product of float32 goes into its sum in float64. Whole vectors: up to 15 bytes past the ends
// are read and written. Settings come rounded to the precision of the arrays; an address of 0 stands for no array.

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Two and two float64, rounded to float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function narrow(x: v128, y: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(x), f32x4.demote_f64x2_zero(y), 0, 2);
}

/** `x·s + y`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mulAdd<T>(x: v128, s: f64, y: v128): v128 {
  const factor = f64x2.splat(s);
  if (sizeof<T>() == 8) return f64x2.add(f64x2.mul(x, factor), y);
  return narrow(f64x2.add(f64x2.mul(low(x), factor), low(y)), f64x2.add(f64x2.mul(high(x), factor), high(y)));
}

/** `x·y + z`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mulAddEach<T>(x: v128, y: v128, z: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.add(f64x2.mul(x, y), z);
  return narrow(f64x2.add(f64x2.mul(low(x), low(y)), low(z)), f64x2.add(f64x2.mul(high(x), high(y)), high(z)));
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function sgd<T>(
  p: usize,
  g: usize,
  b: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  inflow: f64,
  decay: f64,
  isFirst: i32,
  nesterov: i32,
  maximize: i32,
): void {
  const sign = v128.splat<T>(maximize ? <T>-0.0 : 0);
  const step = -lr;
  const end = p + <usize>n * sizeof<T>();
  for (; p < end; p += 16, g += 16) {
    let d = v128.xor(v128.load(g), sign);
    if (decay != 0) d = mulAdd<T>(v128.load(p), decay, d);
    if (b) {
      const kept = isFirst ? d : mulAdd<T>(d, inflow, v128.mul<T>(v128.load(b), v128.splat<T>(<T>momentum)));
      v128.store(b, kept);
      d = nesterov ? mulAdd<T>(kept, momentum, d) : kept;
      b += 16;
    }
    v128.store(p, mulAdd<T>(d, step, v128.load(p)));
  }
}

/** `p ← p + s·g`, two by two: a sixth faster than whole vectors taken apart and put together. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function descend(p: usize, g: usize, n: i32, s: f64): void {
  const end = p + (<usize>n << 2);
  for (; p < end; p += 8, g += 8) {
    const way = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(g)), f64x2.splat(s));
    const y = f64x2.add(way, f64x2.promote_low_f32x4(v128.load64_zero(p)));
    v128.store64_lane(p, f32x4.demote_f64x2_zero(y), 0);
  }
}

/** `d = ±g + decay·p`, `b ← momentum·b + inflow·d`, at first `b ← d`; `p ← p − lr·b`, or `p − lr·(d + momentum·b)`. */
export function sgdF32(
  p: usize,
  g: usize,
  b: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  inflow: f64,
  decay: f64,
  isFirst: i32,
  nesterov: i32,
  maximize: i32,
): void {
  if (!b && decay == 0) {
    descend(p, g, n, maximize ? lr : -lr);
    return;
  }
  sgd<f32>(p, g, b, n, lr, momentum, inflow, decay, isFirst, nesterov, maximize);
}

/** The same in float64. */
export function sgdF64(
  p: usize,
  g: usize,
  b: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  inflow: f64,
  decay: f64,
  isFirst: i32,
  nesterov: i32,
  maximize: i32,
): void {
  sgd<f64>(p, g, b, n, lr, momentum, inflow, decay, isFirst, nesterov, maximize);
}

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
