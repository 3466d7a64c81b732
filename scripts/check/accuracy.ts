/**
 * Measures how far each function is from the exact value, in units in the last place, and writes the worst of it into
 * docs/reliability.md: float32 on four million patterns of bits, float64 on some thousands of every exponent.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { acos, asin, atan, cosh, expm1, log2, log10, sinh, type Tensor, tensor } from "evenkeel";
import { erf } from "../../src/kernels/numbers/scalar.ts";
import { oracle, ulps } from "../../test/kernels/oracle.ts";

type Method = "exp" | "log" | "log1p" | "sqrt" | "rsqrt" | "tanh" | "sigmoid" | "erf" | "sin" | "cos" | "softplus";

/** Those that are functions, and no methods. */
const functions = { log2, log10, expm1, asin, acos, atan, sinh, cosh };

type Name = Method | keyof typeof functions;

const valuesOf = (name: Name, x: Tensor) =>
  (name in functions ? functions[name as keyof typeof functions](x) : (x[name as Method] as () => Tensor)()).data;

/** The functions in float64, by which float32 is judged. */
const inFloat64: Readonly<Record<Name, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  tanh: Math.tanh,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  erf,
  sin: Math.sin,
  cos: Math.cos,
  softplus: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
  log2: Math.log2,
  log10: Math.log10,
  expm1: Math.expm1,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
};

/** Where the oracle knows the value: it has no special ones. */
function isKnown(name: Name, x: number): boolean {
  if (!Number.isFinite(x) || x === 0) return false;
  if (["log", "log2", "log10", "sqrt", "rsqrt"].includes(name)) return x > 0;
  if (name === "asin" || name === "acos") return Math.abs(x) <= 1;
  if (name === "atan") return true;
  if (name === "log1p") return x > -1;
  if (name === "softplus") return x > -745 && x < 20;
  if (name === "sigmoid") return Math.abs(x) < 700;
  return !["exp", "expm1", "sinh", "cosh"].includes(name) || Math.abs(x) < 700;
}

/** Patterns of 32 bits, the same each time (Marsaglia 2003, "Xorshift RNGs"). */
function patterns(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function float32Worst(name: Name): number {
  const next = patterns(1);
  let worst = 0;
  for (let block = 0; block < 16; block++) {
    const x = new Float32Array(Uint32Array.from({ length: 2 ** 18 }, next).buffer);
    const y = valuesOf(name, tensor(x));
    for (let i = 0; i < x.length; i++) {
      const exact = inFloat64[name](x[i]);
      if (!Number.isFinite(exact) || !Number.isFinite(Math.fround(exact)) || exact === 0) continue;
      const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(exact))) - 23, -149);
      worst = Math.max(worst, Math.abs(Number(y[i]) - exact) / unit);
    }
  }
  return worst;
}

function float64Worst(name: Name): number {
  const next = patterns(2);
  const bits = new Uint32Array(2 * 6000);
  for (let i = 0; i < bits.length; i += 2) {
    const exponent = i / 2 < 2046 ? i / 2 : 1003 + (i % 32); // all of them, and then those of usual sizes
    bits[i] = next();
    bits[i + 1] = ((next() & 0x800fffff) | (exponent << 20)) >>> 0;
  }
  const x = new Float64Array(bits.buffer).filter((value) => isKnown(name, value));
  const y = valuesOf(name, tensor(x, { dtype: "float64" }));
  return x.reduce((worst, value, i) => Math.max(worst, ulps(Number(y[i]), oracle[name](value, 1), "float64")), 0);
}

const rows = (Object.keys(inFloat64) as Name[]).map((name) => {
  const row = `| ${name} | ${float32Worst(name).toFixed(2)} | ${float64Worst(name).toFixed(2)} |`;
  console.log(row);
  return row;
});
const file = new URL("../../docs/reliability.md", import.meta.url);
const table = ["| function | float32 | float64 |", "| --- | ---: | ---: |", ...rows].join("\n");
const text = readFileSync(file, "utf8");
writeFileSync(file, text.replace(/(<!-- measured by npm run accuracy -->\n)[\s\S]*?(<!-- -->)/, `$1\n${table}\n\n$2`));
