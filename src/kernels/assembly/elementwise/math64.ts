// Elementary functions of one float64, from IEEE operations alone: the same bits in every engine, though WebAssembly
// leaves the sign and payload of a NaN open. Polynomials are minimax, fitted for relative error.

/** `1/ln 2`. */
const perLn2: f64 = 1.4426950408889634;
/** `ln 2` to 40 bits, whose product with an exponent is exact, and the rest of it. */
const ln2High: f64 = 0.6931471805592082;
const ln2Low: f64 = 7.371002565167799e-13;
/** `1.5·2⁵²`: what is added to it is rounded to an integer, and left in the low bits. */
const rounder: f64 = 6755399441055744;

/** `eˣ`. */
export function expF64(x: f64): f64 {
  return expSum(x, 0);
}

/** `e^(x + low)` for a `low` of less than an ulp of `x`, from `x = n·ln 2 + r`. */
export function expSum(x: f64, low: f64): f64 {
  if (x > 709.8) return Infinity;
  if (x < -745.2) return 0;
  const t = x * perLn2 + rounder;
  const n = t - rounder;
  const high = x - n * ln2High;
  const rest = n * ln2Low - low;
  const r = high - rest;
  let q = 2.082649820202256e-9;
  q = q * r + 2.511217253186065e-8;
  q = q * r + 2.7557583090764546e-7;
  q = q * r + 2.755723447958668e-6;
  q = q * r + 2.4801586924017317e-5;
  q = q * r + 0.00019841269896758864;
  q = q * r + 0.0013888888889117721;
  q = q * r + 0.008333333333316886;
  q = q * r + 0.04166666666666609;
  q = q * r + 0.16666666666666682;
  q = q * r + 0.5;
  const sum = 1 + high; // the only rounding of any size: what it loses joins the small terms
  const y = sum + (1 - sum + high + (r * r * q - rest));
  const k = reinterpret<i64>(t) - reinterpret<i64>(rounder);
  const half = k >> 1; // two powers of two, so that neither overflows and a subnormal result is rounded once
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}

/** `2ⁿ` for normal results. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function powerOfTwo(n: i64): f64 {
  return reinterpret<f64>((n + 1023) << 52);
}

/**
 * `ln x + exponent·ln 2 + low` for positive normal `x` and a `low` of less than an ulp of it: with `x = 2ᵏ(1 + f)`,
 * `√½ ≤ 1 + f < √2` and `s = f/(2 + f)`, `ln(1 + f) = 2 artanh s = f − (f²/2 − s·(f²/2 + R(s²)))`.
 */
function logSum(x: f64, exponent: i64, low: f64): f64 {
  const rootHalf: i64 = 0x3fe6a09e667f3bcd;
  const shifted = reinterpret<i64>(x) + (0x3ff0000000000000 - rootHalf);
  const k = <f64>((shifted >> 52) - 1023 + exponent);
  const f = reinterpret<f64>((shifted & 0xfffffffffffff) + rootHalf) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const h = 0.5 * f * f;
  let p = 0.13254126593591636;
  p = p * z + 0.13249814975403362;
  p = p * z + 0.1538710398387828;
  p = p * z + 0.18181775368557695;
  p = p * z + 0.22222222650429949;
  p = p * z + 0.2857142856906235;
  p = p * z + 0.4000000000000632;
  p = p * z + 0.6666666666666666;
  const small = s * (h + z * p) + (low + k * ln2Low);
  const high = k * ln2High; // exact, and 0 or more than f
  const sum = high + f; // the only rounding of any size: what it loses joins the small terms
  return sum + (high - sum + f - (h - small));
}

/** The logarithm of `x` where it is not a positive finite number. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function logSpecial(x: f64): f64 {
  return x == 0 ? -Infinity : x < 0 ? NaN : x;
}

/** `ln x`. */
export function logF64(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return logSpecial(x);
  const subnormal = x < 2.2250738585072014e-308;
  return logSum(subnormal ? x * 4503599627370496 : x, subnormal ? -52 : 0, 0); // 2⁵²
}

