import { duration, whole } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

/** How many losses the one shown is the mean of; that of a single batch jumps about. */
const window = 100;

/** Milliseconds between two updates: of a line written over, and of lines that stay. */
const [refresh, interval] = [100, 5000];

export interface ProgressOptions {
  readonly label: string;
  readonly steps: number;
  readonly terminal: Terminal;
}

/** Shows how a training gets on: in one line that changes, or, where there is no terminal, every few seconds in one more. */
export class ProgressLine {
  private readonly options: ProgressOptions;
  private readonly start = performance.now();
  private readonly losses: number[] = [];
  private lastShown = this.start;
  private lastLength = 0;

  constructor(options: ProgressOptions) {
    this.options = options;
  }

  /** Takes note of a step, and shows it if the last one shown is long ago, or this is the last of all. */
  update(step: number, loss: number): void {
    const { steps, terminal } = this.options;
    this.losses[step % window] = loss;
    const now = performance.now();
    const isLast = step === steps;
    if (!isLast && now - this.lastShown < (terminal.isInteractive ? refresh : interval)) return;
    this.lastShown = now;
    this.show(this.line(step, (now - this.start) / 1000));
    if (isLast) this.end();
  }

  /** Leaves the line, so that what is written next has one of its own. */
  end(): void {
    if (this.lastLength > 0) this.options.terminal.write("\n");
    this.lastLength = 0;
  }

  private line(step: number, seconds: number): string {
    const { label, steps } = this.options;
    const seen = this.losses.filter((loss) => loss !== undefined);
    const loss = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    const speed = step / seconds;
    const left = step === steps ? `in ${duration(seconds)}` : `${duration((steps - step) / speed)} left`;
    const counted = `step ${whole(step).padStart(whole(steps).length)}/${whole(steps)}`;
    return `${label}  ${counted}  loss ${loss.toFixed(3).padStart(6)}  ${whole(speed)} steps/s  ${left}`;
  }

  private show(line: string): void {
    const { write, isInteractive, columns } = this.options.terminal;
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
