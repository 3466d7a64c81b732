import type { Profile } from "../contender.ts";
import { ofMemory } from "../contenders/profile.ts";
import { digits, percent, table, times } from "../format.ts";
import type { Pass } from "../workloads.ts";

/** What an operation took. */
export interface OperationTime {
  readonly name: string;
  /** The shapes of its inputs. */
  readonly shapes: readonly (readonly number[])[];
  readonly pass: Pass;
  /** In microseconds of the processor. */
  readonly microseconds: number;
  /** In times PyTorch's. */
  readonly ratio: number;
  /** What it is held to by its name, in times PyTorch's; null for those of the table. */
  readonly target: number | null;
  /** Where its time goes, if it takes longer than it should. */
  readonly profile: Pick<Profile, "shares" | "withinWebAssembly"> | null;
}

/** The heading that the section is found by. */
export const operationsHeading = "## Operations";

/** In times PyTorch's: what nine in ten take at most, and what all do. */
export const targets = { nineInTen: 3, all: 10 };

/** How many of the slowest are named. */
const slowest = 10;

const what = ({ name, shapes, pass }: OperationTime): string[] => [
  /^a |[`[→]/.test(name) ? name : `\`${name}\``,
  shapes.map((shape) => `[${shape.join(", ")}]`).join(" "),
  pass === "forward" ? "the result" : "gradients too",
];

/** What the time of an operation goes to. */
interface Parts {
  /** Arrays for results, copies to and from WebAssembly, and collecting what is dropped. */
  readonly memory: number;
  readonly arithmetic: number;
  /** Plain loops, recording, walking back, checks. */
  readonly rest: number;
}

function partsOf({ shares, withinWebAssembly }: NonNullable<OperationTime["profile"]>): Parts {
  const memory = ofMemory.reduce((sum, name) => sum + (shares[name] ?? 0), 0);
  return { memory, arithmetic: withinWebAssembly, rest: Math.max(0, 1 - memory - withinWebAssembly) };
}

const kinds: Readonly<Record<keyof Parts, string>> = {
  memory: "arrays for results, and copies to and from WebAssembly",
  arithmetic: "arithmetic within WebAssembly",
  rest: "plain loops, recording and walking back",
};

/** Of the operations that take too long, how many do so for what, and what would help. */
function reasons(missed: readonly OperationTime[]): string[] {
  const found = missed.flatMap(({ ratio, profile }) => (profile === null ? [] : [{ ratio, parts: partsOf(profile) }]));
  if (found.length === 0) return [];
  const rows = (Object.keys(kinds) as (keyof Parts)[]).map((kind) => {
    const mostly = found.filter(({ parts }) => parts[kind] === Math.max(...Object.values(parts)));
    const without = found.filter(({ ratio, parts }) => ratio * (1 - parts[kind]) <= targets.nineInTen);
    return [kinds[kind], String(mostly.length), String(without.length)];
  });
  return [
    `Where the time of those ${found.length} goes that are above ${targets.nineInTen} times, by V8's profiler: how many spend most of it on what, and
how many would be within ${targets.nineInTen} times if it cost nothing. An array for a result is a new one, for nobody tells a library in
JavaScript that a tensor is dropped, until it is collected: so each result lies in memory that no cache holds, while PyTorch
gives the next tensor the memory of the last.`,
    table(["", "most of the time", "would be enough"], rows),
  ];
}

/** Where the time of an operation goes, as cells. */
function cellsOf({ profile }: OperationTime): string[] {
  if (profile === null) return ["", ""];
  const { memory, arithmetic } = partsOf(profile);
  return [percent(memory), percent(arithmetic)];
}

const row = (time: OperationTime): string[] => [...what(time), digits(time.microseconds), times(time.ratio)];

/** The section of the page, its heading first. */
export function operationsSection(found: readonly OperationTime[]): string[] {
  if (found.length === 0) return [operationsHeading];
  const ofTable = found.filter(({ target }) => target === null).toSorted((a, b) => b.ratio - a.ratio);
  const named = found.flatMap((time) => (time.target === null ? [] : [{ ...time, target: time.target }]));
  const within = ofTable.filter(({ ratio }) => ratio <= targets.nineInTen).length;
  const beyond = ofTable.filter(({ ratio }) => ratio > targets.all).length;
  const isMet = within >= 0.9 * ofTable.length;
  return [
    operationsHeading,
    `Every operation of the table of laws, at sizes of some 64, 65,536 and 1,048,576 elements where its inputs allow it, in
float32: the result alone, without a tape, and the gradients with it. The time is the processor's, of all threads, and
the median of repeats in each of which both libraries did the same. Where PyTorch makes a view it copies it too, for here
every tensor has memory of its own.`,
    table(
      [`of ${ofTable.length}`, "target", "this run", ""],
      [
        [
          `at most ${targets.nineInTen} times PyTorch's time`,
          "nine in ten",
          `${within}, ${digits((100 * within) / ofTable.length)} %`,
          isMet ? "met" : "missed",
        ],
        [`above ${targets.all} times`, "none", String(beyond), beyond === 0 ? "met" : "missed"],
      ],
    ),
    ...reasons(ofTable.filter(({ ratio }) => ratio > targets.nineInTen)),
    `The ${slowest} that are slowest beside PyTorch's:`,
    table(
      ["", "inputs", "", "µs", "times PyTorch's", "memory", "arithmetic"],
      ofTable.slice(0, slowest).map((time) => [...row(time), ...cellsOf(time)]),
    ),
    `What is typed by hand, at sizes that people have, each held to a target of its own; of what misses it, the share of its time
that goes to arrays and copies, and to arithmetic within WebAssembly:`,
    table(
      ["", "inputs", "", "µs", "times PyTorch's", "target", "", "memory", "arithmetic"],
      named.map((time) => [
        ...row(time),
        times(time.target),
        time.ratio <= time.target ? "met" : "missed",
        ...cellsOf(time),
      ]),
    ),
  ];
}