/** `ln(1 + x)`: `ln u + c/u` for the rounded sum `u` and what it lost, `c`. */
export function log1pF64(x: f64): f64 {
  const u = 1 + x;
  if (!(u > 0 && u < Infinity)) return logSpecial(u);
  if (u == 1) return x;
  return logSum(u, 0, (x - (u - 1)) / u);
}

/** `tanh x`: a polynomial below 9⁄16, and `1 − 2/(e^(2|x|) + 1)` above. */
export function tanhF64(x: f64): f64 {
  const a = abs(x);
  if (a > 20) return copysign<f64>(1, x);
  if (!(a < 0.5625)) return copysign<f64>(1 - 2 / (expF64(a + a) + 1), x);
  const z = x * x;
  let p = 7.204614599258818e-6;
  p = p * z + -3.253345009004475e-5;
  p = p * z + 9.363293294639835e-5;
  p = p * z + -0.0002380660745299908;
  p = p * z + 0.000589791605336728;
  p = p * z + -0.0014557982176194942;
  p = p * z + 0.0035921242303580073;
  p = p * z + -0.008863235261807802;
  p = p * z + 0.021869488524100575;
  p = p * z + -0.053968253967935684;
  p = p * z + 0.1333333333333291;
  p = p * z + -0.3333333333333333;
  return copysign<f64>(a + a * z * p, x);
}

/** `1/(1 + e⁻ˣ)`, as `e^x/(1 + e^x)` below 0, so that nothing overflows or cancels. */
export function sigmoidF64(x: f64): f64 {
  const e = expF64(-abs(x));
  const sum = 1 + e;
  const lost = e - (sum - 1);
  const y = (x < 0 ? e : 1) / sum;
  return y - y * (lost / sum);
}

/** `erf x`: a polynomial below 1, and `1 − e^(Q(|x|))`, `Q` approximating `ln erfc`, above. */
export function erfF64(x: f64): f64 {
  const a = abs(x);
  if (a > 6) return copysign<f64>(1, x);
  if (a < 1) {
    const z = x * x;
    let p = -4.222894970306497e-12;
    p = p * z + 8.703789063157564e-11;
    p = p * z + -1.2163041701482618e-9;
    p = p * z + 1.4792145719035877e-8;
    p = p * z + -1.636461441824939e-7;
    p = p * z + 1.6462043407599716e-6;
    p = p * z + -1.4925647465110833e-5;
    p = p * z + 0.00012055332899357821;
    p = p * z + -0.0008548327021853201;
    p = p * z + 0.005223977625422086;
    p = p * z + -0.026866170645129733;
    p = p * z + 0.11283791670955119;
    p = p * z + -0.37612638903183754;
    p = p * z + 0.1283791670955126;
    return copysign<f64>(a + a * p, x);
  }
  const t = a - 2;
  let q = -1.9230866863814296e-15;
  q = q * t + 4.05949352984823e-14;
  q = q * t + -3.958042304994009e-13;
  q = q * t + 2.3990605097785907e-12;
  q = q * t + -1.0144494139140435e-11;
  q = q * t + 2.9754484071924315e-11;
  q = q * t + -3.656145665138217e-11;
  q = q * t + -2.558515017454866e-10;
  q = q * t + 2.520411625527573e-9;
  q = q * t + -1.3977932964009057e-8;
  q = q * t + 5.782046147132572e-8;
  q = q * t + -1.7317848652966278e-7;
  q = q * t + 2.0362856292235996e-7;
  q = q * t + 1.9521781713775758e-6;
  q = q * t + -2.0706429132609965e-5;
  q = q * t + 0.00013530933965866604;
  q = q * t + -0.0007323993857859426;
  q = q * t + 0.0035707563454813645;
  q = q * t + -0.016465118136931765;
  q = q * t + -0.9237508418237774;
  q = q * t + -4.418160805994415;
  q = q * t + -5.364941264616638;
  return copysign<f64>(1 - expF64(q), x);
}

