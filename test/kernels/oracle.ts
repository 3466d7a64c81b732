/** A real number to many bits: `mantissa·2^(−scale)`. */
export interface Exact {
  readonly mantissa: bigint;
  readonly scale: number;
}

const view = new DataView(new ArrayBuffer(8));

/** A finite float64 as `mantissa·2^exponent`, the mantissa of at most 53 bits. */
function parts(x: number): [mantissa: bigint, exponent: number] {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return [x < 0 ? -mantissa : mantissa, Math.max(biased, 1) - 1075];
}

/** `m·2^(−from)` in units of `2^(−to)`. */
function rescale(m: bigint, from: number, to: number): bigint {
  return to >= from ? m << BigInt(to - from) : m >> BigInt(from - to);
}

function fixed(x: number, scale: number): bigint {
  const [mantissa, exponent] = parts(x);
  return rescale(mantissa, -exponent, scale);
}

/** How many bits make a function of `x` accurate to 150, where it is about as small as `x`, or `x²` counts. */
function scaleFor(x: number): number {
  const [mantissa, exponent] = parts(x);
  return 200 + 2 * Math.max(0, -(exponent + mantissa.toString(2).length));
}

function magnitude(x: bigint): bigint {
  return x < 0n ? -x : x;
}

function memo(make: (scale: number) => bigint): (scale: number) => bigint {
  const known = new Map<number, bigint>();
  return (scale) => {
    const found = known.get(scale) ?? make(scale);
    known.set(scale, found);
    return found;
  };
}

/** `Σ ±x^(2n+1)/(2n+1)`: the inverse tangent, or with `sign` 1 its hyperbolic sister. */
function arctan(x: bigint, scale: number, sign: bigint): bigint {
  const square = (x * x) >> BigInt(scale);
  let sum = 0n;
  let power = x;
  for (let n = 1n; magnitude(power) > 1n; n += 2n) {
    sum += power / n;
    power = (sign * power * square) >> BigInt(scale);
  }
  return sum;
}

const ln2 = memo((s) => 2n * arctan((1n << BigInt(s)) / 3n, s, 1n));
const pi = memo((s) => {
  const one = 1n << BigInt(s);
  return 16n * arctan(one / 5n, s, -1n) - 4n * arctan(one / 239n, s, -1n); // Machin
});

