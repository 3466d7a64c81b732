import type { BlockOptions } from "./block.ts";
import { blocksOf } from "./codeOf.ts";
import { button, made } from "./output.ts";
import { Panel } from "./panel.ts";
import { Runner } from "./runner.ts";

interface Cell {
  readonly panel: Panel;
  readonly isCheck: boolean;
  readonly isExercise: boolean;
  /** What the page shows of it before it has run. */
  readonly committed: HTMLElement | null;
}

/**
 * A notebook as a page: its cells run in one worker, and see what those before them have made, as in a notebook's kernel. They are elements `.notebook-cell` around a block of `ts` (scripts/docs/notebookPages). Run
 * first runs those before a cell that have not run yet, and behind an exercise its check.
 */
export class RunnableNotebook {
  private readonly runner: Runner;
  private readonly limit: number;
  private readonly cells: readonly Cell[];
  private readonly bar = made("div", "runnable runnable-bar notebook-bar");
  private readonly allButton: HTMLButtonElement;
  private readonly state = made("span", "runnable-state");
  /** Those that have run in the worker that there is. */
  private hasRun = new Set<Cell>();
  /** Counts what a reader has asked for: what was asked for before is left. */
  private request = 0;
  /** Resolves when nothing is under way. */
  private idle: Promise<void> = Promise.resolve();

  constructor(elements: readonly HTMLElement[], { assets, limit }: BlockOptions) {
    this.runner = new Runner(assets);
    this.limit = limit;
    this.cells = elements.flatMap((element, i) => this.cellOf(element, i, assets));
    this.allButton = button("Run all", () =>
      this.bar.classList.contains("runnable-busy") ? this.stop() : this.runAll(),
    );
    this.allButton.classList.add("runnable-all");
    this.state.setAttribute("role", "status");
    this.bar.append(this.allButton, this.state);
    elements[0].before(this.bar);
  }

  remove(): void {
    this.request++;
    this.runner.stop();
    for (const { panel } of this.cells) panel.remove();
    this.bar.remove();
  }

  private cellOf(element: HTMLElement, i: number, assets: URL): Cell[] {
    const [block] = blocksOf(element);
    if (block === undefined) return [];
    const committed = element.querySelector<HTMLElement>(".notebook-output");
    const { kind } = element.dataset;
    const cell: Cell = {
      panel: new Panel(block, {
        assets,
        label: kind === "exercise" ? "the exercise" : kind === "check" ? "the check" : `cell ${i + 1}`,
        run: () => this.run(cell),
        stop: () => this.stop(),
        reset: () => {
          this.hasRun.delete(cell);
          cell.panel.output.clear();
          cell.panel.set(false, "");
          if (committed !== null) committed.hidden = false;
        },
      }),
      isCheck: kind === "check",
      isExercise: kind === "exercise",
      committed,
    };
    return [cell];
  }

  /** A cell, behind those before it that have not run yet; behind an exercise its check. */
  private run(cell: Cell): Promise<void> {
    const place = this.cells.indexOf(cell);
    const missing = this.cells.slice(0, place).filter((before) => !this.hasRun.has(before));
    const next = this.cells[place + 1];
    return this.runCells([...missing, cell, ...(cell.isExercise && next?.isCheck ? [next] : [])], cell);
  }

  private runAll(): Promise<void> {
    this.forget();
    return this.runCells(this.cells);
  }

  private stop(): void {
    this.request++;
    this.runner.stop();
  }

  /** Ends the worker, and with it what cells have made. */
  private forget(): void {
    this.runner.stop();
    this.hasRun = new Set();
  }

  private async runCells(cells: readonly Cell[], asked?: Cell, seconds = this.limit): Promise<void> {
    const request = ++this.request;
    await this.idle;
    if (request !== this.request) return;
    let free = () => {};
    this.idle = new Promise((resolve) => {
      free = resolve;
    });
    this.bar.classList.add("runnable-busy");
    this.allButton.textContent = "Stop";
    let [count, isWhole] = [0, true];
    for (const cell of cells) {
      if (request !== this.request) break;
      this.state.textContent = `Running ${++count} of ${cells.length} …`;
      isWhole = await this.runCell(cell, seconds);
      if (!isWhole) break;
    }
    this.bar.classList.remove("runnable-busy");
    this.allButton.textContent = "Run all";
    const last = cells[count - 1];
    this.state.textContent = isWhole ? "Done" : "";
    if (!isWhole && asked !== undefined && last !== asked && !last.isCheck) {
      asked.panel.output.note(`A cell before it has to run first: ${last.panel.label}.`);
    }
    free();
  }

  /** Whether all went well. */
  private async runCell(cell: Cell, seconds: number): Promise<boolean> {
    const { panel, committed } = cell;
    panel.output.clear();
    if (committed !== null) committed.hidden = true;
    panel.set(true, "Loading …");
    const outcome = await this.runner.start(panel.text, true, seconds, (message) => panel.hear(message));
    panel.set(false, outcome === "done" ? "Done" : "");
    if (outcome === "done") {
      this.hasRun.add(cell);
      return true;
    }
    if (outcome === "failed" && this.runner.isAlive) return false;
    this.forget();
    if (outcome === "failed") return false;
    const gone = "What the cells before it had made is gone; they run again with the next.";
    if (outcome === "stopped") panel.output.note(`Stopped. ${gone}`);
    else {
      const longer = seconds * 10;
      const act = () => void this.runCells(this.cells.slice(0, this.cells.indexOf(cell) + 1), cell, longer);
      panel.output.note(`Ended after ${seconds} s. ${gone}`, { label: `Run for up to ${longer} s`, act });
    }
    return false;
  }
}
