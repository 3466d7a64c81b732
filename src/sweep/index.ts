/**
 * Sweeps: one function, the cell, run over a space of configurations, in process, by threads, by a queue or in shares of several
 * machines, with a journal from which it goes on, and results that are checked to the bit.
 * @module evenkeel/sweep
 */

export type { Plain } from "../analysis/index.ts";
export type { CellDivergence, CellFailure, CellFunction, CellValue, LoadedCell, Outcome } from "./cells/cell.ts";
export type { Provenance } from "./cells/identity.ts";
export type { AskTell, CellReport, SweepShare, SweepTask } from "./driving/askTell.ts";
export type { EngineContext, SweepEngine } from "./driving/engine.ts";
export type { PruneOptions } from "./driving/rounds.ts";
export type { RedisConnection } from "./engines/bull.ts";
export { inProcess, shard } from "./engines/inProcess.ts";
export { pool } from "./engines/pool.ts";
export { type QueueOptions, queue, type SweepWorkers, sweepWorkers } from "./engines/queue.ts";
export { journal } from "./keeping/journal.ts";
export { readSweep } from "./keeping/readSweep.ts";
export { inMemory, type SweepStore } from "./keeping/store.ts";
export { type SweepReportOptions, sweepReport } from "./results/report.ts";
export type { SweepResult, SweepRow } from "./results/row.ts";
export { type SweepMapOptions, sweepRateScaleMap, sweepTable } from "./results/table.ts";
export { grid, zip } from "./spaces/grid.ts";
export { list, product } from "./spaces/list.ts";
export { type Draw, logUniform, type RandomOptions, random, uniform } from "./spaces/random.ts";
export type { Configuration, Space } from "./spaces/space.ts";
export { range, type Values } from "./spaces/values.ts";
export { openSweep, type SweepOptions, sweep } from "./sweep.ts";
