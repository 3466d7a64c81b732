import { describe, expect, test } from "vitest";
import { fillBernoulli, fillBernoulliFrom } from "../../src/random/bernoulli.ts";
import { fillExponential } from "../../src/random/exponential.ts";
import { Generator } from "../../src/random/generator.ts";
import { multinomial } from "../../src/random/multinomial.ts";
import { fillNormal } from "../../src/random/normal.ts";
import { fillRandint } from "../../src/random/randint.ts";
import { fillRandperm } from "../../src/random/randperm.ts";
import { fillUniform } from "../../src/random/uniform.ts";
import { bits as allBits } from "../bits.ts";
import old from "../golden/random/random.json" with { type: "json" };
import current from "../golden/random/random-current.json" with { type: "json" };

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

/** Numbers' bits in hexadecimal, or of many of them the start of their SHA-256, as `random_numbers.py` writes them. */
async function bits(data: ArrayBufferView): Promise<string> {
  const text = await allBits(data, 80);
  return text.startsWith("sha256:") ? text.slice(0, "sha256:".length + 32) : text;
}

async function fill<D extends Dtype>(
  n: unknown,
  dtype: unknown,
  filling: (data: ReturnType<(typeof makers)[D]>) => void,
) {
  const data = makers[dtype as D](n as number) as ReturnType<(typeof makers)[D]>;
  filling(data);
  return bits(data);
}

type Float = "float32" | "float64";

/** Runs one call of a program and returns what it drew. */
async function run([name, ...args]: Call, g: Generator, saved: Uint8Array[], legacy: boolean): Promise<string> {
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

/** Runs the calls of a program one after the other. */
async function runAll(calls: readonly unknown[], g: Generator, legacy: boolean): Promise<string[]> {
  const [results, saved]: [string[], Uint8Array[]] = [[], []];
  for (const call of calls) results.push(await run(call as Call, g, saved, legacy));
  return results;
}

/** The results of the current version: those recorded again, and the others that have not changed. */
const now = (recorded: Recorded, again: readonly Recorded[]) =>
  again.find(({ name }) => name === recorded.name)?.results ?? recorded.results;

describe.each([true, false])("with legacy: %s", (legacy) => {
  const version = legacy ? old.torch : current.torch;

  test.each(old.programs)(`$name: the bits of PyTorch ${version}`, async (program) => {
    const g = new Generator().manualSeed(BigInt(program.seed));
    const results = await runAll(program.calls, g, legacy);
    expect(results).toEqual(legacy ? program.results : now(program, current.programs));
  });

  test.each(old.states)(`a state saved by PyTorch ${version} continues, $name`, async (recorded) => {
    const bytes = Uint8Array.from(atob(recorded.state), (character) => character.charCodeAt(0));
    const g = new Generator().setState(bytes);
    expect(g.getState()).toEqual(bytes);
    const results = await runAll(recorded.calls, g, legacy);
    expect(results).toEqual(legacy ? recorded.results : now(recorded, current.states));
  });
});
