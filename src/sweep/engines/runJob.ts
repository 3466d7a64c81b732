import { isTensorError } from "../../base/errors.ts";
import { version } from "../../base/version.ts";
import { useKernels } from "../../kernels/useKernels.ts";
import { type LoadedCell, loadCell, runCell } from "../cells/cell.ts";
import { messageOf } from "../cells/messageOf.ts";
import type { Answer, Job } from "./job.ts";

/** Cells that have been loaded, by their place. */
const loaded = new Map<string, Promise<LoadedCell>>();

/** Runs a cell that was sent, if all that its result depends on is the same here. */
export async function runJob({ href, provenance, configuration }: Job): Promise<Answer> {
  if (provenance.version !== version) return refusal(`evenkeel ${provenance.version}`, `evenkeel ${version}`);
  try {
    useKernels(provenance.kernels);
    const known = loaded.get(href) ?? loadCell("sweep", href);
    loaded.set(href, known);
    const cell = await known;
    if (cell.code !== provenance.code)
      return refusal(`a cell of code ${provenance.code}`, `code ${cell.code} at ${href}`);
    return await runCell(cell.run, configuration);
  } catch (error) {
    loaded.delete(href);
    if (isTensorError(error)) return refusal(error.expected, error.got, error.hint);
    return refusal(`what the cell at ${href} needs`, messageOf(error));
  }
}

const oneVersion = "Results are one sweep's only if all who run its cells have one version of everything.";

const refusal = (expected: string, got: string, hint = oneVersion): Answer => ({
  refused: { expected: `${expected} where a cell is run`, got, hint },
});
