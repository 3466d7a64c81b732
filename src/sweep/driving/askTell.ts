import { describe, TensorError } from "../../base/errors.ts";
import type { LoadedCell, Outcome } from "../cells/cell.ts";
import { identityOf, type Provenance } from "../cells/identity.ts";
import { canonical } from "../cells/plainData.ts";
import { differenceOf, type Entry, entryOf, isResult, lineOf } from "../keeping/entry.ts";
import { keep } from "../keeping/readSweep.ts";
import type { SweepStore } from "../keeping/store.ts";
import { rowOf, type SweepResult, type SweepRow } from "../results/row.ts";
import type { Configuration } from "../spaces/space.ts";
import type { Round, Rounds } from "./rounds.ts";

/** A cell that is to be run. */
export interface SweepTask {
  /** What its result is known by. */
  readonly id: string;
  /** What it is to be given. */
  readonly configuration: Configuration;
  /** The configuration as text, in the one way in which it is told to who runs it. */
  readonly text: string;
}

/** What a sweep tells of a cell that it has got a result of. */
export interface CellReport extends SweepRow {
  /** How many cells are done, those of before among them. */
  readonly done: number;
  /** How many there will be. */
  readonly total: number;
}

/** A sweep as whoever runs its cells sees it: ask for one, run it, tell what became of it. */
export interface AskTell {
  /** What all results here depend on. */
  readonly provenance: Provenance;
  /** The cell itself, and what stands for its code. */
  readonly cell: LoadedCell;
  /** How many cells there will be. */
  readonly total: number;
  /** How many are done, those of before among them. */
  readonly done: number;
  /** The next cell to run. Null if there is none now: ask again when the next result is told, and where none is awaited, it is the end. */
  ask(): Promise<SweepTask | null>;
  /** What became of a cell; done when it is kept. It may be told twice. */
  tell(task: SweepTask, outcome: Outcome): Promise<void>;
  /** What there is so far. */
  result(): SweepResult;
  /** Gives back the store. */
  close(): Promise<void>;
}

/** Every so many-th cell of a sweep. */
export interface SweepShare {
  /** Which one is the first, counted from 0. */
  readonly part: number;
  /** How many shares there are. */
  readonly parts: number;
}

/** What a sweep that is open knows. */
export interface OpenParts {
  readonly where: string;
  readonly cell: LoadedCell;
  readonly provenance: Provenance;
  readonly rounds: Rounds;
  readonly store: SweepStore;
  /** Whether a cell that is asked for will be run at once. */
  readonly isRun: boolean;
  readonly share: SweepShare | undefined;
  readonly failures: "retry" | "keep" | "refuse";
  readonly others: "refuse" | "ignore";
  readonly onCell: ((report: CellReport) => void) | undefined;
}

/** Opens a sweep: what its store has already is known, and will not be asked for. */
export async function opened(parts: OpenParts): Promise<AskTell> {
  const { where, cell, provenance, rounds, store, share, failures, onCell } = parts;
  const known = await knownOf(parts);
  const open = new Map<string, SweepTask>();
  const order = new Set<string>();
  const isOwn = (place: number) => share === undefined || place % share.parts === share.part;
  const total = share === undefined ? rounds.total : Math.ceil((rounds.total - share.part) / share.parts);
  let round: Round | null = rounds.first;
  let ids: string[] = [];
  let [place, done] = [0, 0];
  let turn: Promise<unknown> = Promise.resolve();
  let isReady = !parts.isRun;

  const taskAt = async (at: number): Promise<SweepTask> => {
    const configuration = (round as Round).at(at);
    const text = canonical(where, `configuration ${at}`, configuration);
    return { id: await identityOf(provenance, text), configuration, text };
  };

  const next = async (): Promise<SweepTask | null> => {
    while (round !== null) {
      while (place < round.size) {
        const at = place++;
        if (!isOwn(at)) continue;
        const task = await taskAt(at);
        ids.push(task.id);
        const before = known.get(task.id);
        if (before !== undefined && failures === "refuse" && !isResult(before.outcome)) refuseFailure(where, before);
        const isDone = before !== undefined && (failures !== "retry" || isResult(before.outcome));
        const isTwice = order.has(task.id);
        order.add(task.id);
        if (isDone || isTwice) {
          done++;
          continue;
        }
        if (!isReady) await store.ready?.();
        isReady = true;
        open.set(task.id, task);
        return task;
      }
      if (open.size > 0) return null;
      round = round.next(ids.map((id) => known.get(id)?.outcome));
      [place, ids] = [0, []];
    }
    return null;
  };

  return {
    provenance,
    cell,
    total,
    get done() {
      return done;
    },
    ask: () => {
      // One after the other, whoever asks.
      const answer = turn.then(next);
      turn = answer.catch(() => {});
      return answer;
    },
    async tell(task, outcome) {
      const before = known.get(task.id);
      if (before === undefined && !open.has(task.id)) {
        throw new TensorError(where, { expected: "a cell that was asked for", got: describe(task.id) });
      }
      const entry: Entry = { id: task.id, provenance, configuration: task.text, outcome };
      const isNew = keep(where, known, entry);
      if (isNew) await store.append(lineOf(entry));
      if (open.delete(task.id)) {
        done++;
        onCell?.({ ...rowOf(entry), done, total });
      }
      if (failures === "refuse" && !isResult(outcome)) refuseFailure(where, entry);
    },
    result: () => {
      const entries = [...order].flatMap((id) => known.get(id) ?? []);
      return { kind: "sweep", ...provenance, total, rows: entries.map(rowOf) };
    },
    close: () => store.close(),
  };
}

async function knownOf({ where, provenance, store, others }: OpenParts): Promise<Map<string, Entry>> {
  const known = new Map<string, Entry>();
  let number = 0;
  for await (const line of store.lines()) {
    const place = `${store.name}:${++number}`;
    const entry = await entryOf(where, line, place);
    const difference = differenceOf(provenance, entry.provenance);
    if (difference === null) keep(where, known, entry);
    else if (others === "refuse") {
      throw new TensorError(where, {
        expected: `results of ${difference.own}`,
        got: `${difference.other} in ${place}`,
        code: "EVENKEEL_FILE",
        hint: 'Begin another journal, or say others: "ignore", and what others have left stays there, unused.',
      });
    }
  }
  return known;
}

function refuseFailure(where: string, { configuration, outcome }: Entry): never {
  throw new TensorError(where, {
    expected: "cells that throw nothing",
    got: `from ${configuration.slice(0, 200)}: ${"failed" in outcome ? outcome.failed : ""}`,
    code: "EVENKEEL_STATE",
    hint: 'With failures: "keep" or "retry" the others go on.',
  });
}
