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
  /** Whether it is held to a target by its name. */
  readonly isNamed: boolean;
}

/** The heading that the section is found by. */
export const operationsHeading = "## Operations";

/** In times PyTorch's: what nine in ten take at most, what all do, and what those that are named do. */
const targets = { nineInTen: 3, all: 10, named: 3 };

/** How many of the slowest are named. */
const slowest = 10;

const what = ({ name, shapes, pass }: OperationTime): string[] => [
  name.includes("`") || name.startsWith("[") ? name : `\`${name}\``,
  shapes.map((shape) => `[${shape.join(", ")}]`).join(" "),
  pass === "forward" ? "the result" : "gradients too",
];

const row = (time: OperationTime): string[] => [...what(time), digits(time.microseconds), times(time.ratio)];

/** The section of the page, its heading first. */
export function operationsSection(found: readonly OperationTime[]): string[] {
  if (found.length === 0) return [operationsHeading];
  const ofTable = found.filter(({ isNamed }) => !isNamed).toSorted((a, b) => b.ratio - a.ratio);
  const named = found.filter(({ isNamed }) => isNamed);
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
    `What is typed by hand, at sizes that people have, each to take at most ${targets.named} times as long:`,
    table(
      ["", "inputs", "", "µs", "times PyTorch's", ""],
      named.map((time) => [...row(time), time.ratio <= targets.named ? "met" : "missed"]),
    ),
  ];
}
