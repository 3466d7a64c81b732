import type { ComparedRow, RecordedRow } from "../../analysis/index.ts";
import { aFunction, flag, fromOne, notNegative, text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { sparkline } from "./sparkline.ts";

/** What {@link ProgressLine} may be told. */
export interface ProgressLineOptions {
  /** How many steps there will be. */
  readonly steps: number;
  /** Where the text goes, such as `(text) => process.stderr.write(text)`. */
  readonly write: (text: string) => void;
  /** What stands in front, such as which model is trained. Default: nothing. */
  readonly label?: string;
  /** What to show of what is recorded. Default `"loss"`. */
  readonly metric?: string;
  /** Whether a line can be written over, as in a terminal. Otherwise each is one more, and they are rarer. Default `true`. */
  readonly isInteractive?: boolean;
  /** Characters of a line, into which sparklines fit. Default `80`. */
  readonly columns?: number;
  /** Milliseconds between two of them. Default `100`, and `5000` where lines stay. */
  readonly interval?: number;
}

const where = "ProgressLine";

/** Characters of a sparkline: fewer say nothing, more are not needed. */
const [leastBars, mostBars] = [4, 16];

const rules = {
  steps: { is: fromOne, isRequired: true },
  write: { is: aFunction, isRequired: true },
  label: { is: text, default: "" },
  metric: { is: text, default: "loss" },
  isInteractive: { is: flag, default: true },
  columns: {
    is: { expected: "a whole number of 20 or more", accepts: (value) => fromOne.accepts(value) && Number(value) >= 20 },
    default: 80,
  },
  interval: { is: notNegative },
} satisfies OptionRules<ProgressLineOptions>;

/**
 * Shows in one line of a terminal how training gets on: the step, the latest value of each variant with a sparkline of what
 * it was, the speed, and how long it will take.
 *
 * Pass `onRows` to a recorder or to `compare`, and call `end()` at the end. The value shown is the mean of the last
 * twentieth of the steps so far, for that of a single batch jumps about.
 *
 * @throws TensorError for unknown or missing options.
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { Recorder } from "evenkeel/analysis";
 * import { ProgressLine } from "evenkeel/plot";
 *
 * const model = new nn.Linear(1, 1);
 * let written = "";
 * const line = new ProgressLine({ steps: 3, write: (text) => { written += text; } });
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const recorder = new Recorder(model, optimizer, { onRows: line.onRows });
 * for (let step = 0; step < 3; step++) recorder.step(() => model.forward(ones([1, 1])).square().sum());
 * line.end();
 * console.log(/step 3\/3 {2}loss [\d.]+ \S+ {2}[\d,]+ steps\/s {2}in 0:0\d/.test(written)); // => true
 * ```
 */
export class ProgressLine {
  private readonly options: Required<ProgressLineOptions>;
  private readonly values = new Map<string, (number | null)[]>();
  private started: number | null = null;
  private lastShown = 0;
  private lastLength = 0;
  private seed: number | null = null;
  private done = 0;

  /** @param options - see {@link ProgressLineOptions}. */
  constructor(options: ProgressLineOptions) {
    const chosen = optionsOf(where, options, rules);
    this.options = { ...chosen, interval: chosen.interval ?? (chosen.isInteractive ? 100 : 5000) };
  }

  /** Takes note of what was recorded, and shows it if it is time, or this is the last step. Can be passed on its own. */
  readonly onRows = (rows: readonly (RecordedRow | ComparedRow)[]): void => {
    const now = performance.now();
    if (this.started === null) this.started = this.lastShown = now;
    for (const row of rows) {
      if ("seed" in row && row.seed !== this.seed) {
        this.values.clear();
        [this.seed, this.started] = [row.seed, now];
      }
      this.done = row.step + 1;
      if (row.metric !== this.options.metric || row.layer !== "") continue;
      const name = "variant" in row ? row.variant : "";
      const values = this.values.get(name) ?? [];
      this.values.set(name, values);
      values.push(row.value);
    }
    if (this.done < this.options.steps && now - this.lastShown < this.options.interval) return;
    this.lastShown = now;
    this.show(this.line(now - this.started));
  };

  /** Leaves the line, so that what is written next has one of its own. */
  end(): void {
    if (this.lastLength > 0) this.options.write("\n");
    this.lastLength = 0;
  }

  /** The line, with sparklines as wide as there is room for. */
  private line(milliseconds: number): string {
    const { steps, metric, label, columns } = this.options;
    const speed = (1000 * this.done) / milliseconds;
    const isLast = this.done === steps;
    const time = isLast ? `in ${duration(milliseconds)}` : `${duration((1000 * (steps - this.done)) / speed)} left`;
    const written = (width: number): string =>
      [
        ...(label === "" ? [] : [label]),
        ...(this.seed === null ? [] : [`seed ${this.seed}`]),
        `step ${whole(this.done).padStart(whole(steps).length)}/${whole(steps)}`,
        ...[...this.values].map(([name, values]) => {
          const latest = `${name || metric} ${latestOf(values)}`;
          return width < leastBars ? latest : `${latest} ${sparkline(values, width)}`;
        }),
        ...(milliseconds === 0 ? [] : [`${whole(speed)} steps/s`, time]),
      ].join("  ");
    const room = Math.floor((columns - 1 - written(0).length) / Math.max(1, this.values.size)) - 1;
    return written(Math.min(mostBars, room));
  }

  private show(line: string): void {
    const { write, isInteractive, columns } = this.options;
    if (!isInteractive) {
      write(`${line}\n`);
      return;
    }
    // A line as wide as the terminal would break, and could not be written over.
    const fitting = line.slice(0, columns - 1);
    write(`\r${fitting.padEnd(Math.min(this.lastLength, columns - 1))}`);
    this.lastLength = fitting.length;
  }
}

/** With a comma between thousands. */
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** `0:09`, or `1:02:03` from an hour on. */
function duration(milliseconds: number): string {
  const total = Math.ceil(milliseconds / 1000);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The mean of the last twentieth, to three digits. */
function latestOf(values: readonly (number | null)[]): string {
  const last = values.slice(-Math.ceil(values.length / 20)).filter((value) => value !== null);
  if (last.length === 0) return "–";
  return (last.reduce((sum, value) => sum + value, 0) / last.length).toPrecision(3);
}
