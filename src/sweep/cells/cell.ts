import type { Plain } from "../../analysis/index.ts";
import { describe, isTensorError, TensorError } from "../../base/errors.ts";
import { defaultGenerator } from "../../random/generator.ts";
import type { Configuration } from "../spaces/space.ts";
import { codeOf } from "./codeOf.ts";
import { digestOf } from "./identity.ts";
import { imported } from "./imported.ts";
import { messageOf } from "./messageOf.ts";
import { canonical, plainOf } from "./plainData.ts";

/** A pure function of plain data: what it returns depends on its configuration alone. */
export type CellFunction = (configuration: never) => Plain | Promise<Plain>;

/** A cell that can be run here. */
export interface LoadedCell {
  /** Runs it. */
  readonly run: (configuration: Configuration) => unknown;
  /** What stands for its code. */
  readonly code: string;
  /** Where it is, for who runs it elsewhere; null for a function. */
  readonly href: string | null;
}

/** What has become of a cell: a value, divergence or a failure, each as text. */
export type Outcome = CellValue | CellDivergence | CellFailure;

/** That a cell has returned something. */
export interface CellValue {
  /** What it has returned, as JSON. */
  readonly value: string;
}

/** That a network has come to NaN or infinity. */
export interface CellDivergence {
  /** Why it has no number, in words. */
  readonly diverged: string;
}

/** That a cell has thrown. */
export interface CellFailure {
  /** The message of what was thrown. */
  readonly failed: string;
}

/** The cell that was asked for, loaded, so that a module that has none is refused before anything has run. */
export async function loadCell(where: string, cell: URL | string | CellFunction): Promise<LoadedCell> {
  if (typeof cell === "function") {
    return { run: cell as LoadedCell["run"], code: await digestOf(String(cell)), href: null };
  }
  const url = urlOf(where, cell);
  const code = await codeOf(where, url);
  const module: Readonly<Record<string, unknown>> = await imported(where, "cell", url);
  if (typeof module.cell !== "function") {
    const names = Object.keys(module);
    throw new TensorError(where, {
      expected: "a module that exports a function as cell",
      got: `${url.href.slice(0, 200)}, which exports ${names.length === 0 ? "nothing" : names.join(", ")}`,
      hint: "Write export function cell({ lr, seed }) { … }.",
    });
  }
  return { run: module.cell as LoadedCell["run"], code, href: url.href };
}

function urlOf(where: string, cell: unknown): URL {
  if (cell instanceof URL) return cell;
  if (typeof cell === "string" && URL.canParse(cell)) return new URL(cell);
  throw new TensorError(where, {
    expected: "the URL of a module, or a function, as cell",
    got: describe(cell),
    hint: 'Write new URL("./cell.js", import.meta.url).',
  });
}

/**
 * Runs a cell. The default generator is where the configuration alone has put it, so that what is drawn from it depends on neither
 * what ran before nor where; afterwards it is as it was.
 *
 * @param configuration - as text.
 */
export async function runCell(run: LoadedCell["run"], configuration: string): Promise<Outcome> {
  const before = defaultGenerator.getState();
  try {
    // 48 bits, all of which a seed can have.
    defaultGenerator.manualSeed(Number.parseInt((await digestOf(configuration)).slice(0, 12), 16));
    const value = await run(plainOf(configuration) as Configuration);
    return { value: canonical("cell", "its result", value) };
  } catch (error) {
    const hasDiverged = isTensorError(error) && error.code === "EVENKEEL_NOT_FINITE";
    return hasDiverged ? { diverged: messageOf(error) } : { failed: messageOf(error) };
  } finally {
    defaultGenerator.setState(before);
  }
}
