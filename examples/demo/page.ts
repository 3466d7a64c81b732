import { diagnose, type Plain } from "evenkeel/analysis";
import { activationHistograms, lossCurves, reportPage } from "evenkeel/plot";
import library from "../../package.json" with { type: "json" };
import { comparison, conclusion, inventions } from "./report.ts";
import type { Result } from "./result.ts";

/** The demo as one HTML page, which opens from disk: figures, what is printed, and what it depends on. */
export function page(
  results: readonly [plain: Result, normalised: Result],
  known: ReadonlySet<string>,
  settings: Readonly<Record<string, number>>,
): Promise<string> {
  const [plain, normalised] = results;
  const byLabel = <T>(of: (result: Result) => T) => Object.fromEntries(results.map((r) => [r.label, of(r)]));
  return reportPage({
    title: "The same network, without batch norm and with it",
    text: conclusion(plain, normalised, settings.steps),
    verdicts: results.flatMap(({ label, activations }) =>
      diagnose(activations).map((verdict) => ({ ...verdict, message: `${label}: ${verdict.message}` })),
    ),
    figures: [
      lossCurves(byLabel(({ recording }) => recording)),
      activationHistograms(
        byLabel(({ activations }) => activations),
        { title: "Outputs of the tanh after training", height: 160 },
      ),
    ],
    listings: {
      "What was measured": comparison(results, settings.hidden),
      "Names by each; a star marks new ones": inventions(results, known),
    },
    configuration: { "evenkeel version": library.version, ...(settings as Record<string, Plain>) },
  });
}
