import { Code } from "./code.ts";
import type { PageBlock } from "./codeOf.ts";
import type { RunMessage } from "./messages.ts";
import { button, made, Output } from "./output.ts";

export interface PanelOptions {
  readonly assets: URL;
  /** What the group of its buttons is called. */
  readonly label: string;
  readonly run: () => void;
  readonly stop: () => void;
  /** After the code is again as the page has it. */
  readonly reset: () => void;
}

/** What is added to a block of code: Run and Edit, the editor, and what comes of it. */
export class Panel {
  readonly block: PageBlock;
  readonly output: Output;
  private readonly options: PanelOptions;
  private readonly code: Code;
  private readonly root = made("div", "runnable");
  private readonly runButton: HTMLButtonElement;
  private readonly state = made("span", "runnable-state");

  constructor(block: PageBlock, options: PanelOptions) {
    this.block = block;
    this.options = options;
    this.output = new Output(`Output of ${options.label}`);
    this.runButton = button("Run", () => (this.isBusy ? options.stop() : options.run()));
    this.runButton.classList.add("runnable-run");
    const { assets, run, reset } = options;
    this.code = new Code(block, { assets, run, reset, leave: () => this.runButton.focus() });
    const bar = made("div", "runnable-bar");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", options.label);
    bar.append(this.runButton, ...this.code.buttons, this.state);
    this.root.append(this.code.room, bar, this.output.element);
    block.element.after(this.root);
    block.element.addEventListener("keydown", this.onKey);
    this.root.addEventListener("keydown", this.onKey);
  }

  /** The code as it is now. */
  get text(): string {
    return this.code.text;
  }

  get label(): string {
    return this.options.label;
  }

  get isBusy(): boolean {
    return this.root.classList.contains("runnable-busy");
  }

  /** That it runs, or no longer; and in a word or two how it is with it. */
  set(isBusy: boolean, state: string): void {
    this.root.classList.toggle("runnable-busy", isBusy);
    this.runButton.textContent = isBusy ? "Stop" : "Run";
    this.state.textContent = state;
  }

  hear(message: Exclude<RunMessage, { readonly kind: "done" }>): void {
    if (message.kind === "begun") this.state.textContent = "Running …";
    else if (message.kind === "text") this.output.text(message.text);
    else if (message.kind === "shown") this.output.shown(message.content, message.place);
    else this.output.error(message.error);
  }

  /** Takes away all that was added. */
  remove(): void {
    this.code.close();
    this.root.remove();
    this.block.element.removeEventListener("keydown", this.onKey);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    this.options.run();
  };
}
