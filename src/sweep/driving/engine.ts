import type { LoadedCell } from "../cells/cell.ts";
import type { Provenance } from "../cells/identity.ts";
import type { AskTell, SweepShare } from "./askTell.ts";

/** What an engine is told beside what there is to do. */
export interface EngineContext {
  /** What is run of each configuration. */
  readonly cell: LoadedCell;
  /** What all results depend on. */
  readonly provenance: Provenance;
  /** What ends the sweep early, if anything does. */
  readonly signal: AbortSignal | undefined;
}

/** What runs cells: it asks for them, and tells what became of each. */
export interface SweepEngine {
  /** What it is called in messages. */
  readonly name: string;
  /** Whether cells run elsewhere, and so have to be modules. */
  readonly runsElsewhere: boolean;
  /** Which part of the cells it asks for. Default: all. */
  readonly share?: SweepShare;
  /** Runs all that there is to ask for. */
  drive(sweep: AskTell, context: EngineContext): Promise<void>;
}

/** Whether something is an engine. */
export const isEngine = (engine: unknown): engine is SweepEngine =>
  typeof engine === "object" && engine !== null && typeof (engine as SweepEngine).drive === "function";