/**
 * `ln(1 + e^(beta·x))/beta`, and `x` itself where `beta·x` exceeds the threshold. Of large `z = beta·x` the power would
 * overflow, and the logarithm is `z + ln(1 + e^(−z))`. Far below 0 an error of `z` is one of its power as many times
 * larger as `z` is, so what the rounding of `z` lost counts too.
 */
export function softplusF64(x: f64, beta: f64, threshold: f64): f64 {
  const z = beta * x;
  if (z > threshold) return x;
  if (z > 1) return (z + log1pF64(expF64(-z))) / beta;
  return log1pF64(expSum(z, productError(beta, x, z))) / beta;
}

/** `a·b − ab` for the rounded product `ab`, or 0 where the parts of it overflow. */
export function productError(a: f64, b: f64, ab: f64): f64 {
  const error = splitError(a, b, ab);
  return abs(error) < 1 ? error : 0;
}

/** `a·b − ab`, to some 100 bits, by the upper and lower bits of both. */
export function splitError(a: f64, b: f64, ab: f64): f64 {
  const aHigh = highHalf(a);
  const aLow = a - aHigh;
  const bHigh = highHalf(b);
  const bLow = b - bHigh;
  return aHigh * bHigh - ab + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** The upper 26 bits. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function highHalf(a: f64): f64 {
  return reinterpret<f64>(reinterpret<i64>(a) & ~0x7ffffff);
}

/** `sin(x + quarters·π/2)`: `x = n·π/2 + r + low` with `|r| ≤ π/4`, and the sine or cosine of the rest. */
export function sinTurned(x: f64, quarters: i64): f64 {
  const a = abs(x);
  if (!(a < Infinity)) return NaN;
  if (a <= 0.7853981633974483) return quarters == 0 ? sinNear(x, 0) : cosNear(x, 0);
  if (a > 1647099.3) return sinFar(x, quarters); // 2²⁰·π/2
  const n = nearest<f64>(x * 0.6366197723675814);
  // Two parts of π/2 have 33 bits, and exact products with n; what the second difference loses joins the third.
  const first = x - n * 1.5707963267341256;
  const product = n * 6.077100506303966e-11;
  const second = first - product;
  const taken = first - second;
  const lost = first - (second + taken) + (taken - product);
  const rest = lost - n * 2.0222662487959506e-21;
  const r = second + rest;
  return turned(r, second - r + rest, <i64>n + quarters);
}

/** The sine of `r + low` after `quarters` quarter turns. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function turned(r: f64, low: f64, quarters: i64): f64 {
  const y = (quarters & 1) == 0 ? sinNear(r, low) : cosNear(r, low);
  return (quarters & 2) == 0 ? y : -y;
}

/** `sin(r + low)` for `|r| ≤ π/4`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function sinNear(r: f64, low: f64): f64 {
  const z = r * r;
  if (z < 1e-17) return r; // −0 stays
  let s = 1.5896188224162894e-10;
  s = s * z + -2.5050747061775796e-8;
  s = s * z + 2.755731361706043e-6;
  s = s * z + -0.00019841269829577548;
  s = s * z + 0.008333333333322104;
  s = s * z + -0.1666666666666663;
  return r + (r * z * s + low * (1 - 0.5 * z));
}

/** `cos(r + low)` for `|r| ≤ π/4`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function cosNear(r: f64, low: f64): f64 {
  const z = r * r;
  let c = -1.1358507235858736e-11;
  c = c * z + 2.08757002890774e-9;
  c = c * z + -2.755731417532571e-7;
  c = c * z + 2.4801587288838304e-5;
  c = c * z + -0.0013888888888873036;
  c = c * z + 0.041666666666666595;
  const h = 0.5 * z;
  const w = 1 - h;
  return w + (1 - w - h + (z * z * c - r * low));
}

/**
 * `sin(x + quarters·π/2)` for large `x = m·2ᵉ`, after Payne and Hanek: of `x·2/π` only the remainder by 4 counts, so
 * the bits of `2/π` of weight `2^(2 − e)` and more can be left out, and the 192 after them are enough: `x·2/π` is never
 * closer than 2⁻⁶² to an integer.
 */
function sinFar(x: f64, quarters: i64): f64 {
  const bits = reinterpret<u64>(abs(x));
  const m: u64 = (bits & 0xfffffffffffff) | 0x10000000000000;
  const start = <i32>(bits >> 52) - 1075 - 2;
  const w0 = twoOverPiBits(start);
  const w1 = twoOverPiBits(start + 64);
  const w2 = twoOverPiBits(start + 128);
  // The product modulo 2¹⁹²: x·2/π modulo 4, in units of 2⁻¹⁹⁰.
  const low = mulHigh(m, w2);
  const middle = m * w1 + low;
  const top = m * w0 + mulHigh(m, w1) + <u64>(middle < low);
  let n = <i64>(top >> 62);
  let high = (top << 2) | (middle >> 62);
  let next = (middle << 2) | ((m * w2) >> 62);
  const negative = <i64>high < 0; // a fraction of at least ½: from above
  if (negative) {
    n += 1;
    next = ~next;
    high = ~high; // short of the complement by 2⁻¹²⁸, as of no account as what 2/π was cut off by
  }
  const zeros = clz(high);
  if (zeros > 0) {
    high = (high << zeros) | (next >> (64 - zeros));
    next <<= zeros;
  }
  // The fraction as the sum of two floats, times π/2 as the sum of two.
  const a = <f64>(high >> 11) * powerOfTwo(-53 - <i64>zeros);
  const b = <f64>(((high & 0x7ff) << 42) | (next >> 22)) * powerOfTwo(-106 - <i64>zeros);
  const p = a * 1.5707963267948966;
  const q = splitError(a, 1.5707963267948966, p) + (a * 6.123233995736766e-17 + b * 1.5707963267948966);
  const r = p + q;
  const rest = p - r + q;
  if (x < 0) n = -n;
  return negative == (x < 0) ? turned(r, rest, n + quarters) : turned(-r, -rest, n + quarters);
}

/** The upper 64 bits of a product of 128. */
function mulHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const cross = aHigh * bLow + ((aLow * bLow) >> 32);
  return aHigh * bHigh + (cross >> 32) + (((cross & 0xffffffff) + aLow * bHigh) >> 32);
}