function squareRoot(x: bigint): bigint {
  let root = 1n << BigInt((x.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** `eˣ`, its mantissa of about `scale` bits. */
function exponential(x: bigint, scale: number): Exact {
  const guarded = scale + 32;
  const log = ln2(guarded);
  const wide = rescale(x, scale, guarded);
  const n = wide / log;
  const r = (wide - n * log) >> 8n; // e^r = (e^(r/256))^256
  const one = 1n << BigInt(guarded);
  let sum = one;
  let term = one;
  for (let i = 1n; magnitude(term) > 1n; i++) {
    term = ((term * r) >> BigInt(guarded)) / i;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = (sum * sum) >> BigInt(guarded);
  return { mantissa: sum, scale: guarded - Number(n) };
}

function logarithm(x: bigint, scale: number): bigint {
  const k = x.toString(2).length - scale;
  const m = rescale(x, k, 0);
  const one = 1n << BigInt(scale);
  const s = ((m - one) << BigInt(scale)) / (m + one);
  return 2n * arctan(s, scale, 1n) + BigInt(k) * ln2(scale);
}

/** `1 + y`, to the bits of the finer of the two. */
function onePlus({ mantissa, scale }: Exact): Exact {
  if (scale >= 0) return { mantissa: mantissa + (1n << BigInt(scale)), scale };
  return { mantissa: rescale(mantissa, scale, 0) + 1n, scale: 0 };
}

/** `y − 1`, likewise. */
function minusOne({ mantissa, scale }: Exact): Exact {
  const { mantissa: negated, scale: finer } = onePlus({ mantissa: -mantissa, scale });
  return { mantissa: -negated, scale: finer };
}

/** `a/b` to 200 bits. */
function quotient(a: Exact, b: Exact): Exact {
  const shift = Math.max(0, 200 + b.mantissa.toString(2).length - a.mantissa.toString(2).length);
  return { mantissa: (a.mantissa << BigInt(shift)) / b.mantissa, scale: a.scale + shift - b.scale };
}

/** The inverse tangent of any number: that of a quarter of the angle, four times. */
function arctangent(x: bigint, scale: number): bigint {
  const one = 1n << BigInt(scale);
  if (magnitude(x) > one) return (x > 0n ? pi(scale) >> 1n : -(pi(scale) >> 1n)) - arctangent((one * one) / x, scale);
  const halved = (t: bigint) => (t << BigInt(scale)) / (one + squareRoot(one * one + t * t));
  return 4n * arctan(halved(halved(x)), scale, -1n);
}

/** `sin(x + quarters·π/2)`. */
function sine(x: number, quarters: number): Exact {
  const scale = scaleFor(x) + 200;
  const quarter = pi(scale + 1200) >> 1n; // enough for the largest x
  const wide = fixed(x, scale + 1200);
  const n = wide / quarter;
  const r = rescale(wide - n * quarter, scale + 1200, scale);
  const turn = Number((((n + BigInt(quarters)) % 4n) + 4n) % 4n);
  let term = turn % 2 === 0 ? r : 1n << BigInt(scale);
  let sum = 0n;
  for (let i = turn % 2 === 0 ? 1n : 0n; magnitude(term) > 1n; i += 2n) {
    sum += term;
    term = (((-term * r) >> BigInt(scale)) * r) >> BigInt(scale);
    term /= (i + 1n) * (i + 2n);
  }
  return { mantissa: turn >= 2 ? -sum : sum, scale };
}

/**
 * Elementary functions of a finite float64 in integers of many bits: slow, and by other formulas than the kernels have.
 */
export const oracle = {
  exp(x: number): Exact {
    return exponential(fixed(x, 300), 300);
  },
  log(x: number): Exact {
    const scale = scaleFor(x);
    return { mantissa: logarithm(fixed(x, scale), scale), scale };
  },
  /** For positive `x`, and powers that neither overflow nor vanish. */
  pow(x: number, exponent: number): Exact {
    const [m, e] = parts(x);
    const [n, f] = parts(exponent);
    const log = logarithm(rescale(m, 0, 400), 400) + BigInt(e) * ln2(400);
    return exponential(rescale(log * n, 400 - f, 300), 300);
  },
  log1p(x: number): Exact {
    const scale = scaleFor(x);
    return { mantissa: logarithm((1n << BigInt(scale)) + fixed(x, scale), scale), scale };
  },
  sqrt(x: number): Exact {
    return { mantissa: squareRoot(fixed(x, 2600)), scale: 1300 };
  },
  rsqrt(x: number): Exact {
    return quotient({ mantissa: 1n, scale: 0 }, oracle.sqrt(x));
  },
  log2(x: number): Exact {
    const { mantissa, scale } = oracle.log(x);
    return quotient({ mantissa, scale }, { mantissa: ln2(scale), scale });
  },
  log10(x: number): Exact {
    const { mantissa, scale } = oracle.log(x);
    return quotient({ mantissa, scale }, { mantissa: logarithm(10n << BigInt(scale), scale), scale });
  },
  expm1(x: number): Exact {
    return minusOne(exponential(fixed(x, scaleFor(x)), scaleFor(x)));
  },
  sinh(x: number): Exact {
    const a = Math.abs(x);
    const { mantissa, scale } = exponential(fixed(a, scaleFor(x)), scaleFor(x));
    const y = quotient(oracle.expm1(2 * a), { mantissa: 2n * mantissa, scale });
    return x < 0 ? { ...y, mantissa: -y.mantissa } : y;
  },
  cosh(x: number): Exact {
    const a = Math.abs(x);
    const { mantissa, scale } = exponential(fixed(a, 300), 300);
    return quotient(onePlus(exponential(fixed(2 * a, 300), 300)), { mantissa: 2n * mantissa, scale });
  },
  atan(x: number): Exact {
    const scale = scaleFor(x);
    return { mantissa: arctangent(fixed(x, scale), scale), scale };
  },
  asin(x: number): Exact {
    const scale = scaleFor(x);
    const [one, wide] = [1n << BigInt(scale), fixed(x, scale)];
    const beside = squareRoot(one * one - wide * wide);
    if (beside === 0n) return { mantissa: x < 0 ? -pi(scale) : pi(scale), scale: scale + 1 };
    return { mantissa: arctangent((wide << BigInt(scale)) / beside, scale), scale };
  },
  acos(x: number): Exact {
    const scale = scaleFor(x);
    const [one, wide] = [1n << BigInt(scale), fixed(x, scale)];
    if (one + wide === 0n) return { mantissa: pi(scale), scale };
    return { mantissa: 2n * arctangent(squareRoot(((one - wide) * one * one) / (one + wide)), scale), scale };
  },
  /** The angle of `(x, y)`, for numbers above 0. */
  atan2(y: number, x: number): Exact {
    return { mantissa: arctangent((fixed(y, 2600) << 2600n) / fixed(x, 2600), 2600), scale: 2600 };
  },
  tanh(x: number): Exact {
    if (Math.abs(x) > 1000) return { mantissa: BigInt(Math.sign(x)), scale: 0 };
    const { mantissa, scale } = exponential(fixed(2 * Math.abs(x), scaleFor(x)), scaleFor(x));
    const one = rescale(1n, 0, scale);
    const y = quotient({ mantissa: mantissa - one, scale }, { mantissa: mantissa + one, scale });
    return x < 0 ? { ...y, mantissa: -y.mantissa } : y;
  },
  sigmoid(x: number): Exact {
    if (Math.abs(x) > 1000) return { mantissa: x < 0 ? 0n : 1n, scale: 0 };
    const power = exponential(fixed(-Math.abs(x), 300), 300);
    return quotient(x < 0 ? power : { mantissa: 1n, scale: 0 }, onePlus(power));
  },
  erf(x: number): Exact {
    if (Math.abs(x) > 10) return { mantissa: BigInt(Math.sign(x)), scale: 0 };
    const scale = scaleFor(x) + 300; // 300: the terms are as large as e^(x²)
    const wide = fixed(x, scale);
    let power = wide;
    let sum = 0n;
    for (let n = 0n; magnitude(power) > 1n; n++) {
      sum += power / (2n * n + 1n);
      power = (((-power * wide) >> BigInt(scale)) * wide) >> BigInt(scale);
      power /= n + 1n;
    }
    const rootPi = squareRoot(pi(scale) << BigInt(scale));
    return quotient({ mantissa: 2n * sum, scale }, { mantissa: rootPi, scale });
  },
  sin(x: number): Exact {
    return sine(x, 0);
  },
  cos(x: number): Exact {
    return sine(x, 1);
  },
  softplus(x: number, beta: number): Exact {
    const [m, e] = parts(x);
    const [n, f] = parts(beta);
    const { mantissa, scale } = onePlus(exponential(rescale(m * n, -e - f, 300), 300));
    const bits = 300 + Math.ceil(3 * Math.max(0, -x * beta)); // of e^z, and as many after the leading one
    return quotient(
      { mantissa: logarithm(rescale(mantissa, scale, bits), bits), scale: bits },
      { mantissa: n, scale: -f },
    );
  },
};

/** The digits of a format, and the exponents of its least number and of the bound of its largest. */
const formats = {
  float32: { digits: 24, least: -149, most: 128 },
  float64: { digits: 53, least: -1074, most: 1024 },
};

/** How far `y` is from the exact value, in units in the last place of that value in a format. */
export function ulps(y: number, { mantissa, scale }: Exact, format: keyof typeof formats): number {
  const { digits, least, most } = formats[format];
  const top = magnitude(mantissa).toString(2).length - scale; // 2^(top − 1) ≤ |value| < 2^top
  if (mantissa === 0n) return y === 0 ? 0 : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(y)) return top > most - 1 && y > 0 === mantissa > 0n ? 0 : Number.POSITIVE_INFINITY;
  const unit = Math.max(top - digits, least);
  const [m, e] = parts(y);
  const finest = Math.max(scale, -e, -unit);
  const off = magnitude(rescale(m, -e, finest) - rescale(mantissa, scale, finest));
  const whole = rescale(1n, -unit, finest);
  return Number((off * 1000n) / whole) / 1000;
}
