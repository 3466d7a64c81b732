import { fma64 } from "./fma64.ts";
import { log1p } from "./log1p.ts";

// The constants are those of Arm's Optimized Routines (MIT), which glibc took over in its version 2.28.
const ln2High = 0.6931471805598903; // a multiple of 2^-42, so that small multiples of it are exact
const ln2Low = 5.497923018708371e-14;

// log(1 + r) − r, for |r| < 2^-8.
const [a0, a1, a2, a3, a4] = [
  -0.5000000000000001, 0.33333333331825593, -0.2499999999622955, 0.20000304511814496, -0.16667054827627667,
];

// log(1 + r) − r, for |r| < 2^-4.
const [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10] = [
  -0.5, 0.3333333333333352, -0.24999999999998432, 0.19999999999320328, -0.16666666669929706, 0.14285715076560868,
  -0.12499997863982555, 0.11110712032936046, -0.10000486757818193, 0.09181994006195467, -0.08328363062289341,
];

/**
 * How far, in units of 2^-53, the reciprocal used in each of the 128 subintervals of `[0.6875, 1.375)` is from that of
 * the interval's centre: moved there so that its own logarithm is a multiple of 2^-43 to 66 bits.
 */
const reciprocalOffsets = [
  -46284764, -115287508, -468669678, -249329608, 38090024, -246646796, -1002326510, 684959852, -469186612, 114842368,
  1027234976, -481782956, 170339482, 57318300, 568107598, 685126114, -136840918, -692289424, -180227532, -928045960,
  570685416, -979097650, 752109696, 94795624, -847275702, -521977068, 672214042, 896483156, 308354710, 895786768,
  482455110, -841273428, -436853460, -193753368, -411670436, -736356396, -690257420, -1020569004, 963527462, 418672224,
  858672620, 30978658, 884706354, -835668660, 146366742, 1030465360, 1015969072, 167574550, 660819904, 303193368,
  755488408, 396605714, 429596542, -691915432, 712326214, 431020044, -459795920, -263419452, 430427236, -929038414,
  -665643992, 771561040, -800689572, 512416278, 956713054, 691440674, 256933754, 435031502, -324096686, 590255160,
  -471785550, -138738694, 187333682, -545720260, 183830348, 58036118, 517786458, 772018560, -483266014, 136798762,
  386341370, 408940642, 65060217, -120872168, 189498853, -32395328, -49955913, 154042178, -346113480, 148348366,
  -396488327, -427431396, 107119491, -500798201, 212184347, 305888811, -330297730, -91422864, 6707636, 273897542,
  -512931067, -500150233, 485589437, -280752730, 106848032, 30953893, -291342514, -408884927, 149302919, -107851081,
  225432558, 460497078, -452391632, -490679353, 508304210, 493208081, 336502878, 526975298, -457361038, -312310462,
  -365194252, -421357131, 362015322, 310793228, -441535439, -69145545, -528727990, 433364383,
];

interface Table {
  readonly reciprocals: Float64Array;
  readonly logarithms: Float64Array;
}

let table: Table | undefined;

function makeTable(): Table {
  const reciprocals = Float64Array.from(reciprocalOffsets, (offset, i) => {
    const centre = i < 80 ? 0.6875 + (i + 0.5) / 256 : 1 + (i - 79.5) / 128;
    return 1 / centre + offset * 2 ** -53;
  });
  // Any logarithm is good enough to know the nearest multiple of 2^-43.
  const logOf = (x: number) => (x < 1 ? log1p(x - 1) : -log1p(1 / x - 1));
  const logarithms = reciprocals.map((x) => Math.round(-logOf(x) * 2 ** 43) * 2 ** -43);
  return { reciprocals, logarithms };
}

const bits = new DataView(new ArrayBuffer(8));

/**
 * The logarithm of a normal double in `(0, 1]`, with the bits of glibc (2.28 and later) on x86-64 with FMA. Within
 * 0.52 units in the last place.
 */
export function log(x: number): number {
  if (x >= 0.9375) return logNearOne(x);
  table ??= makeTable();

  // x = 2^k·z, with z in [0.6875, 1.375).
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  const distance = (high - 0x3fe60000) | 0;
  const i = (distance >>> 13) & 127;
  const k = distance >> 20;
  bits.setInt32(0, high - (k << 20));
  const z = bits.getFloat64(0);

  // log x = k·log 2 − log(reciprocal) + log(1 + r).
  const r = fma64(z, table.reciprocals[i], -1);
  const w = k * ln2High + table.logarithms[i];
  const sum = w + r;
  const rest = fma64(r * r, a0, fma64(k, ln2Low, w - sum + r));
  const series = fma64(fma64(r, a4, a3), r * r, fma64(r, a2, a1));
  return fma64(r * (r * r), series, rest) + sum;
}

/** The logarithm from 0.9375 to 1, where the sum above would cancel. */
function logNearOne(x: number): number {
  const r = x - 1;
  const r2 = r * r;
  const r3 = r * r2;
  const last = fma64(r3, b10, fma64(r2, b9, fma64(r, b8, b7)));
  const middle = fma64(last, r3, fma64(r2, b6, fma64(r, b5, b4)));
  const series = fma64(middle, r3, fma64(r2, b3, fma64(r, b2, b1)));

  // −r²/2 in two parts, from the upper 26 bits of r and the rest of it.
  const rHigh = fma64(-(2 ** 27), r, fma64(r, 2 ** 27, r));
  const rLow = r - rHigh;
  const sum = fma64(rHigh * rHigh, b0, r);
  const rest = fma64(rHigh * rHigh, b0, r - sum);
  return fma64(series, r3, fma64(b0 * rLow, r + rHigh, rest)) + sum;
}
