import { parseArgs } from "node:util";

/** What the demo can be told. */
export interface DemoOptions {
  readonly steps: number;
  readonly seed: number;
  readonly hidden: number;
  readonly batch: number;
  readonly lr: number;
  /** The file that the report is written to. */
  readonly report: string;
  readonly quiet: boolean;
  readonly help: boolean;
}

/** The command line asks for something that there is not. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

interface NumberOption {
  readonly default: number;
  readonly expected: string;
  readonly accepts: (value: number) => boolean;
  readonly help: string;
}

const wholeFrom = (least: number) => ({
  expected: `a whole number of ${least} or more`,
  accepts: (value: number) => Number.isSafeInteger(value) && value >= least,
});

export const numberOptions = {
  steps: { default: 3000, ...wholeFrom(1), help: "training steps of each network" },
  seed: { default: 42, ...wholeFrom(0), help: "where all random numbers start from" },
  hidden: { default: 200, ...wholeFrom(1), help: "tanh units in the hidden layer" },
  batch: { default: 32, ...wholeFrom(2), help: "examples in a batch" },
  lr: {
    default: 0.1,
    expected: "a number above 0",
    accepts: (value: number) => Number.isFinite(value) && value > 0,
    help: "learning rate, divided by 10 for the last quarter",
  },
} satisfies Record<string, NumberOption>;

export const textOptions = {
  report: { default: "demo-report.html", expected: "the name of a file", help: "where the report is written to" },
};

export const flags = {
  quiet: { help: "no progress lines" },
  help: { help: "this text" },
};

type NumberName = keyof typeof numberOptions;
type TextName = keyof typeof textOptions;
type FlagName = keyof typeof flags;

const isNumberName = (name: string): name is NumberName => Object.hasOwn(numberOptions, name);
const isTextName = (name: string): name is TextName => Object.hasOwn(textOptions, name);
const isFlagName = (name: string): name is FlagName => Object.hasOwn(flags, name);

/** @throws {@link OptionError} for whatever is no option, or no value of one. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...mapValues({ ...numberOptions, ...textOptions }, () => ({ type: "string" as const })),
      ...mapValues(flags, () => ({ type: "boolean" as const })),
      help: { type: "boolean", short: "h" },
    },
    strict: false, // its own messages do not name the options
    tokens: true,
  });
  const chosen = {
    ...mapValues(numberOptions, (option) => option.default),
    ...mapValues(textOptions, (option) => option.default),
    ...mapValues(flags, () => false),
  };
  for (const token of tokens) {
    if (token.kind === "positional") throw unknown(`"${token.value}"`);
    if (token.kind === "option-terminator") continue;
    if (isNumberName(token.name)) chosen[token.name] = toNumber(token.name, token.value);
    else if (isTextName(token.name)) chosen[token.name] = toText(token.name, token.value);
    else if (isFlagName(token.name) && token.value === undefined) chosen[token.name] = true;
    else throw unknown(token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`);
  }
  return chosen;
}

function toNumber(name: NumberName, text: string | undefined): number {
  const { expected, accepts } = numberOptions[name];
  const value = Number(text?.trim() || Number.NaN);
  if (accepts(value)) return value;
  throw new OptionError(`--${name} takes ${expected}, ${text === undefined ? "and has none" : `not "${text}"`}.`);
}

function toText(name: TextName, text: string | undefined): string {
  if (text !== undefined && text !== "" && !text.startsWith("--")) return text;
  throw new OptionError(`--${name} takes ${textOptions[name].expected}, and has none.`);
}

function unknown(given: string): OptionError {
  const known = [numberOptions, textOptions, flags].flatMap(Object.keys).map((name) => `--${name}`);
  return new OptionError(`${given} is no option. The options are ${known.join(", ")}.`);
}

function mapValues<K extends string, V, W>(record: Record<K, V>, fn: (value: V) => W): Record<K, W> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, fn(value)])) as Record<K, W>;
}