/** 64 bits of `2/π`, after the first `start` behind its point; before the point they are 0. */
function twoOverPiBits(start: i32): u64 {
  const word = start >> 6;
  const shift = <u64>(start & 63);
  const high = twoOverPiWord(word);
  return shift == 0 ? high : (high << shift) | (twoOverPiWord(word + 1) >> (64 - shift));
}

/** The binary digits of `2/π`, 64 at a time; a table in code, for the module has no memory of its own. */
function twoOverPiWord(index: i32): u64 {
  switch (index) {
    case 0:
      return 0xa2f9836e4e441529;
    case 1:
      return 0xfc2757d1f534ddc0;
    case 2:
      return 0xdb6295993c439041;
    case 3:
      return 0xfe5163abdebbc561;
    case 4:
      return 0xb7246e3a424dd2e0;
    case 5:
      return 0x06492eea09d1921c;
    case 6:
      return 0xfe1deb1cb129a73e;
    case 7:
      return 0xe88235f52ebb4484;
    case 8:
      return 0xe99c7026b45f7e41;
    case 9:
      return 0x3991d639835339f4;
    case 10:
      return 0x9c845f8bbdf9283b;
    case 11:
      return 0x1ff897ffde05980f;
    case 12:
      return 0xef2f118b5a0a6d1f;
    case 13:
      return 0x6d367ecf27cb09b7;
    case 14:
      return 0x4f463f669e5fea2d;
    case 15:
      return 0x7527bac7ebe5f17b;
    case 16:
      return 0x3d0739f78a5292ea;
    case 17:
      return 0x6bfb5fb11f8d5d08;
    case 18:
      return 0x56033046fc7b6bab;
    case 19:
      return 0xf0cfbc209af4361d;
    default:
      return 0;
  }
}
