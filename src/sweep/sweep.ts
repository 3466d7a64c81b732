import { describe, TensorError } from "../base/errors.ts";
import { aFunction, anything, fromOne, record } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { type CellFunction, loadCell } from "./cells/cell.ts";
import { provenanceOf } from "./cells/identity.ts";
import { type AskTell, type CellReport, opened } from "./driving/askTell.ts";
import { isEngine, type SweepEngine } from "./driving/engine.ts";
import { allAtOnce, halving, type PruneOptions } from "./driving/rounds.ts";
import { inProcess } from "./engines/inProcess.ts";
import { inMemory, type SweepStore } from "./keeping/store.ts";
import type { SweepResult } from "./results/row.ts";
import { checkConfiguration } from "./spaces/list.ts";
import { checkSpace, type Space } from "./spaces/space.ts";

/** What a {@link sweep} runs, and how. */
export interface SweepOptions {
  /** Which configurations, as `grid`, `list`, `random`, `product` and `zip` make them. */
  readonly space: Space;
  /**
   * What is run of each: the URL of a module that exports a function `cell`, or, where nothing is kept and all runs in one process,
   * the function itself. It returns plain data, and depends on its configuration alone.
   */
  readonly cell: URL | string | CellFunction;
  /** Where results are kept, such as `journal("runs.jsonl")`. Default: in memory. */
  readonly store?: SweepStore;
  /** What runs the cells: `inProcess()`, `pool(4)`, `queue(connection)`, `shard(0, 8)`. Default: one after the other, here. */
  readonly run?: SweepEngine;
  /**
   * What becomes of cells that throw: they are written down and tried again when the sweep goes on, or kept as they are, or the
   * first one stops the sweep. Default `"retry"`.
   */
  readonly failures?: "retry" | "keep" | "refuse";
  /** What becomes of results in the store that another version, other kernels or another cell have left. Default `"refuse"`. */
  readonly others?: "refuse" | "ignore";
  /** Gives cells up that do badly, in rounds. Default: all run once. */
  readonly prune?: PruneOptions;
  /** At most so many cells; a space that has more is refused before anything has run. Default `1000000`. */
  readonly most?: number;
  /** Ends the sweep early, by throwing the signal's reason; what was found is kept. */
  readonly signal?: AbortSignal;
  /** Called with what became of each cell that is run. */
  readonly onCell?: (report: CellReport) => void;
}

const rules = {
  space: { is: anything, isRequired: true },
  cell: { is: anything, isRequired: true },
  store: {
    is: {
      expected: "a store, such as journal(path),",
      accepts: (store) => record.accepts(store) && typeof (store as SweepStore).append === "function",
    },
  },
  run: { is: { expected: "an engine, such as inProcess() or pool(4),", accepts: isEngine } },
  failures: { words: ["retry", "keep", "refuse"], default: "retry" },
  others: { words: ["refuse", "ignore"], default: "refuse" },
  prune: { is: record },
  most: { is: fromOne, default: 1e6 },
  signal: {
    is: {
      expected: "an AbortSignal",
      accepts: (value) => typeof (value as AbortSignal | null)?.throwIfAborted === "function",
    },
  },
  onCell: { is: aFunction },
} satisfies OptionRules<SweepOptions>;

