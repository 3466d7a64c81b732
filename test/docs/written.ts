import { readFileSync } from "node:fs";
import * as evenkeel from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as io from "evenkeel/io";
import * as testing from "evenkeel/testing";
import { root } from "./examples.ts";

/** A row of a table of a page. */
export interface Row {
  /** The heading that it stands under. */
  readonly heading: string;
  readonly cells: readonly string[];
}

/** The rows of all tables of a page, without their heads. */
export function tablesOf(file: string): Row[] {
  let heading = "";
  return readFileSync(`${root}${file}`, "utf8")
    .split("\n")
    .flatMap((line, i, lines) => {
      if (line.startsWith("## ")) heading = line.slice(3);
      const isHead = /^\| ---/.test(lines[i + 1] ?? "") || /^\| ---/.test(line);
      if (!line.startsWith("| ") || isHead) return [];
      return [{ heading, cells: line.slice(2, -2).split(" | ") }];
    });
}

/** What stands between backticks. */
export const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

/** What code in a table may name beside all that the library exports: a model, its optimiser, and tensors. */
function surroundings() {
  const { nn, optim, rand, randint, tensor } = evenkeel;
  const model = new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4), new nn.Dropout(0.1));
  const x = rand([4, 4]);
  const logits = model.forward(x);
  logits.sum().backward();
  return {
    ...evenkeel,
    ...analysis,
    ...io,
    ...testing,
    ...{ x, y: rand([4, 4]), z: Object.assign(rand([4, 4]), { requiresGrad: true }) },
    ...{ a: rand([4, 4]), b: rand([4, 4]), w: tensor([1, 2], { requiresGrad: true }) },
    ...{ i: randint(0, 4, [4]), labels: randint(0, 4, [4]), mask: rand([4, 4]).gt(0.5), logits },
    ...{ model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), fn: () => x.mean() },
  };
}

/** What an expression of a table is worth. */
export function worthOf(code: string): unknown {
  const scope = surroundings();
  return new Function(...Object.keys(scope), `return (${code});`)(...Object.values(scope));
}
