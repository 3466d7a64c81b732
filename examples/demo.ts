/**
 * What batch norm is good for, on real data, in half a minute: `npm run demo`, and `npm run demo -- --help`.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Generator, randint } from "evenkeel";
import { activationReport } from "evenkeel/analysis";
import { ProgressLine } from "evenkeel/plot";
import { characters, contextLength, readNames, splitNames, toExamples } from "./demo/data.ts";
import { diagnose, diagnoseUntrained } from "./demo/diagnostics.ts";
import { help } from "./demo/help.ts";
import { Network } from "./demo/network.ts";
import { whole } from "./demo/numbers.ts";
import { type DemoOptions, OptionError, parseOptions } from "./demo/options.ts";
import { page } from "./demo/page.ts";
import { comparison, conclusion, inventions } from "./demo/report.ts";
import type { Result } from "./demo/result.ts";
import { sampleNames } from "./demo/sampling.ts";
import { bold, plainTerminal, processTerminal, type Terminal } from "./demo/terminal.ts";
import { train } from "./demo/training.ts";
import { wrap } from "./demo/wrap.ts";

/** Exit codes: all is well, an option that there is not, and stopped by Ctrl-C. */
const [ok, misused, interrupted] = [0, 2, 130];

/** Runs the demo, and returns its exit code. */
export async function main(
  args: readonly string[],
  write: (text: string) => void,
  terminal: Terminal = plainTerminal(write),
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) write(help());
    else await compare(options, terminal, signal);
    return ok;
  } catch (error) {
    if (error instanceof OptionError) {
      terminal.writeError(`${wrap(error.message).join("\n")}\n`);
      return misused;
    }
    if (!signal.aborted) throw error;
    terminal.writeError("Stopped.\n");
    return interrupted;
  }
}

/** Trains the network without batch norm and with it, and sets the two side by side. */
async function compare(options: DemoOptions, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { steps, batch, lr, hidden, quiet } = options;
  const print = (...lines: string[]) => terminal.write(`${lines.join("\n")}\n`);
  const seeds = seedsFrom(options.seed);

  const names = readNames();
  const split = splitNames(names, new Generator().manualSeed(seeds.split));
  const [training, validation] = [toExamples(split.training), toExamples(split.validation)];
  print(
    `${whole(names.length)} first names: ${whole(split.training.length)} to learn from, ` +
      `${whole(split.validation.length)} to validate on, ${whole(split.test.length)} left alone.`,
    ...wrap(
      `A network of ${whole(hidden)} tanh units guesses the next of ${characters.length} characters from the last ` +
        `${contextLength}. All its weights start standard normal, far too large.`,
    ),
  );
  if (!quiet) print("");

  const study = async (label: string, batchNorm: boolean): Promise<Result> => {
    const network = new Network({ hiddenUnits: hidden, batchNorm, seed: seeds.weights });
    const before = await diagnoseUntrained(network, validation, signal);
    const { write, isInteractive, columns } = terminal;
    const progress = quiet ? null : new ProgressLine({ label, steps, write, isInteractive, columns });
    const onStep = (step: number, loss: number) =>
      progress?.onRows([{ step: step - 1, layer: "", metric: "loss", value: loss }]);
    const settings = { steps, batch, lr, seed: seeds.batches, onStep, signal };
    const { stepsPerSecond, recording } = await train(network, training, settings).finally(() => progress?.end());
    return {
      label,
      before,
      training: await diagnose(network, training, signal),
      validation: await diagnose(network, validation, signal),
      stepsPerSecond,
      recording,
      activations: activationReport(network.eval(), validation.contexts.slice(0, 0, 1000), { batchNorm: "running" }),
      names: sampleNames(network, 10, seeds.names),
    };
  };
  const plain = await study("without batch norm", false);
  const normalised = await study("with batch norm", true);
  const results = [plain, normalised] as const;

  const [heading, ...rows] = comparison(results, hidden);
  print("", bold(heading, terminal), ...rows);

  const known = new Set(names);
  const [labels, ...invented] = inventions(results, known);
  print("", `Ten names by each; a star marks those that are none of the ${whole(names.length)}:`);
  print("", bold(labels, terminal), ...invented);

  print("", ...conclusion(plain, normalised, steps).flatMap((sentence) => wrap(sentence)));

  const file = resolve(options.report);
  writeFileSync(file, await page(results, known, { steps, batch, lr, hidden, seed: options.seed }));
  print("", `Report: ${file}`);
}

/** A seed of its own for each purpose, so that none draws the numbers of another. */
function seedsFrom(seed: number): { split: number; weights: number; batches: number; names: number } {
  const drawn = randint(0, 2 ** 31 - 1, [4], { generator: new Generator().manualSeed(seed) });
  const [split, weights, batches, names] = drawn.data;
  return { split, weights, batches, names };
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  const terminal = processTerminal();
  process.exitCode = await main(process.argv.slice(2), terminal.write, terminal, stopping.signal);
}