/**
 * Runs a cell for every configuration of a space, and keeps what it returns. What is there already is not run again: started anew, a
 * sweep goes on where it was stopped, however that was.
 *
 * A result is known by a hash of its configuration, the library's version, the kernels and the code of the cell with all files that it
 * imports. Since all of them together decide it to the bit, two results of one hash have to be equal, or the sweep stops: whichever
 * thread, process or machine they come from.
 *
 * What a cell returns, NaN and infinities among it, is its result, and so is that the library refused a network for not being finite;
 * anything else that it throws is a failure. Before each cell the default generator is put where the configuration alone says;
 * cells that are to be compared draw from `manualSeed(seed)`.
 *
 * @returns what became of each cell, in the order of the space.
 * @throws TensorError for unknown or missing options, a space of more than `most` cells, a module without a cell, a journal that is
 * torn anywhere but at its end or of another version, and for two results that differ.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, optim, randn } from "evenkeel";
 * import { grid, range, sweep } from "evenkeel/sweep";
 *
 * function cell({ lr, seed }: { lr: number; seed: number }) {
 *   manualSeed(seed);
 *   const model = new nn.Linear(3, 1);
 *   const optimizer = new optim.SGD(model.parameters(), { lr });
 *   const x = randn([20, 3]);
 *   const lossOf = () => model.forward(x).sub(x.sum(1, { keepdim: true })).square().mean();
 *   for (let step = 0; step < 30; step++) {
 *     optimizer.zeroGrad();
 *     lossOf().backward();
 *     optimizer.step();
 *   }
 *   return { loss: lossOf().item() };
 * }
 * const { rows } = await sweep({ space: grid({ lr: [0.001, 0.1, 10], seed: range(2) }), cell });
 * const losses = rows.map(({ value }) => (value as { loss: number }).loss);
 * console.log(losses.map((loss) => (loss < 1 ? "good" : loss < 10 ? "slow" : "diverged")).join(" "));
 * // => slow slow good good diverged diverged
 * ```
 */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { run = inProcess(), signal } = optionsOf("sweep", options, rules);
  const asked = await openAs("sweep", options, true);
  try {
    await run.drive(asked, { cell: asked.cell, provenance: asked.provenance, signal });
    return asked.result();
  } finally {
    await asked.close();
  }
}

/**
 * A sweep that you run yourself: ask for a cell, run it wherever you like, and tell what became of it. {@link sweep} does no more,
 * nor does any engine.
 *
 * @param options - those of {@link sweep}; `run` says no more than which share is asked for.
 * @throws as {@link sweep}.
 *
 * @example
 * ```ts
 * import { grid, openSweep } from "evenkeel/sweep";
 *
 * const asked = await openSweep({ space: grid({ x: [2, 3] }), cell: ({ x }: { x: number }) => x * x });
 * for (let task = await asked.ask(); task !== null; task = await asked.ask()) {
 *   const x = Number(task.configuration.x);
 *   await asked.tell(task, { value: String(x * x) });
 * }
 * console.log(asked.result().rows.map(({ value }) => value), asked.done); // => [ 4, 9 ] 2
 * ```
 */
export async function openSweep(options: SweepOptions): Promise<AskTell> {
  return openAs("openSweep", options, false);
}

/** @param isRun - whether each cell that is asked for is run: then its result has to have a place. */
async function openAs(where: string, options: SweepOptions, isRun: boolean): Promise<AskTell> {
  const {
    space,
    store = inMemory(),
    run,
    failures,
    others,
    prune,
    most,
    onCell,
    cell,
  } = optionsOf(where, options, rules);
  checkSpace(where, "space", space);
  checkConfiguration(where, "configuration 0", space.at(0));
  if (space.size > most) {
    throw new TensorError(where, {
      expected: `a space of at most ${most} cells`,
      got: `${space.size} of them`,
      hint: "Draw some of them by random(…), or say most.",
    });
  }
  if (typeof cell === "function" && (store.isKept || run?.runsElsewhere === true)) {
    throw new TensorError(where, {
      expected: `the URL of a module as cell, for ${store.isKept ? `results in ${store.name}` : run?.name}`,
      got: describe(cell),
      hint: "What a function takes from around it is neither part of its identity nor to be had elsewhere.",
    });
  }
  const share = run?.share;
  if (share !== undefined && prune !== undefined) {
    throw new TensorError(where, {
      expected: "all cells of a round, of which prune leaves some",
      got: `a share of them (${run?.name})`,
    });
  }
  const loaded = await loadCell(where, cell);
  return opened({
    where,
    cell: loaded,
    provenance: provenanceOf(loaded.code),
    rounds: prune === undefined ? allAtOnce(space) : halving(where, space, prune),
    store,
    isRun,
    share,
    failures,
    others,
    onCell,
  });
}
