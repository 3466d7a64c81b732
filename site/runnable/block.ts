import { Code } from "./code.ts";
import type { PageBlock } from "./codeOf.ts";
import { button, made, Output } from "./output.ts";
import { Runner } from "./runner.ts";

export interface BlockOptions {
  readonly assets: URL;
  readonly limit: number;
}

/** A block with its buttons and its output. */
export class RunnableBlock {
  readonly element: HTMLElement;
  private readonly options: BlockOptions;
  private readonly code: Code;
  private readonly panel = made("div", "runnable");
  private readonly runButton: HTMLButtonElement;
  private readonly state = made("span", "runnable-state");
  private readonly output = new Output("Output");
  private runner: Runner | null = null;

  constructor(block: PageBlock, options: BlockOptions) {
    this.element = block.element;
    this.options = options;
    this.runButton = button("Run", () => (this.runner === null ? this.run() : this.stop()));
    this.runButton.classList.add("runnable-run");
    this.code = new Code(block, {
      assets: options.assets,
      run: () => this.run(),
      leave: () => this.runButton.focus(),
      reset: () => {
        this.stop();
        this.output.clear();
      },
    });
    const bar = made("div", "runnable-bar");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "This code");
    bar.append(this.runButton, ...this.code.buttons, this.state);
    this.panel.append(this.code.room, bar, this.output.element);
    this.element.after(this.panel);
    this.element.addEventListener("keydown", this.onKey);
    this.panel.addEventListener("keydown", this.onKey);
  }

  /** Runs the code as it is now, in a worker of its own; what ran before is ended. */
  async run(seconds = this.options.limit): Promise<void> {
    this.stop();
    const runner = new Runner(this.options.assets);
    this.runner = runner;
    this.output.clear();
    this.show("Stop", "Loading …");
    const outcome = await runner.start(this.code.text, false, seconds, (message) => {
      if (message.kind === "text") this.output.text(message.text);
      else if (message.kind === "begun") this.state.textContent = "Running …";
      else if (message.kind === "shown") this.output.shown(message.content, message.place);
      else this.output.error(message.error);
    });
    runner.stop();
    if (this.runner !== runner) return;
    this.runner = null;
    this.show("Run", "");
    if (outcome === "late") {
      const longer = seconds * 10;
      this.output.note(`Ended after ${seconds} s.`, {
        label: `Run for up to ${longer} s`,
        act: () => this.run(longer),
      });
    } else if (outcome === "stopped") this.output.note("Stopped.");
    else if (outcome === "done" && this.output.element.childElementCount === 0)
      this.output.note("Done. It prints nothing.");
    this.state.textContent = outcome === "done" ? "Done" : "";
  }

  private stop(): void {
    this.runner?.stop();
  }

  /** Takes away all that was added. */
  remove(): void {
    this.stop();
    this.code.close();
    this.panel.remove();
    this.element.removeEventListener("keydown", this.onKey);
  }

  private show(label: string, state: string): void {
    this.runButton.textContent = label;
    this.panel.classList.toggle("runnable-busy", label === "Stop");
    this.state.textContent = state;
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void this.run();
  };
}
