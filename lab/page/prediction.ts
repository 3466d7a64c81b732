import type { Judgement } from "../panels/panel.ts";

/** What the reader says to a panel's question, and what the run says. */
export class Prediction {
  private readonly root: HTMLElement;
  private readonly verdict: HTMLElement;

  constructor(root: HTMLElement) {
    this.root = root;
    this.verdict = root.querySelector("[role=status]") as HTMLElement;
  }

  /** Says who was right, once the reader has guessed and the run can tell. */
  show(judgement: Judgement | null): void {
    const said = this.root.querySelector<HTMLInputElement>("input:checked")?.value;
    const text =
      said === undefined
        ? ""
        : judgement === null
          ? `You say ${said}. The run will tell.`
          : `You said ${said}: ${said === judgement.answer ? "right" : `no, ${judgement.answer}`}. ${judgement.because[0].toUpperCase()}${judgement.because.slice(1)}.`;
    if (this.verdict.textContent !== text) this.verdict.textContent = text;
  }
}
