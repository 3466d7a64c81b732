import { dyingFrom, saturationThreshold } from "./diagnostics.ts";
import { flags, numberOptions, textOptions } from "./options.ts";

/** What `--help` shows. */
export function help(): string {
  const numbers = Object.entries(numberOptions).map(([name, option]) => [
    `--${name} N`,
    `${option.help} (${option.default})`,
  ]);
  const texts = Object.entries(textOptions).map(([name, option]) => [
    `--${name} FILE`,
    `${option.help} (${option.default})`,
  ]);
  const switches = Object.entries(flags).map(([name, flag]) => [`--${name}`, flag.help]);
  const options = [...numbers, ...texts, ...switches].map(([left, right]) => `  ${left.padEnd(15)}${right}`);
  return `\
npm run demo -- [options]

Trains a small network twice to continue first names, from the same badly
scaled weights and on the same batches: as it is, and with batch norm before
its tanh. Then compares the two, lets both invent names, and writes a report
with pictures.

${options.join("\n")}

What the rows of the table mean

  loss before training     Mean cross-entropy over the validation examples. The
                           ideal is that of a uniform guess, ln(characters).
                           The output weights are unscaled in both networks,
                           and batch norm stands before them, not behind.
  training loss            The same over all training examples, at the end.
  validation loss          Over names that the network was not trained on.
  saturated tanh outputs   How many of the tanh outputs h, over all units and
                           validation examples, have |h| > ${saturationThreshold}: the slope
                           1 - h² is below 0.06, and hardly a gradient passes.
  dying units              Units that are saturated for ${100 * dyingFrom}% or more of all
                           training examples, at the end.
  dead units               Those that are for every single one: hardly
                           anything moves their weights any more.
  steps per second         Of the training alone.

Before training, batch norm goes by the statistics of the examples measured,
about a thousand at a time, as its running ones have seen none yet; afterwards
it goes by the running ones.
`;
}
