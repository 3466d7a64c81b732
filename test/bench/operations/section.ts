import { digits, table, times } from "../format.ts";
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
}

/** The heading that the section is found by. */
export const operationsHeading = "## Operations";

/** In times PyTorch's: what nine in ten take at most, and what all do. */
const targets = { nineInTen: 3, all: 10 };

/** How many of the slowest are named. */
const slowest = 10;

const what = ({ name, shapes, pass }: OperationTime): string[] => [
  /^a |[`[→]/.test(name) ? name : `\`${name}\``,
  shapes.map((shape) => `[${shape.join(", ")}]`).join(" "),
  pass === "forward" ? "the result" : "gradients too",
];

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
    `The ${slowest} that are slowest beside PyTorch's:`,
    table(["", "inputs", "", "µs", "times PyTorch's"], ofTable.slice(0, slowest).map(row)),
    `What is typed by hand, at sizes that people have, each held to a target of its own:`,
    table(
      ["", "inputs", "", "µs", "times PyTorch's", ""],
      named.map((time) => [...row(time), times(time.target), time.ratio <= time.target ? "met" : "missed"]),
    ),
  ];
}
