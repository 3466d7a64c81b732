import { Generator, randint } from "evenkeel";
import { ofTable } from "../data/csv.ts";
import type { Dataset } from "../data/dataset.ts";
import { digits } from "../data/digits.ts";
import { names } from "../data/names.ts";
import { spirals } from "../data/spirals.ts";
import type { Table } from "../data/table.ts";
import type { Settings } from "../settings.ts";
import { Column, type ColumnSeen, type Followed } from "./column.ts";
import { type Weights, weightsOf } from "./surface.ts";

/** At most so many states of the path are kept. */
const mostStates = 40;

/** What is seen of a run. */
export interface Frame {
  readonly step: number;
  /** Whether the forward pass of the next step is done, but not the backward one. */
  readonly isHalf: boolean;
  /** What guessing all classes alike costs: `ln K`. */
  readonly guess: number;
  readonly followed: Followed;
  readonly columns: readonly [ColumnSeen, ColumnSeen];
}

/** Two networks with the same first weights, trained on the same batches: what the lab shows. */
export class Session {
  readonly settings: Settings;
  readonly data: Dataset;
  readonly columns: readonly [Column, Column];
  /** The weights of both networks, every so many steps, from the start. */
  readonly paths: readonly [Weights[], Weights[]];
  private stride = 1;
  private readonly batches: Generator;
  private steps = 0;
  private isHalf = false;
  private followed: Followed;

  constructor(settings: Settings, table: Table | null = null) {
    this.settings = settings;
    this.data = datasetOf(settings, table);
    this.followed = { layer: settings.depth - 1, unit: 0 };
    this.batches = new Generator().manualSeed(settings.seed + 1);
    const column = (which: "left" | "right") => new Column(this.data, settings, settings[which], this.followed);
    this.columns = [column("left"), column("right")];
    this.paths = [[weightsOf(this.columns[0].model)], [weightsOf(this.columns[1].model)]];
  }

  /** How many steps have been made. */
  get step(): number {
    return this.steps;
  }

  /** Half a step of both networks: forward, or what is left of the step. */
  half(): void {
    if (this.isHalf) this.backward();
    else this.forward();
    this.isHalf = !this.isHalf;
  }

  /** A step of both networks, or the rest of one that was begun. */
  advance(): void {
    if (!this.isHalf) this.half();
    this.half();
  }

  private forward(): void {
    const { x, labels } = this.data.training;
    const rows = randint(0, labels.numel(), [this.settings.batch], { generator: this.batches });
    const batch = { x: x.index(rows), labels: labels.index(rows) };
    for (const column of this.columns) column.forward(this.steps, batch);
    this.measure();
  }

  /** What takes time is measured every twenty steps at first, then ever more seldom: four to eight times for each doubling. */
  private measure(): void {
    const every = Math.max(20, 2 ** Math.floor(Math.log2(Math.max(1, this.steps)) - 2));
    if (this.steps % every !== 0) return;
    for (const column of this.columns) {
      column.evaluate(this.steps);
      column.measureShift(this.steps);
      column.measureLine(this.steps);
    }
  }

  private backward(): void {
    for (const column of this.columns) column.backward();
    this.steps++;
    if (this.steps % this.stride !== 0) return;
    for (const [i, { model }] of this.columns.entries()) this.paths[i].push(weightsOf(model));
    if (this.paths[0].length <= mostStates) return;
    for (const path of this.paths) path.splice(0, path.length, ...path.filter((_, i) => i % 2 === 0));
    this.stride *= 2;
  }

  /** Follows another layer and unit from now on. */
  follow(followed: Followed): void {
    this.followed = followed;
    for (const column of this.columns) column.follow(followed);
  }

  /** What is seen now. */
  frame(): Frame {
    const [left, right] = this.columns;
    return {
      step: this.steps,
      isHalf: this.isHalf,
      guess: Math.log(this.data.classes),
      followed: this.followed,
      columns: [left.seen(), right.seen()],
    };
  }
}

/** What is learnt. */
export function datasetOf({ data, seed }: Settings, table: Table | null): Dataset {
  if (data === "csv") {
    if (table === null) throw new Error("No CSV has been opened yet.");
    return ofTable(table, seed);
  }
  return { names, spirals, digits }[data](seed);
}
