// The gradient of batch norm's gradient, of rows of channels [n, c], two channels at a time. All in float64.

/** The numbers of two channels that lie side by side. Of the last one alone, what follows it is read along. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function pair<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(at)) : v128.load(at);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storePair<T>(at: usize, x: v128, isPair: bool): void {
  if (sizeof<T>() == 4) {
    const singles = f32x4.demote_f64x2_zero(x);
    if (isPair) v128.store64_lane(at, singles, 0);
    else v128.store32_lane(at, singles, 0);
  } else if (isPair) v128.store(at, x);
  else v128.store64_lane(at, x, 0);
}

/**
 * From `u` at the `dx` of batch norm's gradient, the gradients at `x` and `weight`:
 * `dx = −weight·r²·(x̂·k + Σux̂/n·(g − Σg/n − x̂·Σgx̂/n) + Σgx̂/n·(u − Σu/n − x̂·Σux̂/n))` and `dweight = n·r·k`, with
 * `k = Σgu/n − Σg·Σu/n² − Σgx̂·Σux̂/n²` and `r = 1/√(variance + eps)`.
 */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function backwardTwice<T>(
  u: usize,
  g: usize,
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  eps: f64,
  dx: usize,
  dweight: usize,
  n: i32,
  c: i32,
): void {
  const stride = usize(c) << alignof<T>();
  const size = f64x2.splat(f64(n));
  for (let j = 0; j < c; j += 2) {
    const isPair = j + 1 < c;
    const from = usize(j) << alignof<T>();
    const m = v128.load(mean + (usize(j) << 3));
    const spread = f64x2.sqrt(f64x2.add(v128.load(variance + (usize(j) << 3)), f64x2.splat(eps)));
    const inverse = f64x2.div(f64x2.splat(1), spread);
    let meanG = f64x2.splat(0);
    let meanU = meanG;
    let meanGX = meanG;
    let meanUX = meanG;
    let meanGU = meanG;
    for (let i = 0, at = from; i < n; i++, at += stride) {
      const gi = pair<T>(g + at);
      const ui = pair<T>(u + at);
      const off = f64x2.sub(pair<T>(x + at), m);
      meanG = f64x2.add(meanG, gi);
      meanU = f64x2.add(meanU, ui);
      meanGX = f64x2.add(meanGX, f64x2.mul(gi, off));
      meanUX = f64x2.add(meanUX, f64x2.mul(ui, off));
      meanGU = f64x2.add(meanGU, f64x2.mul(gi, ui));
    }
    meanG = f64x2.div(meanG, size);
    meanU = f64x2.div(meanU, size);
    meanGX = f64x2.mul(f64x2.div(meanGX, size), inverse);
    meanUX = f64x2.mul(f64x2.div(meanUX, size), inverse);
    meanGU = f64x2.div(meanGU, size);

    const products = f64x2.mul(meanGX, meanUX);
    const k = f64x2.sub(f64x2.sub(meanGU, f64x2.mul(meanG, meanU)), products);
    storePair<T>(dweight + from, f64x2.mul(f64x2.mul(size, inverse), k), isPair);

    // dx = bend·(x − mean) + byG·g + byU·u + shift.
    const scale = f64x2.neg(f64x2.mul(pair<T>(weight + from), f64x2.mul(inverse, inverse)));
    const bend = f64x2.mul(f64x2.mul(scale, inverse), f64x2.sub(k, f64x2.add(products, products)));
    const byG = f64x2.mul(scale, meanUX);
    const byU = f64x2.mul(scale, meanGX);
    const shift = f64x2.neg(f64x2.add(f64x2.mul(byG, meanG), f64x2.mul(byU, meanU)));
    for (let i = 0, at = from; i < n; i++, at += stride) {
      const ofX = f64x2.mul(bend, f64x2.sub(pair<T>(x + at), m));
      const ofG = f64x2.mul(byG, pair<T>(g + at));
      const ofU = f64x2.mul(byU, pair<T>(u + at));
      storePair<T>(dx + at, f64x2.add(f64x2.add(ofX, ofG), f64x2.add(ofU, shift)), isPair);
    }
  }
}

export function batchNormBackwardTwice<T>(
  u: usize,
  g: usize,
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  eps: f64,
  dx: usize,
  dweight: usize,
  n: i32,
  c: i32,
): void {
  backwardTwice<T>(u, g, x, mean, variance, weight, eps, dx, dweight, n, c);
}
