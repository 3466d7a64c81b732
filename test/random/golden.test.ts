import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fillBernoulli, fillBernoulliFrom } from "../../src/random/bernoulli.ts";
import { fillExponential } from "../../src/random/exponential.ts";
import { Generator } from "../../src/random/generator.ts";
import { multinomial } from "../../src/random/multinomial.ts";
import { fillNormal } from "../../src/random/normal.ts";
import { fillRandint } from "../../src/random/randint.ts";
import { fillRandperm } from "../../src/random/randperm.ts";
import { fillUniform } from "../../src/random/uniform.ts";
import old from "../golden/random.json" with { type: "json" };
import current from "../golden/random-current.json" with { type: "json" };

type Call = [name: string, ...args: unknown[]];
type Dtype = "float32" | "float64" | "int32" | "bool";

interface Recorded {
  readonly name: string;
  readonly results: readonly string[];
}

const makers = {
  float32: (n: number) => new Float32Array(n),
  float64: (n: number) => new Float64Array(n),
  int32: (n: number) => new Int32Array(n),
  bool: (n: number) => new Uint8Array(n),
};

/** A number's bits in hexadecimal, or for many of them the start of their SHA-256, as `random_numbers.py` writes them. */
function bits(data: ArrayBufferView): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length <= 80) return bytes.toString("hex");
  return `sha256:${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}`;
}

function fill<D extends Dtype>(n: unknown, dtype: unknown, filling: (data: ReturnType<(typeof makers)[D]>) => void) {
  const data = makers[dtype as D](n as number) as ReturnType<(typeof makers)[D]>;
  filling(data);
  return bits(data);
}

type Float = "float32" | "float64";

/** Runs one call of a program and returns what it drew. */
function run([name, ...args]: Call, g: Generator, saved: Uint8Array[], legacy: boolean): string {
  const [n, dtype, a, b] = args as [number, Dtype, number, number];
  switch (name) {
    case "uniform":
      return fill<Float>(n, dtype, (data) => fillUniform(data, a, b, g));
    case "normal":
      return fill<Float>(n, dtype, (data) => fillNormal(data, a, b, g, { legacy }));
    case "exponential":
      return fill<Float>(n, dtype, (data) => fillExponential(data, a, g, { legacy }));
    case "bernoulli":
      return fill<Dtype>(n, dtype, (data) => fillBernoulli(data, a, g));
    case "randint":
      return fill<Float | "int32">(n, dtype, (data) => fillRandint(data, a, b, g, { legacy }));
    case "randperm":
      return fill<"int32">(n, "int32", (data) => fillRandperm(data, g));
    case "bernoulliFrom": {
      const [p, precision, into] = args as [number[], Float, Dtype];
      const probabilities = makers[precision](p.length);
      probabilities.set(p);
      return fill<Dtype>(p.length, into, (data) => fillBernoulliFrom(data, probabilities, g));
    }
    case "multinomial": {
      const [p, precision, numSamples, replacement] = args as [number[][], Float, number, boolean];
      const probabilities = makers[precision](p.flat().length);
      probabilities.set(p.flat());
      const era = legacy ? "cdf" : "current";
      return bits(multinomial(probabilities, p.length, p[0].length, numSamples, replacement, g, era));
    }
    case "save":
      saved.push(g.getState());
      return bits(saved[saved.length - 1]);
    case "restore":
      g.setState(saved[saved.length - 1]);
      return "";
    default:
      throw new Error(`unknown call ${name}`);
  }
}

/** The results of the current version: those recorded again, and the others that have not changed. */
const now = (recorded: Recorded, again: readonly Recorded[]) =>
  again.find(({ name }) => name === recorded.name)?.results ?? recorded.results;

describe.each([true, false])("with legacy: %s", (legacy) => {
  const version = legacy ? old.torch : current.torch;

  test.each(old.programs)(`$name: the bits of PyTorch ${version}`, (program) => {
    const g = new Generator().manualSeed(BigInt(program.seed));
    const saved: Uint8Array[] = [];
    const results = program.calls.map((call) => run(call as Call, g, saved, legacy));
    expect(results).toEqual(legacy ? program.results : now(program, current.programs));
  });

  test.each(old.states)(`a state saved by PyTorch ${version} continues, $name`, (recorded) => {
    const bytes = new Uint8Array(Buffer.from(recorded.state, "base64"));
    const g = new Generator().setState(bytes);
    expect(bits(g.getState())).toBe(bits(bytes));
    const results = recorded.calls.map((call) => run(call as Call, g, [], legacy));
    expect(results).toEqual(legacy ? recorded.results : now(recorded, current.states));
  });
});
