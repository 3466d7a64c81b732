import type { PageBlock } from "./codeOf.ts";
import type { Editor, EditorModule } from "./editor.ts";
import { button, made } from "./output.ts";

export interface CodeOptions {
  readonly assets: URL;
  /** Runs it, as Ctrl+Enter asks for. */
  readonly run: () => void;
  /** Where the keyboard goes from the editor. */
  readonly leave: () => void;
  /** After it is again as it was. */
  readonly reset: () => void;
}

/** The code of a block: as the page has it, or in an editor, which is loaded when it is first asked for. */
export class Code {
  /** Where the editor stands. */
  readonly room = made("div", "runnable-editor");
  readonly buttons: readonly HTMLButtonElement[];
  private readonly block: PageBlock;
  private readonly options: CodeOptions;
  private readonly editButton: HTMLButtonElement;
  private readonly resetButton: HTMLButtonElement;
  private editor: Editor | null = null;
  private isOpening = false;

  constructor(block: PageBlock, options: CodeOptions) {
    this.block = block;
    this.options = options;
    this.editButton = button("Edit", () => this.open());
    this.resetButton = button("Reset", () => {
      this.close();
      options.reset();
      this.editButton.focus();
    });
    this.resetButton.hidden = true;
    this.buttons = [this.editButton, this.resetButton];
  }

  /** As it is now. */
  get text(): string {
    return this.editor?.text() ?? this.block.code;
  }

  private async open(): Promise<void> {
    if (this.isOpening) return;
    if (this.editor !== null) {
      this.editor.focus();
      return;
    }
    this.isOpening = true;
    try {
      const { openEditor } = (await import(
        /* @vite-ignore */ new URL("editor.js", this.options.assets).href
      )) as EditorModule;
      const { run, leave } = this.options;
      this.editor = openEditor(this.room, { text: this.block.code, run, leave });
      this.block.element.classList.add("runnable-hidden");
      this.resetButton.hidden = false;
      this.editor.focus();
    } catch (error) {
      this.room.textContent = `The editor could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.isOpening = false;
    }
  }

  /** Shows the code as the page has it. */
  close(): void {
    this.editor?.close();
    this.editor = null;
    this.block.element.classList.remove("runnable-hidden");
    this.resetButton.hidden = true;
  }
}
