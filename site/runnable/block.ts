import type { PageBlock } from "./codeOf.ts";
import { Panel } from "./panel.ts";
import { Runner } from "./runner.ts";

export interface BlockOptions {
  readonly assets: URL;
  readonly limit: number;
}

/** A block that runs by itself, each time in a fresh worker. */
export class RunnableBlock {
  private readonly options: BlockOptions;
  private readonly panel: Panel;
  private runner: Runner | null = null;

  constructor(block: PageBlock, options: BlockOptions) {
    this.options = options;
    this.panel = new Panel(block, {
      assets: options.assets,
      label: "this code",
      run: () => this.run(options.limit),
      stop: () => this.runner?.stop(),
      reset: () => {
        this.runner?.stop();
        this.runner = null;
        this.panel.output.clear();
        this.panel.set(false, "");
      },
    });
  }

  /** Takes away all that was added. */
  remove(): void {
    this.runner?.stop();
    this.panel.remove();
  }

  private async run(seconds: number): Promise<void> {
    this.runner?.stop();
    const { panel } = this;
    const runner = new Runner(this.options.assets);
    this.runner = runner;
    panel.output.clear();
    panel.set(true, "Loading …");
    const outcome = await runner.start(panel.text, false, seconds, (message) => panel.hear(message));
    runner.stop();
    if (this.runner !== runner) return;
    this.runner = null;
    panel.set(false, outcome === "done" ? "Done" : "");
    if (outcome === "late") {
      const longer = seconds * 10;
      panel.output.note(`Ended after ${seconds} s.`, {
        label: `Run for up to ${longer} s`,
        act: () => this.run(longer),
      });
    } else if (outcome === "stopped") panel.output.note("Stopped.");
    else if (outcome === "done" && panel.output.isEmpty) panel.output.note("It prints nothing.");
  }
}
